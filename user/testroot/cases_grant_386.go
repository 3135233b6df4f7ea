package main

import "pecan/user/l4"

// Grants (semantics 5.4).

var grantCases = []testCase{
	{"semantics-5.4-grant", grantMoves},
	{"semantics-5.4-grant-keeps-the-tree", grantTree},
	{"semantics-5.4-grant-of-ranges", grantRange},
	{"semantics-5.4-grant-with-less-rights", grantRights},
	{"semantics-5.4-grant-onto-the-same-page", grantSame},
}

func grantMoves() {
	a, b, _ := rig3()
	a.take(target, largePage(1, l4.RWX), l4.Complete)
	a.give(b, target+0x4000, l4.PageAt(target, l4.RWX), l4.Complete, true)
	a.shows(target, 0)
	b.shows(target+0x4000, stamp(1))
	b.writable(target+0x4000, true)
	takeBack()
	b.shows(target+0x4000, 0)
}

// What was derived from the granter is derived from the receiver now.
func grantTree() {
	a, b, c := rig3()
	a.take(target, largePage(2, l4.RWX), l4.Complete)
	a.give(c, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, true)
	c.shows(target, stamp(2))
	a.unmap(l4.PageAt(target, l4.RWX), true)
	c.shows(target, stamp(2))
	b.unmap(l4.PageAt(target, l4.RWX), false)
	c.shows(target, 0)
	b.shows(target, stamp(2))
	takeBack()
	b.shows(target, 0)
}

func grantRange() {
	a, b, _ := rig3()
	a.take(0, l4.NewFpage(large, 16, l4.RWX), l4.NewFpage(target, 16, 0))
	a.give(b, 0, l4.NewFpage(target, 15, l4.RWX), l4.NewFpage(target, 22, 0), true)
	for i := range uint32(16) {
		if i < 8 {
			a.shows(target+i*l4.PageSize, 0)
			b.shows(target+i*l4.PageSize, stamp(i))
		} else {
			a.shows(target+i*l4.PageSize, stamp(i))
			b.shows(target+i*l4.PageSize, 0)
		}
	}
	takeBack()
}

func grantRights() {
	a, b, c := rig3()
	a.take(target, largePage(3, l4.RWX), l4.Complete)
	a.give(c, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	a.give(b, target, l4.PageAt(target, l4.RX), l4.Complete, true)
	b.writable(target, false)
	if _, ok := c.peek(target); ok {
		c.writable(target, false) // no more than its parent has
	}
	a.take(target, largePage(3, l4.RX), l4.Complete)
	a.give(c, target+0x1000, l4.PageAt(target, l4.RWX), l4.Complete, true)
	c.writable(target+0x1000, false) // no more than the granter had
	takeBack()
}

// Grants onto what is there already, in all relations of source and destination.
func grantSame() {
	a, b, c := rig3()
	a.take(target, largePage(4, l4.RWX), l4.Complete)
	b.take(target, largePage(4, l4.RX), l4.Complete)
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, true) // siblings
	a.shows(target, 0)
	b.shows(target, stamp(4))
	takeBack()
	a.take(target, largePage(4, l4.RWX), l4.Complete)
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	b.give(c, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, true) // parent onto child
	a.shows(target, 0)
	b.shows(target, stamp(4))
	takeBack()
	b.shows(target, 0)
	c.shows(target, 0)
	a.take(target, largePage(4, l4.RWX), l4.Complete)
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	b.give(c, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	b.give(a, target, l4.PageAt(target, l4.RWX), l4.Complete, true) // child onto parent
	a.shows(target, stamp(4))
	takeBack()
	a.shows(target, 0)
	b.shows(target, 0)
	c.shows(target, 0)
}
