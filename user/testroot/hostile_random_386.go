package main

import "pecan/user/l4"

// Random registers and random code. The cases are in the table of hostile_utcb_386.go.

// randomRegisters for a call.
func (r *rig) randomRegisters(p *prng) {
	r.regs = l4.Registers{
		EAX: p.word(), EBX: p.word(), ECX: p.word(), EDX: p.word(), ESI: p.word(), EDI: p.word(), EBP: p.word(), ESP: p.word(),
		Flags: 0x202,
	}
}

// INT 0x30 to 0x37 outside the stubs.
func randomInt() {
	p := prng(0xDEFACED)
	r := newRigIn(nil)
	r.local0 = r.local()
	for n := range uint32(3000) {
		stepNumber("round", n)
		r.randomRegisters(&p)
		e := r.doFor(l4.Microseconds(500), 0xCD, byte(0x30+n&7))
		if e.kind != exception {
			r.rescue()
		}
	}
}

// SYSENTER outside the stub: random everything, or a good return address and stack.
func randomSysenter() {
	p := prng(0xFEEDF00D)
	for _, root := range [...]bool{false, true} {
		r := newRigIn(nil)
		if root {
			r = newRig()
		}
		r.local0 = r.local()
		for n := range uint32(1500) {
			stepNumber("round", n)
			r.randomRegisters(&p)
			r.regs.ECX = p.times()
			if p.next()&1 == 0 {
				r.regs.EBX = r.slot + 2
			}
			if p.next()&1 == 0 {
				r.regs.EBP = r.sp
			}
			if root && p.next()&1 == 0 {
				r.regs.EDI = r.local0
			}
			if e := r.doFor(l4.Microseconds(500), 0x0F, 0x34); e.kind != exception {
				r.rescue()
			}
		}
	}
}

// Random bytes as code, in a space of their own.
func randomInstructions() {
	p := prng(0xC0DEC0DE)
	r := newRigIn(nil)
	r.local0 = r.local()
	// Its own pages only: nothing of the image may be written.
	for n := range uint32(400) {
		stepNumber("round", n)
		r.randomRegisters(&p)
		// Writes must not hit the image, which all share: all pointers lead elsewhere.
		for _, reg := range [...]*uint32{&r.regs.EAX, &r.regs.EBX, &r.regs.ECX, &r.regs.EDX, &r.regs.ESI, &r.regs.EDI, &r.regs.EBP, &r.regs.ESP} {
			*reg |= 0x40000000
		}
		var code [12]byte
		for i := range code {
			b := byte(p.next() >> 13)
			for b == 0xC7 || b == 0xC6 || b >= 0xA0 && b <= 0xA3 || b&0xF8 == 0xB8 || b == 0x05 || b == 0x0D || b == 0x15 || b == 0x1D ||
				b == 0x25 || b == 0x2D || b == 0x35 || b == 0x3D { // absolute addresses and constants
				b = byte(p.next() >> 13)
			}
			code[i] = b
		}
		if e := r.doFor(l4.Microseconds(300), code[:]...); e.kind != exception {
			r.rescue()
		}
	}
}
