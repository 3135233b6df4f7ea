package main

import (
	"unsafe"

	"pecan/user/l4"
)

// The processor as user threads see it (abi 8).

var processorCases = []testCase{
	{"abi-8-fresh-flags", "abi-8.1", processorFlags},
	{"abi-8-rdtsc", "abi-8.2", processorTSC},
	{"abi-8-fpu-fresh", "10.15", processorFresh},
	{"abi-8-fpu-private", "abi-8.3", processorPrivate},
	{"abi-8-null-segments", "abi-8.4", processorSegments},
	{"abi-8-msr", "abi-8.5", processorMSR},
	{"abi-8-hlt", "abi-8.6", processorHalt},
	{"abi-0.1-page-0", "abi-0.1.3", processorPageZero},
}

func processorFlags() {
	landed = [10]uint32{}
	id := unstarted()
	var m l4.Msg
	arrives("start", l4.Send(id, m.SetStart(landingAddress(), 0x1000), l4.Zero))
	awaitLanding()
	equal("EFLAGS", landed[8], 0x202)
}

func processorTSC() {
	for _, x := range subjectPair() {
		x.usual()
		x.do(0x0F, 0x31) // rdtsc
		x.reached(2)
		first := uint64(x.regs.EDX)<<32 | uint64(x.regs.EAX)
		x.do(0x0F, 0x31)
		x.reached(2)
		check(uint64(x.regs.EDX)<<32|uint64(x.regs.EAX) > first, "it stands still")
	}
}

// fpuImage is an area for FXSAVE; fpuAt its address, a multiple of 16.
var fpuImage [512 + 16]byte

func fpuAt() uint32 { return uint32(uintptr(unsafe.Pointer(&fpuImage))+15) &^ 15 }

// save lets a subject store its registers, and load them again where storing has reset them.
func (x *subject) save() (fx bool) {
	features, _ := x.features()
	fx = features&(1<<24) != 0
	for i := uint32(0); i < 512; i += 4 {
		store(fpuAt()+i, 0)
	}
	x.usual()
	x.regs.EBX = fpuAt()
	if fx {
		x.do(0x0F, 0xAE, 0x03) // fxsave
		x.reached(3)
	} else {
		x.do(0xDD, 0x33, 0xDD, 0x23) // fnsave, frstor
		x.reached(4)
	}
	return
}

// number puts an integer on the x87 stack and, with SSE, into xmm7.
func (x *subject) number(v uint32) {
	features, _ := x.features()
	x.usual()
	x.regs.ECX = v
	if features&(1<<25) != 0 {
		x.do(0xDB, 0xE3, 0x51, 0xDB, 0x04, 0x24, 0x59, 0xF3, 0x0F, 0x2A, 0xF9) // fninit; push ecx; fild [esp]; pop ecx; cvtsi2ss xmm7, ecx
		x.reached(11)
	} else {
		x.do(0xDB, 0xE3, 0x51, 0xDB, 0x04, 0x24, 0x59)
		x.reached(7)
	}
}

// has checks that both are still there.
func (x *subject) has(v uint32) {
	features, _ := x.features()
	x.usual()
	x.do(0x50, 0xDB, 0x14, 0x24, 0x58) // push eax; fist [esp]; pop eax
	x.reached(5)
	equal("x87", x.regs.EAX, v)
	if features&(1<<25) != 0 {
		x.do(0xF3, 0x0F, 0x2C, 0xC7) // cvttss2si eax, xmm7
		x.reached(4)
		equal("xmm7", x.regs.EAX, v)
	}
}

// A fresh thread finds nothing of those that used the registers before.
func processorFresh() {
	dirty := newSubject(2, false)
	dirty.number(4711)
	for _, x := range subjectPair() {
		fx := x.save()
		equal("control word", load(fpuAt())&0xFFFF, 0x37F)
		if fx {
			equal("status word", load(fpuAt())>>16, 0)
			equal("tags", load(fpuAt()+4)&0xFF, 0)
			equal("MXCSR", load(fpuAt()+24), 0x1F80)
			for i := uint32(32); i < 288; i += 4 {
				equal("register word", load(fpuAt()+i), 0)
			}
		} else {
			equal("status word", load(fpuAt()+4)&0xFFFF, 0)
			equal("tags", load(fpuAt()+8)&0xFFFF, 0xFFFF)
			for i := uint32(28); i < 108; i += 4 {
				equal("register word", load(fpuAt()+i), 0)
			}
		}
		dirty.has(4711)
	}
}

func processorPrivate() {
	list := [...]*subject{newSubject(0, false), newSubject(1, true), newSubject(2, false)}
	for i, x := range list {
		x.number(uint32(100 + i))
	}
	for range 3 {
		for i, x := range list {
			x.has(uint32(100 + i))
		}
		list[0].has(100)
	}
}

// After null segments, accesses go on as soon as the thread has been in the kernel: at the latest when an answer repeats the
// one that failed.
func processorSegments() {
	for _, x := range subjectPair() {
		_, tcg := x.features()
		for i, load := range [...][]byte{{0x8E, 0xD8}, {0x8E, 0xC0}, {0x8E, 0xD8, 0x8E, 0xC0, 0x8E, 0xE0, 0x8E, 0xE8}} {
			stepNumber("registers", uint32(i))
			x.usual()
			x.regs.EAX, x.regs.EBX = 0, fpuAt()
			code := append(load[:len(load):len(load)], 0x26, 0x8B, 0x0B, 0x8B, 0x0B, 0x65, 0x8B, 0x15, 0, 0, 0, 0) // mov ecx, es:[ebx]; mov ecx, [ebx]; mov edx, gs:[0]
			x.do(code...)
			for range 3 {
				if x.regs.Vector == vecInvalid {
					break
				}
				// QEMU's interpreter takes a null segment for one that begins at 0.
				check(x.regs.Vector == vecProtection && x.regs.ErrorCode == 0 || tcg && x.regs.Vector == vecPageFault, "another exception")
				x.answer()
				x.listen(soon)
			}
			x.reached(len(code))
		}
	}
}

func processorMSR() {
	x := newSubject(0, true)
	for _, msr := range [...]uint32{0x10, 0x174, 0x175, 0x176} {
		for _, op := range [...]byte{0x30, 0x32} {
			stepNumber("register", msr)
			x.usual()
			x.regs.ECX = msr
			x.do(0x0F, op)
			x.raised(vecProtection, 0, 0)
		}
	}
}

func processorHalt() {
	for _, x := range subjectPair() {
		x.usual()
		x.do(0x90, 0xF4)
		x.raised(vecProtection, 1, 0)
	}
}

// Nobody can map page 0: accesses are exceptions, not page faults.
func processorPageZero() {
	for _, x := range subjectPair() {
		x.usual()
		x.regs.EBX = 0xFFC
		x.do(0x8B, 0x03) // mov eax, [ebx]
		x.raised(vecPageFault, 0, 4)
		x.do(0x89, 0x03)
		x.raised(vecPageFault, 0, 6)
	}
}
