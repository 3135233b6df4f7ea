package main

import "unsafe"

// Images of all FPU registers, as FXSAVE writes them or, on processors that have it not, FNSAVE.

// Vectors of FPU errors.
const (
	vecX87  = 16
	vecSIMD = 19
)

const (
	featureFXSAVE = 1 << 24
	featureSSE    = 1 << 25
)

const fpuImageSize = 512

var fpuPool [fpuImageSize + 16]byte

// fpuArea is the address of the one area that rigs fill from and save to, 16-byte aligned.
func fpuArea() uint32 { return uint32(uintptr(unsafe.Pointer(&fpuPool))+15) &^ 15 }

// areaByte is a byte of the area.
func areaByte(i uint32) *byte { return (*byte)(unsafe.Add(nil, fpuArea()+i)) }

func clearArea() {
	for i := range uint32(fpuImageSize) {
		*areaByte(i) = 0
	}
}

// cpuFeatures is CPUID leaf 1 EDX, once asked for.
var cpuFeatures uint32

// features asks the processor through a rig.
func features(r *rig) uint32 {
	if cpuFeatures == 0 {
		old := r.regs
		r.patterns()
		e := r.do(0xB8, 1, 0, 0, 0, 0x0F, 0xA2) // mov eax, 1; cpuid
		r.done(e, 7)
		cpuFeatures, r.regs = e.regs.EDX, old
	}
	return cpuFeatures
}

// interpreter reports whether the processor is QEMU's interpreter (TCG), which says so.
func interpreter(r *rig) bool {
	r.patterns()
	e := r.do(0xB8, 0, 0, 0, 0x40, 0x0F, 0xA2) // mov eax, 0x40000000; cpuid
	r.done(e, 7)
	return e.regs.EBX == 0x54474354 && e.regs.ECX == 0x43544743 // TCGTCGTCGTCG
}

// pattern is byte i of register n, one of 8 x87 or 8 SSE registers, for a seed.
func pattern(seed, n, i uint32) byte {
	v := (seed+1)*0x9E3779B1 ^ (n+1)*0x85EBCA6B ^ (i+1)*0xC2B2AE35
	return byte(v>>24 ^ v>>11)
}

// imagePart says what byte i of an image holds: for a seed, or for a fresh thread; mean is false for bytes that are reserved
// or, like the addresses of the last instruction, not saved everywhere.
func imagePart(features, i, seed uint32, fresh bool) (value byte, mean bool) {
	control, mxcsr, status := uint32(0x27F), uint32(0x1FA0|seed&3<<13), seed&7<<11
	if fresh {
		control, mxcsr, status = 0x37F, 0x1F80, 0
	}
	var x87 uint32 // offset in the first register
	sse := features&featureSSE != 0
	if features&featureFXSAVE != 0 {
		switch {
		case i < 4:
			return byte((control | status<<16) >> (8 * i)), true
		case i == 4: // tags, a bit each
			if fresh {
				return 0, true
			}
			return 0xFF, true
		case i >= 24 && i < 28:
			return byte(mxcsr >> (8 * (i - 24))), sse
		case i >= 160 && i < 288:
			if fresh {
				return 0, sse
			}
			return pattern(seed, 8+(i-160)/16, i&15), sse
		case i < 32 || i >= 160:
			return 0, false
		}
		if x87 = i - 32; x87&15 >= 10 {
			return 0, false
		}
		x87 = x87/16*10 + x87&15
	} else {
		switch {
		case i < 2:
			return byte(control >> (8 * i)), true
		case i == 4 || i == 5:
			return byte(status >> (8 * (i - 4))), true
		case i == 8 || i == 9: // tags, two bits each
			if fresh {
				return 0xFF, true
			}
			return 0, true
		case i < 28 || i >= 108:
			return 0, false
		}
		x87 = i - 28
	}
	if fresh {
		return 0, true
	}
	switch x87 % 10 { // a normal number, so that its tag is certain
	case 7:
		return 0x80 | pattern(seed, x87/10, 7), true
	case 9:
		return 0x40, true
	}
	return pattern(seed, x87/10, x87%10), true
}

// fill loads all registers of a rig with what belongs to seed.
func (r *rig) fill(seed uint32) {
	have := features(r)
	for i := range uint32(fpuImageSize) {
		*areaByte(i), _ = imagePart(have, i, seed, false)
	}
	r.moveRegisters([]byte{0x0F, 0xAE, 0x0B}, []byte{0xDD, 0x23}) // fxrstor, frstor
}

// holds checks that a rig has what fill put there; isFresh, that it has the registers of a fresh thread.
func (r *rig) holds(seed uint32) { r.compare(seed, false) }
func (r *rig) isFresh()          { r.compare(0, true) }

func (r *rig) compare(seed uint32, fresh bool) {
	have := features(r)
	clearArea()
	if have&featureFXSAVE != 0 {
		r.moveRegisters([]byte{0x0F, 0xAE, 0x03}, nil)
	} else {
		r.moveRegisters(nil, []byte{0xDD, 0x33, 0xDD, 0x23}) // fnsave, which resets; frstor
	}
	for i := range uint32(fpuImageSize) {
		want, mean := imagePart(have, i, seed, fresh)
		if got := *areaByte(i); mean && got != want {
			fatal(describe("FPU image, byte ").Dec(uint64(i)).Str(": got ").Hex(uint32(got)).Str(", want ").Hex(uint32(want)))
		}
	}
}

// moveRegisters lets a rig execute the one or the other code with EBX = the area.
func (r *rig) moveRegisters(fx, old []byte) {
	code := old
	if features(r)&featureFXSAVE != 0 {
		code = fx
	}
	r.patterns()
	r.regs.EBX = fpuArea()
	r.done(r.do(code...), len(code))
}

// compareLoop puts ECX on the x87 stack and compares for ever. It ends, with an undefined instruction, if something else
// is there.
var compareLoop = []byte{
	0xDB, 0xE3, // fninit
	0x51,             // push ecx
	0xDB, 0x04, 0x24, // fild dword [esp]
	0xDB, 0x14, 0x24, // again: fist dword [esp]
	0x8B, 0x04, 0x24, // mov eax, [esp]
	0x39, 0xC8, // cmp eax, ecx
	0x74, 0xF6, // je again
}

// useFPU changes all x87 registers of the calling thread.
func useFPU()
