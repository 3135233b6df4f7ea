package main

import "pecan/user/l4"

// Pagers that change, are missing, or go away (abi 6.2, semantics 6.6), and pages that no pager can supply.

// The pager is looked up in the UTCB when the fault happens.
func faultPagerRegister() {
	r := newRig()
	u := r.utcb()
	var got l4.PageFault
	other := spawn(func() {
		var m l4.Msg
		l4.Receive(r.id, &m, soon)
		got, _ = m.PageFault()
		m.Start(0).AddMap(l4.MapItem{Base: hole, Fpage: l4.PageAt(pages, l4.RWX)})
		report(l4.Send(r.id, &m, l4.Zero))
	})
	for _, pager := range [...]l4.ThreadID{other} {
		u.Pager = pager
		r.patterns()
		r.regs.EBX = hole
		r.done(r.do(readEBX...), 2)
		reportOf(other, l4.OK)
		equal("fault at the other pager", got.Addr, hole)
		l4.UnmapPage(l4.PageAt(hole, l4.RWX), true)
	}
	// A local ID will do.
	u.Pager = l4.MyLocalID()
	r.patterns()
	r.regs.EBX = hole
	isFault(r.do(readEBX...), hole, r.slot, l4.Read)
	r.mapTo(hole, pages, l4.RWX)
	r.done(r.next(soon), 2)
	l4.UnmapPage(l4.PageAt(hole, l4.RWX), true)
}

// halted checks that a rig is halted: no message, and the state says so.
func (r *rig) halted(e event) {
	if e.kind != nothing {
		fatal(e.describe(describe("want a halted thread, got ")))
	}
	// It may still be on its way, through page faults, or the kernel is printing that it halts.
	for range 500 {
		if l4.State(r.id) == l4.Inactive {
			return
		}
		if e := r.next(tick); e.kind != nothing {
			fatal(e.describe(describe("want a halted thread, got ")))
		}
	}
	fatal(describe("not halted"))
}

func faultBadPager() {
	for _, pager := range ghosts() {
		stepNumber("pager", uint32(pager))
		r := newRig()
		r.utcb().Pager = pager
		r.patterns()
		r.regs.EBX = hole
		r.halted(r.doFor(tick, readEBX...))
		// Whoever is halted can be told to go on: it faults again.
		succeeds("resume", l4.Resume(r.id))
		r.halted(r.next(tick))
		remove(r.id)
	}
	for _, pager := range [...]l4.ThreadID{l4.NilThread, l4.AnyThread, l4.AnyLocalThread} {
		stepNumber("pager", uint32(pager))
		r := newRig()
		r.utcb().Pager = pager
		r.patterns()
		r.regs.EBX = hole
		r.halted(r.doFor(tick, readEBX...))
	}
}

func faultRepaired() {
	r := newRig()
	r.utcb().Pager = l4.Global(100000, 1)
	r.patterns()
	r.regs.EBX = hole
	r.halted(r.doFor(tick, readEBX...))
	regs := l4.ThreadRegisters{Pager: me()}
	_, was, err := l4.ExchangeRegisters(r.id, l4.SetPager|l4.SetHalt, &regs)
	succeeds("repair", err)
	check(was&l4.Halt != 0, "was not reported as halted")
	equal("its IP", regs.IP, r.slot)
	isFault(r.next(soon), hole, r.slot, l4.Read)
	r.mapTo(hole, pages, l4.RWX)
	e := r.next(soon)
	r.done(e, 2)
	equal("EBP", e.regs.EBP, 0x71727374)
	l4.UnmapPage(l4.PageAt(hole, l4.RWX), true)
}

// The pager goes away before it takes the fault, and while it works on it.
func faultPagerDeleted() {
	for i := range uint32(2) {
		pager := spawn(func() {
			if i == 1 {
				var m l4.Msg
				l4.Wait(&m, soon)
			}
			sleeper()
		})
		r := newRig()
		r.utcb().Pager = pager
		r.patterns()
		r.regs.EBX = hole
		e := r.doFor(moment, readEBX...)
		equal("event", e.kind, nothing)
		want := l4.PendingSend
		if i == 1 {
			want = l4.WaitingReceive
		}
		waitState(r.id, want)
		remove(pager)
		r.halted(r.next(tick))
	}
}

var deleteResult l4.CallError

// A thread deletes its pager, then faults; and one deletes the pager of another that is faulting.
func faultDeletesPager() {
	pager := spawn(sleeper)
	r := newRig()
	r.utcb().Pager = pager
	r.patterns()
	r.regs.EAX, r.regs.ESI, r.regs.EDX, r.regs.ECX, r.regs.EDI = uint32(pager), 0, 0, 0, uint32(l4.Unchanged)
	code := callCode(r.slot, linkThreadControl)
	code = append(code, 0xBB, 0, 0, 0, hole>>24) // mov ebx, hole
	code = append(code, readEBX...)
	r.halted(r.doFor(tick, code...))
	var m l4.Msg
	ipcFails("the pager", l4.Send(pager, m.Start(0), l4.Zero), sendNoPartner)
	regs, _, err := l4.Stop(r.id)
	succeeds("stop", err)
	equal("IP", regs.IP, r.slot+10)
}

// A thread that is its own pager waits for itself, until somebody helps it.
func faultOwnPager() {
	r := newRig()
	u := r.utcb()
	u.Pager = r.id
	r.patterns()
	r.regs.EBX = hole
	e := r.doFor(tick, readEBX...)
	equal("event", e.kind, nothing)
	waitState(r.id, l4.PendingSend)
	u.Pager = me()
	succeeds("cancel", l4.Cancel(r.id))
	isFault(r.next(soon), hole, r.slot, l4.Read)
	// The same as its own exception handler.
	r.again()
	u.ExceptionHandler = r.id
	e = r.doFor(tick, ud2...)
	equal("event", e.kind, nothing)
	waitState(r.id, l4.PendingSend)
	u.ExceptionHandler = me()
	r.again()
}

// Page 0, the KIP and free pages of the UTCB area can never be mapped: faults there are exceptions.
func faultSpecialPages() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, addr := range [...]uint32{0, 4, 0xFFC} {
			stepNumber("address", addr)
			r.patterns()
			r.regs.EBX = addr
			r.is(r.do(readEBX...), vecPageFault, r.slot, 4)
			r.patterns()
			r.regs.EBX = addr
			r.is(r.do(writeEBX...), vecPageFault, r.slot, 6)
			r.regs.EBX = addr
			e := r.do(0xFF, 0xE3)
			r.is(e, vecPageFault, addr, 4)
		}
		r.patterns()
		r.regs.EBX = kipAddress() + 0x20
		r.is(r.do(writeEBX...), vecPageFault, r.slot, 7)
	}
}

func faultUTCBArea() {
	free := uint32(l4.UTCBAreaHere().Base()) + 0x1F000
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		r.patterns()
		r.regs.EBX = free
		r.is(r.do(readEBX...), vecPageFault, r.slot, 4)
		r.regs.EBX = free
		r.is(r.do(writeEBX...), vecPageFault, r.slot, 6)
		// An access that begins outside and reaches into it.
		at := uint32(l4.UTCBAreaHere().Base()) + 0x20000 // first address behind
		r.regs.EBX = at - 2
		r.is(r.do(readEBX...), vecPageFault, r.slot, 4)
	}
}
