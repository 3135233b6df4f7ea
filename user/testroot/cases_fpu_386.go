package main

import "pecan/user/l4"

// FPU and SSE registers (abi 8): private per thread, reset for a fresh one. Rigs fill all registers from an image and save
// them to another; see fpuimage_386.go.

var fpuCases = []testCase{
	{"abi-8-fpu-fresh-thread", fpuFresh},
	{"abi-8-fpu-private", fpuPrivate},
	{"abi-8-fpu-addresses-of-last-instruction", fpuAddresses},
	{"abi-8-fpu-reused-id", fpuReused},
	{"abi-8-fpu-deleted-owner", fpuDeleted},
	{"abi-8-fpu-migration", fpuMigration},
	{"abi-8-fpu-preemption", fpuPreemption},
	{"abi-8-fpu-kept-by-every-call", fpuCalls},
	{"abi-8-fpu-halt-and-resume", fpuHalt},
	{"abi-8-fpu-pending-error-is-private", fpuPending},
	{"abi-8-fpu-many-threads", fpuMany},
	{"abi-8-sse-there-or-undefined", fpuNoSSE},
	{"abi-6.4-vector-16", fpuError},
	{"abi-6.4-vector-16-by-every-waiting-instruction", fpuErrorWaits},
	{"abi-6.4-vector-19", fpuSIMD},
	{"abi-6.4-vector-16-handler-uses-fpu", fpuHandler},
	{"abi-6.4-vector-16-without-handler", fpuNoHandler},
}

// fpuPair is a rig here and one in another space.
func fpuPair() [2]*rig { return [...]*rig{newRig(), newRigIn(nil)} }

func fpuFresh() {
	dirty := newRig()
	for seed := range uint32(3) {
		dirty.fill(seed)
		for _, r := range fpuPair() {
			r.isFresh()
			r.isFresh()
			dirty.holds(seed)
			r.fill(seed + 100)
			dirty.holds(seed)
			remove(r.id)
		}
	}
}

func fpuPrivate() {
	rigs := [...]*rig{newRig(), newRigIn(nil), newRig(), newRigIn(nil)}
	for i, r := range rigs {
		r.fill(uint32(i))
	}
	for round := range uint32(3) {
		for i := range uint32(len(rigs)) {
			for j := range uint32(len(rigs)) {
				stepNumber("round", round<<8|i<<4|j)
				rigs[j].holds(j + 16*round)
				if j == i {
					rigs[j].holds(j + 16*round)
				}
			}
		}
		for i, r := range rigs {
			r.fill(uint32(i) + 16*(round+1))
		}
	}
}

// The environment that FNSTENV stores has the addresses of the last x87 instruction and its operand: nobody else's.
func fpuAddresses() {
	a := newRig()
	for _, b := range fpuPair() {
		for range 2 {
			a.patterns()
			a.regs.EBX = fpuArea()
			a.done(a.do(0xDB, 0xE3, 0xD9, 0x03, 0xDD, 0xD8), 6) // fninit; fld dword [ebx]; fstp st0
			clearArea()
			b.patterns()
			b.regs.EBX = fpuArea()
			b.done(b.do(0xD9, 0x33), 2) // fnstenv [ebx]
			for _, offset := range [...]uint32{12, 16, 20, 24} {
				got := load(fpuArea() + offset)
				if offset == 24 || offset == 16 {
					got &= 0xFFFF // the rest is reserved; selectors are the same for all
					check(got == 0 || got == 0x1B || got == 0x23, "selector")
					continue
				}
				equal("address", got, 0)
			}
		}
	}
}

func fpuReused() {
	for i := range uint32(4) {
		stepNumber("life", i)
		here := marked()
		r := newRig()
		r.isFresh()
		r.fill(i)
		r.holds(i)
		remove(r.id)
		here.rewind() // the next has the same ID
	}
	r := newRigIn(nil)
	for i := range uint32(4) {
		stepNumber("life in a space", i)
		r.isFresh()
		r.fill(i)
		r.renew()
	}
}

// The owner of what is in the registers is deleted while others hold on to theirs.
func fpuDeleted() {
	keep := newRig()
	keep.fill(7)
	for i := range uint32(4) {
		r := newRigIn(nil)
		r.fill(i)
		remove(r.id)
		if i&1 == 0 {
			keep.holds(7)
		}
		fresh := newRig()
		fresh.isFresh()
		remove(fresh.id)
		keep.holds(7)
	}
}

func fpuMigration() {
	from, other := newRigIn(nil), newRigIn(nil)
	keep := newRig()
	for i := range uint32(4) {
		stepNumber("move", i)
		a := newRigIn(from.space)
		a.fill(i)
		keep.fill(i + 10)
		if i&1 != 0 {
			a.holds(i) // its registers are in the FPU when it moves
		}
		succeeds("location", l4.ThreadControl(a.id, other.id, l4.NilThread, l4.NilThread, l4.Unchanged))
		a.space = other.space
		a.again()
		a.holds(i)
		keep.holds(i + 10)
		remove(a.id)
		from.space.utcbs--
	}
}

// Three threads compare a register with what they have put there, for ever, and are preempted all the time.
func fpuPreemption() {
	rigs := [...]*rig{newRig(), newRigIn(nil), newRig()}
	for i, r := range rigs {
		_, _, err := l4.Schedule(r.id, l4.Scheduling{Time: l4.TimeControl(l4.Microseconds(500), l4.Never), Processor: same, Priority: same, Preemption: same})
		succeeds("schedule", err)
		r.patterns()
		r.regs.EBX, r.regs.ECX = fpuArea(), 0x11110000+uint32(i)
		r.start(compareLoop)
	}
	for i, r := range rigs {
		stepNumber("rig", uint32(i))
		e := r.next(l4.Milliseconds(20))
		equal("event", e.kind, nothing)
		r.again()
	}
}

// System calls do not touch the registers.
func fpuCalls() {
	for i, r := range fpuPair() {
		local := r.local()
		for link := range uint32(11) {
			stepNumber("link", link)
			seed := uint32(i)<<4 | link
			r.fill(seed)
			r.patterns()
			r.regs.EAX, r.regs.EDX, r.regs.EDI = 0, 0, local
			r.done(r.call(link), callLength)
			r.holds(seed)
		}
		// IPC to one that uses the FPU and back.
		partner := newRig()
		partner.fill(99)
		r.fill(5)
		for range 3 {
			r.ipc(partner.id, l4.NilThread, l4.NewTimeouts(l4.Zero, l4.Zero), 0)
			r.call(linkIpc)
			partner.holds(99)
			r.holds(5)
		}
	}
}

func fpuHalt() {
	r, other := newRig(), newRig()
	r.fill(1)
	r.patterns()
	r.start([]byte{0xEB, 0xFE}) // jmp $
	equal("event", r.next(tick).kind, nothing)
	_, _, err := l4.Stop(r.id)
	succeeds("stop", err)
	other.fill(2)
	succeeds("resume", l4.Resume(r.id))
	r.again()
	r.holds(1)
	other.holds(2)
}

// raiseError leaves a division by zero pending that is not masked.
var raiseError = []byte{
	0xDB, 0xE3, // fninit
	0x6A, 0x00, // push 0
	0x66, 0xC7, 0x04, 0x24, 0x7B, 0x03, // mov word [esp], 0x37B: ZE not masked
	0xD9, 0x2C, 0x24, // fldcw [esp]
	0x58,       // pop eax
	0xD9, 0xE8, // fld1
	0xD9, 0xEE, // fldz
	0xDE, 0xF9, // fdivp st1, st0
}

// An error that is pending at a switch hits the thread that made it, not the next one, and not the kernel.
func fpuPending() {
	for _, a := range fpuPair() {
		b := newRig()
		b.fill(3)
		for range 2 {
			a.patterns()
			a.done(a.do(raiseError...), len(raiseError))
			b.holds(3)
			fresh := newRig()
			fresh.patterns()
			fresh.done(fresh.do(0x9B, 0xD9, 0xE8), 3) // fwait; fld1
			remove(fresh.id)
			a.patterns()
			a.is(a.do(0x9B), vecX87, a.slot, 0)
			a.patterns()
			a.done(a.do(0xDB, 0xE2, 0x9B), 3) // fnclex; fwait
		}
	}
}

// Many threads, each with registers of its own.
func fpuMany() {
	var rigs [20]*rig
	for i := range rigs {
		rigs[i] = newRig()
		rigs[i].fill(uint32(i))
	}
	for round := range uint32(2) {
		for i := range rigs {
			n := uint32(i) * 7 % uint32(len(rigs))
			stepNumber("rig", round<<8|n)
			rigs[n].holds(n)
		}
	}
}

func fpuNoSSE() {
	r := newRig()
	r.patterns()
	e := r.do(0x0F, 0x57, 0xC0) // xorps xmm0, xmm0
	if features(r)&featureSSE != 0 {
		r.done(e, 3)
		return
	}
	r.is(e, vecInvalid, r.slot, 0)
}

func fpuError() {
	for _, r := range fpuPair() {
		r.patterns()
		code := append(append([]byte{}, raiseError...), 0x90, 0x9B, 0x90) // nop; fwait; nop
		n := uint32(len(code))
		e := r.do(code...)
		r.is(e, vecX87, r.slot+n-2, 0)
		equal("EBX", e.regs.EBX, 0xB1B2B3B4)
		equal("ESP", e.regs.ESP, r.sp)
		r.patterns()
		r.is(r.do(0x90, 0x9B), vecX87, r.slot+1, 0) // it stays
		r.patterns()
		r.regs.EBX = fpuArea()
		r.done(r.do(0xDD, 0x3B, 0xDB, 0xE2, 0x9B), 5) // fnstsw [ebx]; fnclex; fwait
		status := load(fpuArea()) & 0xFFFF
		check(status&0x84 == 0x84, "ZE and ES in the status word")
	}
}

// Every instruction that waits raises the error, at its own address; those that do not wait do not. QEMU's interpreter
// does so for FWAIT only.
func fpuErrorWaits() {
	r := newRig()
	interpreted := interpreter(r)
	for i, c := range [...]struct {
		code  []byte
		waits bool
	}{
		{[]byte{0xD9, 0xE8}, true},  // fld1
		{[]byte{0xD8, 0xC1}, true},  // fadd st0, st1
		{[]byte{0x9B}, true},        // fwait
		{[]byte{0xD9, 0x2B}, true},  // fldcw [ebx]
		{[]byte{0xDD, 0x3B}, false}, // fnstsw [ebx]
		{[]byte{0xD9, 0x3B}, false}, // fnstcw [ebx]
		{[]byte{0xDB, 0xE2}, false}, // fnclex
		{[]byte{0xDB, 0xE3}, false}, // fninit
	} {
		stepNumber("row", uint32(i))
		r.patterns()
		r.done(r.do(raiseError...), len(raiseError))
		r.patterns()
		r.regs.EBX = fpuArea()
		e := r.do(c.code...)
		if c.waits && (!interpreted || c.code[0] == 0x9B) {
			r.is(e, vecX87, r.slot, 0)
		} else {
			r.done(e, len(c.code))
		}
		r.patterns()
		r.done(r.do(0xDB, 0xE3), 2)
	}
}

// simdError divides by zero, unmasked.
var simdError = []byte{
	0x68, 0x80, 0x1D, 0x00, 0x00, // push 0x1D80: ZM clear
	0x0F, 0xAE, 0x14, 0x24, // ldmxcsr [esp]
	0x58,                         // pop eax
	0xB8, 0x01, 0x00, 0x00, 0x00, // mov eax, 1
	0xF3, 0x0F, 0x2A, 0xC0, // cvtsi2ss xmm0, eax
	0x0F, 0x57, 0xC9, // xorps xmm1, xmm1
}

// QEMU's interpreter never raises vector 19.
func fpuSIMD() {
	for _, r := range fpuPair() {
		if features(r)&featureSSE == 0 || interpreter(r) {
			return
		}
		r.patterns()
		e := r.do(append(append([]byte{}, simdError...), 0xF3, 0x0F, 0x5E, 0xC1)...) // divss xmm0, xmm1
		at := r.slot + uint32(len(simdError))
		r.is(e, vecSIMD, at, 0)
		equal("ESP", e.regs.ESP, r.sp)
		equal("EAX", e.regs.EAX, 1)
		// The reply skips the instruction; xmm0 is unchanged, MXCSR has the flag.
		r.patterns()
		r.regs.EBX = fpuArea()
		e = r.do(0x0F, 0xAE, 0x1B, 0xF3, 0x0F, 0x2C, 0xC0) // stmxcsr [ebx]; cvttss2si eax, xmm0
		r.done(e, 7)
		equal("xmm0", e.regs.EAX, 1)
		equal("MXCSR", load(fpuArea()), 0x1D84)
	}
}

// The handler uses the FPU itself before it answers.
func fpuHandler() {
	r := newRig()
	handler := spawn(func() {
		var m l4.Msg
		l4.Wait(&m, soon)
		regs, _ := m.Exception()
		useFPU()
		regs.IP++ // behind the fwait
		report(l4.Send(r.id, m.SetException(&regs), soon))
		equal("vector", regs.Vector, vecX87)
	})
	id := uint32(me())
	r.patterns()
	r.done(r.do(raiseError...), len(raiseError))
	r.utcb().ExceptionHandler = handler
	r.patterns()
	// fwait; fnclex; fnstcw [ebx]; handler again
	r.regs.EBX = fpuArea()
	r.start([]byte{0x9B, 0xDB, 0xE2, 0xD9, 0x3B, 0x65, 0x8B, 0x1D, 0, 0, 0, 0, 0xC7, 0x43, 0xD4, byte(id), byte(id >> 8), byte(id >> 16), byte(id >> 24)})
	reportOf(handler, l4.OK)
	r.done(r.next(soon), 19)
	equal("control word", load(fpuArea())&0xFFFF, 0x37B)
}

func fpuNoHandler() {
	r := newRig()
	r.patterns()
	r.done(r.do(raiseError...), len(raiseError))
	r.utcb().ExceptionHandler = 0
	r.halted(r.doFor(tick, 0x9B))
	r.utcb().ExceptionHandler = me()
	r.again()
	r.patterns()
	r.is(r.do(0x9B), vecX87, r.slot, 0)
}
