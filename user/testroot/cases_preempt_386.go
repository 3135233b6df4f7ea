package main

import (
	"sync/atomic"

	"pecan/user/l4"
)

// Preemption control (semantics 7, abi 2.3, 6.6).

var preemptionCases = []testCase{
	{"semantics-7-delay", delayYields},
	{"semantics-7-delay-ends", delayEnds},
	{"semantics-7-delay-refilled-by-yield", delayRefilled},
	{"semantics-7-delay-not-above-sensitive", delaySensitive},
	{"semantics-7-delay-needs-permission", delayPermission},
	{"semantics-7-delay-of-slice-end", delaySlice},
	{"semantics-7-delay-not-of-quantum", delayQuantum},
	{"semantics-7-signal", signalMessage},
	{"semantics-7-signal-after-delay", signalAfterDelay},
	{"semantics-7-signal-without-handler", signalNobody},
	{"semantics-7-signal-deletions", signalDeletions},
	{"semantics-7-preemption-rights", preemptionRights},
	{"semantics-7-preempt-flags-hostile", preemptHostile},
}

// setPreemption sets sensitive priority and maximum delay (microseconds).
func setPreemption(id l4.ThreadID, sensitive, delay uint32) {
	_, _, err := l4.Schedule(id, l4.Scheduling{Time: same, Processor: same, Priority: same, Preemption: sensitive<<16 | delay})
	succeeds("preemption control", err)
}

func preemptFlags() l4.PreemptFlags {
	return l4.PreemptFlags(atomic.LoadUint32((*uint32)(&l4.MyUTCB().PreemptFlags)))
}

func setPreemptFlags(f l4.PreemptFlags) {
	atomic.StoreUint32((*uint32)(&l4.MyUTCB().PreemptFlags), uint32(f))
}

var preempted struct {
	wanted, ran uint64 // when the rival wanted to run, and did
}

// rival starts a thread that wants to run once, at a priority, some microseconds after it has been told to go. It counts
// in counter 0.
func rival(priority uint32, after uint64) l4.ThreadID {
	counter[0] = 0
	id := spawnAt(priority, func() {
		var m l4.Msg
		for {
			from, _ := l4.Wait(&m, l4.Never)
			_ = from
			preempted.wanted = l4.SystemClock() + after
			l4.Sleep(l4.Microseconds(after))
			preempted.ran = l4.SystemClock()
			atomic.AddUint32(&counter[0], 1)
		}
	})
	waitState(id, l4.WaitingReceive)
	return id
}

func provoke(id l4.ThreadID) {
	var m l4.Msg
	arrives("start the rival", l4.Send(id, m.Start(0), soon))
}

// pendingWithin spins until I is set.
func pendingWithin(us uint64) bool {
	for end := l4.SystemClock() + us; l4.SystemClock() < end; {
		if preemptFlags()&l4.PreemptionPending != 0 {
			return true
		}
	}
	return false
}

// controlled starts a thread at priority 50 with preemption control and waits until it has reported its end.
func controlled(sensitive, delay uint32, entry func()) {
	id := spawnAt(50, func() {
		entry()
		setPreemptFlags(0)
		report(l4.OK)
	})
	setPreemption(id, sensitive, delay)
	reportOf(id, l4.OK)
}

func delayYields() {
	h := rival(60, 3000)
	controlled(60, 60000, func() {
		provoke(h)
		setPreemptFlags(l4.DelayPreemption)
		check(pendingWithin(30000), "I is not set")
		equal("the rival ran", counted(0), 0)
		equal("flags", uint32(preemptFlags()), uint32(l4.DelayPreemption|l4.PreemptionPending))
		spin(5000)
		equal("the rival ran", counted(0), 0)
		l4.ThreadSwitch(l4.NilThread)
		equal("the rival ran after the yield", counted(0), 1)
		equal("flags", uint32(preemptFlags()), uint32(l4.DelayPreemption))
	})
	check(preempted.ran >= preempted.wanted+5000, "not delayed")
}

// In the end the thread is preempted all the same.
func delayEnds() {
	h := rival(60, 3000)
	controlled(60, 10000, func() {
		provoke(h)
		setPreemptFlags(l4.DelayPreemption)
		spin(40000)
		equal("the rival ran", counted(0), 1)
		check(preemptFlags()&l4.PreemptionPending != 0, "I has gone")
	})
	late := preempted.ran - preempted.wanted
	check(late >= 9990 && late <= 14000, "the delay")
}

// One delay; then none until the thread yields.
func delayRefilled() {
	h := rival(60, 3000)
	controlled(60, 10000, func() {
		provoke(h)
		setPreemptFlags(l4.DelayPreemption)
		spin(40000)
		equal("the rival ran", counted(0), 1)
		setPreemptFlags(0)
		provoke(h)
		setPreemptFlags(l4.DelayPreemption)
		spin(15000)
		equal("the rival ran again", counted(0), 2)
		check(preempted.ran-preempted.wanted < 5000, "a second delay")
		l4.ThreadSwitch(l4.NilThread)
		setPreemptFlags(0)
		provoke(h)
		setPreemptFlags(l4.DelayPreemption)
		spin(40000)
		equal("the rival ran after the yield", counted(0), 3)
		check(preempted.ran-preempted.wanted >= 9990, "no delay after the yield")
	})
}

func delaySensitive() {
	h := rival(61, 3000)
	controlled(60, 60000, func() {
		provoke(h)
		setPreemptFlags(l4.DelayPreemption)
		spin(20000)
		equal("the rival ran", counted(0), 1)
		equal("flags", uint32(preemptFlags()), uint32(l4.DelayPreemption))
	})
	check(preempted.ran-preempted.wanted < 5000, "delayed")
}

// Without maximum delay, or without d, nothing is delayed.
func delayPermission() {
	h := rival(60, 3000)
	controlled(60, 0, func() {
		provoke(h)
		setPreemptFlags(^l4.SignalPreemption &^ l4.PreemptionPending)
		spin(20000)
		equal("the rival ran", counted(0), 1)
		check(preemptFlags()&l4.PreemptionPending == 0, "I is set")
	})
	controlled(60, 60000, func() {
		provoke(h)
		setPreemptFlags(0)
		spin(20000)
		equal("the rival ran", counted(0), 2)
		equal("flags", uint32(preemptFlags()), 0)
	})
	check(preempted.ran-preempted.wanted < 5000, "delayed")
}

// The end of the timeslice is delayed when an equal is ready, and only then.
func delaySlice() {
	counter[0], counter[1] = 0, 0
	var equalThread l4.ThreadID
	controlled(50, 50000, func() {
		setPreemptFlags(l4.DelayPreemption)
		setTime(me(), l4.Milliseconds(5), l4.Never)
		spin(20000)
		check(preemptFlags()&l4.PreemptionPending == 0, "alone, and I is set")
		equalThread = spawnAt(50, count(0))
		setTime(me(), l4.Milliseconds(5), l4.Never)
		check(pendingWithin(30000), "I is not set")
		spin(10000)
		equal("the equal ran", counted(0), 0)
		l4.ThreadSwitch(l4.NilThread)
		check(counted(0) != 0, "the equal did not run")
		check(preemptFlags()&l4.PreemptionPending == 0, "I is set after the yield")
	})
	remove(equalThread)
}

// The total quantum ends when it ends.
func delayQuantum() {
	counter[0] = 0
	spawnAt(50, count(0))
	id := spawnWith(l4.Milliseconds(20), func() {
		setPreemptFlags(l4.DelayPreemption)
		count(1)()
	})
	succeeds("priority", l4.SetPriority(id, 50))
	setPreemption(id, 50, 60000)
	setTime(id, l4.Milliseconds(5), l4.Milliseconds(20))
	exhausted(id)
	us := used(id)
	check(us >= 19990 && us <= 20000+late, "time used")
	stopped(id)
}

// isSignal takes a preemption message that id sends to its exception handler, the case.
func isSignal(id l4.ThreadID) {
	exhausted(id)
	check(l4.State(id) == l4.Running, "does not go on")
}

func signalMessage() {
	h := rival(60, 3000)
	id := spawnAt(50, func() {
		l4.MyUTCB().ExceptionHandler = controller
		provoke(h)
		setPreemptFlags(l4.SignalPreemption)
		count(1)()
	})
	waitState(id, l4.PendingSend) // the case was not ready
	equal("the rival ran", counted(0), 1)
	still(1)
	var m l4.Msg
	arrives("message", l4.Receive(id, &m, l4.Zero))
	clock, ok := m.Preemption()
	check(ok && clock >= preempted.wanted && clock <= preempted.ran, "clock of the preemption")
	equal("tag", uint32(m.Tag()), 0xFFD00002)
	// It needs no answer. The case itself preempts it from now on, but is above its sensitive priority.
	moving(1)
	ipcFails("message", l4.Receive(id, &m, moment), receiveTimeout)
	moving(1)
}

func signalAfterDelay() {
	h := rival(60, 3000)
	id := spawnAt(50, func() {
		l4.MyUTCB().ExceptionHandler = controller
		provoke(h)
		setPreemptFlags(l4.SignalPreemption | l4.DelayPreemption)
		check(pendingWithin(30000), "I is not set")
		l4.ThreadSwitch(l4.NilThread) // in time: no message
		equal("the rival ran", counted(0), 1)
		setPreemptFlags(0)
		provoke(h)
		setPreemptFlags(l4.SignalPreemption | l4.DelayPreemption)
		count(1)()
	})
	setPreemption(id, 60, 20000)
	isSignal(id)
	equal("the rival ran", counted(0), 2)
	check(preempted.ran >= preempted.wanted+19990, "not delayed")
	moving(1)
}

// No handler, or none that exists: the thread goes on.
func signalNobody() {
	h := rival(60, 3000)
	for i, handler := range [...]l4.ThreadID{0, l4.Global(9999, 7), l4.AnyThread, 0x12345600} {
		stepNumber("handler", uint32(handler))
		controlled(60, 0, func() {
			l4.MyUTCB().ExceptionHandler = handler
			provoke(h)
			setPreemptFlags(l4.SignalPreemption)
			spin(20000)
			equal("the rival ran", counted(0), uint32(i+1))
		})
	}
}

// Deletion of the handler, and of the thread, with the message queued.
func signalDeletions() {
	h := rival(60, 3000)
	handler := spawn(sleeper)
	waitState(handler, l4.WaitingReceive)
	body := func() {
		l4.MyUTCB().ExceptionHandler = handler
		provoke(h)
		setPreemptFlags(l4.SignalPreemption)
		count(1)()
	}
	id := spawnAt(50, body)
	waitState(id, l4.PendingSend)
	remove(handler)
	moving(1)
	remove(id)
	handler = spawn(sleeper)
	waitState(handler, l4.WaitingReceive)
	id = spawnAt(50, body)
	waitState(id, l4.PendingSend)
	_, was, err := l4.ExchangeRegisters(id, l4.CancelIPC, new(l4.ThreadRegisters))
	succeeds("abort", err)
	equal("was sending", uint32(was), uint32(l4.CancelSend))
	moving(1)
	remove(id)
	id = spawnAt(50, body)
	waitState(id, l4.PendingSend)
	remove(id)
	equal("the handler's state", uint32(l4.State(handler)), uint32(l4.WaitingReceive))
}

func preemptionRights() {
	victim := spawn(sleeper)
	s := spawnSpace(func() {
		try := func(id l4.ThreadID, sensitive, delay uint32) {
			_, _, err := l4.Schedule(id, l4.Scheduling{Time: same, Processor: same, Priority: same, Preemption: sensitive<<16 | delay})
			report(l4.IPCError(err))
		}
		try(victim, 100, 0)
		try(victim, 101, 100)
		try(victim, 100, 0xFFFF)
	})
	reportOf(s.id, l4.IPCError(l4.ErrPrivilege))
	succeeds("new scheduler", control(victim, victim, s.id, 0, same))
	reportOf(s.id, l4.IPCError(l4.ErrParameter))
	reportOf(s.id, l4.OK)
	// A sensitive priority below the thread's own is its own.
	h := rival(50, 3000)
	controlled(3, 30000, func() {
		setPreemptFlags(l4.DelayPreemption)
		setTime(me(), l4.Milliseconds(5), l4.Never)
		provoke(h)
		check(pendingWithin(30000), "I is not set")
	})
}

// The flags say anything, at any time.
func preemptHostile() {
	h := rival(60, 200)
	id := spawnAt(50, func() {
		l4.MyUTCB().ExceptionHandler = controller
		for f := uint32(1); ; f = f*1664525 + 1013904223 {
			setPreemptFlags(l4.PreemptFlags(f >> 3))
			atomic.AddUint32(&counter[1], 1)
			if f>>28 == 3 {
				l4.ThreadSwitch(l4.NilThread)
			}
		}
	})
	setPreemption(id, 60, 700)
	setTime(id, l4.Microseconds(1), l4.Never)
	for range 40 {
		provoke(h)
		var m l4.Msg
		if err := l4.Receive(id, &m, tick); err == l4.OK {
			_, ok := m.Preemption()
			check(ok, "another message")
		}
	}
	for range 20 {
		var m l4.Msg
		l4.Receive(id, &m, l4.Zero)
	}
	moving(1)
}
