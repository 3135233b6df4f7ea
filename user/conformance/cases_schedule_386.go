package main

import (
	"sync/atomic"

	"pecan/user/l4"
)

// Priorities, timeslices, ThreadSwitch (semantics 7, abi 5.7).

var scheduleCases = []testCase{
	{"7.1-strict-priority", "7.1", scheduleStrict},
	{"7.1-lowest-and-highest", "7.1", scheduleExtremes},
	{"7.2-round-robin", "7.2 7.7", scheduleTurns},
	{"7.3-timeout-preempts", "7.3", scheduleTimeout},
	{"7.4-ipc-preempts", "7.4", scheduleIPC},
	{"7.5-schedule-preempts", "7.5 10.14", scheduleAtOnce},
	{"7.6-defaults", "7.6", scheduleDefaults},
	{"7.8-endless-timeslice", "7.8", scheduleEndless},
	{"7.9-yield", "7.9", scheduleYield},
	{"7.10-switch", "7.10", scheduleSwitch},
	{"7.11-switch-not-ready", "7.11 abi-5.7.1", scheduleSwitchNobody},
	{"7.12-donation", "7.12", scheduleDonation},
	{"7.23-interrupt-preempts", "7.23", scheduleInterrupt},
}

// laps are what the workers of a case count.
var laps [6]uint32

// worker counts for ever.
func worker(i int) func() {
	return func() {
		for {
			atomic.AddUint32(&laps[i], 1)
		}
	}
}

func lap(i int) uint32 { return atomic.LoadUint32(&laps[i]) }

func clearLaps() {
	for i := range laps {
		atomic.StoreUint32(&laps[i], 0)
	}
}

// runs checks that worker i gets on, rests that it does not.
func runs(i int) {
	before := lap(i)
	for range 400 {
		if lap(i) != before {
			return
		}
		l4.Sleep(tick)
	}
	fatal(describe("a worker does not run: ").Dec(uint64(i)))
}

func rests(i int) {
	before := lap(i)
	l4.Sleep(l4.Milliseconds(12))
	equal("a worker runs", lap(i), before)
}

// schedule is Schedule, which must succeed; it returns the remaining times.
func schedule(id l4.ThreadID, s l4.Scheduling) (slice, quantum l4.Time) {
	_, left, err := l4.Schedule(id, s)
	succeeds("Schedule", err)
	return l4.Time(left >> 16), l4.Time(left)
}

// keep changes nothing.
var keep = l4.Scheduling{Time: same, Processor: same, Priority: same, Preemption: same}

// setTimes sets timeslice and total quantum.
func setTimes(id l4.ThreadID, slice, quantum l4.Time) {
	s := keep
	s.Time = l4.TimeControl(slice, quantum)
	schedule(id, s)
}

// spin uses time.
func spin(us uint64) {
	for end := l4.SystemClock() + us; l4.SystemClock() < end; {
	}
}

func scheduleStrict() {
	clearLaps()
	spawnAt(51, worker(1))
	low := spawnAt(50, worker(0))
	l4.Sleep(tick)
	runs(1)
	rests(0)
	equal("the lower one ran", lap(0), 0)
	succeeds("equal", l4.SetPriority(low, 51))
	runs(0)
	runs(1)
	succeeds("raise", l4.SetPriority(low, 52))
	l4.Sleep(tick)
	runs(0)
	rests(1)
}

func scheduleExtremes() {
	clearLaps()
	id := spawnAt(1, worker(0))
	succeeds("lowest", l4.SetPriority(id, 0))
	runs(0)
	high := spawnAt(1, worker(1))
	l4.Sleep(tick)
	rests(0)
	remove(high)
	runs(0)
	// 255 is above the case.
	id = spawnAt(255, func() {
		spin(3000)
		atomic.AddUint32(&laps[2], 1)
		l4.Suspend()
	})
	equal("it ran before the case", lap(2), 1)
}

// Equals take turns: each gets its slice in turn.
func scheduleTurns() {
	clearLaps()
	for i := range 4 {
		setTimes(spawnAt(60, worker(i)), l4.Milliseconds(3*uint64(2+i)), l4.Never)
	}
	l4.Sleep(l4.Milliseconds(45)) // one round, and no more
	for i := range 4 {
		check(lap(i) > 0, "one is left out")
	}
	l4.Sleep(l4.Milliseconds(420))
	for i := 1; i < 4; i++ {
		check(lap(i) > lap(i-1)*9/10, "a longer slice gives less")
		check(lap(i) < lap(0)*10, "a longer slice gives too much")
	}
}

// A thread whose timeout expires runs at once if it is more important, and not if it is less.
func scheduleTimeout() {
	clearLaps()
	spawnAt(90, worker(0))
	for i, p := range [...]uint32{89, 95} {
		spawnAt(p, func() {
			l4.Sleep(tick)
			atomic.AddUint32(&laps[1+i], 1)
			l4.Suspend()
		})
	}
	l4.Sleep(l4.Milliseconds(8))
	equal("the less important one", lap(1), 0)
	equal("the more important one", lap(2), 1)
	runs(0)
}

func scheduleIPC() {
	clearLaps()
	for i, p := range [...]uint32{100, 120} { // the case has 110
		id := spawnAt(p, func() {
			var m l4.Msg
			for {
				l4.Receive(controller, &m, l4.Never)
				atomic.AddUint32(&laps[i], 1)
			}
		})
		waitState(id, l4.WaitingReceive)
		var m l4.Msg
		for range 5 {
			arrives("send", l4.Send(id, m.Start(0), soon))
		}
		equal("ran during the sends", lap(i), [...]uint32{4, 5}[i]) // the less important one runs when the case has to wait for it
	}
}

// Schedule takes effect at once: raising another, lowering oneself.
func scheduleAtOnce() {
	clearLaps()
	id := spawnAt(90, func() {
		atomic.StoreUint32(&laps[0], 1)
		l4.Suspend()
	})
	equal("ran already", lap(0), 0)
	succeeds("raise", l4.SetPriority(id, 130))
	equal("runs at once", lap(0), 1)
	id = spawnAt(100, func() {
		atomic.StoreUint32(&laps[1], 1)
		l4.Suspend()
	})
	equal("ran already", lap(1), 0)
	succeeds("lower", l4.SetPriority(me(), 90))
	equal("the other runs at once", lap(1), 1)
	succeeds("raise", l4.SetPriority(me(), casePriority))
}

func scheduleDefaults() {
	clearLaps()
	id := spawn(worker(0))
	slice, quantum := schedule(id, keep)
	us, _ := slice.Period()
	check(us > 9900 && us <= 10000, "default timeslice")
	equal("default total quantum", uint32(quantum), uint32(l4.Never))
	// Between 99 and 101.
	for i, p := range [...]uint32{99, 101} {
		spawnAt(p, worker(1+i))
	}
	l4.Sleep(l4.Milliseconds(5))
	equal("priority 99 ran", lap(1), 0)
	equal("the new thread ran before 101", lap(0), 0)
	check(lap(2) > 0, "priority 101 did not run")
}

func scheduleEndless() {
	clearLaps()
	id := spawnAt(60, worker(0))
	setTimes(id, l4.Never, l4.Never)
	l4.Sleep(l4.Milliseconds(2))
	before := lap(0)
	spawnAt(60, worker(1))
	l4.Sleep(l4.Milliseconds(60))
	check(lap(0) > before, "does not go on")
	equal("its equal ran", lap(1), 0)
	setTimes(id, l4.Milliseconds(2), l4.Never)
	runs(1)
}

func scheduleYield() {
	clearLaps()
	for i := range 3 {
		setTimes(spawnAt(60, func() {
			for {
				atomic.AddUint32(&laps[i], 1)
				l4.ThreadSwitch(l4.NilThread)
				low, high := lap(0), lap(0)
				for k := 1; k < 3; k++ {
					low, high = min(low, lap(k)), max(high, lap(k))
				}
				check(high-low <= 2 || low < 3, "a yield is not followed by the others")
			}
		}), l4.Milliseconds(20), l4.Never)
	}
	l4.Sleep(l4.Milliseconds(50))
	check(lap(0) > 20, "yields take no effect")
}

// The other runs, though less important, until the rest of the timeslice is over.
func scheduleSwitch() {
	clearLaps()
	id := spawnAt(50, worker(0))
	for round := range uint32(3) {
		setTimes(me(), l4.Milliseconds(20), l4.Never)
		spin(8000)
		before, start := lap(0), l4.SystemClock()
		l4.ThreadSwitch(id)
		took := l4.SystemClock() - start
		stepNumber("round", round)
		check(lap(0) != before, "it did not run")
		check(took > 8000 && took < 16000, "not for the rest of the timeslice")
	}
	// By local ID.
	setTimes(me(), l4.Milliseconds(20), l4.Never)
	before := lap(0)
	l4.ThreadSwitch(l4.OtherID(id))
	check(lap(0) != before, "it did not run")
	setTimes(me(), l4.Milliseconds(10), l4.Never)
}

func scheduleSwitchNobody() {
	clearLaps()
	waiting := spawn(sleeper)
	waitState(waiting, l4.WaitingReceive)
	setTimes(spawnAt(casePriority, worker(0)), l4.Milliseconds(2), l4.Never)
	for _, id := range [...]l4.ThreadID{l4.NilThread, waiting, inactive(), l4.Global(9999, 3), l4.Global(l4.Kernel().SystemBase(), 0), l4.AnyThread, l4.AnyLocalThread, l4.Interrupt(3)} {
		stepNumber("ID", uint32(id))
		before := lap(0)
		l4.ThreadSwitch(id) // like nobody: the equal runs
		check(lap(0) != before, "not given up")
	}
	setTimes(me(), l4.Milliseconds(40), l4.Never)
	before := lap(0)
	for range 100 {
		l4.ThreadSwitch(me())
	}
	equal("the equal ran after a switch to oneself", lap(0), before)
	setTimes(me(), l4.Milliseconds(10), l4.Never)
}

// A server that is called runs on its client's timeslice.
func scheduleDonation() {
	server := spawnAt(50, func() {
		var m l4.Msg
		from, _ := l4.Wait(&m, l4.Never)
		for {
			spin(5000)
			from, _ = l4.ReplyWait(from, m.Start(0), l4.Never)
		}
	})
	waitState(server, l4.WaitingReceive)
	setTimes(me(), l4.Milliseconds(40), l4.Never)
	before, _ := schedule(me(), keep)
	var m l4.Msg
	arrives("call", l4.Call(server, m.Start(0), l4.Forever))
	after, _ := schedule(me(), keep)
	a, _ := before.Period()
	b, _ := after.Period()
	check(a >= b+4900 && a <= b+15000, "the client's timeslice")
	slice, _ := schedule(server, keep)
	us, _ := slice.Period()
	check(us > 7000, "the server's own timeslice")
	setTimes(me(), l4.Milliseconds(10), l4.Never)
}

// Interrupts make their handler ready, which preempts whoever is less important.
func scheduleInterrupt() {
	clearLaps()
	const line = 8
	handler := spawnAt(105, func() {
		var m l4.Msg
		l4.Receive(l4.Interrupt(line), &m, l4.Never)
		atomic.StoreUint32(&laps[1], 1)
		l4.Suspend()
	})
	waitState(handler, l4.WaitingReceive)
	succeeds("associate", l4.AssociateInterrupt(line, handler))
	spawnAt(104, worker(0))
	clockInterrupt(true)
	l4.Sleep(l4.Milliseconds(4))
	clockInterrupt(false)
	succeeds("release", l4.ReleaseInterrupt(line))
	equal("the handler ran", lap(1), 1)
	runs(0)
}
