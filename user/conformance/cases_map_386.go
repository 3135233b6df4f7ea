package main

import "pecan/user/l4"

// The model and the rules for each page (semantics 5.1, 5.3).

var mapCases = []testCase{
	{"5.1.1-tree", "5.1.1", mapTree},
	{"5.1.3-own-space", "5.1.3", mapOwnSpace},
	{"5.1.4-part-of-descendants", "5.1.4", mapPart},
	{"5.1.5-rights-per-mapping", "5.1.5", mapRightsEach},
	{"5.1.7-sizes", "5.1.7", mapSizes},
	{"5.1.8-out-of-memory", "5.1.8", mapNoMemory},
	{"5.3.1-missing-pages", "5.3.1", mapMissing},
	{"5.3.2-sigma0", "5.3.2", mapSigma0},
	{"5.3.3-special-sources", "5.3.3", mapSpecialSources},
	{"5.3.4-special-destinations", "5.3.4", mapSpecialDestinations},
	{"5.3.5-rights-of-the-source", "5.3.5", mapRights},
	{"5.3.6-no-rights", "5.3.6", mapNoRights},
	{"5.3.7-rights-grow", "5.3.7", mapGrow},
	{"5.3.8-onto-itself", "5.3.8", mapItself},
	{"5.3.9-over-mapping", "5.3.9 5.3.12", mapOver},
	{"5.3.10-over-mapping-takes-source", "5.3.10", mapOverSource},
	{"5.3.11-larger-page-other-frame", "5.3.11 5.3.12", mapLargerOther},
	{"5.3.11-larger-page-same-frame", "5.3.11", mapLargerSame},
	{"5.3.12-fresh-translations", "5.3.12", mapFresh},
}

// line makes n puppets in spaces of their own; with pages of the source region in the first from its zone on, 1<<log2 bytes,
// which each gives to the next at the same place.
func line(n int, log2 uint32) []*puppet {
	stampRegions()
	list := make([]*puppet, n)
	for i := range list {
		list[i] = newPuppet(nil, source)
	}
	a := list[0]
	a.give(0, log2)
	for i := range list[1:] {
		list[i].gives(list[i+1], l4.NewFpage(a.zone, log2, l4.RWX), a.zone, l4.Complete)
	}
	return list
}

// seen fails the case unless exactly those puppets of a list see the value whose bits are set.
func seen(list []*puppet, bits, addr, value uint32) {
	for i, p := range list {
		p.sees(addr, value*(bits>>i&1))
	}
}

func mapTree() {
	list := line(4, 13)
	side := newPuppet(nil, source) // a second child of the second
	at := list[0].zone
	list[1].gives(side, l4.PageAt(at, l4.RWX), at, l4.Complete)
	seen(list, 0b1111, at, stampOf(source, 0))
	list[2].unmaps(l4.PageAt(at, l4.RWX), false)
	seen(list, 0b0111, at, stampOf(source, 0))
	side.sees(at, stampOf(source, 0))
	list[1].unmaps(l4.PageAt(at, l4.RWX), false)
	seen(list, 0b0011, at, stampOf(source, 0))
	side.sees(at, 0)
	seen(list, 0b1111, at+l4.PageSize, stampOf(source, 1))
	l4.UnmapPage(rwx(source, 0, 13), false)
	seen(list, 0, at, stampOf(source, 0))
	seen(list, 0, at+l4.PageSize, stampOf(source, 1))
	equal("the root's own", load(regions[source]), stampOf(source, 0))
}

func mapOwnSpace() {
	a := line(1, 12)[0]
	b := newPuppet(a.space, target)
	for i := range uint32(3) {
		a.gives(b, l4.PageAt(a.zone, l4.RWX), free+i*l4.PageSize, l4.Complete)
	}
	b.gives(a, l4.PageAt(free, l4.RX), free2, l4.Complete) // a child of the first copy
	for i := range uint32(3) {
		a.sees(free+i*l4.PageSize, stampOf(source, 0))
	}
	a.sees(free2, stampOf(source, 0))
	a.unmaps(l4.PageAt(free, l4.RWX), true)
	a.sees(free, 0)
	a.sees(free2, 0)
	a.sees(free+l4.PageSize, stampOf(source, 0))
	a.unmaps(l4.PageAt(a.zone, l4.RWX), false)
	a.sees(free+l4.PageSize, 0)
	a.sees(free+2*l4.PageSize, 0)
	a.sees(a.zone, stampOf(source, 0))
}

func mapPart() {
	list := line(3, 16)
	at := list[0].zone
	list[0].unmaps(l4.NewFpage(at+0x4000, 14, l4.RWX), false)
	for x := range uint32(16) {
		want := uint32(0b111)
		if x >= 4 && x < 8 {
			want = 0b001
		}
		seen(list, want, at+x*l4.PageSize, stampOf(source, x))
	}
}

func mapRightsEach() {
	list := line(3, 13)
	at := list[0].zone
	list[1].unmaps(l4.PageAt(at, l4.Write), false)
	for i, want := range [...]bool{true, true, false} {
		list[i].writable(at, want)
		list[i].writable(at+l4.PageSize, true)
	}
	list[0].unmaps(l4.PageAt(at, l4.Write), true)
	for _, p := range list {
		p.writable(at, false)
		p.writable(at+l4.PageSize, true)
	}
	equal("the root's own", load(regions[source]), stampOf(source, 0))
	store(regions[source], stampOf(source, 0))
}

// 4 MiB as one and as pages, in all four directions.
func mapSizes() {
	stampRegions()
	a, b, c := newPuppet(nil, source), newPuppet(nil, source), newPuppet(nil, source)
	step("4 MiB to 4 MiB")
	full(a)
	a.gives(b, l4.NewFpage(a.zone, 22, l4.RWX), b.zone, l4.Complete)
	b.spread(b.zone, 0, 1024)
	step("pages out of 4 MiB")
	for _, x := range [...]uint32{0, 1, 511, 1023} {
		b.gives(c, l4.PageAt(b.zone+x*l4.PageSize, l4.RWX), free+x*l4.PageSize, l4.Complete)
		c.sees(free+x*l4.PageSize, stampOf(source, x))
	}
	c.sees(free+2*l4.PageSize, 0)
	step("they go with their part of it")
	a.unmaps(l4.PageAt(a.zone+511*l4.PageSize, l4.RWX), false)
	a.sees(a.zone+511*l4.PageSize, stampOf(source, 511))
	b.sees(b.zone+511*l4.PageSize, 0)
	c.sees(free+511*l4.PageSize, 0)
	c.sees(free+1023*l4.PageSize, stampOf(source, 1023))
	c.sees(free, stampOf(source, 0))
	step("4 MiB out of pages")
	takeRegions()
	for _, x := range [...]uint32{3, 4, 600} {
		a.give(x*l4.PageSize, 12)
	}
	a.gives(b, l4.NewFpage(a.zone, 22, l4.RWX), free2, l4.NewFpage(free2, 22, 0))
	for _, x := range [...]uint32{2, 3, 4, 5, 599, 600, 601, 1023} {
		want := stampOf(source, x)
		if x != 3 && x != 4 && x != 600 {
			want = 0
		}
		b.sees(free2+x*l4.PageSize, want)
	}
	step("4 MiB at a place that is not aligned for it")
	takeRegions()
	a.give(0, 21)
	a.gives(b, l4.NewFpage(a.zone, 21, l4.RWX), free+0x200000, l4.Complete)
	b.spread(free+0x200000, 0, 512)
}

// All kernel memory is used up by threads: mapping does what it can, and says nothing.
func mapNoMemory() {
	stampRegions()
	p := newPuppet(nil, source)
	first, stride := l4.Kernel().UserBase()+1000, uint32(4)
	count := uint32(0)
	for ; count < 60000; count++ {
		if err := l4.ThreadControl(l4.Global(first+count*stride, 1), self, self, l4.NilThread, l4.Unchanged); err != l4.OK {
			equal("error", uint32(err), uint32(l4.ErrNoMemory))
			break
		}
	}
	check(count > 100 && count < 60000, "memory does not end")
	for i := uint32(0); i < 64; i++ {
		p.takes(rwx(source, 0, 21), free+i*regionSize, l4.Complete)
	}
	n := uint32(0)
	for i := uint32(0); i < 64; i++ {
		if got, ok := p.access(readWord, free+i*regionSize+5*l4.PageSize, 0); ok {
			equal("what is mapped", got, stampOf(source, 5))
			n++
		}
	}
	for i := range count {
		l4.DeleteThread(l4.Global(first+i*stride, 1))
	}
	check(n < 64, "mappings need no memory")
	takeRegions()
	p.takes(rwx(source, 0, 22), free, l4.Complete)
	p.spread(free, 0, 1024)
}

func mapMissing() {
	stampRegions()
	a, b := newPuppet(nil, source), newPuppet(nil, target)
	for _, x := range [...]uint32{1, 2, 7} {
		a.give(x*l4.PageSize, 12)
	}
	a.gives(b, l4.NewFpage(a.zone, 16, l4.RWX), free, l4.Complete)
	for x := range uint32(16) {
		want := stampOf(source, x)
		if x != 1 && x != 2 && x != 7 {
			want = 0
		}
		b.sees(free+x*l4.PageSize, want)
	}
	step("nothing at all")
	a.gives(b, l4.NewFpage(free2, 22, l4.RWX), free2, l4.Complete)
	b.sees(free2, 0)
	step("what is there stays when nothing comes")
	a.gives(b, l4.NewFpage(a.zone+0x100000, 16, l4.RWX), free, l4.Complete)
	b.sees(free+0x1000, stampOf(source, 1))
}

// The regions are where sigma0 said that they are. Device memory above the user area can be shown inside it.
func mapSigma0() {
	stampRegions()
	for i := range regions {
		check(regions[i]&(regionSize-1) == 0 && regions[i] < 0xC0000000, "regions are identity mapped")
		equal("region", load(regions[i]), stampOf(i, 0))
	}
	id := load(highWindow)
	check(id != 0 && id != 0xFFFFFFFF, "device memory shows nothing")
	step("mapped on")
	p := newPuppet(nil, target)
	p.takes(l4.PageAt(highWindow, l4.RX), free, l4.Complete)
	p.sees(free, id)
	l4.UnmapPage(l4.PageAt(highWindow, l4.RWX), false)
	p.sees(free, 0)
}

// specialPages are pages of a puppet's space that cannot be mapped: KIP, its own UTCB, the UTCB area without UTCBs.
func specialPages() []uint32 {
	area := l4.UTCBAreaHere().Base()
	return []uint32{l4.KIPAreaHere().Base(), area, area + 0x10000, area + 0x1F000}
}

func mapSpecialSources() {
	a, b := newPuppet(nil, source), newPuppet(nil, target)
	for i, at := range specialPages() {
		stepNumber("page", at)
		for k, log2 := range [...]uint32{12, 16} {
			to := free + uint32(i*2+k)<<16
			a.gives(b, l4.NewFpage(at, log2, l4.RWX), to+at&0xF000, l4.NewFpage(to, 16, 0))
			b.sees(to+at&0xF000, 0)
		}
	}
	for _, at := range specialPages()[:2] {
		a.grants(b, l4.PageAt(at, l4.RWX), free2, l4.Complete)
		b.sees(free2, 0)
		_, ok := a.access(readWord, at, 0)
		check(ok, "it is gone")
	}
}

func mapSpecialDestinations() {
	stampRegions()
	a, b := newPuppet(nil, source), newPuppet(nil, target)
	a.give(0, 12)
	for _, at := range specialPages() {
		stepNumber("page", at)
		old, was := b.access(readWord, at, 0)
		a.gives(b, l4.PageAt(a.zone, l4.RWX), at, l4.Complete)
		a.gives(b, l4.PageAt(a.zone, l4.RWX), at, l4.PageAt(at, 0))
		now, is := b.access(readWord, at, 0)
		check(was == is && (!is || old == now), "something was mapped")
		a.grants(b, l4.PageAt(a.zone, l4.RWX), at, l4.Complete)
		b.seesNot(at, stampOf(source, 0))
		a.give(0, 12)
	}
	for _, at := range [...]uint32{0xC0000000, 0xD0000000, 0xE0000000, 0xFFFFF000} {
		stepNumber("page", at)
		a.gives(b, l4.PageAt(a.zone, l4.RWX), at, l4.Complete)
		a.gives(b, l4.PageAt(a.zone, l4.RWX), at, l4.PageAt(at, 0))
		_, ok := b.access(readWord, at, 0)
		check(!ok, "a user can read the kernel area")
	}
	step("the rest of a range that touches them is mapped")
	kip := l4.KIPAreaHere().Base()
	full(a)
	page := kip >> 12 & 1023
	a.gives(b, l4.NewFpage(a.zone, 22, l4.RX), kip&^(regionSize-1), l4.Complete)
	b.seesNot(kip, stampOf(source, page))
	other := kip ^ 0x200000
	if at := l4.UTCBAreaHere(); other-at.Base() < uint32(at.Size()) {
		other ^= 0x100000
	}
	b.sees(other, stampOf(source, other>>12&1023))
}

func mapRights() {
	stampRegions()
	a, b, c := newPuppet(nil, source), newPuppet(nil, target), newPuppet(nil, target)
	for _, row := range [...]struct {
		has, gives l4.Rights
		write      bool
	}{
		{l4.RWX, l4.RWX, true}, {l4.RWX, l4.Read, false}, {l4.RWX, l4.RX, false}, {l4.RWX, l4.RW, true},
		{l4.Read, l4.RWX, false}, {l4.RX, l4.RW, false}, {l4.RX, l4.RX, false}, {l4.RX, l4.Write | l4.Execute, false},
	} {
		stepNumber("rights", uint32(row.has)<<4|uint32(row.gives))
		a.giveRights(0, 12, row.has)
		a.gives(b, l4.PageAt(a.zone, row.gives), free, l4.Complete)
		b.sees(free, stampOf(source, 0))
		b.writable(free, row.write)
		a.writable(a.zone, row.has&l4.Write != 0)
		// Not by a detour either: what is given on.
		b.gives(c, l4.PageAt(free, l4.RWX), free, l4.Complete)
		c.writable(free, row.write)
		takeRegions()
	}
}

func mapNoRights() {
	stampRegions()
	a, b := newPuppet(nil, source), newPuppet(nil, target)
	a.give(0, 16)
	a.gives(b, l4.NewFpage(a.zone, 16, 0), free, l4.Complete)
	b.sees(free, 0)
	a.grants(b, l4.NewFpage(a.zone, 16, 0), free, l4.Complete)
	b.sees(free, 0)
	step("nothing in common with the source")
	takeRegions()
	a.giveRights(0, 12, l4.Read)
	a.gives(b, l4.PageAt(a.zone, l4.Write), free, l4.Complete)
	b.sees(free, 0)
	step("it takes nothing away either")
	b.takes(rwx(target, 0, 12), free, l4.Complete)
	a.gives(b, l4.PageAt(a.zone, 0), free, l4.Complete)
	b.sees(free, stampOf(target, 0))
	b.writable(free, true)
}

func mapGrow() {
	stampRegions()
	a, b, c := newPuppet(nil, source), newPuppet(nil, target), newPuppet(nil, target)
	a.give(0, 12)
	send := func(r l4.Rights) { a.gives(b, l4.PageAt(a.zone, r), free, l4.Complete) }
	send(l4.Read)
	b.writable(free, false)
	b.gives(c, l4.PageAt(free, l4.RWX), free, l4.Complete)
	send(l4.RX)
	b.writable(free, false)
	send(l4.RWX)
	b.writable(free, true)
	step("never less")
	send(l4.Read)
	b.writable(free, true)
	send(0)
	b.writable(free, true)
	step("what was derived is undisturbed")
	c.sees(free, stampOf(source, 0))
	c.writable(free, false)
	step("4 MiB")
	full(a)
	for _, r := range [...]l4.Rights{l4.RX, l4.RWX, l4.Read} {
		a.gives(b, l4.NewFpage(a.zone, 22, r), free2, l4.Complete)
		b.writable(free2, r != l4.RX)
		b.writable(free2+0x3FF000, r != l4.RX)
	}
}

func mapItself() {
	a := line(1, 14)[0]
	b, c := newPuppet(a.space, target), newPuppet(nil, target)
	a.gives(c, l4.NewFpage(a.zone, 14, l4.RWX), free, l4.Complete)
	for _, r := range [...]l4.Rights{l4.RWX, l4.Read, 0} {
		for _, log2 := range [...]uint32{12, 14} {
			a.gives(b, l4.NewFpage(a.zone, log2, r), a.zone, l4.Complete)
			a.grants(b, l4.NewFpage(a.zone, log2, r), a.zone, l4.Complete)
			for x := range uint32(4) {
				a.sees(a.zone+x*l4.PageSize, stampOf(source, x))
				c.sees(free+x*l4.PageSize, stampOf(source, x))
			}
			a.writable(a.zone, true)
		}
	}
	step("the whole space onto itself")
	a.gives(b, l4.Complete.With(l4.RWX), 0, l4.Complete)
	a.sees(a.zone, stampOf(source, 0))
	c.sees(free, stampOf(source, 0))
	a.unmaps(l4.PageAt(a.zone, l4.RWX), false)
	a.sees(a.zone, stampOf(source, 0))
	c.sees(free, 0)
}

func mapOver() {
	stampRegions()
	list := line(3, 14)
	a, b, c := list[0], list[1], list[2]
	step("one page of many")
	b.takes(rwx(target, 9, 12), b.zone+0x1000, l4.Complete)
	for x := range uint32(4) {
		want, derived := stampOf(source, x), stampOf(source, x)
		if x == 1 {
			want, derived = stampOf(target, 9), 0
		}
		a.sees(a.zone+x*l4.PageSize, stampOf(source, x))
		b.sees(b.zone+x*l4.PageSize, want)
		c.sees(c.zone+x*l4.PageSize, derived)
	}
	step("by fewer rights")
	b.takes(l4.PageAt(regions[target], l4.Read), b.zone+0x2000, l4.Complete)
	b.sees(b.zone+0x2000, stampOf(target, 0))
	b.writable(b.zone+0x2000, false)
	c.sees(c.zone+0x2000, 0)
	step("the old source does not reach the new mapping")
	a.unmaps(l4.NewFpage(a.zone, 14, l4.RWX), false)
	b.sees(b.zone, 0)
	b.sees(b.zone+0x1000, stampOf(target, 9))
	b.sees(b.zone+0x2000, stampOf(target, 0))
	step("by a grant")
	a.grants(b, l4.PageAt(a.zone+0x3000, l4.RWX), b.zone+0x1000, l4.Complete)
	b.sees(b.zone+0x1000, stampOf(source, 3))
	step("the same page from elsewhere, then the first source goes")
	b.takes(rwx(target, 5, 12), free, l4.Complete)
	c.takes(rwx(target, 5, 12), free2, l4.Complete)
	c.gives(b, l4.PageAt(free2, l4.RWX), free, l4.Complete)
	b.sees(free, stampOf(target, 5))
	b.writable(free, true)
}

// B has a page from itself: over-mapping the original destroys the copy that is being sent.
func mapOverSource() {
	list := line(2, 12)
	a, b := list[0], list[1]
	b2 := newPuppet(b.space, target)
	// c is a child of b's page, b's page 2 a child of that.
	c := newPuppet(nil, target)
	b.gives(c, l4.PageAt(b.zone, l4.RWX), free, l4.Complete)
	c.takes(rwx(target, 3, 12), free2, l4.Complete)
	step("the source is derived from the destination and another page is there")
	c.gives(b2, l4.PageAt(free, l4.RWX), b.zone, l4.Complete)
	b.sees(b.zone, stampOf(source, 0)) // the same page: nothing to do
	c.sees(free, stampOf(source, 0))
	step("two pages exchanged within one range")
	// b has x and, derived from it, a copy in c; c maps back a range whose first page destroys the second's source.
	b.unmaps(l4.PageAt(b.zone, l4.RWX), true)
	b.takes(rwx(source, 0, 13), free, l4.Complete)                 // pages 0 and 1
	b.gives(c, l4.PageAt(free, l4.RWX), free2+0x1000, l4.Complete) // c: page 0 at +1
	c.takes(rwx(target, 0, 12), free2, l4.Complete)                // c: another page at +0
	c.gives(b, l4.NewFpage(free2, 13, l4.RWX), free, l4.Complete)  // +0 over-maps page 0: its copy at +1 goes
	b.sees(free, stampOf(target, 0))
	c.sees(free2+0x1000, 0)
	b.sees(free+0x1000, stampOf(source, 1)) // skipped: what was there stays
	a.sees(a.zone, stampOf(source, 0))
}

// A page into the middle of 4 MiB of others. What else was there may have gone with the larger page.
func mapLargerOther() {
	stampRegions()
	a, b, c := newPuppet(nil, source), newPuppet(nil, target), newPuppet(nil, target)
	full(a)
	a.gives(b, l4.NewFpage(a.zone, 22, l4.RWX), free, l4.Complete)
	b.gives(c, l4.NewFpage(free, 22, l4.RWX), free, l4.Complete)
	b.spread(free, 0, 1024)
	b.takes(rwx(target, 77, 12), free+0x5000, l4.Complete)
	b.sees(free+0x5000, stampOf(target, 77))
	c.seesNot(free+0x5000, stampOf(source, 5))
	c.sees(free+0x5000, 0)
	for _, x := range [...]uint32{0, 4, 6, 1023} {
		got, ok := b.access(readWord, free+x*l4.PageSize, 0)
		check(!ok || got == stampOf(source, x), "a neighbour shows something else")
		a.sees(a.zone+x*l4.PageSize, stampOf(source, x))
	}
	step("unmapping the old source leaves the new page")
	l4.UnmapPage(rwx(source, 0, 22), false)
	b.sees(free, 0)
	b.sees(free+0x5000, stampOf(target, 77))
}

func mapLargerSame() {
	stampRegions()
	a, b, c := newPuppet(nil, source), newPuppet(nil, target), newPuppet(nil, target)
	full(a)
	a.gives(b, l4.NewFpage(a.zone, 22, l4.RWX), free, l4.Complete)
	b.gives(c, l4.NewFpage(free, 22, l4.RWX), free, l4.Complete)
	for _, r := range [...]l4.Rights{l4.Read, l4.RWX} {
		for _, log2 := range [...]uint32{12, 16} {
			a.gives(b, l4.NewFpage(a.zone+0x10000, log2, r), free+0x10000, l4.Complete)
			b.spread(free, 0, 1024)
			b.writable(free+0x10000, true)
			b.writable(free+0x20000, true)
			c.spread(free, 0, 1024)
		}
	}
}

// Reading and over-mapping in turns, by threads of both spaces: nobody sees the old page.
func mapFresh() {
	stampRegions()
	a := newPuppet(nil, target)
	for i := uint32(0); i < 40; i++ {
		a.takes(rwx(int(i&1), i, 12), free, l4.Complete)
		a.sees(free, stampOf(int(i&1), i))
		if i%5 == 4 {
			l4.UnmapPage(rwx(int(i&1), i, 12), false)
			a.sees(free, 0)
		}
	}
	step("in the running space")
	b := newPuppet(&home, target)
	for i := uint32(0); i < 10; i++ {
		b.takes(rwx(int(i&1), i, 12), free, l4.Complete)
		equal("here", load(free), stampOf(int(i&1), i))
	}
	l4.UnmapPage(rwx(1, 9, 12), false)
	b.sees(free, 0)
}
