package main

import "pecan/user/l4"

// Places where nothing may be mapped to or from, and messages of several items (semantics 5.3, 1.6). The cases are in the
// table of cases_map_386.go.

// Page 0, the KIP and UTCB areas and the kernel's part are never mapped, silently.
func forbiddenDestinations() {
	r := newRigIn(nil)
	area := uint32(l4.UTCBAreaHere().Base())
	for _, at := range [...]uint32{0, area, area + 0x1000, area + 0x1F000, kipAddress(), 0xC0000000, 0xD0100000, 0xF0800000, 0xFFFFF000} {
		stepNumber("destination", at)
		r.take(at, largePage(8, l4.RWX), l4.Complete)
		r.take(0, largePage(8, l4.RWX), l4.PageAt(at, 0)) // page 0: the window of 4 KiB at 0
		v, ok := r.peek(at)
		check(!ok || v != stamp(8), "mapped")
	}
	about.Reset()
	v, _ := r.peek(kipAddress())
	equal("KIP", v, l4.KIPMagic())
	// A range across them maps the rest.
	r.take(0, l4.NewFpage(large, 18, l4.RX), l4.NewFpage(area, 18, 0))
	r.shows(area+0x1F000, 0)
	r.shows(area+0x20000, stamp(32))
	r.shows(area+0x3F000, stamp(63))
	r.take(0, l4.NewFpage(large, 13, l4.RX), l4.NewFpage(0, 13, 0))
	r.shows(0x1000, stamp(1))
	r.shows(0, 0)
	r.take(0, l4.NewFpage(large, 22, l4.RX), l4.NewFpage(kipAddress(), 22, 0))
	v, _ = r.peek(kipAddress())
	equal("KIP", v, l4.KIPMagic())
	takeBack()
}

// Nor can they be given away.
func forbiddenSources() {
	r := newRigIn(nil)
	area := uint32(l4.UTCBAreaHere().Base())
	for _, at := range [...]uint32{0, area, area + 0x1000, kipAddress(), 0xC0000000, 0xD0100000, 0xF0C00000, 0xFFFFF000} {
		stepNumber("source", at)
		r.take(target, l4.PageAt(at, l4.RWX), l4.Complete)
		r.shows(target, 0)
		r.takeGrant(target, l4.PageAt(at, l4.RWX), l4.Complete)
		r.shows(target, 0)
	}
	equal("KIP", kipWord(0), l4.KIPMagic())
	equalID("own UTCB", l4.MyUTCB().MyGlobalID, me())
	r.take(0, l4.NewFpage(0xC0000000, 30, l4.RWX), l4.NewFpage(target, 30, 0))
	r.shows(target+0x10000000, 0)
}

func mapNotOwned() {
	a, b, _ := rig3()
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	a.give(b, target, l4.NewFpage(target, 22, l4.RWX), l4.Complete, true)
	b.shows(target, 0)
	a.take(target, largePage(1, l4.RX), l4.Complete)
	a.give(b, 0, l4.NewFpage(target, 22, l4.RX), l4.NewFpage(target, 22, 0), false)
	b.shows(target, stamp(1))
	b.shows(target+0x1000, 0)
	takeBack()
}

// Up to 31 items in a message, each with its own place.
func severalItems() {
	r := newRigIn(nil)
	r.waits(me(), l4.NewFpage(target, 22, 0))
	var m l4.Msg
	m.Start(0).Add(0x11)
	for i := range uint32(31) {
		m.AddMap(l4.MapItem{Base: i * 2 * l4.PageSize, Fpage: largePage(i, l4.RX)})
	}
	arrives("map", l4.Send(r.id, &m, soon))
	e := r.next(soon)
	r.done(e, callLength)
	equal("tag", e.regs.ESI, uint32(l4.NewTag(0, 1, 62)))
	for i := range uint32(31) {
		r.shows(target+i*2*l4.PageSize, stamp(i))
		r.shows(target+(i*2+1)*l4.PageSize, 0)
	}
	takeBack()
}

// Items before one that overflows stay processed.
func itemsBeforeOverflow() {
	r := newRigIn(nil)
	r.waits(me(), l4.Complete)
	u := l4.MyUTCB()
	u.MR[1], u.MR[2] = l4.MapItem{Base: target, Fpage: largePage(9, l4.RX)}.Words()
	u.MR[3], u.MR[4] = 0xC, 0
	_, tag := l4.Ipc(r.id, l4.NilThread, 0, l4.NewTag(0, 0, 4))
	check(tag.Failed(), "no error")
	equal("error", u.ErrorCode, uint32(sendOverflow))
	e := r.next(soon)
	r.done(e, callLength)
	check(e.regs.ESI&uint32(l4.Failed) != 0, "receiver without error")
	r.shows(target, stamp(9))
	takeBack()
}
