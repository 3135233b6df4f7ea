package main

import (
	"sync/atomic"

	"pecan/user/l4"
)

// Scheduling (semantics 7, abi 5.6, 5.7).

var scheduleCases = []testCase{
	{"abi-5.6-states", scheduleStates},
	{"abi-5.6-errors", scheduleErrors},
	{"abi-5.6-rights", scheduleRights},
	{"abi-5.6-timeslice", scheduleTimeslice},
	{"abi-5.7-thread-switch", threadSwitch},
	{"semantics-7-strict-priority", strictPriority},
	{"semantics-7-round-robin", roundRobin},
	{"semantics-7-wake-up-preempts", wakeUpPreempts},
	{"semantics-7-lowering-oneself", loweringOneself},
	{"semantics-7-raising-another", raisingAnother},
	{"semantics-7-priority-0", priorityZero},
}

func scheduleStates() {
	busy := spawn(sleeper)
	equal("receiving", uint32(l4.State(me())), uint32(l4.Running))
	waitState(busy, l4.WaitingReceive)
	s := spawn(sender(busy, 1))
	waitState(s, l4.PendingSend)
	inactive := newID()
	succeeds("create", control(inactive, self, self, 0, same))
	equal("inactive", uint32(l4.State(inactive)), uint32(l4.Dead))
	_, _, err := l4.Schedule(inactive, l4.Scheduling{Time: same, Processor: same, Priority: 77, Preemption: same})
	succeeds("priority of an inactive thread", err)
	equal("by local ID", uint32(l4.State(l4.OtherID(busy))), uint32(l4.WaitingReceive))
}

func scheduleErrors() {
	keep := l4.Scheduling{Time: same, Processor: same, Priority: same, Preemption: same}
	for _, id := range ghosts() {
		stepNumber("ID", uint32(id))
		state, _, err := l4.Schedule(id, keep)
		equal("state", uint32(state), 0)
		refused("Schedule", err, l4.ErrThread)
	}
	for _, id := range [...]l4.ThreadID{0, l4.AnyThread, l4.AnyLocalThread, l4.Interrupt(3), l4.Interrupt(9)} {
		stepNumber("ID", uint32(id))
		_, _, err := l4.Schedule(id, keep)
		refused("Schedule", err, l4.ErrThread)
	}
	about.Reset()
	id := spawn(sleeper)
	for _, t := range [...]uint32{0x80000000, 0x00008000, 0x80008000} {
		s := keep
		s.Time = t
		_, _, err := l4.Schedule(id, s)
		refused("time points", err, l4.ErrThread)
	}
	s := keep
	s.Priority = 0x1FF // above 255: unchanged
	_, _, err := l4.Schedule(id, s)
	succeeds("priority above 255", err)
}

// Threads of the scheduler's space may, others not, the privileged always.
func scheduleRights() {
	victim := spawn(sleeper)
	s := spawnSpace(func() {
		report(l4.IPCError(l4.SetPriority(victim, 50)))
		report(l4.IPCError(l4.SetPriority(l4.MyGlobalID(), 50)))
		var m l4.Msg
		l4.Receive(controller, &m, soon)
		report(l4.IPCError(l4.SetPriority(victim, 50)))
		report(l4.IPCError(l4.SetPriority(victim, 100)))
		report(l4.IPCError(l4.SetPriority(victim, 101)))
		report(l4.IPCError(l4.SetPriority(victim, 255)))
	})
	reportOf(s.id, l4.IPCError(l4.ErrPrivilege))
	reportOf(s.id, l4.IPCError(l4.ErrPrivilege))
	succeeds("new scheduler", control(victim, victim, s.id, 0, same))
	var m l4.Msg
	arrives("go on", l4.Send(s.id, m.Start(0), soon))
	reportOf(s.id, l4.OK)
	reportOf(s.id, l4.OK)
	reportOf(s.id, l4.IPCError(l4.ErrParameter))
	reportOf(s.id, l4.IPCError(l4.ErrParameter))
}

func scheduleTimeslice() {
	id := spawn(count(0))
	for _, t := range [...]l4.Time{l4.Microseconds(200), l4.Milliseconds(20), l4.Never, l4.Zero, l4.Microseconds(50)} {
		stepNumber("timeslice", uint32(t))
		_, _, err := l4.Schedule(id, l4.Scheduling{Time: l4.TimeControl(t, l4.Never), Processor: same, Priority: same, Preemption: same})
		succeeds("Schedule", err)
		before := counted(0)
		for n := 0; n < 100 && counted(0) == before; n++ {
			l4.Sleep(tick)
		}
		check(counted(0) != before, "does not run")
	}
}

func threadSwitch() {
	for i := range counter {
		counter[i] = 0
	}
	// To a thread of lower priority, which runs on the rest of the timeslice.
	id := spawn(func() {
		atomic.AddUint32(&counter[0], 1)
		sleeper()
	})
	for range 100 {
		if counted(0) != 0 {
			break
		}
		l4.ThreadSwitch(id)
	}
	equal("ran", counted(0), 1)
	l4.ThreadSwitch(id) // not ready: like nil
	l4.ThreadSwitch(l4.OtherID(id))
	l4.ThreadSwitch(l4.NilThread)
	// Yielding threads take turns.
	for i := range 3 {
		spawn(func() {
			for range 300 {
				atomic.AddUint32(&counter[1+i], 1)
				low, high := counted(1), counted(1)
				for k := 2; k <= 3; k++ {
					low, high = min(low, counted(k)), max(high, counted(k))
				}
				check(high-low <= 2 || low == 0, "turns are unfair")
				l4.ThreadSwitch(l4.NilThread)
			}
			report(l4.OK)
		})
	}
	for range 3 {
		var m l4.Msg
		_, err := l4.Wait(&m, soon)
		arrives("yielding thread", err)
	}
}

// Who has a lower priority does not run while another is ready.
func strictPriority() {
	counter[0], counter[1] = 0, 0
	spawnAt(51, count(1))
	l4.Sleep(tick)
	counter[0] = 0
	spawnAt(50, count(0))
	l4.Sleep(l4.Milliseconds(15))
	equal("the lower one ran", counted(0), 0)
	for n := 0; n < 100 && counted(1) == 0; n++ {
		l4.Sleep(tick)
	}
	check(counted(1) > 0, "the higher one did not run")
}

func roundRobin() {
	var ids [4]l4.ThreadID
	for i := range counter {
		counter[i] = 0
		ids[i] = spawnAt(60, count(i))
		l4.Schedule(ids[i], l4.Scheduling{
			Time: l4.TimeControl(l4.Microseconds(500), l4.Never), Processor: same, Priority: same, Preemption: same,
		})
	}
	for range 100 {
		l4.Sleep(tick)
		all := true
		for i := range counter {
			all = all && counted(i) > 0
		}
		if all {
			return
		}
	}
	fatal(describe("a thread starves among its equals"))
}

// A thread that wakes up by timeout or message preempts those below it, none above it.
func wakeUpPreempts() {
	counter[0], counter[1] = 0, 0
	spawnAt(90, count(0))
	id := spawnAt(105, func() {
		for range 5 {
			l4.Sleep(tick)
			atomic.AddUint32(&counter[1], 1)
		}
		report(l4.OK)
	})
	reportOf(id, l4.OK)
	equal("wake-ups", counted(1), 5)
	high := spawnAt(120, func() { // above the case
		var m l4.Msg
		for {
			l4.Receive(controller, &m, l4.Never)
			atomic.AddUint32(&counter[2], 1)
		}
	})
	counter[2] = 0
	for i := range uint32(20) {
		var m l4.Msg
		arrives("send", l4.Send(high, m.Start(0), l4.Zero))
		equal("it ran at once", counted(2), i+1)
	}
	low := spawnAt(100, func() {
		var m l4.Msg
		l4.Receive(controller, &m, l4.Never)
		atomic.AddUint32(&counter[3], 1)
		sleeper()
	})
	waitState(low, l4.WaitingReceive)
	counter[3] = 0
	var m l4.Msg
	arrives("send", l4.Send(low, m.Start(0), l4.Zero))
	equal("it ran at once", counted(3), 0)
}

func loweringOneself() {
	counter[0] = 0
	id := spawnAt(115, func() {
		l4.Sleep(tick)
		l4.SetPriority(l4.MyGlobalID(), 40)
		atomic.StoreUint32(&counter[0], 1)
		report(l4.OK)
	})
	end := l4.SystemClock() + 3000
	for l4.SystemClock() < end {
	}
	equal("it ran on", counted(0), 0)
	reportOf(id, l4.OK)
}

func raisingAnother() {
	counter[0] = 0
	id := spawnAt(90, func() {
		atomic.StoreUint32(&counter[0], 1)
		sleeper()
	})
	equal("ran already", counted(0), 0)
	succeeds("raise", l4.SetPriority(id, 130))
	equal("runs at once", counted(0), 1)
}

func priorityZero() {
	counter[0] = 0
	id := spawnAt(1, count(0))
	succeeds("lowest", l4.SetPriority(id, 0))
	for n := 0; n < 100 && counted(0) == 0; n++ {
		l4.Sleep(tick)
	}
	check(counted(0) > 0, "a thread of priority 0 does not run")
	succeeds("highest", l4.SetPriority(id, 99))
	remove(id)
}
