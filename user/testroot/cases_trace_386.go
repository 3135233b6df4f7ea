package main

import "pecan/user/l4"

// Single steps: a handler's reply sets TF, and the thread comes back after each instruction (abi 0.1, 6.4).

var traceCases = []testCase{
	{"abi-0.1-trace-by-reply", traceSteps},
	{"abi-0.1-trace-through-ipc", traceIPC},
	{"abi-0.1-trace-through-calls", traceCalls},
	{"abi-0.1-trace-set-by-the-thread", traceOwn},
	{"abi-0.1-trace-across-faults", traceFaults},
	{"abi-0.1-trace-kernel-interface", traceKernelInterface},
}

// steps lets the rig execute code step by step until the undefined instruction at its end. It returns where each
// step ended.
func (r *rig) steps(code []byte) (at [64]uint32, n int) {
	r.put(code)
	r.regs.IP = r.slot
	r.regs.Flags = 0x202 | flagTF
	for n = 0; n < len(at); n++ {
		r.resume()
		e := r.next(soon)
		if e.kind != exception {
			fatal(e.describe(describe("while stepping: ")))
		}
		if e.regs.Vector == vecInvalid {
			equal("end of the steps", e.regs.IP, r.slot+uint32(len(code)))
			return
		}
		if e.regs.Vector != vecDebug {
			fatal(e.describe(describe("while stepping: ")))
		}
		equal("code of #DB", e.regs.ErrorCode, 0)
		check(e.regs.Flags&flagTF != 0, "TF not reported")
		at[n] = e.regs.IP
		r.regs.Flags = 0x202 | flagTF
	}
	fatal(describe("endless steps"))
	return
}

func traceSteps() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		r.patterns()
		at, n := r.steps([]byte{0x90, 0x40, 0x83, 0xC0, 5, 0x90})
		equal("steps", uint32(n), 4)
		for i, offset := range [...]uint32{1, 2, 5, 6} {
			equal("step ends at", at[i], r.slot+offset)
		}
		equal("EAX", r.regs.EAX, 0xA1A2A3A4+6)
		r.regs.Flags = 0x202
		r.done(r.do(0x90, 0x90), 2) // TF is gone when the handler says so
	}
}

// The steps go through the stub, over SYSENTER, and on behind the call.
func traceIPC() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, from := range [...]l4.ThreadID{l4.NilThread, r.id, l4.Global(100000, 1), l4.AnyThread} {
			stepNumber("from", uint32(from))
			r.ipc(l4.NilThread, from, l4.NewTimeouts(l4.Zero, l4.Microseconds(300)), 0)
			local := r.regs.EDI
			code := callCode(r.slot, linkIpc)
			code = append(code, 0x90)
			at, n := r.steps(code)
			stub := kipAddress() + l4.Kernel().Links[linkIpc]
			equal("first step", at[0], stub)
			check(n >= 5 && n <= 8, "number of steps through the stub")
			for i := range n {
				inStub := at[i]-stub < 32
				behind := at[i] >= r.slot+5 && at[i] <= r.slot+6
				check(inStub || behind, "a step ended outside stub and caller")
			}
			equal("last step", at[n-1], r.slot+6)
			equal("ESP", r.regs.ESP, r.sp)
			equal("EDI", r.regs.EDI, local)
		}
	}
}

func traceCalls() {
	r := newRig()
	local := r.local()
	for link := range uint32(11) {
		stepNumber("link", link)
		r.patterns()
		r.regs.EDI = local
		r.regs.EAX, r.regs.EDX = 0, 0
		code := callCode(r.slot, link)
		code = append(code, 0x90, 0x90)
		at, n := r.steps(code)
		check(n >= 3, "too few steps")
		equal("step before the last", at[n-2], r.slot+6)
		equal("last step", at[n-1], r.slot+7)
		equal("ESP", r.regs.ESP, r.sp)
	}
}

// A thread sets TF itself, by POPF, and calls the kernel with it.
func traceOwn() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		r.patterns()
		// pushf; or dword [esp], 0x100; popf; nop; nop
		e := r.do(0x9C, 0x81, 0x0C, 0x24, 0, 1, 0, 0, 0x9D, 0x90, 0x90)
		r.is(e, vecDebug, r.slot+10, 0)
		r.regs.Flags = 0x202
		r.resume()
		r.done(r.next(soon), 11)
		// popf with TF, then SYSENTER at once: what follows is traced, the kernel is not.
		r.ipc(l4.NilThread, l4.NilThread, 0, 0)
		r.regs.EBX, r.regs.EBP = r.slot+11, r.sp
		e = r.do(0x9C, 0x81, 0x0C, 0x24, 0, 1, 0, 0, 0x9D, 0x0F, 0x34, 0x90, 0x90)
		check(e.kind == exception && e.regs.Vector == vecDebug, "no #DB after SYSENTER")
		check(e.regs.IP == r.slot+11 || e.regs.IP == r.slot+12, "#DB after SYSENTER at another place")
		equal("ESP", e.regs.ESP, r.sp)
		r.again()
		// The same with INT.
		r.patterns()
		r.regs.EAX = 0
		e = r.do(0x9C, 0x81, 0x0C, 0x24, 0, 1, 0, 0, 0x9D, 0xCD, 0x32, 0x90, 0x90)
		check(e.kind == exception && e.regs.Vector == vecDebug, "no #DB after INT")
		check(e.regs.IP == r.slot+11 || e.regs.IP == r.slot+12, "#DB after INT at another place")
		r.again()
	}
}

func traceFaults() {
	r := newRigIn(nil)
	r.patterns()
	r.regs.EBX = hole
	r.regs.Flags = 0x202 | flagTF
	isFault(r.do(readEBX...), hole, r.slot, l4.Read)
	r.mapTo(hole, pages, l4.RWX)
	e := r.next(soon)
	r.is(e, vecDebug, r.slot+2, 0)
	r.regs.Flags = 0x202 | flagTF
	r.regs.EDX = 0x70
	e = r.do(0xEC, 0x90) // in al, dx
	check(e.kind == ioFault, "no I/O fault")
	r.again()
}

func traceKernelInterface() {
	r := newRig()
	r.patterns()
	at, n := r.steps([]byte{0xF0, 0x90, 0x90, 0x90})
	check(n == 2 || n == 3, "steps")
	equal("last step", at[n-1], r.slot+4)
	equal("EAX", r.regs.EAX, kipAddress())
}
