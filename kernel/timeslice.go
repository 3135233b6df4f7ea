package kernel

import "pecan/arch/ia32"

// Timeslices and the one-shot timer. The slice that runs belongs to cpu.owner, who may have donated it to the running
// thread. The timer is armed for the earliest deadline and re-armed only when that comes nearer; an interrupt that is
// too early just arms it again. All decisions read the TSC.

// startSlice begins the slice of t, chosen from the ready queue, and books what the former owner has left.
func startSlice(t *TCB) {
	now := ia32.ReadTSC()
	settleSlice(now)
	cpu.owner = t.ref()
	cpu.sliceEnd = 0
	if t.sliceLen == 0 {
		return
	}
	if t.sliceLeft == 0 {
		t.sliceLeft = t.sliceLen
	}
	cpu.sliceEnd = now + t.sliceLeft
	armFor(cpu.sliceEnd, now)
}

// settleSlice books the unused rest of the running slice with its owner.
func settleSlice(now uint64) {
	if cpu.owner == 0 {
		return
	}
	o := cpu.owner.tcb()
	o.sliceLeft = 0
	if cpu.sliceEnd > now {
		o.sliceLeft = cpu.sliceEnd - now
	}
	cpu.owner = 0
}

// giveUpSlice ends the running slice; its owner begins with a full one.
func giveUpSlice() {
	if cpu.owner != 0 {
		cpu.owner.tcb().sliceLeft = 0
		cpu.owner = 0
	}
}

// endSlice is called when the running slice may be over: the thread that runs on it goes behind its equals and everybody
// concerned starts afresh.
func endSlice(t *TCB, now uint64) {
	if cpu.sliceEnd == 0 || now < cpu.sliceEnd {
		return
	}
	settleSlice(now)
	cpu.sliceEnd = 0
	if t == nil || !t.ready() {
		return
	}
	requeue(t)
}

// requeue puts t behind its equals and lets the scheduler choose again.
func requeue(t *TCB) {
	dequeue(t)
	enqueue(t)
	cpu.resched = true
}

// armFor makes sure that the timer fires no later than at TSC value at.
func armFor(at, now uint64) {
	if cpu.armed != 0 && cpu.armed <= at {
		return
	}
	ticks := uint32(1)
	switch {
	case at > now+clock.timerReach:
		ticks, at = clock.timerLongest, now+clock.timerReach
	case at > now:
		// Rounded up: nothing may expire early.
		ticks = uint32((at-now)*uint64(clock.timerScale)>>32) + 1
	}
	cpu.armed = at
	ia32.ArmTimer(ticks)
}

// timerInterrupt judges all deadlines by the TSC. t is the thread that was running, or nil.
func timerInterrupt(t *TCB) {
	now := ia32.ReadTSC()
	cpu.armed = 0
	endSlice(t, now)
	expireTimeouts(now)
	rearm(now)
}

// rearm arms the timer for the earliest deadline there is.
func rearm(now uint64) {
	next := noDeadline
	if cpu.sliceEnd != 0 {
		next = cpu.sliceEnd
	}
	if d := nextTimeout(); d < next {
		next = d
	}
	if next != noDeadline {
		armFor(next, now)
	}
}
