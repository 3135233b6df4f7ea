package main

import "pecan/user/l4"

// 4 MiB pages (semantics 5.1, 5.3, 5.5, 10). That one is used shows in the status bits, which it has once for all of it; all
// else must be as if there were none.

var largeCases = []testCase{
	{"semantics-5.3-4-MiB-page-is-used", largeUsed},
	{"semantics-5.3-4-MiB-over-small-pages", largeOverSmall},
	{"semantics-5.3-small-pages-over-4-MiB", smallOverLarge},
	{"semantics-5.3-4-MiB-rights", largeRights},
	{"semantics-5.3-4-MiB-next-to-areas", largeNearAreas},
	{"semantics-5.4-4-MiB-grant", largeGrant},
	{"semantics-5.4-4-MiB-grant-of-a-part", largeGrantPart},
	{"semantics-10-unmap-of-a-part-of-4-MiB", largeUnmapPart},
	{"semantics-10-revoke-write-from-a-part-of-4-MiB", largeRevokePart},
	{"semantics-10-flush-of-a-part-of-4-MiB", largeFlushPart},
	{"semantics-5.5-4-MiB-mixed-tree", largeMixed},
	{"abi-5.2-status-of-a-part-of-4-MiB", largeStatusPart},
	{"semantics-5.7-4-MiB-space-deletion", largeDeletion},
	{"semantics-5.3-4-MiB-rejoined", largeRejoined},
	{"semantics-5.1-4-MiB-out-of-memory", exhaustParts},
	{"abi-5.10-memory-types", memoryTypes},
}

// all4M is large as one fpage.
func all4M(r l4.Rights) l4.Fpage { return l4.NewFpage(large, 22, r) }

// at4M is the 4 MiB at target+i*4 MiB in a child.
func at4M(i uint32, r l4.Rights) l4.Fpage { return l4.NewFpage(target+i<<22, 22, r) }

// chain4M maps large from space to space as 4 MiB pages.
func chain4M() (a, b, c *rig) {
	a, b, c = rig3()
	a.take(0, all4M(l4.RWX), at4M(0, 0))
	a.give(b, 0, at4M(0, l4.RWX), at4M(0, 0), false)
	b.give(c, 0, at4M(0, l4.RWX), at4M(0, 0), false)
	return
}

// probe checks some pages of the 4 MiB at target: those in missing are not there, the others are.
func (r *rig) probe(missing ...uint32) {
	for _, i := range [...]uint32{0, 1, 2, 5, 6, 7, 511, 1022, 1023} {
		want := stamp(i)
		for _, m := range missing {
			if i == m {
				want = 0
			}
		}
		r.shows(target+i*l4.PageSize, want)
	}
}

func largeUsed() {
	r := newRigIn(nil)
	r.take(0, all4M(l4.RWX), at4M(0, 0))
	r.probe()
	check(r.poke(target+7*l4.PageSize+4, 1), "write")
	equal("status of another page", uint32(l4.UnmapPage(largePage(900, 0), false)), uint32(l4.RWX))
	equal("once more: reset", uint32(l4.UnmapPage(largePage(900, 0), false)), 0)
	equal("but not that of the rest", uint32(l4.UnmapPage(largePage(7, 0), false)), uint32(l4.RWX))
	r.probe()
	// Not aligned to each other: 4 KiB pages, each with its status.
	takeBack()
	r.take(target+0x1000, all4M(l4.RWX), l4.Complete)
	r.take(0, l4.NewFpage(large, 21, l4.RWX), l4.NewFpage(target+0x400000+1<<21, 21, 0))
	check(r.poke(target+0x400000+1<<21+7*l4.PageSize+4, 1), "write")
	equal("status of another page", uint32(l4.UnmapPage(largePage(900, 0), false)), 0)
	takeBack()
	r.shows(target+0x1000, 0)
}

// Pages of other memory are flushed for it, with what is derived from them; pages of the same memory stay, undisturbed.
func largeOverSmall() {
	a, b, _ := rig3()
	a.take(target+5*l4.PageSize, l4.PageAt(pages, l4.RWX), l4.Complete)
	a.give(b, target, l4.PageAt(target+5*l4.PageSize, l4.RWX), l4.Complete, false)
	a.take(0, all4M(l4.RWX), at4M(0, 0))
	a.probe()
	b.shows(target, 0)
	check(a.poke(target+4, 1), "write")
	equal("one page again", uint32(l4.UnmapPage(largePage(900, 0), false)), uint32(l4.RWX))
	takeBack()
	a.take(target+5*l4.PageSize, largePage(5, l4.RX), l4.Complete)
	a.give(b, target, l4.PageAt(target+5*l4.PageSize, l4.RX), l4.Complete, false)
	a.take(0, all4M(l4.RWX), at4M(0, 0))
	a.probe()
	a.writable(target+5*l4.PageSize, true)
	b.shows(target, stamp(5))
	takeBack()
	b.shows(target, 0)
	a.probe(0, 1, 2, 5, 6, 7, 511, 1022, 1023)
	// 4 MiB over other 4 MiB.
	a.take(0, all4M(l4.RX), at4M(0, 0))
	a.take(0, all4M(l4.RX), at4M(1, 0))
	a.give(b, 0, at4M(1, l4.RX), at4M(0, 0), false)
	a.give(b, 0, at4M(0, l4.RX), at4M(0, 0), false)
	b.probe()
	a.unmap(at4M(0, l4.RWX), false)
	b.probe() // from the other one
	a.unmap(at4M(1, l4.RWX), false)
	b.shows(target, 0)
	takeBack()
}

func smallOverLarge() {
	a, b, _ := rig3()
	a.take(0, all4M(l4.RWX), at4M(0, 0))
	a.give(b, 0, at4M(0, l4.RWX), at4M(0, 0), false)
	check(a.poke(target+6*l4.PageSize, stamp(6)), "write")
	store(pages, 0x1234)
	a.take(target+5*l4.PageSize, l4.PageAt(pages, l4.RWX), l4.Complete)
	a.shows(target+5*l4.PageSize, 0x1234)
	b.probe(5)
	a.shows(target+6*l4.PageSize, stamp(6))
	// The same page on top of itself is nothing.
	a.take(target+7*l4.PageSize, largePage(7, l4.RX), l4.Complete)
	a.writable(target+7*l4.PageSize, true)
	b.probe(5)
	// Another page of the same 4 MiB.
	a.take(target+7*l4.PageSize, largePage(8, l4.RX), l4.Complete)
	a.shows(target+7*l4.PageSize, stamp(8))
	b.probe(5, 7)
	a.unmap(at4M(0, l4.RWX), false)
	b.probe(0, 1, 2, 5, 6, 7, 511, 1022, 1023)
	a.shows(target+7*l4.PageSize, stamp(8))
	takeBack()
	a.shows(target+5*l4.PageSize, 0x1234)
	l4.UnmapPage(l4.NewFpage(pages, pagesLog2, l4.RWX), false)
	a.probe(0, 1, 2, 5, 6, 7, 511, 1022, 1023)
}

func largeRights() {
	a, b, _ := rig3()
	a.take(0, all4M(l4.RX), at4M(0, 0))
	a.writable(target, false)
	a.give(b, 0, at4M(0, l4.RWX), at4M(0, 0), false)
	b.writable(target+0x3FF000, false)
	a.take(0, all4M(l4.RWX), at4M(0, 0)) // rights grow
	a.writable(target+0x3FF000, true)
	b.writable(target+0x3FF000, false)
	b.probe()
	// A single page grows.
	b.give(a, 0, at4M(0, l4.RWX), at4M(0, 0), false) // back to where it is from: nothing
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	b.writable(target, true)
	b.writable(target+0x1000, false)
	b.probe()
	a.take(0, all4M(0), at4M(1, 0))
	a.shows(target+1<<22, 0)
	takeBack()
}

// No 4 MiB page where the KIP or UTCB area lies: the rest arrives.
func largeNearAreas() {
	r := newRigIn(nil)
	for _, at := range [...]uint32{kipAddress(), uint32(l4.UTCBAreaHere().Base())} {
		base := at &^ (1<<22 - 1)
		r.take(0, all4M(l4.RX), l4.NewFpage(base, 22, 0))
		for _, i := range [...]uint32{64, 100, 700} {
			if page := base + i*l4.PageSize; page < at || page >= at+1<<17 {
				r.shows(page, stamp(i))
			}
		}
		takeBack()
	}
	kip, _ := r.peek(kipAddress())
	equal("KIP", kip, l4.KIPMagic())
	r.take(0, all4M(l4.RX), l4.NewFpage(0, 22, 0))
	r.shows(0x1000, stamp(1))
	r.shows(0, 0)
	takeBack()
}

func largeGrant() {
	a, b, c := chain4M()
	d := newRigIn(nil)
	b.give(d, 0, at4M(0, l4.RWX), at4M(1, 0), true)
	b.probe(0, 1, 2, 5, 6, 7, 511, 1022, 1023)
	d.shows(target+1<<22, stamp(0))
	d.shows(target+2<<22-l4.PageSize, stamp(1023))
	c.probe()
	d.unmap(at4M(1, l4.RWX), false)
	c.probe(0, 1, 2, 5, 6, 7, 511, 1022, 1023)
	a.unmap(at4M(0, l4.RWX), false)
	d.shows(target+1<<22, 0)
	a.probe()
	takeBack()
}

// The part goes, with what was derived from it; the rest is where it was.
func largeGrantPart() {
	a, b, c := chain4M()
	d, e := newRigIn(nil), newRigIn(nil)
	b.give(e, target, l4.PageAt(target+5*l4.PageSize, l4.RWX), l4.Complete, false)
	b.give(d, target, l4.PageAt(target+5*l4.PageSize, l4.RWX), l4.Complete, true)
	b.probe(5)
	a.probe()
	c.probe()
	d.shows(target, stamp(5))
	e.shows(target, stamp(5))
	d.unmap(l4.PageAt(target, l4.RWX), false)
	c.probe(5)
	e.shows(target, 0)
	b.unmap(at4M(0, l4.RWX), false)
	c.probe(0, 1, 2, 5, 6, 7, 511, 1022, 1023)
	d.shows(target, stamp(5))
	a.unmap(l4.PageAt(target+5*l4.PageSize, l4.RWX), false)
	d.shows(target, 0)
	b.probe(5)
	takeBack()
	b.shows(target, 0)
}

func largeUnmapPart() {
	a, b, c := chain4M()
	a.unmap(l4.PageAt(target+5*l4.PageSize, l4.RWX), false)
	a.probe()
	b.probe(5)
	c.probe(5)
	l4.UnmapPage(l4.NewFpage(large+0x6000, 13, l4.RWX), false)
	a.probe(6, 7)
	b.probe(5, 6, 7)
	c.probe(5, 6, 7)
	// What has been taken can come back, page by page, from elsewhere.
	b.take(target+5*l4.PageSize, largePage(5, l4.RX), l4.Complete)
	b.shows(target+5*l4.PageSize, stamp(5))
	a.unmap(at4M(0, l4.RWX), false)
	b.probe(0, 1, 2, 6, 7, 511, 1022, 1023)
	c.shows(target, 0)
	b.shows(target+5*l4.PageSize, stamp(5))
	takeBack()
	b.shows(target+5*l4.PageSize, 0)
}

func largeRevokePart() {
	a, b, c := chain4M()
	a.unmap(l4.PageAt(target+5*l4.PageSize, l4.Write), false)
	for _, r := range [...]*rig{b, c} {
		r.writable(target+5*l4.PageSize, false)
		r.writable(target+4*l4.PageSize, true)
		r.writable(target+6*l4.PageSize, true)
	}
	a.writable(target+5*l4.PageSize, true)
	a.unmap(l4.PageAt(target+0x3FF000, l4.Write), true)
	a.writable(target+0x3FF000, false)
	a.writable(target+0x3FE000, true)
	c.writable(target+0x3FF000, false)
	l4.UnmapPage(all4M(l4.Write), false)
	for _, r := range [...]*rig{a, b, c} {
		r.writable(target+6*l4.PageSize, false)
		r.probe()
	}
	takeBack()
}

func largeFlushPart() {
	a, b, c := chain4M()
	b.unmap(l4.PageAt(target+5*l4.PageSize, l4.RWX), true)
	a.probe()
	b.probe(5)
	c.probe(5)
	b.unmap(at4M(0, l4.RWX), true)
	b.probe(0, 1, 2, 5, 6, 7, 511, 1022, 1023)
	c.probe(0, 1, 2, 5, 6, 7, 511, 1022, 1023)
	a.probe()
	takeBack()
}

// Small pages below 4 MiB pages below 4 MiB pages.
func largeMixed() {
	a, b, c := chain4M()
	d := newRigIn(nil)
	a.give(d, target+0x0000, l4.PageAt(target+0x5000, l4.RWX), l4.Complete, false)
	b.give(d, target+0x1000, l4.PageAt(target+0x5000, l4.RWX), l4.Complete, false)
	c.give(d, target+0x2000, l4.PageAt(target+0x6000, l4.RWX), l4.Complete, false)
	c.give(d, target+0x3000, l4.PageAt(target+0x7000, l4.RWX), l4.Complete, false)
	all := func(want ...uint32) {
		for i, w := range want {
			d.shows(target+uint32(i)*l4.PageSize, w)
		}
	}
	all(stamp(5), stamp(5), stamp(6), stamp(7))
	b.unmap(l4.PageAt(target+0x6000, l4.RWX), false)
	all(stamp(5), stamp(5), 0, stamp(7))
	a.unmap(l4.PageAt(target+0x6000, l4.RWX), true)
	a.unmap(l4.PageAt(target+0x5000, l4.RX), false)
	all(stamp(5), stamp(5), 0, stamp(7))
	b.unmap(at4M(0, l4.RWX), true)
	all(stamp(5), 0, 0, 0)
	a.probe(6)
	takeBack()
	all(0, 0, 0, 0)
}

// Reading and resetting the status of a part does not reset that of other parts: no write is forgotten.
func largeStatusPart() {
	a, b, _ := rig3()
	a.take(0, all4M(l4.RWX), at4M(0, 0))
	a.give(b, 0, at4M(0, l4.RWX), at4M(0, 0), false)
	check(b.poke(target+5*l4.PageSize, stamp(5)), "write")
	for _, i := range [...]uint32{4, 6, 5} { // the first asked for may report it as well, the one written must
		got := a.unmap(l4.PageAt(target+i*l4.PageSize, 0), false)
		if i == 5 {
			equal("page written", uint32(got), uint32(l4.RWX))
		}
	}
	equal("reset", uint32(a.unmap(l4.PageAt(target+5*l4.PageSize, 0), false)), 0)
	a.unmap(at4M(0, 0), false) // all pages had been reported as written
	check(b.poke(target+9*l4.PageSize, stamp(9)), "write")
	equal("page not written", uint32(a.unmap(l4.PageAt(target+8*l4.PageSize, 0), false)), 0)
	equal("page written", uint32(a.unmap(l4.PageAt(target+9*l4.PageSize, 0), false)), uint32(l4.RWX))
	equal("for the ancestor", uint32(l4.UnmapPage(largePage(9, 0), false)), uint32(l4.RWX))
	takeBack()
}

func largeDeletion() {
	here := marked()
	for round := range uint32(8) {
		a, b, c := chain4M()
		d := newRigIn(nil)
		if round&1 != 0 {
			a.unmap(l4.PageAt(target+5*l4.PageSize, l4.RWX), false)
			b.take(target+5*l4.PageSize, l4.PageAt(pages, l4.RX), l4.Complete)
		}
		b.give(d, target, l4.PageAt(target+6*l4.PageSize, l4.RX), l4.Complete, false)
		d.shows(target, stamp(6))
		remove([...]*rig{a, b, b, c, d}[round%5].id)
		if round%5 < 3 {
			d.shows(target, 0)
		}
		takeBack()
		here.rewind()
	}
}

// Broken up, then mapped again as a whole: all its pages are there, and one unmap takes them.
func largeRejoined() {
	a, b, _ := rig3()
	a.take(0, all4M(l4.RWX), at4M(0, 0))
	a.give(b, 0, at4M(0, l4.RWX), at4M(0, 0), false)
	l4.UnmapPage(largePage(5, l4.RWX), false)
	l4.UnmapPage(largePage(6, l4.Write), false)
	a.probe(5)
	a.take(0, all4M(l4.RWX), at4M(0, 0))
	a.probe()
	a.writable(target+6*l4.PageSize, true)
	b.probe(5) // what was derived does not come back by itself
	b.writable(target+6*l4.PageSize, false)
	l4.UnmapPage(all4M(0), false)
	check(a.poke(target, stamp(0)), "write")
	equal("one page again", uint32(l4.UnmapPage(largePage(900, 0), false)), uint32(l4.RWX))
	takeBack()
	a.shows(target+5*l4.PageSize, 0)
	b.shows(target, 0)
}

// Without memory to break a 4 MiB page up, what is taken away goes all the same.
func exhaustParts() {
	ids := [...]*rig{newRigIn(nil), newRigIn(nil), newRigIn(nil)}
	for _, r := range ids {
		r.take(0, all4M(l4.RWX), at4M(0, 0))
		r.take(0, all4M(l4.RWX), at4M(1, 0))
	}
	w := newWitnesses()
	n := fillThreads(1)
	l4.UnmapPage(largePage(5, l4.Write), false)
	for _, r := range ids {
		r.writable(target+5*l4.PageSize, false)
	}
	l4.UnmapPage(largePage(5, l4.RWX), false)
	for _, r := range ids {
		r.shows(target+5*l4.PageSize, 0)
		r.shows(target+1<<22+5*l4.PageSize, 0)
	}
	for i := range n {
		remove(mass(i, 1))
	}
	w.prove()
	for _, r := range ids {
		r.take(0, all4M(l4.RWX), at4M(0, 0))
		r.probe()
	}
	takeBack()
}

// Memory stays accessible whatever its type, and its type goes with it.
func memoryTypes() {
	r := newRigIn(nil)
	r.take(0, all4M(l4.RWX), at4M(0, 0))
	for _, a := range [...]l4.Attribute{l4.WriteThrough, l4.Uncacheable, l4.WriteCombining, l4.WriteProtected, l4.WriteBack, l4.DefaultMemory} {
		stepNumber("attribute", uint32(a))
		for _, p := range [...]l4.Fpage{all4M(0), largePage(5, 0), l4.NewFpage(large, 16, 0), l4.Complete} {
			attributes := [4]l4.Attribute{a}
			if p == l4.Complete && a != l4.DefaultMemory {
				continue // not the program itself
			}
			pages := [1]l4.Fpage{p &^ 3}
			succeeds("MemoryControl", l4.MemoryControl(pages[:], attributes))
			r.probe()
			store(large+5*l4.PageSize+8, uint32(a))
			v, ok := r.peek(target + 5*l4.PageSize + 8)
			check(ok && v == uint32(a), "not the same memory")
			check(r.poke(target+6*l4.PageSize, stamp(6)), "write")
		}
	}
	about.Reset()
	pages := [1]l4.Fpage{all4M(0)}
	refused("attribute 3", l4.MemoryControl(pages[:], [4]l4.Attribute{3}), l4.ErrParameter)
	takeBack()
}
