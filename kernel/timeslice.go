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
	beginSlice(t, now)
}

// beginSlice is startSlice when no slice runs.
func beginSlice(t *TCB, now uint64) {
	cpu.owner, cpu.since = t.ref(), now
	left := t.sliceLeft
	if !none(t.quantum) && (none(left) || before(t.quantum, left)) {
		left = t.quantum
	}
	if !none(left) && before(left, infinite) {
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
	o.sliceLeft = lessBy(o.sliceLeft, spent)
	if before(o.quantum, infinite) {
		o.quantum = lessBy(o.quantum, spent)
		if none(o.quantum) {
			o.surface() // its receiver may have spent it
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
	if o := cpu.owner.tcb(); none(o.sliceLeft) {
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
	if none(cpu.sliceEnd) || before(now, cpu.sliceEnd) {
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
	if cpu.owner == t.ref() && cpu.top <= int32(t.prio) && (cpu.ready[t.prio] == 0 || t.queued && t.readyNext == t.ref()) {
		// Nobody waits for it: another slice.
		t.sliceLeft = t.sliceLen
		beginSlice(t, now)
		return
	}
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
	if none(cpu.armed) || before(at, cpu.armed) {
		arm(at, now)
	}
}

// arm lets the timer fire at TSC value at, or as late as it can before.
func arm(at, now uint64) {
	left := clock.timerReach
	ahead := at - now
	switch high := int32(ahead >> 32); {
	case high < 0:
		left = 0
	case high == 0:
		left = min(left, uint32(ahead))
	}
	cpu.armed = now + uint64(left)
	// Rounded up: nothing may expire early.
	ia32.ArmTimer(uint32(uint64(left)*uint64(clock.timerScale)>>32) + 1)
}

// timerInterrupt judges all deadlines by the TSC. t is the thread that was running, or nil. It returns false if nobody's time
// has come, so that t simply goes on.
func timerInterrupt(t *TCB) (due bool) {
	now := ia32.ReadTSC()
	next := nextDeadline()
	cpu.armed = 0
	if before(now, next) && (t == nil || none(t.delayEnd)) {
		if before(next, noDeadline) {
			arm(next, now)
		}
		return false
	}
	if t != nil && renewSlice(t, now) {
		return false
	}
	endSlice(t, now)
	expireTimeouts(now)
	if next = nextDeadline(); before(next, noDeadline) {
		armFor(next, now)
	}
	return true
}

// renewSlice does what the end of a slice comes to for a thread that has nobody beside or above it and an endless quantum: it
// begins a new one. It returns false, with nothing changed, if anything else is the case, or if a timeout is due as well.
func renewSlice(t *TCB, now uint64) bool {
	p := int32(t.prio)
	alone := cpu.top < p || cpu.top == p && cpu.ready[p] == t.ref() && t.readyNext == t.ref()
	if !alone || cpu.owner != t.ref() || none(cpu.sliceEnd) || before(now, cpu.sliceEnd) || !before(now, nextTimeout()) ||
		!none(t.delayEnd) || before(t.quantum, infinite) {
		return false
	}
	charge(now)
	t.sliceLeft = t.sliceLen
	cpu.sliceEnd = now + t.sliceLen
	arm(nextDeadline(), now)
	return true
}

// nextDeadline is the earliest deadline that the timer is to be armed for, or noDeadline.
func nextDeadline() uint64 {
	next := nextTimeout()
	if !none(cpu.sliceEnd) && before(cpu.sliceEnd, next) {
		next = cpu.sliceEnd
	}
	return next
}
