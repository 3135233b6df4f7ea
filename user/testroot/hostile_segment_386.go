package main

import "pecan/user/l4"

// Segment registers (abi 8): what cannot be loaded, and what the partner sees of what can: nothing.

// Loads of a segment register from AX, by register number.
func loadSegment(reg byte) []byte { return []byte{0x8E, 0xC0 | reg<<3} }

const (
	segES = 0
	segSS = 2
	segDS = 3
	segFS = 4
	segGS = 5
)

func selectorsRefused() {
	for _, r := range [...]*rig{newRigIn(nil), newRig()} {
		for _, reg := range [...]byte{segES, segDS, segFS, segGS, segSS} {
			for _, sel := range [...]uint32{0x08, 0x0B, 0x10, 0x13, 0x30, 0x33, 0x38, 0x3B, 0x40, 0x43, 0x48, 0x4B, 0x50, 0x53, 0x07, 0x0F, 0x17, 0xFFF8, 0xFFFF} {
				stepNumber("selector", sel)
				r.patterns()
				r.regs.EAX = sel
				e := r.do(loadSegment(reg)...)
				r.is(e, vecProtection, r.slot, sel&^3)
			}
		}
		about.Reset()
		for _, sel := range [...]uint32{0, 1, 2, 3} {
			r.patterns()
			r.regs.EAX = sel
			e := r.do(loadSegment(segSS)...)
			check(e.kind == exception && e.regs.Vector == vecProtection, "null stack segment")
		}
		r.patterns()
		r.regs.EAX = 0x2B // read-only
		r.is(r.do(loadSegment(segSS)...), vecProtection, r.slot, 0x28)
		r.patterns()
		r.regs.EAX = 0x1B // code
		r.is(r.do(loadSegment(segSS)...), vecProtection, r.slot, 0x18)
		r.patterns()
		r.done(r.do(0x90), 1)
	}
}

// utcbSelector: nobody loads the UTCB's selector into a register through which others reach memory; GS has it anyway.
func utcbSelector() {
	for _, r := range [...]*rig{newRigIn(nil), newRig()} {
		for _, sel := range [...]uint32{0x28, 0x29, 0x2A, 0x2B} {
			for _, reg := range [...]byte{segES, segDS, segFS} {
				stepNumber("register", uint32(reg))
				r.patterns()
				r.regs.EAX = sel
				r.is(r.do(loadSegment(reg)...), vecProtection, r.slot, 0x28)
				r.patterns()
				r.regs.EAX = sel
				r.is(r.do(0x50, 0x1F), vecProtection, r.slot+1, 0x28) // push eax; pop ds
			}
			for _, load := range [...][]byte{{0x8E, 0xE8}, {0x66, 0x8E, 0xE8}, {0x50, 0x0F, 0xA9}} { // mov gs, eax; mov gs, ax; push eax, pop gs
				r.patterns()
				r.regs.EAX = sel
				r.done(r.do(load...), len(load))
				r.usable()
			}
		}
	}
}

// allSegments loads DS, ES, FS and GS from AX.
var allSegments = []byte{0x8E, 0xD8, 0x8E, 0xC0, 0x8E, 0xE0, 0x8E, 0xE8}

// someSegments are the loads that are tried: each register alone, and all.
var someSegments = [...][]byte{{0x8E, 0xD8}, {0x8E, 0xC0}, {0x8E, 0xE0}, {0x8E, 0xE8}, allSegments}

// loadable are selectors that users may load.
var loadable = [...]uint32{0, 1, 2, 3, 0x23, 0x20, 0x1B, 0x18}

func segmentsSysenter() {
	w := watch()
	for _, r := range [...]*rig{newRigIn(nil), newRig()} {
		for _, load := range someSegments {
			for _, sel := range loadable {
				stepNumber("selector", sel)
				before := watched
				r.enterIPC(w)
				to, n := r.regs.EAX, len(load)
				// mov eax, sel; loads; mov eax, to; sysenter
				code := append([]byte{0xB8, byte(sel), 0, 0, 0}, load...)
				code = append(code, 0xB8, byte(to), byte(to>>8), byte(to>>16), byte(to>>24), 0x0F, 0x34)
				r.regs.EBX = r.slot + uint32(n) + 12
				e := r.do(code...)
				r.done(e, n+12)
				waitState(w, l4.WaitingReceive)
				equal("messages", watched, before+1)
				r.usable()
			}
		}
	}
}

// usable checks that a rig can work as usual again.
func (r *rig) usable() {
	r.patterns()
	e := r.do(0x65, 0xA1, 0, 0, 0, 0, 0x8B, 0x00) // mov eax, gs:[0]; mov eax, [eax]
	r.done(e, 8)
}

func segmentsInt() {
	w := watch()
	for _, r := range [...]*rig{newRigIn(nil), newRig()} {
		for _, load := range someSegments {
			for _, sel := range loadable {
				stepNumber("selector", sel)
				r.patterns()
				// mov eax, sel; loads; mov eax, watcher; int 0x32; int 0x30
				code := append([]byte{0xB8, byte(sel), 0, 0, 0}, load...)
				code = append(code, 0xB8, byte(w), byte(w>>8), byte(w>>16), byte(w>>24), 0xCD, 0x32, 0xCD, 0x30)
				r.done(r.do(code...), len(load)+14)
				var m l4.Msg
				arrives("send to the watcher", l4.Send(w, m.Start(0), soon))
				waitState(w, l4.WaitingReceive)
				r.usable()
			}
		}
	}
}

// Faults with odd segments: #GP of the access itself, page faults, exceptions.
func segmentsFault() {
	w := watch()
	for _, r := range [...]*rig{newRigIn(nil), newRig()} {
		for _, load := range someSegments {
			for _, sel := range loadable {
				stepNumber("selector", sel)
				r.patterns()
				r.regs.EBX = hole
				code := append([]byte{0xB8, byte(sel), 0, 0, 0}, load...)
				e := r.do(append(code, 0x36, 0x8B, 0x03)...) // mov eax, ss:[ebx]
				isFault(e, hole, r.slot+uint32(len(code)), l4.Read)
				flags, ok := processorState()
				check(flags&^0x8D5 == 0x202 && ok, "the pager sees flags or segments")
				r.again()
				r.patterns()
				r.regs.EBX = r.sp
				e = r.do(append(code, readEBX...)...)
				check(e.kind == exception, "access through DS")
				flags, ok = processorState()
				check(flags&^0x8D5 == 0x202 && ok, "the handler sees flags or segments")
				r.again()
				r.usable()
			}
		}
		var m l4.Msg
		arrives("send to the watcher", l4.Send(w, m.Start(0), soon))
	}
}

func segmentsInterrupts() {
	w := watch()
	r := newRigIn(nil)
	for _, sel := range loadable {
		stepNumber("selector", sel)
		r.patterns()
		r.regs.EAX = sel
		e := r.doFor(l4.Microseconds(600), append(append([]byte{}, allSegments...), 0xEB, 0xF6)...) // again and again
		equal("event", e.kind, nothing)
		flags, ok := processorState()
		check(flags&^0x8D5 == 0x202 && ok, "the case sees flags or segments")
		var m l4.Msg
		arrives("send to the watcher", l4.Send(w, m.Start(0), soon))
		waitState(w, l4.WaitingReceive)
		r.again()
		r.usable()
	}
}
