package main

import "pecan/user/l4"

// What unmap reports about the use of pages (semantics 5.5, 10, abi 5.2).

var statusCases = []testCase{
	{"5.5.7-status", "5.5.7 abi-5.2.4 5.1.6", statusKinds},
	{"5.5.7-status-over-all", "5.5.7", statusOver},
	{"5.5.8-reset", "5.5.8", statusReset},
	{"5.5.9-own-accesses", "5.5.9 10.10", statusOwn},
	{"5.5.10-ancestors", "5.5.10 5.1.6", statusAncestors},
	{"5.5.10-removed-descendants", "5.5.10", statusRemoved},
	{"10.12-rights", "10.12", statusRights},
	{"abi-5.2.3-results", "abi-5.2.3", statusResults},
}

const (
	unused   = l4.Rights(0)
	accessed = l4.RX
	dirty    = l4.RWX // accessed and dirty
)

// touches lets the puppet read or write a word, which it may.
func (p *puppet) touches(addr uint32, write bool) {
	kind := uint32(readWord)
	if write {
		kind = writeWord
	}
	_, ok := p.access(kind, addr, 0xABCD)
	check(ok, "access refused")
}

func status(what string, got, want l4.Rights) { equal(what, uint32(got), uint32(want)) }

func statusKinds() {
	list := line(2, 14)
	a, b := list[0], list[1]
	page := func(x uint32) l4.Fpage { return l4.PageAt(a.zone+x*l4.PageSize, 0) }
	status("unused", a.unmaps(page(0), false), unused)
	b.touches(b.zone, false)
	status("read", a.unmaps(page(0), false), accessed)
	b.touches(b.zone, true)
	status("written", a.unmaps(page(0), false), dirty)
	status("another page", a.unmaps(page(1), false), unused)
	status("absent pages", a.unmaps(l4.NewFpage(free, 16, 0), true), unused)
}

func statusOver() {
	list := line(3, 16)
	a, b, c := list[0], list[1], list[2]
	all := l4.NewFpage(a.zone, 16, 0)
	c.touches(c.zone+0x5000, false)
	status("one page, a grandchild", a.unmaps(all, false), accessed)
	b.touches(b.zone+0x1000, false)
	c.touches(c.zone+0xF000, true)
	status("two pages, two spaces", a.unmaps(all, false), dirty)
	step("4 MiB")
	x, y, z := large()
	x.unmaps(l4.NewFpage(free, 22, 0), true)
	z.touches(free+0x3FF000, true)
	status("a page of 4 MiB", x.unmaps(l4.NewFpage(free, 22, 0), false), dirty)
	y.touches(free, false)
	status("then only read", x.unmaps(l4.NewFpage(free, 22, 0), false), accessed)
}

func statusReset() {
	list := line(2, 13)
	a, b := list[0], list[1]
	page := l4.PageAt(a.zone, 0)
	for range 3 {
		b.touches(b.zone, true)
		status("written", a.unmaps(page, false), dirty)
		status("asked again", a.unmaps(page, false), unused)
		b.touches(b.zone, false)
		status("read afterwards", a.unmaps(page, false), accessed)
	}
	step("by a flush of the child itself")
	b.touches(b.zone, true)
	status("of the child", b.unmaps(page, true), dirty)
	status("of the child again", b.unmaps(page, true), unused)
}

func statusOwn() {
	list := line(2, 13)
	a, b := list[0], list[1]
	page := l4.PageAt(a.zone, 0)
	a.unmaps(page, true)
	a.touches(a.zone, true)
	status("own accesses", a.unmaps(page, false), unused)
	b.touches(b.zone, false)
	status("only the child's", a.unmaps(page, false), accessed)
	status("own ones are still there", a.unmaps(page, true), dirty)
	status("and then gone", a.unmaps(page, true), unused)
}

// What the middle one has asked about, the first one still hears of.
func statusAncestors() {
	list := line(3, 13)
	a, b, c := list[0], list[1], list[2]
	page := l4.PageAt(a.zone, 0)
	a.unmaps(page, false)
	c.touches(c.zone, true)
	status("middle", b.unmaps(page, false), dirty)
	status("first", a.unmaps(page, false), dirty)
	status("first again", a.unmaps(page, false), unused)
	step("two have asked")
	c.touches(c.zone, false)
	status("middle", b.unmaps(page, false), accessed)
	status("middle again", b.unmaps(page, false), unused)
	status("root", l4.UnmapPage(rwx(source, 0, 12).With(0), false), dirty)
}

func statusRemoved() {
	list := line(3, 13)
	a, b, c := list[0], list[1], list[2]
	page := l4.PageAt(a.zone, 0)
	a.unmaps(page, false)
	c.touches(c.zone, true)
	status("removal", b.unmaps(page.With(l4.RWX), false), dirty)
	c.sees(c.zone, 0)
	status("first", a.unmaps(page, false), dirty)
	step("by a flush")
	b.touches(b.zone, false)
	status("flush", b.unmaps(page.With(l4.RWX), true), accessed)
	status("first", a.unmaps(page, false), unused) // the whole branch is gone, with its status: it was told
}

// Revoking r or x reports and resets like revoking nothing.
func statusRights() {
	list := line(2, 13)
	a, b := list[0], list[1]
	for _, r := range [...]l4.Rights{l4.Read, l4.Execute, l4.RX} {
		stepNumber("rights", uint32(r))
		page := l4.PageAt(a.zone, r)
		b.touches(b.zone, true)
		status("written", a.unmaps(page, false), dirty)
		status("reset", a.unmaps(page, false), unused)
		b.touches(b.zone, false)
		b.writable(b.zone, true)
	}
	step("with w")
	b.touches(b.zone, true)
	status("written", a.unmaps(l4.PageAt(a.zone, l4.Write), false), dirty)
	status("reset", a.unmaps(l4.PageAt(a.zone, l4.Write), false), unused)
	b.writable(b.zone, false)
}

// Results are in the registers of the fpages, which are otherwise as they were.
func statusResults() {
	list := line(2, 20)
	a, b := list[0], list[1]
	b.touches(b.zone+3*l4.PageSize, false)
	b.touches(b.zone+63*l4.PageSize, true)
	var pages, got [64]l4.Fpage
	for i := range pages {
		pages[i] = l4.Fpage(a.zone + uint32(i)*l4.PageSize + 0x400*uint32(i&3) | 12<<4 | uint32(i&1)<<3)
	}
	pages[7], pages[8] = l4.NilPage, l4.NewIOFpage(ownPort, 2, 0).Fpage()
	a.does(func() {
		got = pages
		l4.Unmap(got[:], false)
	})
	for i := range pages {
		stepNumber("fpage", uint32(i))
		want := pages[i]
		switch i {
		case 3:
			want |= l4.Fpage(accessed)
		case 63:
			want |= l4.Fpage(dirty)
		}
		equal("result", uint32(got[i]), uint32(want))
	}
	step("MR0 in the register and in memory")
	b.touches(b.zone, false)
	page := uint32(l4.PageAt(a.zone, l4.Read))
	var register, memory uint32
	a.does(func() {
		l4.MyUTCB().MR[0] = 0x11111111 // the register counts
		register = rawUnmap(0, page)
		memory = l4.MyUTCB().MR[0]
	})
	equal("register", register, page&^7|uint32(accessed))
	equal("memory", memory, register)
}
