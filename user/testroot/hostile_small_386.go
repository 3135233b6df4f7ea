package main

import "pecan/user/l4"

// Attempts to get around the limits that keep small spaces apart (docs/small-spaces.md). They mean something only on a
// machine that checks limits: on others they are left out.

var limitCases = []testCase{
	{"abi-5.5-limits-data", limitsData},
	{"abi-5.5-limits-stale-segments", limitsStale},
	{"abi-5.5-limits-stack", limitsStack},
	{"abi-5.5-limits-jumps", limitsJumps},
	{"abi-5.5-limits-returns", limitsReturns},
	{"abi-5.5-limits-small", limitsSmall},
	{"abi-5.5-limits-outgrown", limitsOutgrown},
}

// The victim is a small space that has a page with a secret, which it uses. See prey.
const (
	preyPage = 0x00D00000
	preyAt   = 0xE0000000 + preyPage // where the region shows it: the victim is at place 0
	secret   = 0x5EC5E700
	// beyond 3 GiB: the trampoline, the page with its far pointer
	trampoline = 0xF0C0EF00
	wordPage   = 0xF0C00000
)

func prey() *rig {
	store(pages, secret)
	v := newSmallRig(place(0))
	v.patterns()
	v.regs.EBX = preyPage
	isFault(v.do(readEBX...), preyPage, v.slot, l4.Read)
	v.mapTo(preyPage, pages, l4.RWX)
	v.done(v.next(soon), len(readEBX))
	v.intact()
	return v
}

// intact checks that the victim still has its secret, and is small.
func (v *rig) intact() {
	v.patterns()
	v.regs.EBX = preyPage
	e := v.do(readEBX...)
	v.done(e, len(readEBX))
	equal("secret", e.regs.EAX, secret)
	equal("place", v.space.place(), place(0))
}

// limitsChecked reports whether the machine checks segment limits on data.
func limitsChecked() bool {
	prey()
	r := newRig()
	r.patterns()
	r.regs.EBX = wordPage
	return r.do(readEBX...).regs.Vector == vecProtection
}

// outside is what lies beyond the limit of a large space and is there for users, if there were no limit.
var outside = [...]uint32{preyAt, preyAt + 0xFFC, wordPage, wordPage + 8, trampoline}

// beyond checks that e is the exception of an access beyond the limit, by n bytes of code, that read nothing.
func (r *rig) beyond(e event, n uint32) {
	if e.kind != exception || e.regs.Vector != vecProtection && e.regs.Vector != vecStack || e.regs.IP != r.slot+n || e.regs.ErrorCode != 0 {
		fatal(e.describe(describe("want a limit exception at ").Hex(r.slot + n).Str(", got ")))
	}
	equal("EAX", e.regs.EAX, 0xA1A2A3A4)
	equal("ESI", e.regs.ESI, 0x51525354)
}

// accesses go to [ebx], by every segment register, in several ways.
var accesses = [...][]byte{
	{0x8B, 0x03}, {0x3E, 0x8B, 0x03}, {0x26, 0x8B, 0x03}, {0x36, 0x8B, 0x03}, {0x64, 0x8B, 0x03}, {0x65, 0x8B, 0x03}, {0x2E, 0x8B, 0x03},
	{0x89, 0x03}, {0x26, 0x89, 0x03}, {0x36, 0x89, 0x03}, {0x64, 0x89, 0x03},
	{0x8A, 0x03}, {0x66, 0x8B, 0x03}, {0xFF, 0x33}, {0x8F, 0x03}, {0xF0, 0x01, 0x03}, {0x0F, 0xB1, 0x33},
	{0x8B, 0x83, 0xFF, 0xFF, 0xFF, 0x7F},     // mov eax, [ebx+0x7FFFFFFF]
	{0xFF, 0x23}, {0xFF, 0x2B}, {0xFF, 0x13}, // jmp [ebx]; jmp far [ebx]; call [ebx]
	{0x0F, 0x01, 0x03}, // sgdt [ebx]
}

func limitsData() {
	v := prey()
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, at := range outside {
			stepNumber("address", at)
			for i, code := range accesses {
				stepNumber("access", uint32(i))
				r.patterns()
				r.regs.EBX = at
				if len(code) == 6 {
					r.regs.EBX = at - 0x7FFFFFFF
				}
				r.beyond(r.do(code...), 0)
			}
			// mov edi/esi, ebx; movsd; stosd; a string that crosses the limit
			r.patterns()
			r.regs.ESI, r.regs.EDI = at, r.slot+codeSize-16
			e := r.do(0xA5)
			check(e.kind == exception && e.regs.Vector == vecProtection, "movsd reads")
			r.patterns()
			r.regs.EDI = at
			r.beyond(r.do(0xAB), 0)
		}
		// The last bytes below the limit are beyond nothing, one more is.
		r.patterns()
		r.regs.EBX = 0xBFFFFFFD
		r.beyond(r.do(readEBX...), 0)
	}
	v.intact()
}

// A segment register that was loaded when there were no limits, or in another way, is limited as well.
func limitsStale() {
	rigs := [...]*rig{newRig(), newRigIn(nil)}
	for _, r := range rigs {
		r.patterns()
		r.regs.EAX = 0x23
		r.done(r.do(allSegments...), len(allSegments))
	}
	v := prey()
	for _, r := range rigs {
		for _, code := range accesses[:7] {
			r.patterns()
			r.regs.EBX = preyAt
			r.beyond(r.do(code...), 0)
		}
		for _, load := range someSegments {
			for _, sel := range loadable {
				stepNumber("selector", sel)
				for _, code := range accesses[:7] {
					r.patterns()
					r.regs.EBX = preyAt
					// push eax; mov eax, sel; loads; pop eax; access
					all := append([]byte{0x50, 0xB8, byte(sel), 0, 0, 0}, load...)
					all = append(append(all, 0x58), code...)
					e := r.do(all...)
					r.beyond(e, uint32(len(all)-len(code)))
				}
			}
		}
		// mov ss, [0x23] again
		r.patterns()
		r.regs.EBX, r.regs.ECX = preyAt, 0x23
		r.beyond(r.do(0x8E, 0xD1, 0x36, 0x8B, 0x03), 2)
	}
	v.intact()
}

func limitsStack() {
	v := prey()
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, at := range outside {
			stepNumber("address", at)
			for _, code := range [...][]byte{{0x58}, {0x50}, {0x61}, {0x60}, {0x9C}, {0x9D}, {0xC3}, {0xCB}, {0xE8, 0, 0, 0, 0}, {0xC9}, {0xCF}} {
				r.patterns()
				r.regs.ESP, r.regs.EBP = at, at
				r.beyond(r.do(code...), 0)
			}
			r.patterns()
			r.regs.EBP = at
			r.beyond(r.do(0x8B, 0x45, 0x00), 0) // mov eax, [ebp]
		}
		r.patterns()
		r.done(r.do(0x90), 1)
	}
	v.intact()
}

// farJump is jmp far sel:at.
func farJump(sel, at uint32) []byte {
	return []byte{0xEA, byte(at), byte(at >> 8), byte(at >> 16), byte(at >> 24), byte(sel), byte(sel >> 8)}
}

func limitsJumps() {
	v := prey()
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, at := range outside {
			stepNumber("address", at)
			r.patterns()
			r.regs.EBX = at
			r.beyond(r.do(0xFF, 0xE3), 0) // jmp ebx
			r.patterns()
			r.regs.EBX = at
			r.beyond(r.do(0xFF, 0xD3), 0) // call ebx
			r.patterns()
			r.regs.EBX = at
			r.beyond(r.do(0x53, 0xC3), 1) // push ebx; ret
			for _, sel := range [...]uint32{0x1B, 0x18, 0x19} {
				r.patterns()
				r.beyond(r.do(farJump(sel, at)...), 0)
			}
			r.patterns()
			r.regs.EBX, r.regs.ECX = at, 0x1B
			r.beyond(r.do(0x51, 0x53, 0xCB), 2) // push ecx; push ebx; retf
			// push ss, esp, flags, cs, ebx; iret
			r.patterns()
			r.regs.EBX = at
			r.beyond(r.do(0x9C, 0x0E, 0x53, 0xCF), 3)
			for _, sel := range [...]uint32{0x08, 0x0B, 0x10, 0x30, 0x38, 0x50, 0x53, 0x23, 0x2B, 0x1F, 0} {
				stepNumber("selector", sel)
				r.patterns()
				e := r.do(farJump(sel, at)...)
				r.is(e, vecProtection, r.slot, sel&^3)
			}
		}
		r.patterns()
		r.is(r.do(0x0F, 0x35), vecProtection, r.slot, 0) // sysexit
		r.patterns()
		e := r.do(0x0E, 0x58) // push cs; pop eax
		equal("CS", e.regs.EAX&0xFFFF, 0x1B)
	}
	v.intact()
}

// Addresses at which the kernel is asked to go on.
func limitsReturns() {
	v := prey()
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, at := range outside {
			stepNumber("address", at)
			r.patterns()
			r.regs.IP = at
			r.resume()
			r.is(r.next(soon), vecProtection, at, 0)
			r.enterIPC(l4.NilThread)
			r.regs.EBX = at
			r.is(r.do(0x0F, 0x34), vecProtection, at, 0)
			r.enterIPC(l4.NilThread)
			r.regs.EBX, r.regs.EBP = r.slot+2, at
			e := r.do(0x0F, 0x34)
			r.done(e, 2)
			equal("ESP", e.regs.ESP, at)
		}
		r.works()
	}
	v.intact()
}

// From one small space to another: its own addresses wrap around, and it becomes large by trying.
func limitsSmall() {
	v := prey()
	const base = 0xE1000000 // of place 1
	for _, at := range [...]uint32{1<<32 + preyAt - base, 1<<32 - base, 0x01000000, 0x00FFFFFD} {
		for i, code := range accesses[:8] {
			here := marked()
			stepNumber("address", at)
			stepNumber("access", uint32(i))
			r := newSmallRig(place(1))
			r.patterns()
			r.regs.EBX = at
			e := r.do(code...)
			check(e.regs.EAX != secret, "a small space reads another")
			equal("place", r.space.place(), 0)
			remove(r.id)
			here.rewind()
		}
	}
	v.intact()
}

// What a small space tries beyond its size is what a large one may do.
func limitsOutgrown() {
	v := prey()
	here := marked()
	for _, at := range outside {
		r := newSmallRig(place(1))
		r.patterns()
		r.regs.EBX = at
		r.beyond(r.do(readEBX...), 0)
		equal("place", r.space.place(), 0)
		remove(r.id)
		here.rewind()
		r = newSmallRig(place(1))
		r.patterns()
		r.regs.IP = at
		r.resume()
		r.is(r.next(soon), vecProtection, at, 0)
		equal("place", r.space.place(), 0)
		remove(r.id)
		here.rewind()
	}
	v.intact()
}
