package kernel

import "pecan/arch/ia32"

// Interrupts as IPC (abi 6.3, semantics 8): each line has a thread of the kernel's own, numbers 0 to 15, which sends
// to the associated handler and waits for its answer, the acknowledgement, before it unmasks the line.

// States of a line, TCB.irqState.
const (
	irqFree = iota // masked, no handler
	irqIdle        // unmasked
	irqSent        // masked; message queued or delivered, not acknowledged
)

func irqThread(line uint32) *TCB { return tcbRef(line).tcb() }

// interrupt handles a hardware interrupt; t is the thread that was running, or nil.
func interrupt(line uint32, t *TCB) {
	if line == ia32.LineTimer {
		ia32.AckLine(line)
		timerInterrupt(t)
		return
	}
	if ia32.Spurious(line) {
		cpu.spurious++
		return
	}
	ia32.MaskLine(line)
	ia32.AckLine(line)
	sendInterrupt(line)
}

func sendInterrupt(line uint32) {
	x := irqThread(line)
	if x.irqState != irqIdle {
		return // nobody wants it: it stays masked
	}
	x.irqState = irqSent
	kernelIPC(x, ipcInterrupt, x.scheduler, tagInterrupt)
}

// notePending takes an interrupt at a preemption point: no more than note and silence it.
func notePending(line uint32) {
	if line != ia32.LineTimer {
		if ia32.Spurious(line) {
			cpu.spurious++
			return
		}
		ia32.MaskLine(line)
	}
	ia32.AckLine(line)
	cpu.pending |= 1 << line
}

// takePending handles the interrupts noted at a preemption point. t is the thread that is to go on, or nil.
func takePending(t *TCB) {
	lines := cpu.pending
	cpu.pending = 0
	for line := uint32(0); lines != 0; line, lines = line+1, lines>>1 {
		if lines&1 == 0 {
			continue
		}
		if line == ia32.LineTimer {
			timerInterrupt(t)
		} else {
			sendInterrupt(line)
		}
	}
}

// interruptDone: the handler has acknowledged.
func interruptDone(x *TCB) {
	x.State = StateInactive
	if x.irqState == irqSent {
		x.irqState = irqIdle
		ia32.UnmaskLine(x.number())
	}
}

// interruptFailed: the handler is gone; the line stays masked.
func interruptFailed(x *TCB) {
	x.State = StateInactive
	x.irqState = irqFree
}

// controlInterrupt associates a line with a handler, or with itself to dissociate it.
func controlInterrupt(id, handler ThreadID) uint32 {
	line := id.number()
	if id != irqID(line) || line == ia32.LineTimer || line == ia32.LineCascade {
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
