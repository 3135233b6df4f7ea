package main

import "pecan/user/l4"

// Registers after IPCs that fail, and the clock. The cases are in the table of cases_registers_386.go.

func ipcRegistersErrors() {
	r := newRig()
	u := r.utcb()
	ghost := l4.Global(100000, 1)
	for i, c := range [...]struct {
		to, from l4.ThreadID
		limits   l4.Timeouts
		code     l4.IPCError
	}{
		{ghost, ghost, 0, sendNoPartner},
		{ghost, l4.NilThread, 0, sendNoPartner},
		{l4.NilThread, ghost, 0, receiveNoPartner},
		{self, self, l4.NewTimeouts(l4.Zero, l4.Never), sendTimeout},
		{self, self, l4.NewTimeouts(tick, l4.Never), sendTimeout},
		{l4.NilThread, self, l4.NewTimeouts(l4.Never, l4.Zero), receiveTimeout},
		{l4.NilThread, l4.AnyThread, l4.NewTimeouts(l4.Never, l4.Zero), receiveTimeout},
		{l4.NilThread, l4.AnyThread, l4.NewTimeouts(l4.Never, tick), receiveTimeout},
		{l4.NilThread, l4.AnyLocalThread, l4.NewTimeouts(l4.Never, tick), receiveTimeout},
	} {
		stepNumber("row", uint32(i))
		r.ipc(c.to, c.from, c.limits, l4.NewTag(0x55, 2, 0))
		u.MR[1], u.MR[2] = 0xABCD0000+uint32(i), 0xDCBA0000+uint32(i)
		u.ErrorCode = 0xFFFF
		target := c.to
		if target == self || c.from == self {
			// Somebody who neither sends nor receives.
			busy := spawnAt(1, func() {
				for {
				}
			})
			if c.to == self {
				r.regs.EAX = uint32(busy)
			}
			r.regs.EDX = uint32(busy)
		}
		e := r.call(linkIpc)
		r.ipcRegisters(&e, 0xABCD0000+uint32(i), 0xDCBA0000+uint32(i))
		check(e.regs.ESI&uint32(l4.Failed) != 0, "no E bit")
		equal("ErrorCode", u.ErrorCode, uint32(c.code))
		equal("MR1", u.MR[1], 0xABCD0000+uint32(i))
		equal("MR2", u.MR[2], 0xDCBA0000+uint32(i))
	}
}

func ipcRegistersCancel() {
	r := newRig()
	u := r.utcb()
	r.ipc(l4.NilThread, r.id, 0, 0)
	u.MR[1], u.MR[2] = 0x123, 0x456
	e := r.callFor(linkIpc, moment)
	equal("sleeps", e.kind, nothing)
	waitState(r.id, l4.WaitingReceive)
	succeeds("cancel", l4.Cancel(r.id))
	e = r.next(soon)
	r.ipcRegisters(&e, 0x123, 0x456)
	check(e.regs.ESI&uint32(l4.Failed) != 0, "no E bit")
	equal("ErrorCode", u.ErrorCode, uint32(receiveCancelled))
}

func ipcNilNil() {
	r := newRig()
	r.ipc(l4.NilThread, l4.NilThread, 0, 0)
	e := r.call(linkIpc)
	r.done(e, callLength)
	equal("E", e.regs.ESI&uint32(l4.Failed), 0)
	equal("EDI, UTCB", e.regs.EDI, r.local())
	equal("ESP", e.regs.ESP, r.sp)
}

func clockMonotonic() {
	last := l4.SystemClock()
	check(last>>48 == 0, "clock far in the future")
	for range 20000 {
		now := l4.SystemClock()
		check(now >= last, "clock went back")
		last = now
	}
	l4.Sleep(l4.Milliseconds(3))
	check(l4.SystemClock() >= last+2900, "clock too slow for a sleep of 3 ms")
}
