package main

import "pecan/user/l4"

// What system calls do to registers (abi 4.2, 5.1), seen by a rig that calls the kernel interface page with a known
// value in every register.

var registerCases = []testCase{
	{"abi-4.2-thread-switch-keeps-all", switchKeepsAll},
	{"abi-4.2-system-clock-keeps", clockKeeps},
	{"abi-4.2-unmap-keeps-ecx", unmapKeeps},
	{"abi-4.2-exchange-registers-esp", exchangeKeepsStack},
	{"abi-4.2-thread-control-esp", controlKeepsStack},
	{"abi-4.2-schedule-esp", scheduleKeepsStack},
	{"abi-4.2-stack-contents", stackContents},
	{"abi-5.1-registers-after-success", ipcRegistersSuccess},
	{"abi-5.1-registers-after-lipc", lipcRegisters},
	{"abi-5.1-registers-after-send-only", ipcRegistersSend},
	{"abi-5.1-registers-after-errors", ipcRegistersErrors},
	{"abi-5.1-registers-after-cancel", ipcRegistersCancel},
	{"abi-5.1-nil-nil", ipcNilNil},
	{"abi-5.8-clock-monotonic", clockMonotonic},
}

func switchKeepsAll() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, dest := range [...]l4.ThreadID{l4.NilThread, r.id, self, l4.AnyThread, l4.Global(200000, 1), 0x40, me()} {
			stepNumber("dest", uint32(dest))
			r.patterns()
			r.regs.Flags = 0x8D7
			r.regs.EAX = uint32(dest)
			before := r.regs
			e := r.call(linkThreadSwitch)
			r.done(e, callLength)
			sameRegisters(&e.regs, &before)
			equal("EAX", e.regs.EAX, before.EAX)
			equal("ECX", e.regs.ECX, before.ECX)
			equal("EDX", e.regs.EDX, before.EDX)
			equal("ESI", e.regs.ESI, before.ESI)
			equal("EDI", e.regs.EDI, before.EDI)
		}
	}
}

// sameRegisters compares those that most calls keep.
func sameRegisters(got, want *l4.Registers) {
	equal("ESP", got.ESP, want.ESP)
	equal("EBX", got.EBX, want.EBX)
	equal("EBP", got.EBP, want.EBP)
	equal("flags other than arithmetic", got.Flags&^(0x8D5|flagRF), 0x202)
}

func clockKeeps() {
	r := newRigIn(nil)
	r.patterns()
	before := r.regs
	e := r.call(linkSystemClock)
	r.done(e, callLength)
	sameRegisters(&e.regs, &before)
	equal("ECX", e.regs.ECX, before.ECX)
	now := l4.SystemClock()
	got := uint64(e.regs.EDX)<<32 | uint64(e.regs.EAX)
	check(got <= now && now-got < 10_000_000, "clocks differ")
}

func unmapKeeps() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		r.patterns()
		local := r.local()
		r.regs.EAX, r.regs.ESI, r.regs.EDI = 0, 0, local
		before := r.regs
		e := r.call(linkUnmap)
		r.done(e, callLength)
		equal("ECX", e.regs.ECX, before.ECX)
		equal("ESP", e.regs.ESP, before.ESP)
		equal("MR0", e.regs.ESI, 0)
	}
}

// local is the rig's local ID, as it reads it itself.
func (r *rig) local() uint32 {
	old := r.regs
	r.regs.Flags = 0x202
	e := r.do(0x65, 0xA1, 0, 0, 0, 0) // mov eax, gs:[0]
	r.done(e, 6)
	r.regs = old
	return e.regs.EAX
}

func exchangeKeepsStack() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, dest := range [...]l4.ThreadID{r.id, self, l4.NilThread} {
			r.patterns()
			r.regs.EAX, r.regs.ECX = uint32(dest), 0
			e := r.call(linkExchangeRegisters)
			r.done(e, callLength)
			equal("ESP", e.regs.ESP, r.sp)
		}
	}
}

func controlKeepsStack() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		r.patterns()
		e := r.call(linkThreadControl) // with garbage
		r.done(e, callLength)
		equal("ESP", e.regs.ESP, r.sp)
		equal("EAX", e.regs.EAX, 0)
		r.patterns()
		e = r.call(linkSpaceControl)
		r.done(e, callLength)
		equal("ESP", e.regs.ESP, r.sp)
		equal("EAX", e.regs.EAX, 0)
		r.patterns()
		r.regs.EDI = r.local()
		e = r.call(linkMemoryControl)
		r.done(e, callLength)
		equal("ESP", e.regs.ESP, r.sp)
		equal("EAX", e.regs.EAX, 0)
		r.patterns()
		e = r.call(linkProcessorControl)
		r.done(e, callLength)
		equal("ESP", e.regs.ESP, r.sp)
		equal("EAX", e.regs.EAX, 0)
	}
}

func scheduleKeepsStack() {
	r := newRig()
	r.patterns()
	r.regs.EAX, r.regs.ECX, r.regs.EDX = uint32(r.id), l4.Same, l4.Same
	r.regs.ESI, r.regs.EDI = l4.Same, l4.Same
	e := r.call(linkSchedule)
	r.done(e, callLength)
	equal("ESP", e.regs.ESP, r.sp)
	equal("EAX, state", e.regs.EAX, uint32(l4.Running))
}

// Stack words above the return address stay (abi 4.1).
func stackContents() {
	r := newRig()
	local := r.local()
	for link := range uint32(11) {
		stepNumber("link", link)
		for i := range uint32(8) {
			store(r.sp+4*i, 0x57AC0000+i)
		}
		r.patterns()
		r.regs.EDI = local
		r.regs.EAX = 0
		r.regs.EDX = 0
		e := r.call(link)
		r.done(e, callLength)
		for i := range uint32(8) {
			equal("stack word", load(r.sp+4*i), 0x57AC0000+i)
		}
	}
}

// ipc sets the registers for an IPC.
func (r *rig) ipc(to, from l4.ThreadID, limits l4.Timeouts, tag l4.MsgTag) {
	local := r.local()
	r.patterns()
	r.regs.EAX, r.regs.EDX, r.regs.ECX, r.regs.ESI, r.regs.EDI = uint32(to), uint32(from), uint32(limits), uint32(tag), local
}

// ipcRegisters checks what every IPC returns: EBX, EBP = MR1, MR2, EDI = UTCB, ESI = MR0, ESP.
func (r *rig) ipcRegisters(e *event, mr1, mr2 uint32) {
	r.done(*e, callLength)
	equal("EBX, MR1", e.regs.EBX, mr1)
	equal("EBP, MR2", e.regs.EBP, mr2)
	equal("EDI, UTCB", e.regs.EDI, r.local())
	equal("ESP", e.regs.ESP, r.sp)
	equal("flags other than arithmetic", e.regs.Flags&^(0x8D5|flagRF), 0x202)
}

func ipcRegistersSuccess() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		caller := me()
		partner := spawn(func() {
			var m l4.Msg
			l4.Receive(r.id, &m, soon)
			m.Start(0x77).Add(0x1111).Add(0x2222).Add(0x3333)
			l4.Send(r.id, &m, soon)
			l4.Send(caller, m.Start(0), soon)
		})
		r.ipc(partner, partner, 0, 0)
		e := r.call(linkIpc)
		r.ipcRegisters(&e, 0x1111, 0x2222)
		equal("ESI, MR0", e.regs.ESI, uint32(l4.NewTag(0x77, 3, 0)))
		want := partner
		if r.space.id == self {
			want = l4.OtherID(partner)
			u := r.utcb()
			equal("MR0 in memory", u.MR[0], e.regs.ESI)
			equal("MR3 in memory", u.MR[3], 0x3333)
		}
		equal("EAX, sender", e.regs.EAX, uint32(want))
		var m l4.Msg
		arrives("partner", l4.Receive(partner, &m, soon))
	}
}

func lipcRegisters() {
	r := newRig()
	partner := spawn(func() {
		var m l4.Msg
		l4.Receive(r.id, &m, soon)
		l4.Send(r.id, m.Start(0x78).Add(0x1111).Add(0x2222), soon)
	})
	r.ipc(l4.OtherID(partner), l4.OtherID(partner), 0, 0)
	e := r.call(linkLipc)
	r.ipcRegisters(&e, 0x1111, 0x2222)
	equal("ESI, MR0", e.regs.ESI, uint32(l4.NewTag(0x78, 2, 0)))
	equal("EAX, sender", e.regs.EAX, uint32(l4.OtherID(partner)))
}

func ipcRegistersSend() {
	r := newRig()
	partner := spawn(func() {
		var m l4.Msg
		l4.Wait(&m, soon)
	})
	waitState(partner, l4.WaitingReceive)
	r.ipc(partner, l4.NilThread, 0, l4.NewTag(5, 0, 0)|0xE000)
	e := r.call(linkIpc)
	r.done(e, callLength)
	equal("EAX after send", e.regs.EAX, 0)
	equal("ESI: own tag without r, X, E", e.regs.ESI, uint32(l4.NewTag(5, 0, 0)))
	equal("EDI, UTCB", e.regs.EDI, r.local())
	equal("ESP", e.regs.ESP, r.sp)
}
