package main

import "pecan/user/l4"

// Exceptions (semantics 6.6, abi 6.4).

var exceptionCases = []testCase{
	{"abi-6.4-message", "abi-6.4.1 6.6.2", exceptionMessage},
	{"abi-6.4-reply", "abi-6.4.2 abi-6.4.4", exceptionReply},
	{"abi-6.4-flags", "abi-6.4.3", exceptionFlags},
	{"abi-6.4-trace", "abi-0.1.1", exceptionTrace},
	{"abi-6.4-short-replies", "abi-6.4.5", exceptionShort},
	{"abi-6.4-registers-kept", "abi-6.4.6", exceptionKept},
	{"abi-6.4-vectors", "abi-6.4.7 10.14", exceptionVectors},
	{"abi-6.4-int-n", "abi-6.4.8 10.14 abi-8.7", exceptionIntN},
	{"6.6-closed-receive", "6.6.2", exceptionClosed},
	{"6.6-no-limits", "6.6.2", exceptionPatience},
	{"6.6-no-handler", "6.6.4 6.6.6", exceptionNone},
	{"6.6-bad-handler", "6.6.3 6.6.6", exceptionBad},
	{"6.6-bad-pager", "6.6.5 6.6.6", exceptionPager},
	{"6.6-the-kernel-first", "6.6.1 abi-8.8 abi-0.1.2", exceptionKernel},
}

func exceptionMessage() {
	for _, x := range subjectPair() {
		x.usual()
		x.regs.Flags = 0x202 | 0x8D5
		x.do(0x90)
		x.reached(1)
		equal("tag", uint32(x.tag), 0xFFB0000C)
		r := &x.regs
		equal("EFLAGS", r.Flags&^flagRF, 0x202|0x8D5)
		check(r.EAX == 0xA1A2A3A4 && r.EBX == 0xB1B2B3B4 && r.ECX == 0xC1C2C3C4 && r.EDX == 0xD1D2D3D4, "EAX to EDX")
		check(r.ESI == 0x51525354 && r.EDI == 0x61626364 && r.EBP == 0x71727374 && r.ESP == x.sp, "ESI to ESP")
	}
}

func exceptionReply() {
	for _, x := range subjectPair() {
		x.regs = l4.Registers{EAX: 1, EBX: 2, ECX: 3, EDX: 4, ESI: 5, EDI: 6, EBP: 7, ESP: 8, Flags: 0x202, Vector: 77, ErrorCode: 78}
		x.do()
		x.reached(0)
		r := &x.regs
		check(r.EAX == 1 && r.EBX == 2 && r.ECX == 3 && r.EDX == 4 && r.ESI == 5 && r.EDI == 6 && r.EBP == 7 && r.ESP == 8, "registers")
	}
}

func exceptionFlags() {
	x := newSubject(0, true)
	for bit := range uint32(32) {
		if bit == 8 {
			continue
		}
		stepNumber("bit", bit)
		for _, f := range [...]uint32{1 << bit, 0xFFFFFFFF &^ (1<<bit | flagTF)} {
			x.usual()
			x.regs.Flags = f
			x.do(0x90)
			x.reached(1)
			equal("EFLAGS", x.regs.Flags&^flagRF, 0x202|f&0x8D5)
		}
	}
}

// With TF in each reply the thread comes back after each instruction, and runs on when TF is left out.
func exceptionTrace() {
	for _, x := range subjectPair() {
		x.usual()
		code := []byte{0x40, 0x83, 0xC0, 5, 0x90} // inc eax; add eax, 5; nop
		for _, at := range [...]uint32{1, 4, 5} {
			x.regs.Flags |= flagTF
			if at == 1 {
				x.do(code...)
			} else {
				x.answer()
				x.listen(soon)
			}
			x.raised(vecDebug, at, 0)
		}
		equal("EAX", x.regs.EAX, 0xA1A2A3A4+6)
		x.regs.Flags = 0x202 | flagRF
		x.answer()
		x.listen(soon)
		x.reached(5)
		check(x.regs.Flags&flagTF == 0, "TF is still set")
	}
}

func exceptionShort() {
	x := newSubject(0, false)
	for n := range uint32(13) {
		stepNumber("words", n)
		x.usual()
		x.do(0x90)
		x.reached(1)
		var m l4.Msg
		m.Start(0)
		for i := uint32(1); i <= n; i++ {
			switch i {
			case 1:
				m.Add(x.code)
			case 2:
				m.Add(0x202)
			default:
				m.Add(i)
			}
		}
		arrives("answer", l4.Send(x.id, &m, l4.Zero))
		x.listen(soon)
		x.reached(1)
		r := &x.regs
		for i, v := range [...][2]uint32{{r.EDI, 0x61626364}, {r.ESI, 0x51525354}, {r.EBP, 0x71727374}, {r.ESP, x.sp},
			{r.EBX, 0xB1B2B3B4}, {r.EDX, 0xD1D2D3D4}, {r.ECX, 0xC1C2C3C4}, {r.EAX, 0xA1A2A3A4}} {
			want := v[1]
			if mr := uint32(i) + 5; mr <= n {
				want = mr
			}
			equal("register", v[0], want)
		}
	}
}

func exceptionKept() {
	x := newSubject(0, false)
	for i := range uint32(64) {
		x.utcb.MR[i] = unusedMR(i)
	}
	x.utcb.SetBR(0, 0x12345670)
	for range 3 {
		x.usual()
		x.do(0x90)
		x.reached(1)
	}
	for i := range uint32(64) {
		equal("message register", x.utcb.MR[i], unusedMR(i))
	}
	equal("BR0", x.utcb.BR(0), 0x12345670)
}

// divideByZero leaves an x87 error pending, unmasked; simdByZero has everything ready for one.
var (
	divideByZero = []byte{0xDB, 0xE3, 0x6A, 0, 0x66, 0xC7, 0x04, 0x24, 0x7B, 0x03, 0xD9, 0x2C, 0x24, 0x58, 0xD9, 0xE8, 0xD9, 0xEE, 0xDE, 0xF9}
	simdByZero   = []byte{0x68, 0x80, 0x1D, 0, 0, 0x0F, 0xAE, 0x14, 0x24, 0x58, 0xB8, 1, 0, 0, 0, 0xF3, 0x0F, 0x2A, 0xC0, 0x0F, 0x57, 0xC9}
)

func exceptionVectors() {
	for n, x := range subjectPair() {
		for i, c := range [...]struct {
			code              []byte
			vector, at, error uint32
			edx               uint32
		}{
			{[]byte{0xF7, 0xF1}, vecDivide, 0, 0, 0xFFFFFFFF}, // div ecx: overflow
			{[]byte{0xCC, 0x90}, vecBreakpoint, 1, 0, 0},      // int3
			{[]byte{0xCD, 3}, vecBreakpoint, 2, 0, 0},
			{[]byte{0xB0, 0x7F, 0x04, 0x01, 0xCE}, vecOverflow, 5, 0, 0}, // into
			{[]byte{0xCD, 4}, vecOverflow, 2, 0, 0},
			{[]byte{0x90, 0x0F, 0x0B}, vecInvalid, 1, 0, 0},        // ud2
			{[]byte{0x90, 0xFA}, vecProtection, 1, 0, 0},           // cli
			{[]byte{0x8E, 0xD8}, vecProtection, 0, 0x08, 0},        // mov ds, ax: the kernel's code
			{[]byte{0xA1, 0, 0, 0, 0xD0}, vecPageFault, 0, 4, 0},   // mov eax, [0xD0000000]
			{append(divideByZero[:20:20], 0x9B), vecX87, 20, 0, 0}, // fwait
			{append(divideByZero[:20:20], 0x90, 0x9B), vecX87, 21, 0, 0},
		} {
			stepNumber("row", uint32(n)<<8|uint32(i))
			x.usual()
			x.regs.EDX = c.edx
			if c.error == 8 {
				x.regs.EAX = 8
			}
			x.do(c.code...)
			if c.vector == vecPageFault {
				x.regs.ErrorCode &^= 1 // whether there is anything is nobody's business
			}
			x.raised(c.vector, c.at, c.error)
			x.usual()
			x.do(0xDB, 0xE3) // fninit
			x.reached(2)
		}
		if features, tcg := x.features(); features&(1<<25) != 0 && !tcg { // QEMU's interpreter has no SIMD errors
			x.usual()
			x.do(append(simdByZero[:22:22], 0xF3, 0x0F, 0x5E, 0xC1)...) // divss xmm0, xmm1
			x.raised(vecSIMD, 22, 0)
		}
	}
}

// features is CPUID leaf 1 EDX, and whether the processor is QEMU's interpreter (TCG).
func (x *subject) features() (features uint32, tcg bool) {
	x.usual()
	x.do(0xB8, 1, 0, 0, 0, 0x0F, 0xA2) // mov eax, 1; cpuid
	x.reached(7)
	features = x.regs.EDX
	x.do(0xB8, 0, 0, 0, 0x40, 0x0F, 0xA2) // mov eax, 0x40000000; cpuid
	return features, x.regs.EBX == 0x54474354
}

func exceptionIntN() {
	x := newSubject(0, true)
	for n := range uint32(256) {
		if n == 3 || n == 4 || n >= 0x30 && n < 0x40 {
			continue // gates for users; where the kernel's own may be
		}
		stepNumber("int", n)
		x.usual()
		x.do(0x90, 0xCD, byte(n))
		x.raised(vecProtection, 1, 8*n+2)
	}
}

// Only the handler's answer counts.
func exceptionClosed() {
	x := newSubject(0, false)
	x.usual()
	x.do()
	other := spawn(func() {
		var m, done l4.Msg
		err := l4.Send(x.id, m.SetException(&l4.Registers{IP: 4, EAX: 0x666}), tick)
		l4.Send(controller, done.Start(0).Add(uint32(err)), soon)
	})
	var m l4.Msg
	arrives("report", l4.Receive(other, &m, soon))
	equal("error of a stranger", m.Word(1), uint32(sendTimeout))
	x.regs.EAX = 5
	x.answer()
	x.listen(soon)
	x.reached(0)
	equal("EAX", x.regs.EAX, 5)
}

// A thread waits for its handler, and for the answer, as long as it takes.
func exceptionPatience() {
	x := newSubject(0, false)
	x.usual()
	x.put(nil)
	x.regs.IP = x.code
	x.answer()
	l4.Sleep(l4.Milliseconds(30))
	equal("state before", uint32(l4.State(x.id)), uint32(l4.PendingSend))
	x.listen(soon)
	x.reached(0)
	l4.Sleep(l4.Milliseconds(30))
	equal("state after", uint32(l4.State(x.id)), uint32(l4.WaitingReceive))
	x.answer()
	x.listen(soon)
	x.reached(0)
}

func exceptionNone() {
	x := newSubject(0, false)
	x.usual()
	x.utcb.ExceptionHandler = l4.NilThread
	x.doFor(tick, 0x90)
	x.halted()
	r, was, err := l4.Stop(x.id)
	succeeds("read", err)
	check(was&l4.Halt != 0, "not reported as halted")
	equal("IP", r.IP, x.code+1)
	equal("SP", r.SP, x.sp)
	x.utcb.ExceptionHandler = controller
	succeeds("resume", l4.Resume(x.id))
	x.listen(soon)
	x.reached(1)
	equal("EAX", x.regs.EAX, 0xA1A2A3A4)
	// Another IP repairs it as well.
	x.utcb.ExceptionHandler = l4.NilThread
	x.doFor(tick, 0x90)
	x.halted()
	x.utcb.ExceptionHandler = controller
	succeeds("start", l4.Start(x.id, x.code, x.sp-64))
	x.listen(soon)
	x.reached(1)
	equal("ESP", x.regs.ESP, x.sp-64)
}

func exceptionBad() {
	x := newSubject(0, false)
	gone := inactive()
	remove(gone)
	for i, handler := range [...]l4.ThreadID{gone, l4.Global(100000, 1), l4.Global(controller.Number(), controller.Version()+1), l4.AnyThread} {
		stepNumber("handler", uint32(i))
		x.usual()
		x.utcb.ExceptionHandler = handler
		x.doFor(tick, 0x90)
		x.halted()
		x.utcb.ExceptionHandler = controller
		succeeds("resume", l4.Resume(x.id))
		x.listen(soon)
		x.reached(1)
	}
}

func exceptionPager() {
	x := newSubject(0, false)
	for i, pager := range [...]l4.ThreadID{l4.NilThread, l4.Global(100000, 1)} {
		stepNumber("pager", uint32(i))
		x.usual()
		x.regs.EBX = regions[source]
		l4.UnmapPage(l4.PageAt(regions[source], l4.RWX), true)
		x.utcb.Pager = pager
		x.doFor(tick, 0x8B, 0x05, 0x00, 0xE0, 0xFF, 0xBF) // mov eax, [0xBFFFE000]
		x.halted()
		x.utcb.Pager = controller
		succeeds("resume", l4.Resume(x.id))
		x.listen(soon)
		check(x.kind == saysFault && x.fault.Addr == 0xBFFFE000 && x.fault.IP == x.code, "the fault is not repeated")
		succeeds("elsewhere", l4.Start(x.id, x.code+6, x.sp))
		x.listen(soon)
		x.reached(6)
	}
}

// KernelInterface, I/O and page faults, and INT3 calls of threads without handler never reach a handler.
func exceptionKernel() {
	x := newSubject(0, false)
	x.usual()
	x.do(0xF0, 0x90, 0x90)
	x.reached(3)
	equal("KIP", x.regs.EAX, uint32(l4.KIPAreaHere().Base()))
	equal("version", x.regs.ECX, load(uint32(l4.KIPAreaHere().Base())+4))
	x.usual()
	x.do(0xCC, 0x3C, 2) // the pseudo call "clear page"
	x.raised(vecBreakpoint, 1, 0)
	x.utcb.ExceptionHandler = l4.NilThread
	c := uint32(controller)
	// The same, then: mov ebx, gs:[0]; mov dword [ebx-44], the case
	x.do(0xCC, 0x3C, 2, 0x65, 0x8B, 0x1D, 0, 0, 0, 0, 0xC7, 0x43, 0xD4, byte(c), byte(c>>8), byte(c>>16), byte(c>>24))
	x.reached(17)
}
