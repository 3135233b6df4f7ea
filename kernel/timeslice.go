package kernel

import "pecan/arch/ia32"

// Timeslices and the one-shot timer. The slice that runs belongs to cpu.owner, who may have donated it to the running
// thread. The timer is armed for the earliest deadline and re-armed only when that comes nearer; an interrupt that is
// too early just arms it again. All decisions read the TSC.

// startSlice begins the slice of t, chosen from the ready queue, and books what the former owner has left. It ends with t's
// total quantum at the latest. An exhausted thread that has an operation to complete does so on a usual slice.
func startSlice(t *TCB) {
	now := ia32.ReadTSC()
	settleSlice(now)
	cpu.owner, cpu.since = t.ref(), now
	left := t.sliceLeft
	if t.quantum != 0 && (left == 0 || t.quantum < left) {
		left = t.quantum
	}
	if left != 0 && left != infinite {
		cpu.sliceEnd = now + left
		armFor(cpu.sliceEnd, now)
	}
}

// charge books the time since the last charge with the owner of the running slice, whoever ran. Precondition: there is an
// owner. That this is done only when the owner changes, when a slice is over and when somebody asks is what makes donation
// cost nothing in IPC.
func charge(now uint64) {
	o := cpu.owner.tcb()
	spent := now - cpu.since
	cpu.since = now
	o.used += spent
	o.sliceLeft -= min(spent, o.sliceLeft)
	if o.quantum != infinite {
		o.quantum -= min(spent, o.quantum)
		if o.quantum == 0 {
			o.Reasons |= ia32.ReasonQuantum
		}
	}
}

// settleSlice ends the running slice, if there is one. Its owner goes on with the rest another time, or begins with a full one.
func settleSlice(now uint64) {
	cpu.sliceEnd = 0
	cpu.resched &^= reschedExpired
	if cpu.owner == 0 {
		return
	}
	charge(now)
	if o := cpu.owner.tcb(); o.sliceLeft == 0 {
		o.sliceLeft = o.sliceLen
	}
	cpu.owner = 0
}

// dropSlice ends the running slice without looking at the clock: its owner goes, or begins anew.
func dropSlice() { cpu.owner, cpu.sliceEnd = 0, 0 }

// giveUpSlice ends the running slice; its owner begins with a full one.
func giveUpSlice() {
	if o := cpu.owner; o != 0 {
		settleSlice(ia32.ReadTSC())
		o.tcb().sliceLeft = o.tcb().sliceLen
	}
}

// endSlice is called when the running slice may be over. The thread t that runs on it then goes behind its equals and everybody
// concerned starts afresh, unless t postpones that (choose). If t has used up its total quantum it stops.
func endSlice(t *TCB, now uint64) {
	if cpu.sliceEnd == 0 || now < cpu.sliceEnd {
		return
	}
	if t == nil || !t.ready() {
		settleSlice(now)
		return
	}
	charge(now)
	if t.Reasons&^ia32.ReasonsQuiet == ia32.ReasonQuantum {
		stopUntilRefilled(t)
		return
	}
	cpu.sliceEnd = 0
	cpu.resched |= reschedExpired
	dequeue(t)
	enqueue(t)
}

// requeue puts t behind its equals and lets the scheduler choose again.
func requeue(t *TCB) {
	dequeue(t)
	enqueue(t)
	cpu.resched |= reschedYield
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
