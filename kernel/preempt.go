package kernel

import "pecan/arch/ia32"

// Preemption control (semantics 7, abi 2.3): a thread can postpone its preemption by threads up to its sensitive priority and
// the end of its timeslice, for a short time, and hear of preemptions. Nothing of this is looked at before there is somebody to
// give way to. The flags are in the UTCB, where the user may change them at any time: they are read once.

// PreemptFlags.
const (
	preemptSignal  = 1 << 5 // s: tell the exception handler
	preemptDelay   = 1 << 6 // d: postpone
	preemptPending = 1 << 7 // I: it has been postponed; set by the kernel
)

// givesWay decides whether t, which could go on, lets a ready thread of priority p run, which is to run by the rules of
// priority or because t's slice is over. If t does not, it keeps the processor until t.delayEnd; if it does and wants that
// signalled, it is noted.
func givesWay(t *TCB, p uint8) bool {
	if p > t.sensitive || t != running() {
		return true // more urgent, or t has not been running: that is no preemption
	}
	word := t.tcr(tcrPreemptFlags)
	flags := *word
	if flags&(preemptDelay|preemptSignal) == 0 {
		return true
	}
	now := ia32.ReadTSC()
	if flags&preemptDelay != 0 && t.maxDelay != 0 && mayExtend() {
		if t.delayEnd == 0 {
			t.delayEnd = now + uint64(t.maxDelay)
		}
		if now < t.delayEnd {
			*word = flags | preemptPending
			if cpu.resched&reschedExpired != 0 {
				extendSlice(t.delayEnd, now)
			} else {
				armFor(t.delayEnd, now)
			}
			return false
		}
	}
	if flags&preemptSignal != 0 && t.Reasons&^ia32.ReasonsQuiet == 0 {
		t.Reasons |= ia32.ReasonSignal
		noteClock(t, now)
	}
	return true
}

// mayExtend reports that the running slice goes on, or can: not if it has ended with its owner's total quantum.
func mayExtend() bool {
	return cpu.resched&reschedExpired == 0 || cpu.owner.tcb().quantum != 0
}

// extendSlice lets a slice that is over, and charged, go on until end, or until the owner's total quantum is used up.
func extendSlice(end, now uint64) {
	cpu.resched &^= reschedExpired
	cpu.sliceEnd = end
	if q := cpu.owner.tcb().quantum; q < end-now {
		cpu.sliceEnd = now + q
	}
	armFor(cpu.sliceEnd, now)
}

// yielded is called when t gives up its timeslice by ThreadSwitch: it may postpone preemptions again.
func yielded(t *TCB) {
	if t.maxDelay == 0 {
		return
	}
	t.delayEnd = 0
	*t.tcr(tcrPreemptFlags) &^= preemptPending
}

// signal tells t's exception handler that t has been preempted. A handler that does not exist is no fault of t's.
func signal(t *TCB) {
	t.Reasons &^= ia32.ReasonSignal
	handler := ThreadID(*t.tcr(tcrExceptionHandler))
	if handler != nilThread {
		kernelSend(t, ipcSignal, handler)
	}
}
