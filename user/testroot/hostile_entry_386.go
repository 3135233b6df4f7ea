package main

import "pecan/user/l4"

// Entering the kernel with odd stack pointers, return addresses, flags and segment registers. The watcher, a thread in
// IPC with the rig, sees nothing of it.

var entryCases = []testCase{
	{"abi-4.1-int-with-any-esp", intAnyStack},
	{"abi-4.1-sysenter-with-any-esp", sysenterAnyStack},
	{"abi-4.1-sysenter-with-any-return-address", sysenterAnyReturn},
	{"abi-8-flags-on-entry-by-sysenter", flagsSysenter},
	{"abi-8-flags-on-entry-by-int", flagsInt},
	{"abi-8-flags-on-entry-by-fault", flagsFault},
	{"abi-8-flags-under-interrupts", flagsInterrupts},
	{"abi-8-selectors-refused", selectorsRefused},
	{"abi-8-utcb-selector-is-not-for-users", utcbSelector},
	{"abi-8-segments-on-entry-by-sysenter", segmentsSysenter},
	{"abi-8-segments-on-entry-by-int", segmentsInt},
	{"abi-8-segments-on-entry-by-fault", segmentsFault},
	{"abi-8-segments-under-interrupts", segmentsInterrupts},
}

var oddStacks = [...]uint32{0, 1, 4, 0x1000, 0xBFFFFFFF, 0xC0000000, 0xC000CBC0, 0xD0100000, 0xF0800084, 0xF0C0A000, 0xF0C09F00, 0xFFFFFFFF, 0xFFFFFFFC}

func intAnyStack() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, sp := range oddStacks {
			stepNumber("ESP", sp)
			for n := byte(0x30); n <= 0x37; n++ {
				r.patterns()
				r.regs.ESP = sp
				r.regs.EAX, r.regs.EDX, r.regs.ESI = 0, 0, 0
				e := r.do(0xCD, n)
				r.done(e, 2)
				equal("ESP", e.regs.ESP, sp)
			}
		}
	}
}

// enterIPC prepares for SYSENTER: an IPC that receives from nobody, or sends to the thread.
func (r *rig) enterIPC(to l4.ThreadID) {
	r.ipc(to, l4.NilThread, l4.NewTimeouts(soon, l4.Zero), 0)
	r.regs.EBX, r.regs.EBP = r.slot+2, r.sp
}

func sysenterAnyStack() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, sp := range oddStacks {
			stepNumber("ESP", sp)
			r.enterIPC(l4.NilThread)
			r.regs.ESP, r.regs.EBP = 0xC0000000^sp, sp
			e := r.do(0x0F, 0x34)
			r.done(e, 2)
			equal("ESP", e.regs.ESP, sp)
			r.enterIPC(l4.Global(100000, 1))
			r.regs.ESP, r.regs.EBP = 0xC0000000^sp, sp
			e = r.do(0x0F, 0x34)
			r.done(e, 2)
			equal("ESP after an error", e.regs.ESP, sp)
		}
	}
}

func sysenterAnyReturn() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		for _, ip := range [...]uint32{0, 1, 0xFFF, 0xC0000000, 0xC0000001, 0xD0100000, 0xF0C00000 + 0x9000, 0xFFFFFFFF, 0xFFFFFFFE} {
			stepNumber("return address", ip)
			r.enterIPC(l4.NilThread)
			r.regs.EBX = ip
			e := r.do(0x0F, 0x34)
			r.kernelFault(e, ip, 4)
		}
	}
}

// watched counts what the watcher has received.
var watched uint32

// watch starts a watcher: it checks its own flags and segment registers after each message, and in between.
func watch() l4.ThreadID {
	return spawn(func() {
		var m l4.Msg
		for {
			flags, ok := processorState()
			check(flags&^0x8D5 == 0x202, "the partner sees flags")
			check(ok, "the partner sees segment registers")
			if _, err := l4.Wait(&m, soon); err == l4.OK {
				watched++
			}
		}
	})
}

// Code that sets flags: pushf; or dword [esp], imm32; popf.
func setFlags(flags uint32) []byte {
	return []byte{0x9C, 0x81, 0x0C, 0x24, byte(flags), byte(flags >> 8), byte(flags >> 16), byte(flags >> 24), 0x9D}
}

const setFlagsLength = 9

var oddFlags = [...]uint32{flagTF, flagNT, flagDF, flagAC, flagID, flagNT | flagDF | flagAC | flagID, flagTF | flagNT | flagDF | flagAC, 0x8D5, flagNT | flagTF}

func flagsSysenter() {
	w := watch()
	for _, r := range [...]*rig{newRigIn(nil), newRig()} {
		for _, f := range oddFlags {
			for _, to := range [...]l4.ThreadID{w, l4.NilThread, l4.Global(100000, 1)} {
				stepNumber("flags", f)
				before := watched
				r.enterIPC(to)
				r.regs.EBX = r.slot + setFlagsLength + 2
				e := r.do(append(setFlags(f), 0x0F, 0x34)...)
				r.afterFlags(e, setFlagsLength+2)
				waitState(w, l4.WaitingReceive)
				if to == w {
					equal("messages", watched, before+1)
				}
			}
		}
	}
}

// afterFlags checks that the rig came to the end of its code, n bytes, perhaps by single steps.
func (r *rig) afterFlags(e event, n int) {
	for range 8 {
		if e.kind != exception || e.regs.Vector != vecDebug {
			break
		}
		r.regs.Flags = 0x202
		r.resume()
		e = r.next(soon)
	}
	r.done(e, n)
	equal("ESP", e.regs.ESP, r.sp)
	check(e.regs.Flags&flagIF != 0, "interrupts are off")
	r.regs.Flags = 0x202
	// Flags that a reply cannot clear are cleared by the thread itself.
	r.patterns()
	r.done(r.do(0x6A, 0x02, 0x9D), 3) // push 2; popf
}

func flagsInt() {
	w := watch()
	for _, r := range [...]*rig{newRigIn(nil), newRig()} {
		for _, f := range oddFlags {
			stepNumber("flags", f)
			for n := byte(0x30); n <= 0x37; n++ {
				r.patterns()
				r.regs.EAX, r.regs.EDX, r.regs.ESI = 0, 0, 0
				if n == 0x32 {
					r.regs.EAX = uint32(w)
				}
				e := r.do(append(setFlags(f), 0xCD, n)...)
				r.afterFlags(e, setFlagsLength+2)
			}
			waitState(w, l4.WaitingReceive)
			var m l4.Msg
			arrives("send to the watcher", l4.Send(w, m.Start(0), soon))
		}
	}
}

func flagsFault() {
	w := watch()
	r := newRigIn(nil)
	for _, f := range oddFlags {
		stepNumber("flags", f)
		r.patterns()
		r.regs.EBX = hole
		e := r.do(append(setFlags(f), readEBX...)...)
		if f&flagTF != 0 {
			// popf's step comes after the instruction behind it, which faults first.
			check(e.kind == pageFault || e.kind == exception && e.regs.Vector == vecDebug, "fault with TF")
		} else {
			isFault(e, hole, r.slot+setFlagsLength, l4.Read)
		}
		var m l4.Msg
		arrives("send to the watcher", l4.Send(w, m.Start(0), soon))
		flags, ok := processorState()
		check(flags&^0x8D5 == 0x202 && ok, "the pager sees flags or segments")
		r.again()
		r.patterns()
		r.done(r.do(0x6A, 0x02, 0x9D), 3)
	}
}

// Threads with odd flags are preempted by the timer; others go on with their own.
func flagsInterrupts() {
	w := watch()
	r := newRigIn(nil)
	for _, f := range oddFlags {
		if f&flagTF != 0 {
			continue
		}
		stepNumber("flags", f)
		r.patterns()
		e := r.doFor(l4.Milliseconds(2), append(setFlags(f), 0xEB, 0xFE)...) // jmp $
		equal("event", e.kind, nothing)
		flags, ok := processorState()
		check(flags&^0x8D5 == 0x202 && ok, "the case sees flags or segments")
		var m l4.Msg
		arrives("send to the watcher", l4.Send(w, m.Start(0), soon))
		waitState(w, l4.WaitingReceive)
		r.again()
		r.patterns()
		r.done(r.do(0x6A, 0x02, 0x9D), 3)
	}
}
