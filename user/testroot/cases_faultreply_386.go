package main

import "pecan/user/l4"

// Replies to page faults. The cases are in the table of cases_fault_386.go.

// BR0 of the faulting thread does not matter.
func faultIgnoresAcceptor() {
	r := newRig()
	u := r.utcb()
	for _, br0 := range [...]uint32{0, 1, 0x003000C0} {
		u.SetBR(0, br0)
		r.patterns()
		r.regs.EBX = hole
		isFault(r.do(readEBX...), hole, r.slot, l4.Read)
		r.mapTo(hole, pages, l4.RWX)
		r.done(r.next(soon), 2)
		equal("BR0", u.BR(0), br0)
		l4.UnmapPage(l4.PageAt(hole, l4.RWX), true)
	}
}

// Replies with words, with a label, with several items, with a broken item: what can be done is done.
func faultOddReplies() {
	r := newRigIn(nil)
	var m l4.Msg
	r.patterns()
	r.regs.EBX = hole
	isFault(r.do(readEBX...), hole, r.slot, l4.Read)
	m.Start(0x1234)
	for i := range uint32(63) {
		m.Add(i)
	}
	arrives("63 words", l4.Send(r.id, &m, l4.Zero))
	isFault(r.next(soon), hole, r.slot, l4.Read)
	m.Start(0).AddMap(l4.MapItem{Base: hole, Fpage: l4.PageAt(pages, l4.Rights(0))})
	arrives("no rights", l4.Send(r.id, &m, l4.Zero))
	isFault(r.next(soon), hole, r.slot, l4.Read)
	m.Start(0).AddMap(l4.MapItem{})
	arrives("nil item", l4.Send(r.id, &m, l4.Zero))
	isFault(r.next(soon), hole, r.slot, l4.Read)
	ut := l4.MyUTCB()
	ut.MR[1], ut.MR[2] = 0xE, 0
	l4.Ipc(r.id, l4.NilThread, l4.NewTimeouts(l4.Zero, l4.Never), l4.NewTag(0, 0, 2))
	isFault(r.next(soon), hole, r.slot, l4.Read)
	m.Start(0).Add(1).Add(2)
	m.AddMap(l4.MapItem{Base: hole + 0x1000, Fpage: l4.PageAt(pages+0x1000, l4.RWX)})
	m.AddMap(l4.MapItem{Base: hole, Fpage: l4.PageAt(pages, l4.RWX)})
	arrives("two items", l4.Send(r.id, &m, l4.Zero))
	r.done(r.next(soon), 2)
	r.regs.EBX = hole + 0x1000
	r.done(r.do(readEBX...), 2)
}

// A reply from anybody but the pager does not get through.
func faultForeignReply() {
	r := newRigIn(nil)
	r.patterns()
	r.regs.EBX = hole
	r.start(readEBX)
	isFault(r.next(soon), hole, r.slot, l4.Read)
	other := spawn(func() {
		var m l4.Msg
		m.Start(0).AddMap(l4.MapItem{Base: hole, Fpage: l4.PageAt(pages, l4.RWX)})
		report(l4.Send(r.id, &m, tick))
	})
	reportOf(other, sendTimeout)
	r.mapTo(hole, pages, l4.RWX)
	r.done(r.next(soon), 2)
}
