package main

import "pecan/user/l4"

// Unmap and flush, and the end of a space (semantics 5.5, 5.7, 10, abi 5.2). Status bits are in cases_status_386.go.

var unmapCases = []testCase{
	{"5.5.1-unmap", "5.5.1", unmapDescendants},
	{"5.5.2-flush", "5.5.2", unmapFlush},
	{"5.5.3-rights", "5.5.3 10.12", unmapRights},
	{"5.5.4-part-of-larger-unmap", "5.5.4 10.9", unmapPart},
	{"5.5.4-part-of-larger-flush", "5.5.4", flushPart},
	{"5.5.4-part-of-larger-rights", "5.5.4 10.9", unmapPartRights},
	{"5.5.5-kip-and-utcb", "5.5.5 10.11", unmapSpecial},
	{"5.5.6-absent-nil-complete", "5.5.6", unmapOdd},
	{"abi-5.2.1-fpages", "abi-5.2.1", unmapMany},
	{"abi-5.2.2-control", "abi-5.2.2", unmapControl},
	{"5.7.1-end-of-space", "5.7.1", spaceEnd},
	{"5.7.1-end-by-migration", "5.7.1", spaceEndMigration},
	{"5.7.2-memory-is-back", "5.7.2", spaceMemory},
}

func unmapDescendants() {
	list := line(3, 14)
	at := list[0].zone
	list[1].unmaps(l4.NewFpage(at, 13, l4.RWX), false)
	for x := range uint32(4) {
		want := uint32(0b111)
		if x < 2 {
			want = 0b011
		}
		seen(list, want, at+x*l4.PageSize, stampOf(source, x))
	}
	step("a leaf has nothing to lose")
	list[2].unmaps(l4.NewFpage(at, 14, l4.RWX), false)
	list[2].sees(at+2*l4.PageSize, stampOf(source, 2))
}

func unmapFlush() {
	list := line(3, 14)
	at := list[0].zone
	list[1].unmaps(l4.NewFpage(at, 13, l4.RWX), true)
	for x := range uint32(4) {
		want := uint32(0b111)
		if x < 2 {
			want = 0b001
		}
		seen(list, want, at+x*l4.PageSize, stampOf(source, x))
	}
	step("what is flushed can be mapped again")
	list[0].gives(list[1], l4.PageAt(at, l4.RWX), at, l4.Complete)
	list[1].sees(at, stampOf(source, 0))
}

func unmapRights() {
	for r := l4.Rights(0); r <= l4.RWX; r++ {
		for _, flush := range [...]bool{false, true} {
			stepNumber("rights", uint32(r))
			list := line(2, 13)
			a, b := list[0], list[1]
			a.unmaps(l4.PageAt(a.zone, r), flush)
			for i, p := range list {
				switch {
				case i == 0 && !flush || r&l4.Write == 0 && r != l4.RWX:
					p.writable(p.zone, true)
				case r == l4.RWX:
					p.sees(p.zone, 0)
				default:
					p.sees(p.zone, stampOf(source, 0))
					p.writable(p.zone, false)
				}
				p.writable(p.zone+l4.PageSize, true)
			}
			remove(a.id)
			remove(b.id)
			takeRegions()
			resetPuppets()
			nextWorker, stacksUsed = firstWorker+1, 1
		}
	}
}

// large makes three spaces with 4 MiB at free, each from the one before.
func large() (a, b, c *puppet) {
	stampRegions()
	a, b, c = newPuppet(nil, source), newPuppet(nil, target), newPuppet(nil, target)
	a.takes(rwx(source, 0, 22), free, l4.Complete)
	a.gives(b, l4.NewFpage(free, 22, l4.RWX), free, l4.Complete)
	b.gives(c, l4.NewFpage(free, 22, l4.RWX), free, l4.Complete)
	return
}

// At least the part is taken from the descendants; the caller keeps everything.
func unmapPart() {
	a, b, c := large()
	for _, part := range [...][2]uint32{{5, 12}, {0x40, 16}, {0x3FF, 12}} {
		stepNumber("part", part[0])
		at, n := free+part[0]*l4.PageSize, uint32(1)<<(part[1]-12)
		a.unmaps(l4.NewFpage(at, part[1], l4.RWX), false)
		for x := uint32(0); x < n; x += max(1, n/4) {
			a.sees(at+x*l4.PageSize, stampOf(source, part[0]+x))
			b.sees(at+x*l4.PageSize, 0)
			c.sees(at+x*l4.PageSize, 0)
		}
		a.sees(at+n*l4.PageSize-l4.PageSize, stampOf(source, part[0]+n-1))
		b.sees(at+n*l4.PageSize-l4.PageSize, 0)
		c.sees(at+n*l4.PageSize-l4.PageSize, 0)
	}
	for _, x := range [...]uint32{0, 4, 6, 0x200} {
		for _, p := range [...]*puppet{b, c} {
			got, ok := p.access(readWord, free+x*l4.PageSize, 0)
			check(!ok || got == stampOf(source, x), "another part shows something else")
		}
	}
	step("mapped again")
	a.gives(b, l4.NewFpage(free, 22, l4.RWX), free, l4.Complete)
	b.spread(free, 0, 1024)
	l4.UnmapPage(rwx(source, 0, 22), false)
	for _, p := range [...]*puppet{a, b, c} {
		p.sees(free, 0)
		p.sees(free+0x200000, 0)
	}
}

// A flush of a part may take the whole larger page from the caller, but the part it must.
func flushPart() {
	a, b, c := large()
	b.unmaps(l4.PageAt(free+5*l4.PageSize, l4.RWX), true)
	a.spread(free, 0, 1024)
	for _, p := range [...]*puppet{b, c} {
		p.sees(free+5*l4.PageSize, 0)
		for _, x := range [...]uint32{0, 4, 6, 1023} {
			got, ok := p.access(readWord, free+x*l4.PageSize, 0)
			check(!ok || got == stampOf(source, x), "another part shows something else")
		}
	}
	step("no descendant outlives its source")
	l4.UnmapPage(rwx(source, 0, 22), false)
	for _, p := range [...]*puppet{a, b, c} {
		for _, x := range [...]uint32{0, 4, 5, 6, 1023} {
			p.sees(free+x*l4.PageSize, 0)
		}
	}
}

func unmapPartRights() {
	a, b, c := large()
	at := uint32(free + 0x123*l4.PageSize)
	a.unmaps(l4.PageAt(at, l4.Write), false)
	a.writable(at, true)
	for _, p := range [...]*puppet{b, c} {
		p.sees(at, stampOf(source, 0x123))
		p.writable(at, false)
		p.sees(at+l4.PageSize, stampOf(source, 0x124))
	}
	step("a part of a page that has no w")
	b.unmaps(l4.PageAt(at, l4.RWX), false)
	b.sees(at, stampOf(source, 0x123))
	b.writable(at, false)
	c.sees(at, 0)
}

func unmapSpecial() {
	a := newPuppet(nil, source)
	b := newPuppet(a.space, target)
	area := l4.UTCBAreaHere().Base()
	kip := l4.KIPAreaHere().Base()
	word := load(kip)
	pages := []l4.Fpage{
		l4.PageAt(kip, l4.RWX), l4.PageAt(area, l4.RWX), l4.NewFpage(area, 17, l4.RWX), l4.NewFpage(kip, 22, l4.RWX),
		l4.Complete.With(l4.RWX), l4.PageAt(kip, l4.Write), l4.NewFpage(0, 31, l4.RWX), l4.NewFpage(0x80000000, 31, l4.RWX),
	}
	for _, page := range pages {
		for _, flush := range [...]bool{false, true} {
			stepNumber("page", uint32(page))
			a.unmaps(page, flush) // it comes back from there, so its own UTCB is alive
			a.sees(kip, word)
			for _, p := range [...]*puppet{a, b} {
				_, ok := a.access(writeWord, uint32(p.utcb), uint32(page))
				check(ok, "a UTCB is gone")
				a.sees(uint32(p.utcb), uint32(page))
			}
		}
	}
}

func unmapOdd() {
	list := line(2, 14)
	a, b := list[0], list[1]
	for _, p := range [...]l4.Fpage{
		0, 7, l4.NewFpage(free, 12, l4.RWX), l4.NewFpage(free, 22, l4.RWX), l4.NewFpage(free, 26, l4.RWX),
		l4.NewFpage(0xC0000000, 30, l4.RWX), l4.PageAt(0xD0000000, l4.RWX), l4.PageAt(0xFFFFF000, l4.RWX),
	} {
		for _, flush := range [...]bool{false, true} {
			stepNumber("page", uint32(p))
			a.unmaps(p, flush)
			a.sees(a.zone, stampOf(source, 0))
			b.sees(b.zone, stampOf(source, 0))
		}
	}
	step("less than a page is a page")
	a.unmaps(l4.Fpage(a.zone+0x1400|10<<4|7), false)
	a.sees(a.zone+0x1000, stampOf(source, 1))
	b.sees(b.zone+0x1000, 0)
	b.sees(b.zone, stampOf(source, 0))
	step("complete, not flushed")
	a.unmaps(l4.Complete.With(l4.RWX), false)
	a.sees(a.zone, stampOf(source, 0))
	b.sees(b.zone, 0)
	step("complete, flushed")
	a.unmaps(l4.Complete.With(l4.RWX), true)
	a.sees(a.zone, 0)
	a.sees(a.zone+0x3000, 0)
	a.give(0, 12)
	a.sees(a.zone, stampOf(source, 0))
}

func unmapMany() {
	list := line(2, 20)
	a, b := list[0], list[1]
	for _, n := range [...]uint32{1, 2, 3, 33, 64} {
		stepNumber("fpages", n)
		a.gives(b, l4.NewFpage(a.zone, 20, l4.RWX), b.zone, l4.Complete)
		var pages [64]l4.Fpage
		for i := range pages {
			pages[i] = l4.PageAt(a.zone+uint32(i)*2*l4.PageSize, l4.RWX)
		}
		a.does(func() {
			u := l4.MyUTCB()
			for i := range pages { // those behind the last are not looked at
				u.MR[i] = uint32(pages[i])
			}
			l4.Unmap(pages[:n], false)
		})
		for i := uint32(0); i < 64; i += 1 + i/8*5 {
			want := stampOf(source, i*2)
			if i < n {
				want = 0
			}
			b.sees(b.zone+i*2*l4.PageSize, want)
			b.sees(b.zone+(i*2+1)*l4.PageSize, stampOf(source, i*2+1))
		}
	}
}

func unmapControl() {
	list := line(2, 13)
	a, b := list[0], list[1]
	for bit := uint32(7); bit < 32; bit++ {
		stepNumber("bit", bit)
		a.gives(b, l4.PageAt(a.zone, l4.RWX), b.zone, l4.Complete)
		a.does(func() { rawUnmap(1<<bit, uint32(l4.PageAt(a.zone, l4.RWX))) })
		a.sees(a.zone, stampOf(source, 0)) // not flushed
		b.sees(b.zone, 0)
		b.sees(b.zone+l4.PageSize, stampOf(source, 1))
	}
	step("f")
	a.does(func() { rawUnmap(1<<6, uint32(l4.PageAt(a.zone, l4.RWX))) })
	a.sees(a.zone, 0)
}

func spaceEnd() {
	list := line(4, 14)
	at := list[0].zone
	step("all threads but one")
	second := newPuppet(list[1].space, target)
	remove(second.id)
	seen(list, 0b1111, at, stampOf(source, 0))
	step("the last one")
	remove(list[1].id)
	for x := range uint32(4) {
		list[0].sees(at+x*l4.PageSize, stampOf(source, x))
		list[2].sees(at+x*l4.PageSize, 0)
		list[3].sees(at+x*l4.PageSize, 0)
	}
	_, err := l4.SpaceControl(list[1].id, 0, 0, 0, l4.NilThread)
	equal("SpaceControl", uint32(err), uint32(l4.ErrSpace))
}

func spaceEndMigration() {
	list := line(3, 13)
	at := list[0].zone
	other := newPuppet(nil, target)
	s := newPuppet(list[1].space, target) // its UTCB is not the first of its space: that is taken in the other
	remove(list[1].id)
	list[2].sees(at, stampOf(source, 0))
	succeeds("the last thread leaves", l4.ThreadControl(s.id, other.id, l4.NilThread, l4.NilThread, l4.Unchanged))
	list[0].sees(at, stampOf(source, 0))
	list[2].sees(at, 0)
}

// Spaces with mappings, tables and threads come and go; the memory of all of them together does not exist.
func spaceMemory() {
	stampRegions()
	for i := range uint32(60) {
		stepNumber("space", i)
		p := newPuppet(nil, source)
		q := newPuppet(nil, target)
		for k := range uint32(40) {
			p.takes(rwx(source, 0, 22), 0x40000000+k*regionSize, l4.Complete)
		}
		p.gives(q, l4.NewFpage(0x40000000, 30, l4.RWX), 0x40000000, l4.Complete)
		q.sees(0x40000000+39*regionSize+0x5000, stampOf(source, 5))
		remove(p.id)
		q.sees(0x40000000+39*regionSize+0x5000, 0)
		remove(q.id)
		resetPuppets()
		nextWorker, stacksUsed = firstWorker+1, 1
	}
}
