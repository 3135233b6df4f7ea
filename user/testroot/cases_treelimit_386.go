package main

import "pecan/user/l4"

// Trees of mappings at their limits: cycles of spaces, long chains, many sharers, the edges of the user area, with 4 KiB and with
// 4 MiB pages (semantics 5).

var treeLimitCases = []testCase{
	{"semantics-5.3-4-MiB-at-the-edges", largeEdges},
	{"semantics-5.3-cycles-of-spaces", func() { mapCycles(12) }},
	{"semantics-5.3-cycles-of-spaces-4-MiB", func() { mapCycles(22) }},
	{"semantics-5.4-grants-of-grants", func() { grantCycles(12) }},
	{"semantics-5.4-grants-of-grants-4-MiB", func() { grantCycles(22) }},
	{"semantics-5.5-chain-of-a-thousand", func() { longChain(12, 1000) }},
	{"semantics-5.5-chain-of-hundreds-4-MiB", func() { longChain(22, 250) }},
	{"semantics-5.5-chain-of-hundreds-4-MiB-cut-in-a-page", cutChain},
	{"semantics-5.1-many-spaces-share-a-frame", manySharers},
}

// The last 4 MiB of the user area, the first behind it, the first of all; windows there that are larger than what is sent.
func largeEdges() {
	r := newRigIn(nil)
	top := uint32(0xC0000000)
	r.take(0, all4M(l4.RX), l4.NewFpage(top-1<<22, 22, 0))
	if v, ok := r.peek(top - 1<<22); ok { // unless the areas lie there
		equal("last 4 MiB", v, stamp(0))
	}
	for _, w := range [...]l4.Fpage{l4.NewFpage(top, 22, 0), l4.NewFpage(top, 30, 0), l4.NewFpage(0xFFC00000, 22, 0), l4.NewFpage(0xF0000000, 22, 0)} {
		stepNumber("window", uint32(w))
		for _, base := range [...]uint32{0, 0x00400000, 0x3FC00000, 0xFFFFFC00} {
			r.take(base, all4M(l4.RWX), w)
			r.takeGrant(base, all4M(l4.RWX), w)
		}
	}
	about.Reset()
	r.take(0xFFFFFC00, all4M(l4.RX), l4.Complete) // the last 4 MiB of 4 GiB
	r.take(0x3FFFFFFF, all4M(l4.RX), l4.NewFpage(0x40000000, 30, 0))
	r.shows(0x7FC00000, stamp(0))
	r.shows(0x7FFFF000, stamp(1023))
	kip, _ := r.peek(kipAddress())
	equal("KIP", kip, l4.KIPMagic())
	equal("own page", load(large), stamp(0))
	takeBack()
	r.shows(0x7FC00000, 0)
}

// link is the i-th place for a page of the given size.
func link(i, log2 uint32) uint32 { return 0x10000000 + i<<log2 }

func sized(addr, log2 uint32, r l4.Rights) l4.Fpage { return l4.NewFpage(addr, log2, r) }

// A gives to B what A gives to B, again and again, and both to themselves.
func mapCycles(log2 uint32) {
	s := newSpace(me())
	a := startRig(s.id, s)
	a2 := newRigIn(s)
	b := newRigIn(nil)
	at := func(i uint32) l4.Fpage { return sized(link(i, log2), log2, l4.RWX) }
	a.take(0, sized(large, log2, l4.RWX), at(0))
	for round := range uint32(4) {
		stepNumber("round", round)
		a.give(b, 0, at(0), at(0), false)
		b.give(a, 0, at(0), at(0), false) // where it is from
		b.give(a, 0, at(0), at(1), false)
		a.give(b, 0, at(1), at(0), false)
		a.give(b, 0, at(1), at(1), false)
		b.give(a, 0, at(1), at(0), false)
		a.give(a2, 0, at(0), at(0), false)
		a.give(a2, 0, at(1), at(0), false)
		a.give(a2, 0, at(0), at(2), false)
		a.give(a2, 0, at(2), at(1), false)
		a.shows(link(0, log2), stamp(0))
	}
	about.Reset()
	a.unmap(at(0), false)
	a.shows(link(0, log2), stamp(0))
	a.shows(link(1, log2), 0)
	b.shows(link(0, log2), 0)
	takeBack()
	a.shows(link(0, log2), 0)
}

// What was granted is granted on, back, onto itself, and to those who have it.
func grantCycles(log2 uint32) {
	a, b, c := rig3()
	at := func(i uint32) l4.Fpage { return sized(link(i, log2), log2, l4.RWX) }
	a.take(0, sized(large, log2, l4.RWX), at(0))
	a.give(c, 0, at(0), at(5), false)
	for round := range uint32(3) {
		stepNumber("round", round)
		a.give(b, 0, at(0), at(1), true)
		a.give(b, 0, at(0), at(2), true) // a has nothing any more
		b.shows(link(1, log2), stamp(0))
		b.shows(link(2, log2), 0)
		b.give(c, 0, at(1), at(2), true)
		c.give(a, 0, at(2), at(0), true)
		a.shows(link(0, log2), stamp(0))
		b.shows(link(1, log2), 0)
		c.shows(link(5, log2), stamp(0))
	}
	about.Reset()
	c.give(a, 0, at(5), at(0), true) // to its parent: it just goes
	c.shows(link(5, log2), 0)
	a.shows(link(0, log2), stamp(0))
	a.give(b, 0, at(0), at(0), false)
	b.give(a, 0, at(0), at(3), true) // a holds it twice
	a.shows(link(3, log2), stamp(0))
	a.unmap(at(0), true)
	a.shows(link(3, log2), 0)
	takeBack()
}

// chainOf maps large from a to b to a and so on, n times, and returns where the last one is.
func chainOf(a, b *rig, log2, n uint32) (last *rig) {
	a.take(0, sized(large, log2, l4.RWX), sized(link(0, log2), log2, 0))
	for i := uint32(1); i < n; i++ {
		a.give(b, 0, sized(link(i-1, log2), log2, l4.RWX), sized(link(i, log2), log2, 0), false)
		a, b = b, a
	}
	return a
}

func longChain(log2, n uint32) {
	a, b := newRigIn(nil), newRigIn(nil)
	last := chainOf(a, b, log2, n)
	check(last.poke(link(n-1, log2)+4, 0x1111), "write at the end")
	equal("seen at the beginning", load(large+4), 0x1111)
	other := b // who has link 101
	other.unmap(sized(link(101, log2), log2, l4.RWX), false)
	other.shows(link(101, log2), stamp(0))
	a.shows(link(102, log2), 0)
	last.shows(link(n-1, log2), 0)
	equal("status for the ancestor", uint32(l4.UnmapPage(sized(large, log2, l4.RWX), false))&uint32(l4.Write), uint32(l4.Write))
	a.shows(link(0, log2), 0)
	other.shows(link(101, log2), 0)
}

func cutChain() {
	const n = 120
	a, b := newRigIn(nil), newRigIn(nil)
	last := chainOf(a, b, 22, n)
	a.unmap(l4.PageAt(link(0, 22)+0x7000, l4.RWX), false)
	b.unmap(l4.PageAt(link(1, 22)+0x9000, l4.Write), false)
	for _, i := range [...]uint32{1, 2, 60, n - 1} {
		r := a
		if i&1 != 0 {
			r = b
		}
		r.shows(link(i, 22)+0x7000, 0)
		r.shows(link(i, 22)+0x8000, stamp(8))
		r.writable(link(i, 22)+0x9000, i == 1)
	}
	last.shows(link(n-1, 22)+0x3FF000, stamp(1023))
	remove(b.id)
	a.shows(link(2, 22), 0)
	a.shows(link(0, 22), stamp(0))
	takeBack()
	a.shows(link(0, 22), 0)
}

// Each of many spaces gets the same frame by a page fault; one call takes it from all.
func manySharers() {
	n := uint32(0)
	for ; n < 400; n++ {
		id := mass(n, 1)
		if l4.NewSpace(&l4.Space{ID: id, Pager: me(), Scheduler: self, KIPArea: l4.KIPAreaHere(), UTCBArea: l4.UTCBAreaHere()}) != l4.OK {
			break
		}
		stepNumber("space", n)
		log2 := uint32(12)
		if n&1 != 0 {
			log2 = 22
		}
		arrives("start", l4.SendStart(id, target+4, 0))
		var m l4.Msg
		arrives("page fault", l4.Receive(id, &m, soon))
		equal("address", m.Word(1), target+4)
		m.Start(0).AddMap(l4.MapItem{Base: target, Fpage: l4.NewFpage(large, log2, l4.RX)})
		arrives("page", l4.Send(id, &m, l4.Zero))
	}
	about.Reset()
	check(n > 50, "few spaces fit")
	l4.Sleep(l4.Microseconds(2000)) // they run into what they find
	equal("all have used it", uint32(l4.UnmapPage(largePage(0, 0), false))&uint32(l4.RX), uint32(l4.RX))
	takeBack()
	equal("nothing is left", uint32(l4.UnmapPage(l4.NewFpage(large, largeLog2, l4.RWX), false)), 0)
	for i := range n {
		remove(mass(i, 1))
	}
}
