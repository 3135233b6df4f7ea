package main

import "pecan/user/l4"

// ExchangeRegisters (abi 5.3, semantics 6.5).

var exchangeCases = []testCase{
	{"abi-5.3-other-id", exchangeOther},
	{"abi-5.3-bad-destinations", exchangeBad},
	{"abi-5.3-old-values", exchangeOld},
	{"abi-5.3-set-flags", exchangeFlags},
	{"abi-5.3-set-handle-and-pager", exchangeHandle},
	{"abi-5.3-rights", exchangeRights},
	{"abi-5.3-by-the-pagers-space", exchangeByPager},
	{"abi-5.3-state-bits", exchangeState},
	{"semantics-6.5-abort-send", abortSend},
	{"semantics-6.5-abort-receive", abortReceive},
	{"semantics-6.5-abort-wrong-phase", abortWrongPhase},
	{"semantics-6.5-set-ip-in-ipc", setIPInIPC},
	{"semantics-6.5-unknown-bits", exchangeUnknown},
	{"semantics-6.5-halt-running", haltRunning},
	{"semantics-6.5-halt-in-ipc", haltInIPC},
	{"semantics-6.5-halt-in-fault", haltInFault},
	{"semantics-6.5-halt-oneself", haltOneself},
	{"semantics-6.5-halted-partners", haltedPartners},
}

func exchangeOther() {
	id := spawn(sleeper)
	local := l4.OtherID(id)
	check(local.IsLocal(), "local for global")
	equalID("global for local", l4.OtherID(local), id)
	equalID("own local", l4.OtherID(me()), l4.MyLocalID())
	equalID("own global", l4.OtherID(l4.MyLocalID()), me())
}

func exchangeBad() {
	inactive := newID()
	succeeds("create", control(inactive, self, self, 0, same))
	var r l4.ThreadRegisters
	for _, id := range ghosts() {
		stepNumber("ID", uint32(id))
		_, _, err := l4.ExchangeRegisters(id, 0x1FF, &r)
		refused("ExchangeRegisters", err, l4.ErrThread)
	}
	for _, id := range [...]l4.ThreadID{0, l4.AnyThread, l4.AnyLocalThread, inactive, l4.Interrupt(3), l4.Interrupt(0), k0(), l4.Global(16, 1)} {
		stepNumber("ID", uint32(id))
		_, _, err := l4.ExchangeRegisters(id, 0x1FF, &r)
		refused("ExchangeRegisters", err, l4.ErrThread)
	}
}

func exchangeOld() {
	r := newRig()
	r.patterns()
	// mov eax, 1; jmp $
	r.regs.Flags = 0x202 | 0x8D5
	e := r.doFor(tick, 0xEB, 0xFE)
	equal("event", e.kind, nothing)
	x, was, err := l4.Stop(r.id)
	succeeds("stop", err)
	equal("state", uint32(was), 0)
	equal("SP", x.SP, r.sp)
	equal("IP", x.IP, r.slot)
	equal("EFLAGS", x.Flags&^flagRF, 0x202|0x8D5)
	equalID("pager", x.Pager, me())
	x = l4.ThreadRegisters{SP: r.sp - 64, IP: parkAddress(), Flags: 0x1, UserDefinedHandle: 0x4A4A, Pager: pageServer}
	_, was, err = l4.ExchangeRegisters(r.id, 0x1F8, &x)
	succeeds("set all", err)
	equal("state", uint32(was), uint32(l4.Halt))
	equal("old SP", x.SP, r.sp)
	equal("old IP", x.IP, r.slot)
	e = r.next(soon)
	r.is(e, vecInvalid, parkAddress(), 0)
	equal("new SP", e.regs.ESP, r.sp-64)
	equal("new EFLAGS", e.regs.Flags&^flagRF, 0x203)
	equal("EBP", e.regs.EBP, 0x71727374)
	u := r.utcb()
	equal("handle", u.UserDefinedHandle, 0x4A4A)
	equalID("pager", u.Pager, pageServer)
}

// Only the arithmetic flags can be set, for a thread that runs and for one in IPC.
func exchangeFlags() {
	r := newRig()
	for _, f := range [...]uint32{0, 0xFFFFFFFF, 0x8D5, flagTF, flagIF, flagDF, 3 << 12, flagNT, flagAC, 1 << 17} {
		stepNumber("flags", f)
		for _, inIPC := range [...]bool{false, true} {
			if inIPC {
				r.ipc(l4.NilThread, r.id, 0, 0)
				r.callFor(linkIpc, tick)
			} else {
				r.patterns()
				r.doFor(l4.Microseconds(100), 0xEB, 0xFE)
			}
			x := l4.ThreadRegisters{Flags: f, IP: parkAddress()}
			_, _, err := l4.ExchangeRegisters(r.id, l4.SetFlags|l4.SetIP|l4.CancelIPC, &x)
			succeeds("set flags", err)
			e := r.next(soon)
			r.is(e, vecInvalid, parkAddress(), 0)
			equal("EFLAGS", e.regs.Flags&^flagRF, 0x202|f&0x8D5)
		}
	}
}

func exchangeHandle() {
	id := spawn(sleeper)
	u := utcbOf(id)
	x := l4.ThreadRegisters{UserDefinedHandle: 0x11, Pager: me()}
	_, _, err := l4.ExchangeRegisters(id, l4.SetHandle, &x)
	succeeds("handle", err)
	equal("handle", u.UserDefinedHandle, 0x11)
	equalID("pager as before", u.Pager, pageServer)
	x = l4.ThreadRegisters{UserDefinedHandle: 0x22, Pager: 0xABCDEF01}
	_, _, err = l4.ExchangeRegisters(id, l4.SetPager, &x)
	succeeds("pager", err)
	equal("old handle", x.UserDefinedHandle, 0x11)
	equalID("old pager", x.Pager, pageServer)
	equalID("pager", u.Pager, 0xABCDEF01)
	waitState(id, l4.WaitingReceive)
}

// A thread of another space, which is not its pager's, has no right.
func exchangeRights() {
	victim := spawn(sleeper)
	far := spawnSpace(sleeper)
	s := spawnSpace(func() {
		var x l4.ThreadRegisters
		for _, id := range [...]l4.ThreadID{victim, far.id, self, pageServer, k0()} {
			_, _, err := l4.ExchangeRegisters(id, l4.CancelIPC|l4.SetHalt|l4.Halt, &x)
			report(l4.IPCError(err))
		}
	})
	for range 5 {
		reportOf(s.id, l4.IPCError(l4.ErrThread))
	}
	waitState(victim, l4.WaitingReceive)
	waitState(far.id, l4.WaitingReceive)
}

func exchangeByPager() {
	s := newSpace(me()) // the pager is in the root space, so is everybody here
	r := startRig(s.id, s)
	r.patterns()
	r.doFor(tick, 0xEB, 0xFE)
	helper := spawn(func() {
		_, _, err := l4.Stop(r.id)
		report(l4.IPCError(err))
	})
	reportOf(helper, l4.OK)
	waitState(r.id, l4.Inactive)
	other := l4.OtherID(r.id)
	equalID("local ID over there", other, l4.ThreadID(uint32(l4.UTCBAreaHere().Base())+256))
	// The right goes with the Pager register.
	var x l4.ThreadRegisters
	x.Pager = k0()
	_, _, err := l4.ExchangeRegisters(r.id, l4.SetPager, &x)
	succeeds("give it away", err)
	refused("now", l4.Resume(r.id), l4.ErrThread)
}

func exchangeState() {
	var x l4.ThreadRegisters
	state := func(id l4.ThreadID, want l4.ExchangeFlags, what string) {
		_, was, err := l4.ExchangeRegisters(id, 0, &x)
		succeeds(what, err)
		equal(what, uint32(was), uint32(want))
	}
	receiving := spawn(sleeper)
	waitState(receiving, l4.WaitingReceive)
	state(receiving, l4.CancelReceive, "receiving")
	sending := spawn(sender(receiving, 1))
	waitState(sending, l4.PendingSend)
	state(sending, l4.CancelSend, "sending")
	running := spawnAt(1, func() {
		for {
		}
	})
	state(running, 0, "running")
	l4.Stop(running)
	state(running, l4.Halt, "halted")
	l4.Stop(receiving)
	state(receiving, l4.CancelReceive|l4.Halt, "halted while receiving")
	l4.Resume(receiving)
	state(receiving, l4.CancelReceive, "resumed")
	state(unstarted(), l4.CancelReceive, "unstarted")
	r := newRig()
	state(r.id, l4.CancelReceive, "in an exception")
	state(me(), 0, "the caller")
}

func abortSend() {
	busy := spawn(sleeper)
	for i := range uint32(3) {
		a := spawn(func() {
			var m l4.Msg
			if i == 1 {
				report(l4.Call(busy, m.Start(0), 0))
			} else {
				report(l4.Send(busy, m.Start(0), soon))
			}
		})
		waitState(a, l4.PendingSend)
		var x l4.ThreadRegisters
		_, was, err := l4.ExchangeRegisters(a, l4.CancelSend, &x)
		succeeds("abort", err)
		equal("state", uint32(was), uint32(l4.CancelSend))
		reportOf(a, sendCancelled)
	}
}

func abortReceive() {
	busy := spawn(sleeper)
	for _, from := range [...]l4.ThreadID{busy, l4.AnyThread, l4.AnyLocalThread} {
		a := spawn(func() {
			var m l4.Msg
			report(l4.Receive(from, &m, soon))
		})
		waitState(a, l4.WaitingReceive)
		var x l4.ThreadRegisters
		_, was, err := l4.ExchangeRegisters(a, l4.CancelReceive, &x)
		succeeds("abort", err)
		equal("state", uint32(was), uint32(l4.CancelReceive))
		reportOf(a, receiveCancelled)
	}
}

// R does nothing to a sender, S nothing to a receiver, neither to a running thread.
func abortWrongPhase() {
	busy := spawn(sleeper)
	a := spawn(func() {
		var m l4.Msg
		report(l4.Send(busy, m.Start(0), l4.Never))
	})
	b := spawn(func() {
		var m l4.Msg
		report(l4.Receive(busy, &m, l4.Never))
	})
	waitState(a, l4.PendingSend)
	waitState(b, l4.WaitingReceive)
	var x l4.ThreadRegisters
	l4.ExchangeRegisters(a, l4.CancelReceive, &x)
	l4.ExchangeRegisters(b, l4.CancelSend, &x)
	equal("sender", uint32(l4.State(a)), uint32(l4.PendingSend))
	equal("receiver", uint32(l4.State(b)), uint32(l4.WaitingReceive))
	l4.ExchangeRegisters(me(), l4.CancelIPC, &x)
	l4.Cancel(a)
	l4.Cancel(b)
	reportOf(a, sendCancelled)
	reportOf(b, receiveCancelled)
}

// IP and SP of a thread in IPC count when it returns, with the results of the IPC.
func setIPInIPC() {
	r := newRig()
	r.ipc(l4.NilThread, me(), 0, 0)
	e := r.callFor(linkIpc, tick)
	equal("event", e.kind, nothing)
	waitState(r.id, l4.WaitingReceive)
	x := l4.ThreadRegisters{IP: parkAddress(), SP: r.sp - 128}
	_, _, err := l4.ExchangeRegisters(r.id, l4.SetIP|l4.SetSP, &x)
	succeeds("set", err)
	check(x.IP != parkAddress() && x.SP >= r.sp-4 && x.SP <= r.sp, "old values")
	waitState(r.id, l4.WaitingReceive)
	var m l4.Msg
	arrives("send", l4.Send(r.id, m.Start(0x5A).Add(0x111).Add(0x222), l4.Zero))
	e = r.next(soon)
	r.is(e, vecInvalid, parkAddress(), 0)
	equal("SP", e.regs.ESP, r.sp-128)
	equal("MR0", e.regs.ESI, uint32(l4.NewTag(0x5A, 2, 0)))
	equal("MR1", e.regs.EBX, 0x111)
	equal("MR2", e.regs.EBP, 0x222)
	equal("sender", e.regs.EAX, uint32(l4.MyLocalID()))
	equal("UTCB", e.regs.EDI, r.local())
}

func exchangeUnknown() {
	id := spawn(sleeper)
	waitState(id, l4.WaitingReceive)
	for bit := uint32(9); bit < 32; bit++ {
		stepNumber("bit", bit)
		var x l4.ThreadRegisters
		_, was, err := l4.ExchangeRegisters(id, 1<<bit, &x)
		succeeds("ExchangeRegisters", err)
		equal("state", uint32(was), uint32(l4.CancelReceive))
	}
	equal("state", uint32(l4.State(id)), uint32(l4.WaitingReceive))
}
