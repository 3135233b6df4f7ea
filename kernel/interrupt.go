package kernel

import (
	"math/bits"

	"pecan/arch/ia32"
)

// Interrupts as IPC (abi 6.3, semantics 8, docs/interrupts.md): each line has a thread of the kernel's own, numbers below
// systemBase, which sends to the associated handler and waits for its answer, the acknowledgement, before it unmasks the line.

// States of a line, TCB.irqState.
const (
	irqFree = iota // masked, no handler
	irqIdle        // unmasked
	irqSent        // masked; message queued or delivered, not acknowledged
)

func irqThread(line uint32) *TCB { return tcbRef(line).tcb() }

// initInterrupts chooses the interrupt controllers and divides the thread numbers.
func initInterrupts() {
	var w *ia32.Wiring
	if !options.noAPIC && findWiring(&wiring) {
		w = &wiring
	}
	ia32.InitInterrupts(w)
	setNumbers(ia32.Lines())
}

// interrupt handles a hardware interrupt; t is the thread that was running, or nil. It returns false when there is nothing left
// to schedule: TSS.esp0 says who goes on.
func interrupt(line uint32, t *TCB) bool {
	if line == ia32.TimerLine {
		ia32.TakeTimer()
		return timerInterrupt(t)
	}
	if !lineDue(line) {
		return false
	}
	x := irqThread(line)
	h := quickSend(x)
	if h == nil {
		sendInterrupt(line)
		return true
	}
	p := int32(h.prio)
	if t != nil && (p <= rank(t) || p < cpu.top || !givesWay(t, h.prio)) {
		makeReady(h)
		return true
	}
	if t != nil {
		link(t, true)
	}
	h.State = StateReady
	startSlice(h)
	switchTo(h)
	return false
}

// quickSend does what sendInterrupt does for a handler that waits for nothing but a message: it has the interrupt then, and is to be
// made ready. It returns nil, with nothing changed, for any other.
func quickSend(x *TCB) *TCB {
	h := tcbRef(x.scheduler.number()).tcb()
	if x.irqState != irqIdle || h.GlobalID != uint32(x.scheduler) || h.Reasons&^ia32.ReasonsQuiet != 0 ||
		!h.plain() && (h.State != StateReceive || h.ipc != ipcUser) {
		return nil
	}
	if from := h.waitsFor(); from != x.id() && from != anyThread {
		return nil
	}
	if !h.plain() {
		cancelTimeout(h)
	}
	h.Exit, h.ipc, h.Wait = ia32.ExitIPC, ipcUser, 0
	h.WaitedFor = 1 // by x
	h.Frame.EAX, h.Frame.ESI = x.GlobalID, tagInterrupt
	*h.mr(0) = tagInterrupt
	x.irqState = irqSent
	x.ipc, x.State = ipcInterrupt, StateReceive
	x.from, x.partner = x.scheduler, x.scheduler
	return h
}

// lineDue acknowledges an interrupt of a line and reports whether its handler is to hear of it.
func lineDue(line uint32) bool {
	found := ia32.TakeLine(line)
	if found == ia32.LineSpurious {
		cpu.spurious++
	}
	return found == ia32.LineDue
}

func sendInterrupt(line uint32) {
	x := irqThread(line)
	if x.irqState != irqIdle {
		return // nobody wants it: it stays masked
	}
	x.irqState = irqSent
	kernelIPC(x, ipcInterrupt, x.scheduler, tagInterrupt)
}

// What cpu.pending says.
const (
	pendingTimer = 1 << iota
	pendingLines // those in cpu.lines
)

// notePending takes an interrupt at a preemption point: no more than note and silence it.
func notePending(line uint32) {
	if line == ia32.TimerLine {
		ia32.TakeTimer()
		cpu.pending |= pendingTimer
		return
	}
	if lineDue(line) {
		cpu.pending |= pendingLines
		cpu.lines[line>>5] |= 1 << (line & 31)
	}
}

// linesPerStretch bounds the interrupts-off stretch when many lines are handled at once: each costs up to some 400 instructions.
const linesPerStretch = 8

// takePending handles the interrupts noted at a preemption point. t is the thread that is to go on, or nil.
func takePending(t *TCB) {
	pending, lines := cpu.pending, cpu.lines
	cpu.pending, cpu.lines = 0, [2]uint32{}
	if pending&pendingTimer != 0 {
		timerInterrupt(t)
	}
	n := 0
	for i := range uint32(len(lines)) {
		for word := lines[i]; word != 0; word &= word - 1 {
			sendInterrupt(i<<5 + uint32(bits.TrailingZeros32(word)))
			if n++; n%linesPerStretch == 0 {
				ia32.Poll() // nothing is half done; what comes is noted and handled in its turn
			}
		}
	}
}

// acknowledge is the IPC by which a driver acknowledges an interrupt and waits for the next, in the form that drivers use. It
// returns false, with nothing changed, for any other; the result is that of sysIPC.
func acknowledge(t *TCB, to, from ThreadID, times, tag uint32) bool {
	x := irqThread(to.number())
	if x.GlobalID != uint32(to) || x.State != StateReceive || x.partner != t.id() || from != to && from != anyThread ||
		tag&(tagTyped|tagPropagated) != 0 || times&0xFFFF != 0 || t.sendHead != 0 || t.Reasons&^ia32.ReasonsQuiet != 0 ||
		t.space().redirector != nilThread {
		return false
	}
	interruptDone(x)
	if from == to {
		x.WaitedFor = 1
	}
	t.Exit, t.ipc, t.timeouts = ia32.ExitIPC, ipcUser, times
	t.virtual, t.intended = nilThread, nilThread
	t.tag, t.from = tag&^tagKernel, from
	t.wait(from)
	return true
}

// interruptDone: the handler has acknowledged.
func interruptDone(x *TCB) {
	x.State = StateInactive
	if x.irqState == irqSent {
		x.irqState = irqIdle
		ia32.UnmaskLine(x.number())
	}
}

// interruptFailed: the handler is gone.
func interruptFailed(x *TCB) {
	ia32.MaskLine(x.number())
	x.State = StateInactive
	x.irqState = irqFree
}

// controlInterrupt associates a line with a handler, or with itself to dissociate it.
func controlInterrupt(id, handler ThreadID) uint32 {
	line := id.number()
	if id != irqID(line) || !ia32.LineExists(line) {
		return errThread
	}
	x := irqThread(line)
	if handler == id {
		ia32.MaskLine(line)
		quietInterrupt(x)
		x.irqState = irqFree
		return errOK
	}
	h := lookup(handler)
	if h == nil || h.Space == 0 {
		return errThread
	}
	quietInterrupt(x)
	x.scheduler = handler
	x.irqState = irqIdle
	ia32.UnmaskLine(line)
	return errOK
}

// quietInterrupt takes back a message that is queued or not acknowledged.
func quietInterrupt(x *TCB) {
	if x.State == StateSend {
		dequeueSender(x)
	}
	x.State = StateInactive
}
