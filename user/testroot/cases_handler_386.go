package main

import "pecan/user/l4"

// Exception handlers (semantics 6.6): who may answer, who may be one, what an answer cannot do.

var handlerCases = []testCase{
	{"semantics-6.6-reply-from-wrong-thread", handlerForeign},
	{"semantics-6.6-handler-changed-while-waiting", handlerChanged},
	{"semantics-6.6-handler-deleted", handlerDeleted},
	{"semantics-6.6-handler-by-local-id", handlerLocal},
	{"semantics-6.6-handler-is-the-thread", handlerSelf},
	{"semantics-6.6-busy-handler", handlerBusy},
	{"semantics-6.6-thread-deleted-in-exception", handlerThreadDeleted},
	{"abi-6.4-reply-to-kernel-addresses", handlerKernel},
	{"abi-6.4-reply-keeps-system-flags", handlerFlags},
	{"abi-6.4-reply-has-no-segments", handlerSegments},
	{"abi-6.4-reply-label-ignored", handlerLabel},
	{"abi-6.4-icebp", handlerICEBP},
	{"abi-6.4-overflow-and-bounds", handlerTraps},
	{"abi-6.4-int-n-precise", handlerIntN},
	{"abi-8-msr-not-emulated", handlerMSR},
	{"abi-8-null-segments", handlerRepair},
}

// An answer from anybody but the handler does not get through.
func handlerForeign() {
	for _, r := range fpuPair() {
		r.patterns()
		r.done(r.do(), 0)
		waitState(r.id, l4.WaitingReceive)
		for _, s := range [...]l4.ThreadID{
			spawn(func() { wrongReply(r) }),
			spawnSpace(func() { wrongReply(r) }).id,
		} {
			reportOf(s, sendTimeout)
			remove(s)
		}
		r.regs.EAX = 5
		r.resume()
		e := r.next(soon)
		r.done(e, 0)
		equal("EAX", e.regs.EAX, 5)
	}
}

// wrongReply tries to answer the rig's exception.
func wrongReply(r *rig) {
	var m l4.Msg
	regs := l4.Registers{IP: 0x666, EAX: 0x666}
	report(l4.Send(r.id, m.SetException(&regs), tick))
}

// The answer is due from the handler that got the message.
func handlerChanged() {
	r := newRig()
	r.patterns()
	r.done(r.do(), 0)
	other := spawn(func() { wrongReply(r) })
	r.utcb().ExceptionHandler = other
	reportOf(other, sendTimeout)
	r.utcb().ExceptionHandler = me()
	r.resume()
	r.done(r.next(soon), 0)
}

// A thread whose handler vanishes before the answer halts, and goes on under another one.
func handlerDeleted() {
	for range 2 {
		r := newRig()
		handler := spawn(func() {
			var m l4.Msg
			l4.Wait(&m, soon)
			report(l4.OK)
			l4.Suspend()
		})
		r.utcb().ExceptionHandler = handler
		r.patterns()
		r.start(nil)
		reportOf(handler, l4.OK)
		waitState(r.id, l4.WaitingReceive)
		remove(handler)
		r.halted(event{})
		r.utcb().ExceptionHandler = me()
		succeeds("resume", l4.Resume(r.id))
		r.done(r.next(soon), 0)
		equal("EAX", r.regs.EAX, 0xA1A2A3A4)
		// The same while its message is still queued.
		sleepy := spawn(sleeper)
		r.utcb().ExceptionHandler = sleepy
		r.patterns()
		r.start(nil)
		waitState(r.id, l4.PendingSend)
		remove(sleepy)
		r.halted(event{})
		r.utcb().ExceptionHandler = me()
		r.again()
		remove(r.id)
	}
}

func handlerLocal() {
	r := newRig()
	r.utcb().ExceptionHandler = l4.MyLocalID()
	r.patterns()
	r.done(r.do(0x90), 1)
	r.resume()
	r.done(r.next(soon), 1)
}

// A thread that is its own handler waits for itself, until somebody helps.
func handlerSelf() {
	r := newRig()
	r.utcb().ExceptionHandler = r.id
	r.patterns()
	r.start(nil)
	waitState(r.id, l4.PendingSend)
	r.utcb().ExceptionHandler = me()
	succeeds("cancel", l4.Cancel(r.id))
	r.done(r.next(soon), 0)
	r.utcb().ExceptionHandler = r.id
	r.resume()
	waitState(r.id, l4.PendingSend)
	remove(r.id)
}

// Threads queue at a busy handler and get their own registers back.
func handlerBusy() {
	var rigs [8]*rig
	for i := range rigs {
		rigs[i] = newRig()
	}
	for i, r := range rigs {
		r.patterns()
		r.regs.EAX = uint32(i)
		r.start(nil)
	}
	for i := len(rigs) - 1; i >= 0; i-- {
		r := rigs[i]
		e := r.next(soon)
		r.done(e, 0)
		equal("EAX", e.regs.EAX, uint32(i))
	}
}

func handlerThreadDeleted() {
	r := newRig()
	r.patterns()
	r.done(r.do(), 0)
	remove(r.id)
	var m l4.Msg
	ipcFails("answer to nobody", l4.Send(r.id, m.SetException(&r.regs), l4.Zero), sendNoPartner)
}

// IP and SP of an answer may be anything: the thread comes back with the next exception.
func handlerKernel() {
	r := newRigIn(nil)
	for _, at := range [...]uint32{0xC0000000, 0xD0100000, 0xD0104000, 0xF0C09000, 0xF0800084, 0xFFFFFFFF, 0xFFFFF000} {
		stepNumber("address", at)
		r.patterns()
		r.regs.IP, r.regs.ESP = at, at
		r.resume()
		r.kernelFault(r.next(soon), at, 4)
		equal("ESP", r.regs.ESP, at)
		r.again()
		r.patterns()
		r.regs.ESP = at
		e := r.do(0x8B, 0x04, 0x24) // mov eax, [esp]
		r.kernelFault(e, r.slot, 4)
		r.again()
	}
}

// Flags that an answer may not touch keep the thread's own value, set or clear: DF, AC, ID, NT.
func handlerFlags() {
	r := newRig()
	for _, f := range [...]uint32{flagDF, flagAC, flagID, flagNT, flagDF | flagAC | flagID} {
		stepNumber("flags", f)
		for _, answer := range [...]uint32{0, 0xFFFFFFFF &^ flagTF, 0x8D5} {
			r.patterns()
			e := r.do(setFlags(f)...)
			r.done(e, setFlagsLength)
			had := e.regs.Flags &^ (0x8D5 | flagRF)
			check(had&f == f, "the thread cannot set it")
			r.regs.Flags = answer
			e = r.do(0x90)
			r.done(e, 1)
			equal("flags", e.regs.Flags&^flagRF, had|answer&0x8D5)
			r.patterns()
			r.done(r.do(0x6A, 0x02, 0x9D), 3) // push 2; popf
		}
	}
}

// Segment registers are no part of the message: the thread goes on with the standard ones.
func handlerSegments() {
	r := newRigIn(nil)
	for _, sel := range loadable {
		stepNumber("selector", sel)
		r.patterns()
		r.regs.EAX = sel
		r.done(r.do(allSegments...), len(allSegments))
		r.patterns()
		// mov eax, ds; mov ebx, es; mov ecx, fs; mov edx, gs; mov esi, cs; mov edi, ss
		e := r.do(0x8C, 0xD8, 0x8C, 0xC3, 0x8C, 0xE1, 0x8C, 0xEA, 0x8C, 0xCE, 0x8C, 0xD7)
		r.done(e, 12)
		g := &e.regs
		check(g.EAX == 0x23 && g.EBX == 0x23 && g.ECX == 0x23 && g.EDX == 0x2B && g.ESI == 0x1B && g.EDI == 0x23, "segment registers")
	}
}

// Only the words of an answer count.
func handlerLabel() {
	r := newRig()
	for _, label := range [...]uint16{0, 1, 0xFFB0, 0xFFE0, 0xFFFF} {
		stepNumber("label", uint32(label))
		r.patterns()
		r.done(r.do(), 0)
		r.regs.EAX = uint32(label) + 1
		var m l4.Msg
		m.SetException(&r.regs)
		m[0] = m[0]&0xFFFF | uint32(label)<<16
		arrives("answer", l4.Send(r.id, &m, l4.Zero))
		e := r.next(soon)
		r.done(e, 0)
		equal("EAX", e.regs.EAX, uint32(label)+1)
	}
}

// INT1 is a debug exception: a trap. QEMU's interpreter does not know it.
func handlerICEBP() {
	r := newRig()
	interpreted := interpreter(r)
	r.patterns()
	e := r.do(0xF1, 0x90)
	if interpreted {
		r.is(e, vecInvalid, r.slot, 0)
		return
	}
	r.is(e, vecDebug, r.slot+1, 0)
	r.resume()
	r.done(r.next(soon), 2)
}

// Traps report the address behind the instruction, and an answer with that address goes on there.
func handlerTraps() {
	r := newRig()
	for i, c := range [...]struct {
		code   []byte
		vector uint32
	}{
		{[]byte{0xB0, 0x7F, 0x04, 0x01, 0xCE}, vecOverflow}, // mov al, 127; add al, 1; into
		{[]byte{0xCD, 0x04}, vecOverflow},
		{[]byte{0xCD, 0x03}, vecBreakpoint},
		{[]byte{0xCC}, vecBreakpoint},
	} {
		stepNumber("row", uint32(i))
		r.patterns()
		n := uint32(len(c.code))
		r.is(r.do(append(append([]byte{}, c.code...), 0x90, 0x90)...), c.vector, r.slot+n, 0)
		r.resume()
		r.done(r.next(soon), int(n)+2)
	}
	r.patterns()
	r.regs.EBX = pages
	store(pages, 5)
	store(pages+4, 10)
	for _, v := range [...]uint32{5, 7, 10} {
		r.regs.EAX = v
		r.done(r.do(0x62, 0x03), 2) // bound eax, [ebx]
	}
	for _, v := range [...]uint32{4, 11, 0xFFFFFFFF} {
		r.regs.EAX = v
		r.is(r.do(0x62, 0x03), vecBound, r.slot, 0)
	}
}

// INT n that nobody may call: IP is that of the instruction, behind prefixes or not; the handler emulates a call with it.
func handlerIntN() {
	for _, r := range fpuPair() {
		for _, n := range [...]uint32{0x80, 0x21, 0, 1, 2, 7, 8, 14, 16, 0x20, 0x2F, 0x38, 0xFF} {
			stepNumber("int", n)
			r.patterns()
			e := r.do(0x90, 0xCD, byte(n), 0x90)
			r.is(e, vecProtection, r.slot+1, 8*n+2)
			equal("EAX", e.regs.EAX, 0xA1A2A3A4)
			equal("ESP", e.regs.ESP, r.sp)
			equal("flags", e.regs.Flags&^(flagRF|0x8D5), 0x202)
			r.regs.IP += 2
			r.regs.EAX = n + 1000 // the result of the call
			r.resume()
			e = r.next(soon)
			r.done(e, 4)
			equal("result", e.regs.EAX, n+1000)
		}
	}
}

// RDMSR and WRMSR are exceptions everywhere, also in privileged spaces.
func handlerMSR() {
	for _, r := range fpuPair() {
		for _, msr := range [...]uint32{0x10, 0x174, 0x175, 0x176, 0xC0000080} {
			stepNumber("register", msr)
			for _, op := range [...]byte{0x30, 0x32} {
				r.patterns()
				r.regs.ECX = msr
				r.is(r.do(0x0F, op), vecProtection, r.slot, 0)
			}
		}
	}
}

// An access through a null segment is repeated with good ones, by the kernel or by an answer that changes nothing.
func handlerRepair() {
	for _, r := range fpuPair() {
		r.patterns()
		r.regs.EAX, r.regs.EBX = 0, pages
		if r.space.id != self {
			r.regs.EBX = fpuArea() // in the image
			r.patterns()
			r.regs.EBX = fpuArea()
			r.done(r.do(readEBX...), 2) // so that it is mapped
			r.regs.EAX, r.regs.EBX = 0, fpuArea()
		}
		code := append(append([]byte{}, allSegments...), 0x8B, 0x03) // mov eax, [ebx]
		at := uint32(len(allSegments))
		store(r.regs.EBX, 0x11223344)
		e := r.do(code...)
		if e.kind == exception && e.regs.Vector == vecProtection {
			r.is(e, vecProtection, r.slot+at, 0)
			r.resume()
			e = r.next(soon)
		}
		r.done(e, len(code))
		equal("EAX", e.regs.EAX, 0x11223344)
	}
}
