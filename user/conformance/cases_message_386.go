package main

import "pecan/user/l4"

// Messages (semantics 1.6, 1.9, abi 1.9, 1.11).

var messageCases = []testCase{
	{"message-flags", "1.6.1 1.9.1 1.6.5", messageFlags},
	{"message-words", "1.6.2 1.6.5", messageWords},
	{"message-empty", "1.6.7", messageEmpty},
	{"message-too-many-words", "1.6.6 10.3", messageTooMany},
	{"message-map-windows", "1.6.3a", mapWindows},
	{"message-grant", "1.6.3a", messageGrant},
	{"message-no-window", "1.6.3b 1.6.8", messageNoWindow},
	{"message-half-item", "1.6.3c", messageHalfItem},
	{"message-silent-mapping-problems", "1.6.3d 10.1", messageSilent},
	{"message-mixture", "1.6.3a 1.6.3e 3.1.5", messageMixture},
	{"message-other-items", "1.6.3f 1.6.4 1.6.8", messageOther},
	{"message-map-into-own-buffer", "1.6.3e 1.6.4", messageMapBuffer},
}

func messageFlags() {
	s, r := pair()
	for _, f := range [...]l4.MsgTag{l4.Redirected, l4.CrossProcessor, l4.Failed, 0xE000, l4.Propagate, 0xF000} {
		stepNumber("flags", uint32(f))
		s.virtual = l4.Global(100000, 1) // no such thread: not accepted
		s.sends(r.id, tag(2, 0)|f).set(1, 2)
		r.receives(s.id)
		r.begin()
		s.begin()
		finish(s, r)
		s.want("sender", l4.OK)
		equal("tag received", uint32(r.result), uint32(tag(2, 0)))
		equal("MR0 received", r.got[0], uint32(tag(2, 0)))
		check(!s.result.Failed(), "tag returned")
		equalID("sender", r.sender, s.id)
	}
}

func messageWords() {
	s, r := pair()
	for i := range uint32(64) {
		s.mr[i] = 0xA5000000 + i*0x01010101
	}
	for n := range uint32(64) {
		stepNumber("words", n)
		transfers(s, r, l4.NewTag(uint16(n), n, 0))
		sameWords(s, r, n)
		equal("MR0", r.got[0], uint32(l4.NewTag(uint16(n), n, 0)))
		for i := uint32(1); i < 64; i++ {
			equal("sender's registers", s.got[i], s.mr[i])
		}
	}
}

func messageEmpty() {
	s, r := pair()
	transfers(s, r, 0)
	sameWords(s, r, 0)
	equal("MR0", r.got[0], 0)
}

func messageTooMany() {
	s, r := pair()
	full(s, r)
	for _, c := range [...][2]uint32{{63, 1}, {62, 2}, {1, 63}, {63, 63}, {32, 32}} {
		stepNumber("untyped words", c[0])
		s.set(1, 2, 3)
		r.accepts(l4.AcceptAll|strings, item(100), r.zone)
		overflows(s, r, l4.NewTag(7, c[0], c[1]), 0)
		sameWords(s, r, 0)
	}
}

// mapped is the number of the page (numberPages) that p has at addr, or -1: p sends its first word as a string to the
// puppet that was made last.
func mapped(p *puppet, addr uint32) int {
	old := *p
	s, r := p, &puppets[puppetCount-1]
	s.clean()
	r.clean()
	s.set(item(4), addr)
	r.accepts(strings, item(4), r.zone)
	store(r.back, 0xFFFFFFFF)
	s.xfer = l4.NewTimeouts(l4.Zero, l4.Zero)
	transfer(s, r, tag(0, 2))
	code := s.code
	copyArguments(p, &old)
	if code != l4.OK {
		return -1
	}
	return int(load(r.back))
}

func copyArguments(p, old *puppet) {
	p.to, p.from, p.times, p.tag, p.xfer, p.virtual = old.to, old.from, old.times, old.tag, old.xfer, old.virtual
	p.mr, p.br = old.mr, old.br
}

// numberPages puts its number into every page of the source region.
func numberPages() {
	for x := uint32(0); x < regionSize; x += l4.PageSize {
		store(regions[source]+x, x/l4.PageSize)
	}
}

// All relations of send fpage and window (semantics 5.2): 16 pages sent, windows of 4 to 256 KiB and everything.
func mapWindows() {
	s, r := pair()
	full(s)
	reader := newPuppet(nil, target)
	full(reader)
	numberPages()
	const at = 0x68000000
	for _, c := range [...]struct {
		send, window l4.Fpage
		base         uint32
		addr         uint32 // where the first mapped page is
		page, count  int    // which it is, and how many
	}{
		{l4.NewFpage(s.zone+0x10000, 16, 0), l4.NewFpage(at, 16, 0), 0x12345, at, 16, 16},
		{l4.NewFpage(s.zone+0x10000, 12, 0), l4.NewFpage(at, 16, 0), 0x12345, at + 0x2000, 16, 1},
		{l4.NewFpage(s.zone+0x10000, 16, 0), l4.NewFpage(at+0x5000, 12, 0), 0x12345, at + 0x5000, 18, 1},
		{l4.NewFpage(s.zone+0x10000, 16, 0), l4.NewFpage(at, 18, 0), 0x25000, at + 0x20000, 16, 16},
		{l4.NewFpage(s.zone+0x10000, 14, 0), l4.Complete, at + 0x7123, at + 0x4000, 16, 4},
		{l4.NewFpage(s.zone, 22, 0), l4.NewFpage(at, 14, 0), 0x56789, at, 0x54, 4},
		{l4.NewFpage(s.zone, 22, 0), l4.NewFpage(at, 22, 0), 0, at, 0, 1024},
	} {
		stepNumber("send fpage", uint32(c.send))
		w0, w1 := l4.MapItem{Base: c.base, Fpage: c.send.With(l4.RX)}.Words()
		s.set(1, w0, w1)
		r.accepts(l4.Window(c.window))
		transfers(s, r, tag(1, 2))
		sameWords(s, r, 3)
		step("before")
		equal("page", uint32(mapped(r, c.addr-0x1000)), 0xFFFFFFFF)
		step("mapped")
		for i := 0; i < c.count; i += max(1, c.count/8) {
			equal("page", uint32(mapped(r, c.addr+uint32(i)*0x1000)), uint32(c.page+i))
		}
		equal("last page", uint32(mapped(r, c.addr+uint32(c.count-1)*0x1000)), uint32(c.page+c.count-1))
		step("behind")
		equal("page", uint32(mapped(r, c.addr+uint32(c.count)*0x1000)), 0xFFFFFFFF)
		l4.UnmapPage(l4.NewFpage(s.back, regionLog2, l4.RWX), false)
		full(s)
	}
}

func messageGrant() {
	s, r := pair()
	s.give(0, 14)
	reader := newPuppet(nil, target)
	full(reader)
	numberPages()
	w0, w1 := l4.GrantItem{Base: r.zone, Fpage: l4.PageAt(s.zone+0x1000, l4.RWX)}.Words()
	s.set(w0, w1)
	r.accepts(l4.AcceptAll)
	transfers(s, r, tag(0, 2))
	sameWords(s, r, 2)
	equal("page of the receiver", uint32(mapped(r, r.zone)), 1)
	equal("page of the sender", uint32(mapped(s, s.zone+0x1000)), 0xFFFFFFFF)
	equal("other page of the sender", uint32(mapped(s, s.zone+0x2000)), 2)
	// The receiver has it from the case now.
	s.take(0x1000)
	equal("page of the receiver", uint32(mapped(r, r.zone)), 0xFFFFFFFF)
}

func messageNoWindow() {
	s, r := pair()
	full(s, r)
	reader := newPuppet(nil, target)
	full(reader)
	w0, w1 := l4.MapItem{Base: 0x68000000, Fpage: l4.PageAt(s.zone, l4.RWX)}.Words()
	g0, g1 := l4.GrantItem{Base: 0x68000000, Fpage: l4.PageAt(s.zone, l4.RWX)}.Words()
	for _, a := range [...]l4.Acceptor{0, 2, strings} {
		s.set(1, w0, w1, 4)
		r.accepts(a, item(100), r.zone)
		overflows(s, r, tag(1, 2), 0)
		sameWords(s, r, 1)
		s.set(1, g0, g1, 4)
		overflows(s, r, tag(1, 2), 0)
		equal("not mapped", uint32(mapped(r, 0x68000000)), 0xFFFFFFFF)
	}
	step("what came before stays")
	fill(s.back, 64, 1, 0)
	clear(r.back, 64)
	s.set(1, item(32), s.zone, w0, w1)
	r.accepts(strings, item(100), r.zone)
	overflows(s, r, tag(1, 4), 32)
	sameWords(s, r, 3)
	holds("string", r.back, 32, 1, 0)
}

func messageHalfItem() {
	s, r := pair()
	full(s)
	w0, w1 := l4.MapItem{Base: 0x68000000, Fpage: l4.PageAt(s.zone, l4.RWX)}.Words()
	r.accepts(l4.AcceptAll)
	s.set(w0, w1)
	overflows(s, r, tag(0, 1), 0)
	s.set(w0, w1, w0, w1)
	overflows(s, r, tag(0, 3), 0)
	equal("first item", r.got[1], w0)
	s.mr[63] = w0
	overflows(s, r, tag(62, 1), 0)
}

// Mappings that cannot be made are no errors.
func messageSilent() {
	s, r := pair()
	s.give(0, 14)
	reader := newPuppet(nil, target)
	full(reader)
	numberPages()
	r.accepts(l4.AcceptAll)
	kip := l4.KIPAreaHere().Base()
	for _, c := range [...]struct{ base, fpage uint32 }{
		{0x68000000, uint32(l4.PageAt(s.zone+0x8000, l4.RWX))},  // the sender has no such page
		{0x68000000, uint32(l4.NewFpage(s.zone, 11, l4.RWX))},   // too small
		{0x68000000, uint32(l4.NewFpage(s.zone, 3, l4.RWX))},    //
		{0x68000000, uint32(l4.PageAt(kip, l4.RWX))},            // the KIP
		{0x68000000, uint32(l4.PageAt(0xC0000000, l4.RWX))},     // not the user's
		{0x68000000, uint32(l4.PageAt(0xFFFFF000, l4.RWX))},     //
		{0xC0000000, uint32(l4.PageAt(s.zone, l4.RWX))},         // target not the user's
		{kip, uint32(l4.PageAt(s.zone, l4.RWX))},                // target is the KIP
		{uint32(s.utcb), uint32(l4.PageAt(s.zone, l4.RWX))},     // target is the UTCB
		{0x68000000, uint32(l4.NilPage)},                        // nothing
		{0x68000000, uint32(l4.PageAt(s.zone, 0))},              // no rights
		{0x68000000, 0xFFFFFFFF},                                //
		{0x68000000, uint32(l4.NewFpage(s.zone, 40, l4.RWX))},   //
		{0x68000000, uint32(l4.PageAt(uint32(s.utcb), l4.RWX))}, // the sender's UTCB
	} {
		about.Reset().Str("base ").Hex(c.base).Str(" fpage ").Hex(c.fpage).Str(": ")
		s.set(c.base&^0x3FF|8, c.fpage)
		transfers(s, r, tag(0, 2))
		sameWords(s, r, 2)
	}
	equal("not mapped", uint32(mapped(r, 0x68000000)), 0xFFFFFFFF)
	equal("KIP", load(kip), l4.KIPMagic())
}

// Words, maps, grants and strings in one message, in any order.
func messageMixture() {
	s, r := pair()
	s.give(0, 16)
	r.give(0, 16)
	reader := newPuppet(nil, target)
	full(reader)
	numberPages()
	fill(s.back+0xF000, 0x1000, 1, 0)
	clear(r.back, 0x1000)
	m0, m1 := l4.MapItem{Base: 0x68000000, Fpage: l4.PageAt(s.zone+0x3000, l4.RWX)}.Words()
	g0, g1 := l4.GrantItem{Base: 0x68001000, Fpage: l4.PageAt(s.zone+0x4000, l4.RWX)}.Words()
	n0, n1 := l4.MapItem{Base: 0x68002000, Fpage: l4.PageAt(s.zone+0x5000, l4.RWX)}.Words()
	s.set(1, 2, 3, item(100), s.zone+0xF000, m0, m1, l4.StringHeader(10, 2, false), s.zone+0xF100, s.zone+0xF200,
		g0|1, g1, item(7)|1, s.zone+0xF300, n0, n1)
	r.accepts(l4.AcceptAll|strings, chained(100), r.zone, chained(20), r.zone+200, item(7), r.zone+300)
	transfers(s, r, tag(3, 13))
	sameWords(s, r, 16)
	holds("first string", r.back, 100, 1, 0)
	holds("second string", r.back+200, 10, 1, 0x100)
	holds("second string", r.back+210, 10, 1, 0x200)
	holds("third string", r.back+300, 7, 1, 0x300)
	untouched("behind", r.back+307, 100)
	equal("map", uint32(mapped(r, 0x68000000)), 3)
	equal("grant", uint32(mapped(r, 0x68001000)), 4)
	equal("last map", uint32(mapped(r, 0x68002000)), 5)
	equal("granted page of the sender", uint32(mapped(s, s.zone+0x4000)), 0xFFFFFFFF)
}

func messageOther() {
	s, r := pair()
	s.give(0, 16)
	r.give(0, 16)
	reader := newPuppet(nil, target)
	full(reader)
	numberPages()
	m0, m1 := l4.MapItem{Base: 0x68000000, Fpage: l4.PageAt(s.zone+0x3000, l4.RWX)}.Words()
	for _, w := range [...]uint32{14, 15, 0xFFFFFFFF, 0xC0000000 | 14} {
		stepNumber("item", w)
		s.set(1, m0, m1, item(5), s.zone, w, 0, item(5), s.zone)
		r.accepts(l4.AcceptAll|strings, chained(100), r.zone, item(100), r.zone)
		overflows(s, r, tag(1, 8), 5)
		for i := uint32(1); i <= 5; i++ {
			equal("word before", r.got[i], s.mr[i])
		}
		for i := uint32(7); i < 64; i++ {
			equal("word behind", r.got[i], unusedMR(i))
		}
		equal("what was mapped stays", uint32(mapped(r, 0x68000000)), 3)
	}
}

// A map item supplies the page that the string behind it goes to.
func messageMapBuffer() {
	s, r := pair()
	s.give(0, 16)
	m0, m1 := l4.MapItem{Base: 0x68000000, Fpage: l4.PageAt(s.zone+0x3000, l4.RWX)}.Words()
	fill(s.back, 0x1000, 9, 0)
	clear(s.back+0x3000, 0x1000)
	s.set(m0, m1, item(0x800), s.zone)
	r.accepts(l4.AcceptAll|strings, item(0x1000), 0x68000100)
	transfers(s, r, tag(0, 4))
	holds("string", s.back+0x3100, 0x800, 9, 0)
	step("the other way round there is a fault")
	s.take(0x3000)
	s.give(0x3000, 12)
	s.set(item(0x800), s.zone, m0, m1)
	s.xfer = l4.NewTimeouts(l4.Zero, l4.Never)
	transfer(s, r, tag(0, 4))
	cutAt(s, r, l4.OwnXferTimeout, l4.PeerXferTimeout, 0)
}
