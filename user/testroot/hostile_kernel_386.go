package main

import "pecan/user/l4"

// Accesses to the kernel's part of the address space: exceptions of the thread, whatever is there.

var kernelAddressCases = []testCase{
	{"semantics-9.10-read-kernel-addresses", readKernel},
	{"semantics-9.10-write-kernel-addresses", writeKernel},
	{"semantics-9.10-jump-to-kernel-addresses", jumpKernel},
	{"semantics-9.10-traced-jump-to-kernel-code", tracedJumpKernel},
	{"semantics-9.10-across-the-border", borderOfUserArea},
	{"semantics-9.10-stack-in-kernel", stackInKernel},
	{"semantics-9.10-without-handler", kernelAddressHalts},
	{"semantics-9.10-utcb-word-is-read-only", utcbWord},
}

// kernelAddresses are places in every region above the user area.
var kernelAddresses = [...]uint32{
	0xC0000000, 0xC0000004, 0xC000C000, 0xC000CBC0, 0xC0010000, 0xC8000000, 0xCFFFFFFC, // threads
	0xD0000000, 0xD0001000, 0xD00B8000, 0xD0100000, 0xD0104000, 0xD0120000, 0xD0400000, 0xD7000000, 0xDFFFF000, // physical memory
	0xE0000000, 0xEFFFFFF0,
	0xF0000000, 0xF0400000, 0xF07FFFFC, // copy area
	0xF0800000, 0xF0800084, 0xF0801000, 0xF0803000, 0xF0804000, // task state
	0xF0C01000, 0xF0C07000, 0xF0C08000, 0xF0C09FFC, 0xF0C0A000, // kernel stack
	0xF1000000, 0xF1400000, 0xFEE00000, 0xFFC00000, 0xFFFFF000, 0xFFFFFFFC,
}

// tracedJumpKernel single-steps onto every address at which a kernel function may begin, with a stack pointer into
// kernel code: the debug exception comes with a kernel EIP, and a kernel that judges by EIP alone takes it for its own
// and the user's stack for the kernel's.
func tracedJumpKernel() {
	r := newRigIn(nil)
	for at := uint32(kernelText); at < kernelText+kernelTextSize; at += 16 {
		stepNumber("address", at)
		r.patterns()
		r.regs.EBX, r.regs.ESP = at, kernelText
		r.regs.Flags = 0x202 | flagTF
		e := r.do(0xFF, 0xE3) // jmp ebx
		if e.kind != exception || e.regs.IP != at || e.regs.Vector != vecDebug && e.regs.Vector != vecPageFault {
			fatal(e.describe(describe("want a debug or page-fault exception at ").Hex(at).Str(", got ")))
		}
	}
}

// Where Pecan's code lies, generously.
const (
	kernelText     = 0xD0101000
	kernelTextSize = 0x18000
)

// kernelFault checks that e is the page-fault exception of a user access.
func (r *rig) kernelFault(e event, ip, kind uint32) {
	if e.kind != exception || e.regs.Vector != vecPageFault || e.regs.IP != ip || e.regs.ErrorCode&^1 != kind {
		fatal(e.describe(describe("want a page-fault exception at ").Hex(ip).Str(", got ")))
	}
}

func readKernel() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, addr := range kernelAddresses {
			stepNumber("address", addr)
			r.patterns()
			r.regs.EBX = addr
			e := r.do(readEBX...)
			r.kernelFault(e, r.slot, 4)
			equal("EAX", e.regs.EAX, 0xA1A2A3A4)
		}
	}
}

func writeKernel() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, addr := range kernelAddresses {
			stepNumber("address", addr)
			r.patterns()
			r.regs.EBX = addr
			r.kernelFault(r.do(writeEBX...), r.slot, 6)
			r.regs.EDI, r.regs.ECX = addr, 4
			r.kernelFault(r.do(0xF3, 0xAB), r.slot, 6) // rep stosd
		}
	}
}

func jumpKernel() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, addr := range kernelAddresses {
			stepNumber("address", addr)
			r.patterns()
			r.regs.EBX = addr
			r.kernelFault(r.do(0xFF, 0xE3), addr, 4) // jmp ebx
			r.patterns()
			r.regs.EBX = addr
			e := r.do(0xFF, 0xD3) // call ebx
			r.kernelFault(e, addr, 4)
			// By a reply to an exception, and by ExchangeRegisters.
			r.regs.IP = addr
			r.resume()
			r.kernelFault(r.next(soon), addr, 4)
			succeeds("start", l4.Start(r.id, addr, addr))
			r.kernelFault(r.next(soon), addr, 4)
		}
	}
}

// Accesses and instructions that begin in the last user page and end in the kernel.
func borderOfUserArea() {
	r := newRigIn(nil)
	const last = 0xBFFFF000
	r.patterns()
	r.regs.EBX = last
	isFault(r.do(readEBX...), last, r.slot, l4.Read)
	for i := uint32(0); i < 16; i++ {
		storeByte(pages+0xFF0+i, 0x90)
	}
	r.mapTo(last, pages, l4.RWX)
	r.done(r.next(soon), 2)
	for offset := uint32(1); offset < 4; offset++ {
		r.regs.EBX = 0xC0000000 - offset
		r.kernelFault(r.do(readEBX...), r.slot, 4)
		r.regs.EBX = 0xC0000000 - offset
		r.kernelFault(r.do(writeEBX...), r.slot, 6)
	}
	r.regs.EBX = 0xC0000000 - 4
	r.done(r.do(readEBX...), 2)
	// Runs off the end.
	r.regs.IP = 0xC0000000 - 8
	r.resume()
	r.kernelFault(r.next(soon), 0xC0000000, 4)
	// An instruction across the border; LOCK in the last byte.
	for _, b := range [...]byte{0xF0, 0xE4, 0x0F, 0xCD, 0xEB, 0xCC} {
		stepNumber("last byte", uint32(b))
		storeByte(pages+0xFFF, b)
		r.patterns()
		r.regs.IP = 0xBFFFFFFF
		r.resume()
		e := r.next(soon)
		check(e.kind == exception && (e.regs.IP == 0xBFFFFFFF || e.regs.IP == 0xC0000000), "instruction across the border")
	}
	// Breakpoints there without handler look at the bytes behind them.
	s := newRig()
	s.patterns()
	s.regs.EBX = last
	isFault(s.do(readEBX...), last, s.slot, l4.Read)
	s.mapTo(last, pages, l4.RWX)
	s.done(s.next(soon), 2)
	s.utcb().ExceptionHandler = 0
	for offset := uint32(1); offset < 6; offset++ {
		code := [...]byte{0xCC, 0xEB, 5, 0xB8, 0, 0}
		for i := range offset {
			storeByte(0xC0000000-offset+i, code[i])
		}
		s.regs.IP = 0xC0000000 - offset
		s.utcb().ExceptionHandler = me()
		s.again()
		s.utcb().ExceptionHandler = 0
		s.regs.IP = 0xC0000000 - offset
		s.resume()
		equal("event", s.next(l4.Microseconds(300)).kind, nothing)
	}
	l4.UnmapPage(l4.PageAt(last, l4.RWX), true)
}

func stackInKernel() {
	r := newRigIn(nil)
	for _, addr := range [...]uint32{0, 1, 4, 0xC0000004, 0xD0120000, 0xF0800084, 0xF0C0A000, 0xFFFFFFFF, 0x80000000 + 0x40000004} {
		stepNumber("ESP", addr)
		for _, op := range [...]byte{0x50, 0x9C, 0x60} { // push, pushf, pusha
			r.patterns()
			r.regs.ESP = addr
			e := r.do(op)
			if op == 0x60 && e.kind == pageFault { // it reaches below
				r.again()
				continue
			}
			check(e.kind == exception && (e.regs.Vector == vecPageFault || e.regs.Vector == vecStack), "push")
			equal("ESP", e.regs.ESP, addr)
		}
		r.patterns()
		r.regs.ESP = addr
		e := r.call(linkIpc)
		check(e.kind == exception && e.regs.IP == r.slot, "call")
	}
}

func kernelAddressHalts() {
	r := newRig()
	u := r.utcb()
	for _, addr := range kernelAddresses {
		stepNumber("address", addr)
		u.ExceptionHandler = 0
		r.patterns()
		r.regs.EBX = addr
		r.halted(r.doFor(l4.Microseconds(200), writeEBX...))
		u.ExceptionHandler = me()
		r.again()
	}
}

// The word at gs:0 can be read, not written. (Emulators that do not check segment limits let users read more of its page.)
func utcbWord() {
	r := newRigIn(nil)
	r.patterns()
	e := r.do(0x65, 0xA3, 0, 0, 0, 0) // mov gs:[0], eax
	check(e.kind == exception && e.regs.IP == r.slot && (e.regs.Vector == vecProtection || e.regs.Vector == vecPageFault), "write to gs:0")
	for _, offset := range [...]uint32{1, 2, 3, 4, 0x14, 0xFFC, 0xFFE, 0x1000, 0x7000, 0x8000, 0x9FFC} {
		stepNumber("offset", offset)
		r.patterns()
		e = r.do(0x65, 0xA1, byte(offset), byte(offset>>8), 0, 0)
		if offset > 0x1000-4 {
			check(e.kind == exception && (e.regs.Vector == vecProtection || e.regs.Vector == vecPageFault), "read beyond the page")
			continue
		}
		check(e.kind == exception, "read through GS")
		e = r.do(0x65, 0xA3, byte(offset), byte(offset>>8), 0, 0)
		check(e.kind == exception && e.regs.IP == r.slot && (e.regs.Vector == vecProtection || e.regs.Vector == vecPageFault), "write through GS")
	}
	r.patterns()
	r.regs.EBX = 0xF0C00000
	r.kernelFault(r.do(writeEBX...), r.slot, 6)
}
