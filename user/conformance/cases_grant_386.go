package main

import "pecan/user/l4"

// Grants (semantics 5.4). Pages of this space are never granted: it would lose them.

var grantCases = []testCase{
	{"5.4.1-sender-loses-page", "5.4.1", grantMoves},
	{"5.4.2-place-in-tree", "5.4.2 5.1.2", grantPlace},
	{"5.4.3-descendants", "5.4.3", grantDescendants},
	{"5.4.4-larger-than-window", "5.4.4", grantLarger},
	{"5.4.1-sizes", "5.4.1 5.1.7", grantSizes},
	{"5.4.2-rights", "5.4.2 5.3.5", grantRights},
}

func grantMoves() {
	list := line(1, 14)
	a, b := list[0], newPuppet(nil, target)
	a.grants(b, l4.PageAt(a.zone+0x1000, l4.RWX), free, l4.Complete)
	b.sees(free, stampOf(source, 1))
	b.writable(free, true)
	a.sees(a.zone+0x1000, 0)
	for _, x := range [...]uint32{0, 2, 3} {
		a.sees(a.zone+x*l4.PageSize, stampOf(source, x))
	}
	step("it cannot be granted twice")
	a.grants(b, l4.PageAt(a.zone+0x1000, l4.RWX), free2, l4.Complete)
	b.sees(free2, 0)
	step("in the same space")
	c := newPuppet(a.space, target)
	a.grants(c, l4.PageAt(a.zone, l4.RWX), free, l4.Complete)
	a.sees(a.zone, 0)
	a.sees(free, stampOf(source, 0))
	step("and back")
	c.grants(a, l4.PageAt(free, l4.RWX), a.zone, l4.Complete)
	a.sees(free, 0)
	a.sees(a.zone, stampOf(source, 0))
}

func grantPlace() {
	list := line(2, 13)
	a, b := list[0], list[1]
	c := newPuppet(nil, target)
	b.grants(c, l4.PageAt(b.zone, l4.RWX), free, l4.Complete)
	step("who granted has no power over it")
	b.unmaps(l4.PageAt(b.zone, l4.RWX), true)
	c.sees(free, stampOf(source, 0))
	step("the sender's source has")
	a.unmaps(l4.PageAt(a.zone, l4.RWX), false)
	c.sees(free, 0)
	a.sees(a.zone, stampOf(source, 0))
	step("the sender may go altogether")
	b.grants(c, l4.PageAt(b.zone+0x1000, l4.RWX), free, l4.Complete)
	remove(b.id)
	c.sees(free, stampOf(source, 1))
	a.unmaps(l4.PageAt(a.zone+0x1000, l4.RWX), false)
	c.sees(free, 0)
}

func grantDescendants() {
	list := line(4, 13)
	a, b, c, d := list[0], list[1], list[2], list[3]
	e := newPuppet(nil, target)
	b.grants(e, l4.NewFpage(b.zone, 13, l4.RWX), free, l4.Complete)
	for x := range uint32(2) {
		at := x * l4.PageSize
		e.sees(free+at, stampOf(source, x))
		b.sees(b.zone+at, 0)
		c.sees(c.zone+at, stampOf(source, x))
		d.sees(d.zone+at, stampOf(source, x))
	}
	e.unmaps(l4.PageAt(free, l4.RWX), false)
	c.sees(c.zone, 0)
	d.sees(d.zone, 0)
	e.sees(free, stampOf(source, 0))
	a.unmaps(l4.PageAt(a.zone+0x1000, l4.RWX), false)
	e.sees(free+0x1000, 0)
	c.sees(c.zone+0x1000, 0)
	d.sees(d.zone+0x1000, 0)
}

func grantLarger() {
	list := line(2, 16)
	a, b := list[0], list[1]
	c := newPuppet(nil, target)
	b.grants(c, l4.NewFpage(b.zone, 16, l4.RWX), 0x5000, l4.NewFpage(free, 13, 0))
	c.spread(free, 4, 2)
	for x := range uint32(16) {
		b.sees(b.zone+x*l4.PageSize, 0)
		a.sees(a.zone+x*l4.PageSize, stampOf(source, x))
	}
	step("with what was derived from the rest")
	a.gives(b, l4.NewFpage(a.zone, 16, l4.RWX), b.zone, l4.Complete)
	d := newPuppet(nil, target)
	b.gives(d, l4.NewFpage(b.zone, 16, l4.RWX), free, l4.Complete)
	b.grants(c, l4.NewFpage(b.zone, 16, l4.RWX), 0x5000, l4.NewFpage(free2, 12, 0))
	c.sees(free2, stampOf(source, 5))
	d.sees(free+0x5000, stampOf(source, 5))
	d.sees(free+0x4000, 0)
	d.sees(free, 0)
	d.sees(free+0xF000, 0)
}

// 4 MiB at once, in pieces, and onto what is there.
func grantSizes() {
	stampRegions()
	a, b, c := newPuppet(nil, source), newPuppet(nil, target), newPuppet(nil, target)
	full(a)
	a.grants(b, l4.NewFpage(a.zone, 22, l4.RWX), free, l4.Complete)
	b.spread(free, 0, 1024)
	a.sees(a.zone, 0)
	a.sees(a.zone+0x3FF000, 0)
	step("a piece of it")
	b.grants(c, l4.NewFpage(free+0x100000, 16, l4.RWX), free+0x100000, l4.Complete)
	c.spread(free+0x100000, 0x100, 16)
	b.sees(free+0x100000, 0)
	b.sees(free+0x10F000, 0)
	b.sees(free+0x110000, stampOf(source, 0x110))
	b.sees(free+0xFF000, stampOf(source, 0xFF))
	step("onto other pages")
	c.takes(rwx(target, 0, 22), free2, l4.Complete)
	b.grants(c, l4.PageAt(free, l4.RWX), free2+0x7000, l4.Complete)
	c.sees(free2+0x7000, stampOf(source, 0))
	got, ok := c.access(readWord, free2+0x8000, 0)
	check(!ok || got == stampOf(target, 8), "a neighbour shows something else")
	step("all of it still belongs to this space")
	l4.UnmapPage(rwx(source, 0, 22), false)
	b.sees(free+0x110000, 0)
	c.sees(free+0x100000, 0)
	c.sees(free2+0x7000, 0)
}

func grantRights() {
	stampRegions()
	a, b, c := newPuppet(nil, source), newPuppet(nil, target), newPuppet(nil, target)
	step("fewer than the sender has: its descendants lose them as well")
	a.give(0, 12)
	a.gives(c, l4.PageAt(a.zone, l4.RWX), free, l4.Complete)
	a.grants(b, l4.PageAt(a.zone, l4.Read), free, l4.Complete)
	b.writable(free, false)
	c.writable(free, false)
	takeRegions()
	step("never more than the sender has")
	a.giveRights(0, 12, l4.Read)
	a.grants(b, l4.PageAt(a.zone, l4.RWX), free, l4.Complete)
	b.writable(free, false)
	a.sees(a.zone, 0)
}
