package kernel

import "pecan/arch/ia32"

// What must hold for interrupt lines and their threads (docs/interrupts.md).

// checkLine: a line is open if and only if its thread may send, and its thread is in IPC if and only if it has sent.
func checkLine(x *TCB) string {
	line := x.number()
	switch {
	case ia32.LineExists(line) && ia32.LineOpen(line) != (x.irqState == irqIdle):
		return "an interrupt line and its thread disagree"
	case x.irqState == irqSent && x.State != StateSend && x.State != StateReceive:
		return "an unacknowledged interrupt is not in IPC"
	case x.irqState != irqSent && x.State != StateInactive:
		return "an idle interrupt line is in IPC"
	}
	return ""
}
