package main

import (
	"sync/atomic"

	"pecan/user/l4"
)

// Total quantum, the Schedule system call, clock and processor (semantics 7, abi 5.6, 5.8, 5.9, 6.6).

var quantumCases = []testCase{
	{"7.13-quantum-stops", "7.13 7.14 abi-6.6.1", quantumStops},
	{"7.14-quantum-message-queues", "7.14", quantumQueues},
	{"7.15-refill", "7.15", quantumRefill},
	{"abi-5.6.1-unchanged", "abi-5.6.1 abi-5.6.10", scheduleUnchanged},
	{"abi-5.6.2-states", "abi-5.6.2", scheduleStates},
	{"abi-5.6.3-remaining", "abi-5.6.3", scheduleRemaining},
	{"abi-5.6.4-invalid-thread", "abi-5.6.4", scheduleInvalid},
	{"abi-5.6.5-rights", "abi-5.6.5 abi-5.6.6", scheduleRights},
	{"abi-5.6.7-processor", "abi-5.6.7 abi-5.6.8", scheduleProcessor},
	{"abi-5.6.9-interrupts", "abi-5.6.9 10.15", scheduleInterrupts},
	{"abi-5.8.1-clock", "abi-5.8.1", clockRuns},
	{"abi-5.9.1-processor-control", "abi-5.9.1", processorControl},
}

// limited is a worker with a total quantum, whose scheduler is the case.
func limited(i int, quantum l4.Time) l4.ThreadID {
	id := spawn(worker(i))
	succeeds("scheduler", control(id, self, me(), l4.NilThread, same))
	setTimes(id, l4.Milliseconds(3), quantum)
	return id
}

// preemption receives id's preemption message.
func preemption(id l4.ThreadID) (clock uint64) {
	var m l4.Msg
	arrives("preemption message", l4.Receive(id, &m, soon))
	equal("its tag", uint32(m.Tag()), 0xFFD00002)
	return uint64(m.Word(2))<<32 | uint64(m.Word(1))
}

func quantumStops() {
	clearLaps()
	start := l4.SystemClock()
	id := limited(0, l4.Milliseconds(20))
	l4.Sleep(l4.Milliseconds(8))
	check(lap(0) != 0, "did not run")
	clock := preemption(id)
	check(clock >= start+19900 && clock <= l4.SystemClock(), "its clock")
	check(clock < start+19900+30000, "it ran too long")
	rests(0)
	equal("state", uint32(l4.State(id)), uint32(l4.Inactive))
	_, left := schedule(id, keep)
	equal("what is left", uint32(left), uint32(l4.Zero))
}

// The message has no timeout, and the thread waits with it.
func quantumQueues() {
	clearLaps()
	id := limited(0, l4.Milliseconds(5))
	waitState(id, l4.PendingSend)
	rests(0)
	l4.Sleep(l4.Milliseconds(40))
	equal("state", uint32(l4.State(id)), uint32(l4.PendingSend))
	preemption(id)
	rests(0)
}

func quantumRefill() {
	clearLaps()
	id := limited(0, l4.Milliseconds(5))
	for range 3 {
		preemption(id)
		before := lap(0)
		rests(0)
		setTimes(id, l4.Milliseconds(3), l4.Milliseconds(5))
		slice, _ := schedule(id, keep)
		us, _ := slice.Period()
		check(us > 2900 && us <= 3000, "a fresh timeslice")
		runs(0)
		check(lap(0) != before, "does not go on")
	}
	preemption(id)
	setTimes(id, l4.Milliseconds(3), l4.Never)
	l4.Sleep(l4.Milliseconds(20))
	runs(0)
}

func scheduleUnchanged() {
	clearLaps()
	id := spawnAt(60, worker(0))
	setTimes(id, l4.Milliseconds(7), l4.Milliseconds(500))
	for _, name := range [...]l4.ThreadID{id, l4.OtherID(id)} {
		slice, quantum := schedule(name, keep)
		a, _ := slice.Period()
		b, _ := quantum.Period()
		check(a > 6900 && a <= 7000 && b > 490000 && b <= 500000, "the times have changed")
	}
	spawnAt(59, worker(1))
	l4.Sleep(l4.Milliseconds(4))
	equal("priority 59 ran", lap(1), 0)
	s := keep
	s.Priority = 58
	slice, _ := schedule(l4.OtherID(id), s)
	us, _ := slice.Period()
	check(us <= 7000, "the times have changed")
	runs(1)
	rests(0)
}

func scheduleStates() {
	equal("running", uint32(l4.State(me())), uint32(l4.Running))
	equal("ready", uint32(l4.State(spawn(spinner))), uint32(l4.Running))
	id := spawn(sleeper)
	waitState(id, l4.WaitingReceive)
	sender := newPuppet(&home, target)
	sender.sends(id, tag(0, 0))
	sender.block(l4.PendingSend)
	equal("inactive", uint32(l4.State(inactive())), uint32(l4.Dead))
	_, _, err := l4.Stop(spawn(spinner))
	succeeds("halt", err)
	s, r := pair()
	fill(s.back, 0x2000, 1, 0)
	clear(r.back, 0x2000)
	faultOf(s, r, r, true)
	equal("sending", uint32(l4.State(s.id)), uint32(l4.Sending))
	equal("receiving", uint32(l4.State(r.id)), uint32(l4.Receiving))
	exchange(r.id, l4.CancelIPC)
	finish(s, r)
}

// What is left goes down while the thread runs, and only then.
func scheduleRemaining() {
	clearLaps()
	id := spawn(worker(0))
	setTimes(id, l4.Milliseconds(400), l4.Milliseconds(900))
	l4.Sleep(l4.Milliseconds(20))
	slice, quantum := schedule(id, keep)
	a, _ := slice.Period()
	b, _ := quantum.Period()
	check(a > 300000 && a < 399000, "the timeslice")
	check(b > 800000 && b < 899000, "the quantum")
	spin(20000) // the case is above it
	slice, quantum = schedule(id, keep)
	equal("the timeslice, not running", uint32(slice), uint32(l4.Microseconds(a)))
	equal("the quantum, not running", uint32(quantum), uint32(l4.Microseconds(b)))
	setTimes(id, l4.Never, l4.Never)
	slice, quantum = schedule(id, keep)
	equal("endless", uint32(slice), uint32(l4.Never))
	equal("infinite", uint32(quantum), uint32(l4.Never))
}

func scheduleInvalid() {
	id := spawn(sleeper)
	for _, other := range [...]l4.ThreadID{
		0, l4.AnyThread, l4.AnyLocalThread, l4.Global(100000, 1), l4.Global(id.Number(), id.Version()+1), l4.Global(20, 1), 0x1300,
	} {
		stepNumber("ID", uint32(other))
		_, _, err := l4.Schedule(other, keep)
		refused("Schedule", err, l4.ErrThread)
	}
	about.Reset()
	for _, t := range [...]uint32{0x80010001, 0x00018001, 0x8001FFFF} {
		s := keep
		s.Time = t
		_, _, err := l4.Schedule(id, s)
		refused("a point", err, l4.ErrThread)
	}
}

func scheduleRights() {
	victim := spawn(sleeper)
	stranger := newPuppet(nil, source)
	try := func(s l4.Scheduling, want l4.CallError) {
		var got l4.CallError
		stranger.work = func() { _, _, got = l4.Schedule(victim, s) }
		stranger.run()
		stranger.work = nil
		equal("result", uint32(got), uint32(want))
	}
	with := func(priority, preemption uint32) l4.Scheduling {
		return l4.Scheduling{Time: same, Processor: same, Priority: priority, Preemption: preemption}
	}
	step("a stranger")
	try(keep, l4.ErrPrivilege)
	try(with(10, same), l4.ErrPrivilege)
	step("in the scheduler's space")
	succeeds("scheduler", control(victim, self, stranger.id, l4.NilThread, same))
	try(keep, l4.OK)
	try(with(usualPriority, same), l4.OK)
	try(with(usualPriority+1, same), l4.ErrParameter)
	try(with(255, same), l4.ErrParameter)
	try(with(same, usualPriority<<16|100), l4.OK)
	try(with(same, (usualPriority+1)<<16|100), l4.ErrParameter)
	equal("unchanged", uint32(l4.State(victim)), uint32(l4.WaitingReceive))
}

func scheduleProcessor() {
	clearLaps()
	id := spawnAt(60, worker(0))
	s := keep
	for _, p := range [...]uint32{1, 7, 0xFFFF} {
		s.Processor, s.Priority = p, 40
		_, _, err := l4.Schedule(id, s)
		refused("no such processor", err, l4.ErrParameter)
	}
	s = keep
	s.Priority = 0x100
	schedule(id, s)
	spawnAt(59, worker(1))
	l4.Sleep(l4.Milliseconds(4))
	equal("priority 59 ran", lap(1), 0)
	runs(0)
	s.Priority, s.Processor = same, 0
	schedule(id, s)
	runs(0)
}

func scheduleInterrupts() {
	_, _, err := l4.Schedule(l4.Interrupt(3), keep)
	refused("nobody's interrupt", err, l4.ErrThread)
	succeeds("associate", l4.AssociateInterrupt(3, me()))
	state, _, err := l4.Schedule(l4.Interrupt(3), keep)
	succeeds("an interrupt", err)
	check(state != l4.ScheduleError, "state")
	succeeds("release", l4.ReleaseInterrupt(3))
	_, _, err = l4.Schedule(l4.Interrupt(3), keep)
	refused("released", err, l4.ErrThread)
}

// The clock never goes back, and shows microseconds: sleeping and looking agree.
func clockRuns() {
	last := l4.SystemClock()
	clockSeen = uint32(last)
	for range 20000 {
		now := l4.SystemClock()
		check(now >= last, "it goes back")
		last = now
	}
	other := spawnAt(casePriority, func() { // as other threads see it
		for {
			lookAtClock()
		}
	})
	for range 200 {
		lookAtClock()
	}
	remove(other)
	start := l4.SystemClock()
	l4.Sleep(l4.Milliseconds(30))
	took := l4.SystemClock() - start
	check(took >= 29900 && took < 33000, "30 ms")
}

var clockSeen uint32 // low word of the clock, as the last thread saw it

func lookAtClock() {
	now := uint32(l4.SystemClock())
	check(int32(now-atomic.LoadUint32(&clockSeen)) >= 0, "it goes back between threads")
	atomic.StoreUint32(&clockSeen, now)
	l4.ThreadSwitch(l4.NilThread)
}

func processorControl() {
	err := l4.ProcessorControl(0, 0, 0, 0)
	check(err == l4.OK || err == l4.ErrParameter, "privileged")
	p := newPuppet(nil, source)
	var got l4.CallError
	p.work = func() { got = l4.ProcessorControl(0, 0, 0, 0) }
	p.run()
	equal("unprivileged", uint32(got), uint32(l4.ErrPrivilege))
}
