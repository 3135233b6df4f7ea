package main

import (
	"sync/atomic"

	"pecan/user/l4"
)

// Total quantum (semantics 7, abi 6.6, docs/scheduling.md).

var quantumCases = []testCase{
	{"semantics-7-quantum-message", quantumMessage},
	{"semantics-7-quantum-message-waits", quantumWaits},
	{"semantics-7-quantum-zero", quantumZero},
	{"semantics-7-quantum-of-donor", quantumOfDonor},
	{"semantics-7-quantum-ends-with-ipc", quantumInIPC},
	{"semantics-7-quantum-not-used-asleep", quantumAsleep},
	{"semantics-7-quantum-aborted-message", quantumAbort},
	{"semantics-7-quantum-halted", quantumHalted},
	{"semantics-7-quantum-deletions", quantumDeletions},
	{"semantics-7-quantum-new-scheduler", quantumNewScheduler},
	{"semantics-7-quantum-many", quantumMany},
}

// setTime sets timeslice and total quantum, and returns what was left of both.
func setTime(id l4.ThreadID, slice, quantum l4.Time) uint32 {
	_, left, err := l4.Schedule(id, l4.Scheduling{Time: l4.TimeControl(slice, quantum), Processor: same, Priority: same, Preemption: same})
	succeeds("set times", err)
	return left
}

// remaining is what is left of a thread's timeslice and total quantum.
func remaining(id l4.ThreadID) (slice, quantum l4.Time) {
	_, left, err := l4.Schedule(id, l4.Scheduling{Time: same, Processor: same, Priority: same, Preemption: same})
	succeeds("ask for times", err)
	return l4.Time(left >> 16), l4.Time(left)
}

// usec is the length of a period.
func usec(t l4.Time) uint64 {
	us, ok := t.Period()
	check(ok, "not a period")
	return us
}

// spawnWith is spawn with a total quantum; the case is the scheduler.
func spawnWith(quantum l4.Time, entry func()) l4.ThreadID {
	id := spawn(entry)
	succeeds("be its scheduler", control(id, id, me(), 0, same))
	setTime(id, l4.Milliseconds(5), quantum)
	return id
}

// used is the thread's CPU time.
func used(id l4.ThreadID) uint64 {
	us, err := l4.CPUTime(id)
	succeeds("ask for CPU time", err)
	return us
}

// exhausted takes the preemption message of id.
func exhausted(id l4.ThreadID) (clock uint64) {
	var m l4.Msg
	arrives("preemption message", l4.Receive(id, &m, soon))
	equal("tag", uint32(m.Tag()), 0xFFD00002)
	clock, ok := m.Preemption()
	check(ok && clock <= l4.SystemClock() && clock+1000000 > l4.SystemClock(), "clock")
	return clock
}

// stopped checks that id is stopped.
func stopped(id l4.ThreadID) {
	equal("state", uint32(l4.State(id)), uint32(l4.Inactive))
	_, q := remaining(id)
	equal("quantum", uint32(q), uint32(l4.Zero))
}

// still checks that counter i does not move.
func still(i int) {
	before := counted(i)
	l4.Sleep(moment)
	equal("it runs", counted(i), before)
}

// moving checks that counter i moves.
func moving(i int) {
	before := counted(i)
	for range 200 {
		if counted(i) != before {
			return
		}
		l4.Sleep(tick)
	}
	fatal(describe("it does not run"))
}

// late is by how much the kernel may exceed a quantum, microseconds: the debug kernel checks itself on the thread's time.
const late = 4000

func quantumMessage() {
	start := l4.SystemClock()
	id := spawnWith(l4.Milliseconds(20), count(0))
	for i := range uint64(3) {
		stepNumber("round", uint32(i))
		clock := exhausted(id)
		check(clock >= start+20000*(i+1)-i, "too early") // periods are cut off
		us := used(id)
		check(us >= 20000*(i+1)-i && us <= 20000*(i+1)+late*(i+1), "time used")
		stopped(id)
		still(0)
		setTime(id, l4.Milliseconds(5), l4.Milliseconds(20))
		equal("state", uint32(l4.State(id)), uint32(l4.Running))
		moving(0)
	}
	exhausted(id)
	setTime(id, l4.Milliseconds(5), l4.Never)
	_, q := remaining(id)
	equal("infinite quantum", uint32(q), uint32(l4.Never))
	l4.Sleep(l4.Milliseconds(30))
	moving(0)
	var m l4.Msg
	ipcFails("another message", l4.Receive(id, &m, l4.Zero), receiveTimeout)
}

// The message waits in the queue of a scheduler that is not ready; Schedule takes it back.
func quantumWaits() {
	id := spawnWith(l4.Milliseconds(10), count(0))
	waitState(id, l4.PendingSend)
	still(0)
	l4.Sleep(l4.Milliseconds(20))
	exhausted(id)
	stopped(id)
	setTime(id, l4.Milliseconds(5), l4.Milliseconds(10))
	waitState(id, l4.PendingSend)
	setTime(id, l4.Milliseconds(5), l4.Never)
	equal("state", uint32(l4.State(id)), uint32(l4.Running))
	moving(0)
	var m l4.Msg
	ipcFails("a message taken back", l4.Receive(id, &m, l4.Zero), receiveTimeout)
}

func quantumZero() {
	counter[0] = 0
	id := spawnWith(l4.Zero, count(0))
	exhausted(id)
	equal("it ran", counted(0), 0)
	stopped(id)
	setTime(id, l4.Never, l4.Zero)
	stopped(id)
	setTime(id, l4.Never, l4.Milliseconds(10)) // an endless slice, with an end
	exhausted(id)
	check(counted(0) != 0, "did not run")
	// Taken from a thread that runs, and from one that waits.
	setTime(id, l4.Milliseconds(5), l4.Never)
	moving(0)
	setTime(id, l4.Milliseconds(5), l4.Zero)
	exhausted(id)
	sleepy := spawnWith(l4.Never, sleeper)
	waitState(sleepy, l4.WaitingReceive)
	setTime(sleepy, l4.Milliseconds(5), l4.Zero)
	equal("still waiting", uint32(l4.State(sleepy)), uint32(l4.WaitingReceive))
}

// spin uses CPU time: us microseconds by the clock, if nobody else runs.
func spin(us uint64) {
	for end := l4.SystemClock() + us; l4.SystemClock() < end; {
	}
}

// The server on its client's timeslice uses up the client's quantum, then goes on with its own; the client stops when it
// gets the answer.
func quantumOfDonor() {
	counter[0], counter[1] = 0, 0
	server := spawnAt(50, func() {
		var m l4.Msg
		from, _ := l4.Wait(&m, l4.Never)
		spin(60000)
		atomic.StoreUint32(&counter[1], 1)
		l4.Send(from, &m, l4.Zero)
		sleeper()
	})
	waitState(server, l4.WaitingReceive)
	before := used(server)
	client := spawnWith(l4.Milliseconds(10), func() {
		var m l4.Msg
		l4.Call(server, m.Start(0), l4.Forever)
		atomic.AddUint32(&counter[0], 1)
		count(0)()
	})
	setTime(client, l4.Milliseconds(400), l4.Milliseconds(10))
	exhausted(client)
	equal("the server had finished", counted(1), 1)
	equal("the client went on", counted(0), 0)
	us := used(client)
	check(us >= 9999 && us <= 10000+late, "the client's time")
	us = used(server) - before
	check(us >= 48000 && us <= 52000+late, "the server's time")
	stopped(client)
	setTime(client, l4.Milliseconds(5), l4.Never)
	moving(0)
}

// A thread without quantum completes its IPC, however long it waits.
func quantumInIPC() {
	counter[0] = 0
	id := spawnWith(l4.Milliseconds(10), func() {
		var m l4.Msg
		l4.Receive(controller, &m, l4.Never)
		atomic.StoreUint32(&counter[0], m.Word(1))
		sleeper()
	})
	waitState(id, l4.WaitingReceive)
	setTime(id, l4.Milliseconds(5), l4.Zero)
	var m l4.Msg
	arrives("send", l4.Send(id, m.Start(0).Add(77), l4.Zero))
	exhausted(id)
	equal("at user level", counted(0), 0)
	setTime(id, l4.Milliseconds(5), l4.Never)
	waitState(id, l4.WaitingReceive)
	equal("the message", counted(0), 77)
}

func quantumAsleep() {
	id := spawnWith(l4.Milliseconds(20), func() {
		l4.Sleep(l4.Milliseconds(50))
		report(l4.OK)
	})
	reportOf(id, l4.OK)
	_, q := remaining(id)
	check(usec(q) > 20000-late, "sleeping used up quantum")
}

// Aborting the message does not let the thread go on: it is sent again.
func quantumAbort() {
	id := spawnWith(l4.Milliseconds(10), count(0))
	waitState(id, l4.PendingSend)
	for range 3 {
		_, was, err := l4.ExchangeRegisters(id, l4.CancelIPC, new(l4.ThreadRegisters))
		succeeds("abort", err)
		equal("was sending", uint32(was), uint32(l4.CancelSend))
		still(0)
		waitState(id, l4.PendingSend)
	}
	exhausted(id)
	stopped(id)
	_, was, err := l4.ExchangeRegisters(id, l4.CancelIPC, new(l4.ThreadRegisters))
	succeeds("abort", err)
	equal("was doing", uint32(was), 0)
	still(0)
	stopped(id)
}

func quantumHalted() {
	id := spawnWith(l4.Milliseconds(10), count(0))
	exhausted(id)
	_, _, err := l4.Stop(id)
	succeeds("halt", err)
	succeeds("resume", l4.Resume(id))
	still(0)
	stopped(id)
	_, _, err = l4.Stop(id)
	succeeds("halt", err)
	setTime(id, l4.Milliseconds(5), l4.Never)
	still(0)
	equal("halted", uint32(l4.State(id)), uint32(l4.Inactive))
	succeeds("resume", l4.Resume(id))
	moving(0)
}

// Deletion of a thread whose message is queued, of a stopped one, of the scheduler, of the donor.
func quantumDeletions() {
	var m l4.Msg
	step("message queued")
	id := spawnWith(l4.Milliseconds(4), count(0))
	waitState(id, l4.PendingSend)
	remove(id)
	_, err := l4.Wait(&m, l4.Zero)
	ipcFails("its message", err, receiveTimeout)

	step("stopped")
	id = spawnWith(l4.Milliseconds(4), count(0))
	exhausted(id)
	remove(id)

	step("scheduler with the message in its queue")
	scheduler := spawn(func() { sleeper() })
	waitState(scheduler, l4.WaitingReceive)
	id = spawn(count(1))
	succeeds("scheduler", control(id, id, scheduler, 0, same))
	setTime(id, l4.Milliseconds(5), l4.Milliseconds(4))
	waitState(id, l4.PendingSend)
	remove(scheduler)
	waitState(id, l4.Inactive)
	still(1)
	setTime(id, l4.Milliseconds(5), l4.Milliseconds(4))
	moving(1)
	waitState(id, l4.Inactive) // now there is no scheduler to begin with
	still(1)
	remove(id)

	step("donor")
	server := spawnAt(50, func() {
		var m l4.Msg
		l4.Wait(&m, l4.Never)
		count(2)()
	})
	waitState(server, l4.WaitingReceive)
	id = spawnWith(l4.Milliseconds(10), func() {
		var m l4.Msg
		l4.Call(server, m.Start(0), l4.Forever)
	})
	l4.Sleep(l4.Milliseconds(3))
	remove(id)
	moving(2)
	l4.Sleep(l4.Milliseconds(20))
	moving(2)
}

// A stopped thread's new scheduler hears of it.
func quantumNewScheduler() {
	id := spawnWith(l4.Milliseconds(10), count(0))
	exhausted(id)
	succeeds("scheduler that does not exist", control(id, id, l4.Global(9999, 7), 0, same))
	waitState(id, l4.Inactive)
	stopped(id)
	succeeds("scheduler", control(id, id, me(), 0, same))
	exhausted(id)
	stopped(id)
	still(0)
}

// Many threads share the processor; each gets exactly its quantum.
func quantumMany() {
	var ids [8]l4.ThreadID
	for i := range ids {
		ids[i] = spawnWith(l4.Milliseconds(uint64(8+i)), count(i&3))
		setTime(ids[i], l4.Milliseconds(2), l4.Milliseconds(uint64(8+i)))
	}
	for range ids {
		var m l4.Msg
		from, err := l4.Wait(&m, soon)
		arrives("preemption message", err)
		_, ok := m.Preemption()
		check(ok, "another message")
		check(l4.State(from) == l4.Inactive, "not stopped")
	}
	for i := range ids {
		stepNumber("thread", uint32(i))
		us, quantum := used(ids[i]), 1000*uint64(8+i)
		check(us >= quantum-8 && us <= quantum+late, "time used")
		stopped(ids[i])
	}
}
