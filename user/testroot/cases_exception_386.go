package main

import "pecan/user/l4"

// Exceptions (abi 6.4, semantics 6.6).

var exceptionCases = []testCase{
	{"abi-6.4-message", exceptionMessage},
	{"abi-6.4-reply-sets-registers", exceptionReply},
	{"abi-6.4-short-replies", exceptionShort},
	{"abi-6.4-flags-mask", exceptionFlags},
	{"abi-6.4-vectors", exceptionVectors},
	{"abi-6.4-message-registers-unchanged", exceptionKeepsMessages},
	{"abi-6.4-no-handler-halts", exceptionNoHandler},
	{"abi-6.4-bad-handler-halts", exceptionBadHandler},
	{"abi-6.4-aborted-exception", exceptionAborted},
	{"abi-6.4-handler-in-other-space", exceptionElsewhere},
	{"abi-6.4-reply-with-items", exceptionItems},
	{"compat-2-int3-without-handler", breakpointWithoutHandler},
	{"compat-2-int3-with-handler", breakpointWithHandler},
}

func exceptionMessage() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		r.patterns()
		r.regs.Flags = 0x202 | 0x8D5
		e := r.do()
		r.done(e, 0)
		equal("tag", uint32(e.tag), 0xFFB0000C)
		for i, w := range [...][2]uint32{
			{e.regs.EAX, 0xA1A2A3A4}, {e.regs.EBX, 0xB1B2B3B4}, {e.regs.ECX, 0xC1C2C3C4}, {e.regs.EDX, 0xD1D2D3D4},
			{e.regs.ESI, 0x51525354}, {e.regs.EDI, 0x61626364}, {e.regs.EBP, 0x71727374}, {e.regs.ESP, r.sp},
			{e.regs.Flags &^ flagRF, 0x202 | 0x8D5}, {e.regs.IP, r.slot}, {e.regs.Vector, 6}, {e.regs.ErrorCode, 0},
		} {
			stepNumber("register", uint32(i))
			equal("value", w[0], w[1])
		}
		about.Reset()
	}
}

func exceptionReply() {
	r := newRig()
	for i := range uint32(4) {
		v := 0x01010101 * (i + 1)
		r.regs = l4.Registers{
			EAX: v, EBX: v + 1, ECX: v + 2, EDX: v + 3, ESI: v + 4, EDI: v + 5, EBP: v + 6, ESP: v + 7,
			Flags: 0x202, Vector: 99, ErrorCode: 98, // ignored
		}
		e := r.do()
		r.done(e, 0)
		check(e.regs.EAX == v && e.regs.EBX == v+1 && e.regs.ECX == v+2 && e.regs.EDX == v+3, "EAX to EDX")
		check(e.regs.ESI == v+4 && e.regs.EDI == v+5 && e.regs.EBP == v+6 && e.regs.ESP == v+7, "ESI to ESP")
	}
}

// With fewer words the other registers stay; with more the rest is ignored.
func exceptionShort() {
	r := newRig()
	for n := range uint32(64) {
		stepNumber("words", n)
		r.patterns()
		r.done(r.do(), 0)
		var m l4.Msg
		m.Start(0)
		for i := range n {
			w := 0x77770000 + i
			switch i {
			case 0:
				w = parkAddress()
			case 1:
				w = 0x202
			}
			m.Add(w)
		}
		arrives("reply", l4.Send(r.id, &m, l4.Zero))
		e := r.next(soon)
		want := r.slot
		if n > 0 {
			want = parkAddress()
		}
		r.is(e, vecInvalid, want, 0)
		for i, w := range [...]struct{ got, old uint32 }{
			{e.regs.EDI, 0x61626364}, {e.regs.ESI, 0x51525354}, {e.regs.EBP, 0x71727374}, {e.regs.ESP, r.sp},
			{e.regs.EBX, 0xB1B2B3B4}, {e.regs.EDX, 0xD1D2D3D4}, {e.regs.ECX, 0xC1C2C3C4}, {e.regs.EAX, 0xA1A2A3A4},
		} {
			mr := uint32(i) + 5
			if n >= mr {
				equal("register set", w.got, 0x77770000+mr-1)
			} else {
				equal("register kept", w.got, w.old)
			}
		}
	}
}

// Only the arithmetic flags, TF and RF can be set by a reply.
func exceptionFlags() {
	r := newRig()
	for _, f := range [...]uint32{0, 0xFFFFFFFF &^ flagTF, 0x8D5, flagIF, flagDF, 3 << 12, flagNT, flagAC, 1 << 17, 1 << 19, 1 << 20, flagID} {
		stepNumber("flags", f)
		r.patterns()
		r.regs.Flags = f
		e := r.do()
		r.done(e, 0)
		equal("EFLAGS", e.regs.Flags&^flagRF, 0x202|f&0x8D5)
	}
}

func exceptionVectors() {
	for _, s := range [...]*space{&home, nil} {
		for i, c := range [...]struct {
			code     [8]byte
			n        int
			vector   uint32
			behind   uint32 // reported IP is so far behind the start
			error    uint32
			ebx, edx uint32
		}{
			{[8]byte{0xF7, 0xF3}, 2, 0, 0, 0, 0, 0},                               // div ebx
			{[8]byte{0xF7, 0xF3}, 2, 0, 0, 0, 1, 5},                               // quotient too large
			{[8]byte{0xCC}, 1, 3, 1, 0, 0, 0},                                     // int3
			{[8]byte{0xCD, 3}, 2, 3, 2, 0, 0, 0},                                  // int 3
			{[8]byte{0xCD, 4}, 2, 4, 2, 0, 0, 0},                                  // int 4
			{[8]byte{0x0F, 0x0B}, 2, 6, 0, 0, 0, 0},                               // ud2
			{[8]byte{0xF0, 0x0B, 0xC0}, 3, 6, 0, 0, 0, 0},                         // lock or eax, eax
			{[8]byte{0x8E, 0xC8}, 2, 6, 0, 0, 0, 0},                               // mov cs, eax
			{[8]byte{0x66, 0xF0, 0x90}, 3, 6, 0, 0, 0, 0},                         // no KernelInterface
			{[8]byte{0xB0, 0x7F, 0x04, 0x01, 0xCE}, 5, 4, 5, 0, 0, 0},             // overflow, into
			{[8]byte{0xB8, 100, 0, 0, 0, 0x62, 0x03}, 7, 5, 5, 0, boundsTable, 0}, // bound eax, [ebx]
		} {
			here := marked()
			stepNumber("row", uint32(i))
			var r *rig
			if s == nil {
				r = newRigIn(nil)
			} else {
				r = newRig()
			}
			r.patterns()
			r.regs.EBX, r.regs.EDX = c.ebx, c.edx
			if c.ebx == boundsTable {
				r.regs.EBX = pages
				store(pages, 0)
				store(pages+4, 10)
				if s == nil {
					continue // the table is not there
				}
			}
			e := r.do(c.code[:c.n]...)
			r.is(e, c.vector, r.slot+c.behind, c.error)
			remove(r.id)
			here.rewind()
		}
	}
}

// boundsTable stands for the address of a table of bounds.
const boundsTable = 0x7AB1E

func exceptionKeepsMessages() {
	r := newRig()
	u := r.utcb()
	fillUTCB(u)
	r.patterns()
	for range 5 {
		r.done(r.do(0x90), 1)
		checkUTCB(u)
	}
}

func exceptionNoHandler() {
	for _, s := range [...]*rig{newRig(), newRigIn(nil)} {
		s.clearHandler()
		s.halted(s.next(tick))
		regs, was, err := l4.Stop(s.id)
		succeeds("stop", err)
		check(was&l4.Halt != 0, "was not reported as halted")
		equal("IP", regs.IP, s.slot+clearLength)
	}
}

// clearLength is the length of the code that clearHandler runs.
const clearLength = 14

// clearHandler lets a rig clear its ExceptionHandler and run into an undefined instruction.
func (r *rig) clearHandler() {
	r.patterns()
	// mov ebx, gs:[0]; mov dword [ebx-44], 0; ud2
	r.start([]byte{0x65, 0x8B, 0x1D, 0, 0, 0, 0, 0xC7, 0x43, 0xD4, 0, 0, 0, 0})
}

func exceptionBadHandler() {
	for _, handler := range ghosts() {
		stepNumber("handler", uint32(handler))
		r := newRig()
		u := r.utcb()
		u.ExceptionHandler = handler
		r.halted(r.doFor(tick, ud2...))
		u.ExceptionHandler = me()
		succeeds("resume", l4.Resume(r.id))
		r.is(r.next(soon), vecInvalid, r.slot, 0)
		remove(r.id)
	}
	for _, handler := range [...]l4.ThreadID{l4.AnyThread, l4.AnyLocalThread} {
		stepNumber("handler", uint32(handler))
		r := newRig()
		r.utcb().ExceptionHandler = handler
		r.halted(r.doFor(tick, ud2...))
	}
}

// An aborted exception repeats the instruction.
func exceptionAborted() {
	r := newRig()
	r.done(r.do(), 0)
	succeeds("cancel", l4.Cancel(r.id))
	r.done(r.next(soon), 0)
	regs := l4.ThreadRegisters{IP: parkAddress(), SP: 0x12345678}
	_, was, err := l4.ExchangeRegisters(r.id, l4.CancelIPC|l4.SetIP|l4.SetSP, &regs)
	succeeds("abort", err)
	equal("old IP", regs.IP, r.slot)
	check(was&l4.CancelReceive != 0, "was not reported as receiving")
	e := r.next(soon)
	r.is(e, vecInvalid, parkAddress(), 0)
	equal("SP", e.regs.ESP, 0x12345678)
}

// The handler may live anywhere.
func exceptionElsewhere() {
	r := newRig()
	var seen l4.Registers
	handler := spawnSpace(func() {
		var m l4.Msg
		l4.Wait(&m, soon)
		seen, _ = m.Exception()
		report(l4.OK)
		seen.IP = parkAddress()
		report(l4.Send(r.id, m.SetException(&seen), soon))
	})
	r.utcb().ExceptionHandler = handler.id
	r.patterns()
	r.start(nil)
	reportOf(handler.id, l4.OK)
	r.utcb().ExceptionHandler = me()
	reportOf(handler.id, l4.OK)
	equal("IP", seen.IP, parkAddress())
	e := r.next(soon)
	r.is(e, vecInvalid, parkAddress(), 0)
	equal("EDX", e.regs.EDX, 0xD1D2D3D4)
}

// Items in a reply are not accepted; the thread is not lost.
func exceptionItems() {
	r := newRig()
	r.done(r.do(), 0)
	u := l4.MyUTCB()
	w0, w1 := l4.MapItem{Base: hole, Fpage: l4.PageAt(pages, l4.RWX)}.Words()
	u.MR[1], u.MR[2], u.MR[3], u.MR[4] = parkAddress(), 0x202, w0, w1
	l4.Ipc(r.id, l4.NilThread, l4.NewTimeouts(l4.Zero, l4.Never), l4.NewTag(0, 2, 2))
	e := r.next(soon)
	check(e.kind == exception && e.regs.Vector == vecInvalid, "no exception again")
	r.patterns()
	r.regs.EBX = hole
	e = r.do(readEBX...)
	isFault(e, hole, r.slot, l4.Read)
}
