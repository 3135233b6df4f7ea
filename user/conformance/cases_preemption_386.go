package main

import (
	"sync/atomic"

	"pecan/user/l4"
)

// Preemption control (semantics 7, abi 2.3, 6.6).

var preemptionCases = []testCase{
	{"7.16-delay", "7.16 7.20", delayRival},
	{"7.17-delay-of-timeslice-end", "7.17", delaySliceEnd},
	{"7.18-delay-is-limited", "7.18", delayLimit},
	{"7.19-delay-refused", "7.19 7.22", delayRefused},
	{"7.20-delay-after-yield", "7.20", delayAgain},
	{"7.21-signal", "7.21 abi-6.6.1", signalHandler},
}

// setPreemption sets the preemption control.
func setPreemption(id l4.ThreadID, sensitive, delay uint32) {
	s := keep
	s.Preemption = sensitive<<16 | delay
	schedule(id, s)
}

func myFlags() l4.PreemptFlags {
	return l4.PreemptFlags(atomic.LoadUint32((*uint32)(&l4.MyUTCB().PreemptFlags)))
}

func setMyFlags(f l4.PreemptFlags) {
	atomic.StoreUint32((*uint32)(&l4.MyUTCB().PreemptFlags), uint32(f))
}

// rival is a thread that runs once when the alarm goes off, and notes when.
var rival struct {
	id         l4.ThreadID
	alarm, ran uint64 // clock
	times      uint32
}

func newRival(priority uint32) {
	rival.times = 0
	rival.id = spawnAt(priority, func() {
		var m l4.Msg
		for {
			l4.Wait(&m, l4.Never)
			rival.alarm = l4.SystemClock() + 2000
			l4.Sleep(l4.Microseconds(2000))
			rival.ran = l4.SystemClock()
			atomic.AddUint32(&rival.times, 1)
		}
	})
	waitState(rival.id, l4.WaitingReceive)
}

// setAlarm lets the rival want to run two milliseconds from now.
func setAlarm() {
	setMyFlags(0)
	var m l4.Msg
	arrives("alarm", l4.Send(rival.id, m.Start(0), soon))
}

func rivalRan() uint32 { return atomic.LoadUint32(&rival.times) }

// controlled lets a thread of priority 50 with preemption control do something.
func controlled(sensitive, delay uint32, do func()) {
	id := spawnAt(50, func() {
		do()
		setMyFlags(0)
		hello(1)()
	})
	setPreemption(id, sensitive, delay)
	greets(id, 1)
}

func delayRival() {
	newRival(60)
	controlled(60, 60000, func() {
		setAlarm()
		setMyFlags(l4.DelayPreemption)
		spin(8000)
		equal("the rival ran", rivalRan(), 0)
		equal("flags", uint32(myFlags()), uint32(l4.DelayPreemption|l4.PreemptionPending))
		l4.ThreadSwitch(l4.NilThread)
		equal("the rival ran after the yield", rivalRan(), 1)
		equal("flags after the yield", uint32(myFlags()), uint32(l4.DelayPreemption))
	})
}

func delaySliceEnd() {
	clearLaps()
	controlled(50, 60000, func() {
		setMyFlags(l4.DelayPreemption)
		id := spawnAt(50, worker(0))
		setTimes(me(), l4.Milliseconds(4), l4.Never)
		spin(15000)
		equal("the equal ran", lap(0), 0)
		check(myFlags()&l4.PreemptionPending != 0, "I is not set")
		l4.ThreadSwitch(l4.NilThread)
		check(lap(0) != 0, "the equal did not run after the yield")
		remove(id)
	})
}

func delayLimit() {
	newRival(60)
	controlled(60, 10000, func() {
		setAlarm()
		setMyFlags(l4.DelayPreemption)
		spin(30000)
		equal("the rival ran", rivalRan(), 1)
	})
	delay := rival.ran - rival.alarm
	check(delay >= 9900, "preempted before the maximum delay")
	check(delay < 15000, "not preempted after the maximum delay")
}

func delayRefused() {
	for i, c := range [...]struct{ rival, sensitive, delay uint32 }{
		{60, 60, 0},     // no delay allowed
		{61, 60, 60000}, // above the sensitive priority
		{51, 3, 60000},  // which is the thread's own at least
	} {
		stepNumber("variant", uint32(i))
		newRival(c.rival)
		controlled(c.sensitive, c.delay, func() {
			setAlarm()
			setMyFlags(l4.DelayPreemption)
			spin(10000)
			equal("the rival ran", rivalRan(), 1)
		})
		check(rival.ran-rival.alarm < 5000, "delayed")
	}
	// A thread's own priority counts as sensitive.
	clearLaps()
	controlled(3, 60000, func() {
		setMyFlags(l4.DelayPreemption)
		id := spawnAt(50, worker(0))
		setTimes(me(), l4.Milliseconds(4), l4.Never)
		spin(15000)
		equal("the equal ran", lap(0), 0)
		remove(id)
	})
}

func delayAgain() {
	newRival(60)
	controlled(60, 10000, func() {
		setAlarm()
		setMyFlags(l4.DelayPreemption)
		spin(30000)
		equal("the rival ran", rivalRan(), 1)
		setAlarm()
		setMyFlags(l4.DelayPreemption)
		spin(15000)
		equal("the rival ran again", rivalRan(), 2)
		check(rival.ran-rival.alarm < 5000, "a second delay without yield")
		l4.ThreadSwitch(l4.NilThread)
		setAlarm()
		setMyFlags(l4.DelayPreemption)
		spin(30000)
		equal("the rival ran a third time", rivalRan(), 3)
		check(rival.ran-rival.alarm >= 9900, "no delay after the yield")
	})
}

// The handler gets a message with the clock; the thread goes on without an answer.
func signalHandler() {
	clearLaps()
	newRival(60)
	id := spawnAt(50, func() {
		l4.MyUTCB().ExceptionHandler = controller
		setAlarm()
		setMyFlags(l4.SignalPreemption)
		worker(0)()
	})
	setPreemption(id, 60, 0)
	clock := preemption(id)
	equal("the rival ran", rivalRan(), 1)
	check(clock >= rival.alarm-100 && clock <= l4.SystemClock(), "its clock")
	runs(0)
	// Preemptions above the sensitive priority are no matter of the handler's.
	var m l4.Msg
	ipcFails("another message", l4.Receive(id, &m, moment), receiveTimeout)
	runs(0)
}
