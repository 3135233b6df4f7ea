package main

import "pecan/user/l4"

// What Schedule tells besides the state: remaining times, CPU time (abi 5.6, docs/scheduling.md).

var timeCases = []testCase{
	{"abi-5.6-remaining", remainingTimes},
	{"abi-5.6-processors", scheduleProcessors},
	{"abi-5.6-interrupts", scheduleInterrupts},
	{"abi-5.6-cpu-time", cpuTimes},
	{"abi-5.6-cpu-time-of-donor", cpuTimeOfDonor},
}

func remainingTimes() {
	id := spawnWith(l4.Milliseconds(30), count(0))
	slice, quantum := remaining(id)
	check(usec(slice) >= 4990 && usec(slice) <= 5000, "slice of a thread that has not run")
	check(usec(quantum) >= 29900 && usec(quantum) <= 30000, "quantum of a thread that has not run")
	l4.Sleep(l4.Milliseconds(8))
	_, rest := remaining(id)
	check(usec(rest) <= 30000-7000+late && usec(rest) >= 30000-9000-late, "quantum after 8 ms")
	setTime(id, l4.Never, l4.Never)
	slice, quantum = remaining(id)
	equal("endless slice", uint32(slice), uint32(l4.Never))
	equal("infinite quantum", uint32(quantum), uint32(l4.Never))
	setTime(id, l4.Microseconds(l4.Longest), l4.Microseconds(l4.Longest))
	slice, quantum = remaining(id)
	check(usec(slice) > l4.Longest/1000*998 && usec(quantum) > l4.Longest/1000*998, "longest times")
	remove(id)
	id = newID()
	succeeds("create", control(id, self, self, 0, same))
	slice, quantum = remaining(id)
	check(usec(slice) >= 9990 && usec(slice) <= 10000, "default slice")
	equal("default quantum", uint32(quantum), uint32(l4.Never))
}

func scheduleProcessors() {
	id := spawn(count(0))
	for _, p := range [...]uint32{1, 2, 0x1F, 0xFFFF, 0x10001, 0xFFFFFFFE} {
		stepNumber("processor", p)
		_, _, err := l4.Schedule(id, l4.Scheduling{Time: same, Processor: p, Priority: 30, Preemption: same})
		refused("Schedule", err, l4.ErrParameter)
	}
	_, _, err := l4.Schedule(id, l4.Scheduling{Time: same, Processor: 0, Priority: same, Preemption: same})
	succeeds("processor 0", err)
	moving(0)
}

// Interrupts have a state and nothing else.
func scheduleInterrupts() {
	all := l4.Scheduling{Time: l4.TimeControl(l4.Zero, l4.Zero), Processor: 0, Priority: 3, Preemption: 5<<16 | 100}
	irq := l4.Interrupt(3)
	_, _, err := l4.Schedule(irq, all)
	refused("without handler", err, l4.ErrThread)
	succeeds("associate", l4.AssociateInterrupt(3, me()))
	state, times, err := l4.Schedule(irq, all)
	succeeds("with handler", err)
	check(state != l4.ScheduleError && times == 0, "result")
	var m l4.Msg
	ipcFails("a message of the interrupt's", l4.Receive(irq, &m, moment), receiveTimeout)
	succeeds("release", l4.ReleaseInterrupt(3))
	_, _, err = l4.Schedule(irq, all)
	refused("released", err, l4.ErrThread)
}

func cpuTimes() {
	a, b := spawnAt(60, count(0)), spawnAt(60, count(1))
	sleepy := spawnAt(70, sleeper)
	setTime(a, l4.Milliseconds(2), l4.Never)
	setTime(b, l4.Milliseconds(3), l4.Never)
	l4.Sleep(tick)
	start, beforeA, beforeB, mine := l4.SystemClock(), used(a), used(b), used(me())
	l4.Sleep(l4.Milliseconds(60))
	total := l4.SystemClock() - start
	ofA, ofB := used(a)-beforeA, used(b)-beforeB
	check(ofA+ofB <= total && ofA+ofB+late >= total, "sum of CPU times")
	check(ofA*3 >= ofB && ofB*3 >= ofA, "shares")
	check(used(sleepy) < late, "a sleeper's CPU time")
	check(used(me())-mine < late, "my own CPU time while I slept")
	remove(a)
	remove(b)
	mine = used(me())
	start = l4.SystemClock()
	spin(20000)
	total = l4.SystemClock() - start
	us := used(me()) - mine
	check(us+1000 >= total && us <= total+late, "my own CPU time")
	// Who may not schedule may not ask; nobody may ask for what is no thread.
	s := spawnSpace(func() {
		_, err := l4.CPUTime(controller)
		report(l4.IPCError(err))
	})
	reportOf(s.id, l4.IPCError(l4.ErrPrivilege))
	for _, id := range ghosts() {
		_, err := l4.CPUTime(id)
		refused("CPU time of a ghost", err, l4.ErrThread)
	}
}

// ThreadSwitch gives the slice along: what the other does on it counts for the donor.
func cpuTimeOfDonor() {
	other := spawn(count(0))
	setTime(other, l4.Milliseconds(5), l4.Never)
	setTime(me(), l4.Milliseconds(20), l4.Never)
	mine, its := used(me()), used(other)
	before := counted(0)
	l4.ThreadSwitch(other) // comes back when the slice is over: the case is more important
	check(counted(0) != before, "did not run")
	us := used(me()) - mine
	check(us >= 15000 && us <= 20000+late, "the donor's CPU time")
	check(used(other)-its < late, "the other's CPU time")
}
