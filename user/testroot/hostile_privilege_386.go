package main

import "pecan/user/l4"

// Privileged instructions, wrong selectors, gates that are none (abi 8): each is an exception of its thread.

var privilegeCases = []testCase{
	{"abi-8-privileged-instructions", privileged},
	{"abi-8-privileged-in-root", privilegedInRoot},
	{"abi-8-int-n", intN},
	{"abi-8-far-transfers", farTransfers},
	{"abi-8-iret-to-kernel", iretToKernel},
	{"abi-8-flags-by-popf", flagsByPopf},
	{"abi-8-allowed-instructions", allowedInstructions},
	{"abi-8-without-handler", privilegedHalts},
}

// privilegedCode are instructions that raise #GP(0) at user level.
var privilegedCode = [...][8]byte{
	{1, 0xFA}, {1, 0xFB}, {1, 0xF4}, // cli, sti, hlt
	{3, 0x0F, 0x01, 0x13}, {3, 0x0F, 0x01, 0x1B}, {3, 0x0F, 0x01, 0x3B}, // lgdt, lidt, invlpg [ebx]
	{3, 0x0F, 0x00, 0xD0}, {3, 0x0F, 0x00, 0xD8}, {3, 0x0F, 0x01, 0xF0}, // lldt, ltr, lmsw ax
	{2, 0x0F, 0x06}, {2, 0x0F, 0x08}, {2, 0x0F, 0x09}, // clts, invd, wbinvd
	{2, 0x0F, 0x30}, {2, 0x0F, 0x32}, // wrmsr, rdmsr
	{3, 0x0F, 0x20, 0xC0}, {3, 0x0F, 0x20, 0xD0}, {3, 0x0F, 0x20, 0xD8}, {3, 0x0F, 0x20, 0xE0}, // mov eax, cr0, cr2, cr3, cr4
	{3, 0x0F, 0x22, 0xC0}, {3, 0x0F, 0x22, 0xD0}, {3, 0x0F, 0x22, 0xD8}, {3, 0x0F, 0x22, 0xE0}, // mov cr, eax
	{3, 0x0F, 0x21, 0xC0}, {3, 0x0F, 0x21, 0xF8}, {3, 0x0F, 0x23, 0xC0}, {3, 0x0F, 0x23, 0xF8}, // mov dr
	{2, 0x0F, 0x35}, // sysexit
}

func privileged() { doPrivileged(newRigIn(nil)) }

func privilegedInRoot() { doPrivileged(newRig()) }

func doPrivileged(r *rig) {
	for i := range privilegedCode {
		c := &privilegedCode[i]
		stepNumber("instruction", uint32(i))
		r.patterns()
		r.regs.EBX, r.regs.ECX = r.sp, 0x176
		r.regs.EAX = 0
		e := r.do(c[1 : 1+c[0]]...)
		r.is(e, vecProtection, r.slot, 0)
	}
	r.patterns()
	e := r.do(0x0F, 0xAA) // rsm
	check(e.kind == exception && e.regs.IP == r.slot, "rsm")
	e = r.do(0x0F, 0x01, 0xC1) // vmcall
	check(e.kind == exception, "vmcall")
}

// Of the gates only 3, 4 and those of the system calls may be called.
func intN() {
	r := newRigIn(nil)
	for n := range uint32(256) {
		if n == 3 || n == 4 || n >= 0x30 && n <= 0x37 {
			continue
		}
		stepNumber("int", n)
		r.patterns()
		e := r.do(0xCD, byte(n))
		r.is(e, vecProtection, r.slot, 8*n+2)
	}
}

func farTransfers() {
	r := newRigIn(nil)
	for _, sel := range [...]uint32{0x08, 0x0B, 0x10, 0x13, 0x23, 0x2B, 0x30, 0x33, 0x38, 0x3B, 0x40, 0x48, 0x4B, 0x04, 0x0F, 0x100, 0xFFFF} {
		stepNumber("selector", sel)
		for _, op := range [...]byte{0xEA, 0x9A} { // jmp far, call far
			r.patterns()
			e := r.do(op, byte(r.slot), byte(r.slot>>8), byte(r.slot>>16), byte(r.slot>>24), byte(sel), byte(sel>>8))
			check(e.kind == exception && e.regs.IP == r.slot, "far transfer")
			equal("vector", e.regs.Vector, vecProtection)
			equal("code", e.regs.ErrorCode, sel&^3)
		}
		// retf
		r.patterns()
		r.regs.ESP = r.sp - 64
		store(r.sp-64, r.slot)
		store(r.sp-60, sel)
		e := r.do(0xCB)
		r.is(e, vecProtection, r.slot, sel&^3)
	}
	about.Reset()
	r.patterns()
	e := r.do(0xEA, 0, 0, 0, 0, 0, 0)
	r.is(e, vecProtection, r.slot, 0)
}

// IRET cannot raise the privilege, nor touch flags that are the kernel's.
func iretToKernel() {
	r := newRigIn(nil)
	for i, c := range [...]struct{ ip, cs, flags uint32 }{
		{0xD0100000, 0x08, 0x202}, {r.slot, 0x08, 0x202}, {r.slot, 0x0B, 0x202}, {r.slot, 0x23, 0x202}, {r.slot, 0, 0x202}, {r.slot, 0x30, 0x202},
	} {
		stepNumber("frame", uint32(i))
		r.patterns()
		r.regs.ESP = r.sp - 64
		store(r.sp-64, c.ip)
		store(r.sp-60, c.cs)
		store(r.sp-56, c.flags)
		e := r.do(0xCF)
		check(e.kind == exception && e.regs.Vector == vecProtection && e.regs.IP == r.slot, "iret")
	}
	about.Reset()
	r.patterns()
	r.regs.ESP = r.sp - 64
	store(r.sp-64, r.slot+1)
	store(r.sp-60, 0x1B)
	store(r.sp-56, 0x3002|flagIF) // IOPL 3
	e := r.do(0xCF)
	r.done(e, 1)
	equal("EFLAGS", e.regs.Flags&^flagRF, 0x202)
	// With NT set it would be a task switch.
	r.patterns()
	e = r.do(0x9C, 0x81, 0x0C, 0x24, 0, 0x40, 0, 0, 0x9D, 0xCF)
	check(e.kind == exception, "iret with NT")
	r.again()
	r.patterns()
	r.done(r.do(0x90), 1)
}

// lastCases are those that a kernel is most likely not to survive.
var lastCases = []testCase{
	{"abi-8-iret-to-virtual-8086", iretToVirtual},
}

// VM cannot be set by IRET at user level. Some emulators do it all the same: then the thread is lost, and nothing else.
func iretToVirtual() {
	for _, cs := range [...]uint32{0x1B, 0x18} {
		r := newRigIn(nil)
		r.patterns()
		r.regs.ESP = r.sp - 64
		for i := range uint32(9) {
			store(r.sp-64+4*i, cs)
		}
		store(r.sp-64, r.slot+1)
		store(r.sp-56, 1<<17|0x202)
		e := r.doFor(moment, 0xCF)
		check(e.kind != exception || e.regs.Flags&(1<<17) == 0, "VM is set")
		remove(r.id)
	}
}

func flagsByPopf() {
	r := newRigIn(nil)
	for _, c := range [...][2]uint32{{0, 0x202}, {3<<12 | flagIF, 0x202}, {flagIF | flagDF, 0x602}, {1<<17 | flagIF, 0x202}, {3 << 19, 0x202}} {
		stepNumber("flags", c[0])
		r.patterns()
		r.regs.EAX = c[0]
		e := r.do(0x50, 0x9D) // push eax; popf
		r.done(e, 2)
		equal("EFLAGS", e.regs.Flags&^flagRF, c[1])
	}
}

func allowedInstructions() {
	r := newRigIn(nil)
	for i, c := range [...][4]byte{
		{2, 0x0F, 0x31}, {2, 0x0F, 0xA2}, // rdtsc, cpuid
		{3, 0x0F, 0x01, 0xE0}, // smsw eax
		{3, 0x0F, 0x00, 0xC8}, // str eax
		{1, 0xF8},             // clc
		{1, 0x9B},             // wait
	} {
		stepNumber("instruction", uint32(i))
		r.patterns()
		r.regs.EAX = 0
		r.done(r.do(c[1:1+c[0]]...), int(c[0]))
	}
}

func privilegedHalts() {
	for i := range privilegedCode {
		here := marked()
		c := &privilegedCode[i]
		stepNumber("instruction", uint32(i))
		r := newRig()
		r.utcb().ExceptionHandler = 0
		r.patterns()
		r.regs.EBX = r.sp
		r.halted(r.doFor(l4.Microseconds(200), c[1:1+c[0]]...))
		remove(r.id)
		here.rewind()
	}
}
