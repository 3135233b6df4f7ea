package main

import "pecan/user/l4"

// Status bits of Unmap, and spaces that go away (abi 5.2, semantics 5.5, 5.7). The cases are in the table of cases_unmap_386.go.

func statusBits() {
	r := newRigIn(nil)
	r.take(target, largePage(1, l4.RWX), l4.Complete)
	equal("fresh", uint32(l4.UnmapPage(largePage(1, 0), false)), 0)
	r.shows(target, stamp(1))
	equal("read", uint32(l4.UnmapPage(largePage(1, 0), false)), uint32(l4.RX))
	equal("reset", uint32(l4.UnmapPage(largePage(1, 0), false)), 0)
	check(r.poke(target+4, 3), "write")
	equal("written", uint32(l4.UnmapPage(largePage(1, 0), false)), uint32(l4.RWX))
	equal("reset", uint32(l4.UnmapPage(largePage(1, 0), false)), 0)
	// The caller's own use does not count without flush.
	store(large+l4.PageSize+8, 1)
	equal("own use", uint32(l4.UnmapPage(largePage(1, 0), false)), 0)
	check(r.poke(target+4, 4), "write")
	equal("with the page", uint32(l4.UnmapPage(largePage(1, l4.RWX), false)), uint32(l4.RWX))
	equal("nobody left", uint32(l4.UnmapPage(largePage(1, l4.RWX), false)), 0)
	// A range tells the sum.
	r.take(0, l4.NewFpage(large, 16, l4.RWX), l4.NewFpage(target, 16, 0))
	r.shows(target+0x3000, stamp(3))
	equal("one of many", uint32(l4.UnmapPage(l4.NewFpage(large, 16, 0), false)), uint32(l4.RX))
	takeBack()
}

func statusReset() {
	a := newRigIn(nil)
	a.take(target, largePage(1, l4.RWX), l4.Complete)
	a.poke(target, stamp(1))
	equal("flush, own use", uint32(a.unmap(l4.PageAt(target, 0), true)), uint32(l4.RWX))
	equal("reset", uint32(a.unmap(l4.PageAt(target, 0), true)), 0)
	a.shows(target, stamp(1))
	equal("read", uint32(a.unmap(l4.PageAt(target, 0), true)), uint32(l4.RX))
	a.poke(target, stamp(1))
	equal("flushed", uint32(a.unmap(l4.PageAt(target, l4.RWX), true)), uint32(l4.RWX))
	equal("nothing there", uint32(a.unmap(l4.PageAt(target, l4.RWX), true)), 0)
	takeBack()
}

// Bits collected from descendants stay visible to those further up.
func statusDescendants() {
	a, b, c := rig3()
	a.take(target, largePage(1, l4.RWX), l4.Complete)
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	b.give(c, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	c.poke(target, stamp(1))
	equal("b about c", uint32(b.unmap(l4.PageAt(target, 0), false)), uint32(l4.RWX))
	equal("b again", uint32(b.unmap(l4.PageAt(target, 0), false)), 0)
	equal("a about b and c", uint32(a.unmap(l4.PageAt(target, 0), false)), uint32(l4.RWX))
	c.poke(target, stamp(1))
	b.unmap(l4.PageAt(target, l4.RWX), false)
	equal("a about what b took", uint32(a.unmap(l4.PageAt(target, 0), false)), uint32(l4.RWX))
	takeBack()
}

func spaceDeletion() {
	a, b, c := rig3()
	a.take(0, l4.NewFpage(large, 16, l4.RWX), l4.NewFpage(target, 16, 0))
	a.give(b, 0, l4.NewFpage(target, 16, l4.RWX), l4.NewFpage(target, 16, 0), false)
	b.give(c, 0, l4.NewFpage(target, 14, l4.RWX), l4.NewFpage(target, 16, 0), false)
	c.take(target+0x8000, largePage(1, l4.RX), l4.Complete)
	remove(b.id)
	c.shows(target, 0)
	c.shows(target+0x8000, stamp(1))
	a.shows(target, stamp(0))
	remove(a.id)
	c.shows(target+0x8000, stamp(1))
	takeBack()
	c.shows(target+0x8000, 0)
}

func chainDeletion() {
	for range 4 {
		here := marked()
		var r [6]*rig
		for i := range r {
			r[i] = newRigIn(nil)
		}
		r[0].take(0, l4.NewFpage(large, 18, l4.RWX), l4.NewFpage(target, 18, 0))
		for i := range r[:5] {
			r[i].give(r[i+1], 0, l4.NewFpage(target, 18, l4.RWX), l4.NewFpage(target, 18, 0), false)
		}
		r[5].shows(target+0x3F000, stamp(63))
		remove(r[0].id)
		for _, x := range r[1:] {
			x.shows(target, 0)
			remove(x.id)
		}
		here.rewind()
	}
}

// A page is taken away from a thread while it executes there.
func codeTakenAway() {
	r := newRigIn(nil)
	counter[0] = 0
	spawnSpace(count(0))
	l4.Sleep(tick)
	k := l4.Kernel()
	for range 10 {
		before := counted(0)
		for at := k.Root.Low &^ 0xFFFF; at < k.Root.High; at += 0x10000 {
			l4.UnmapPage(l4.NewFpage(at, 16, l4.RWX), false)
		}
		for n := 0; n < 100 && counted(0) == before; n++ {
			l4.Sleep(tick)
		}
		check(counted(0) != before, "it does not go on")
	}
	r.patterns()
	r.done(r.do(0x90), 1)
}
