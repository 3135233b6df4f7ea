package main

import "pecan/user/l4"

// Handlers that change or go away, and what interrupts do to scheduling (semantics 8). The cases are in the table of
// cases_interrupt_386.go.

func irqReassociation() {
	ticking()
	handler := func() {
		var m l4.Msg
		from, err := l4.Wait(&m, soon)
		isTick(from, &m, err)
		l4.Send(from, m.Start(0), l4.Zero)
		report(l4.OK)
		sleeper()
	}
	for range 4 {
		id := spawn(handler)
		waitState(id, l4.WaitingReceive)
		succeeds("associate", l4.AssociateInterrupt(clockLine, id))
		rtcRead(0x0C) // one may have been queued at the former handler, and is lost
		reportOf(id, l4.OK)
	}
	// Back to the case while the last message was not acknowledged.
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	rtcRead(0x0C)
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	isTick(from, &m, err)
	succeeds("associate again", l4.AssociateInterrupt(clockLine, me()))
	from, err = l4.Wait(&m, soon)
	isTick(from, &m, err)
	quiet()
}

func irqDissociation() {
	ticking()
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	isTick(from, &m, err)
	succeeds("release", l4.ReleaseInterrupt(clockLine))
	ipcFails("late acknowledgement", l4.Send(from, m.Start(0), l4.Zero), sendTimeout)
	rtcRead(0x0C)
	_, err = l4.Wait(&m, l4.Milliseconds(4))
	ipcFails("no more", err, receiveTimeout)
	rtcRead(0x0C)
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	from, err = l4.Wait(&m, soon)
	isTick(from, &m, err)
	quiet()
}

func irqDissociationQueued() {
	ticking()
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	l4.Sleep(l4.Milliseconds(4))
	succeeds("release", l4.ReleaseInterrupt(clockLine))
	var m l4.Msg
	_, err := l4.Wait(&m, tick)
	ipcFails("the queued one is gone", err, receiveTimeout)
	quiet()
}

func irqHandlerDeleted() {
	ticking()
	id := spawn(func() {
		var m l4.Msg
		l4.Wait(&m, soon)
		rtcRead(0x0C)
		report(l4.OK)
		sleeper() // never acknowledges
	})
	waitState(id, l4.WaitingReceive)
	succeeds("associate", l4.AssociateInterrupt(clockLine, id))
	reportOf(id, l4.OK)
	remove(id)
	l4.Sleep(l4.Milliseconds(4))
	rtcRead(0x0C)
	// While idle: the next interrupt finds no handler.
	id = spawn(sleeper)
	quiet()
	succeeds("associate", l4.AssociateInterrupt(clockLine, id))
	remove(id)
	ticking()
	l4.Sleep(l4.Milliseconds(4))
	rtcRead(0x0C)
	succeeds("associate again", l4.AssociateInterrupt(clockLine, me()))
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	isTick(from, &m, err)
	quiet()
}

func irqHandlerDeletedQueued() {
	ticking()
	id := spawn(sleeper)
	waitState(id, l4.WaitingReceive)
	succeeds("associate", l4.AssociateInterrupt(clockLine, id))
	l4.Sleep(l4.Milliseconds(4))
	remove(id)
	l4.Sleep(l4.Milliseconds(2))
	// A new thread with the old one's ID gets nothing of it.
	succeeds("same ID", control(id, self, self, pageServer, uint32(home.location())))
	run(id, func() {
		var m l4.Msg
		_, err := l4.Wait(&m, l4.Milliseconds(4))
		report(err)
	})
	rtcRead(0x0C)
	reportOf(id, receiveTimeout)
	succeeds("associate again", l4.AssociateInterrupt(clockLine, me()))
	rtcRead(0x0C)
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	isTick(from, &m, err)
	quiet()
}

// Acknowledging what has not happened blocks like any send.
func irqNotWaiting() {
	ownPorts(0x70, 1)
	rtcWrite(0x0B, rtcRead(0x0B)&^0x70)
	rtcRead(0x0C)
	id := l4.Interrupt(clockLine)
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	var m l4.Msg
	for l4.Receive(id, &m, tick) == l4.OK { // an edge from earlier, latched by the controller
		arrives("acknowledge", l4.Send(id, m.Start(0), l4.Zero))
	}
	ipcFails("send", l4.Send(id, m.Start(0), l4.Zero), sendTimeout)
	ipcFails("send", l4.Send(id, m.Start(0), tick), sendTimeout)
	ipcFails("receive", l4.Receive(id, &m, tick), receiveTimeout)
	other := spawn(func() {
		var m l4.Msg
		report(l4.Send(id, m.Start(0), moment))
	})
	reportOf(other, sendTimeout)
	// A thread queued at the line when the interrupt comes and when the line is released.
	other = spawn(func() {
		var m l4.Msg
		report(l4.Send(id, m.Start(0), l4.Milliseconds(200)))
	})
	waitState(other, l4.PendingSend)
	succeeds("release", l4.ReleaseInterrupt(clockLine))
	arrives("report", l4.Receive(other, &m, soon))
	ticking()
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	from, err := l4.Wait(&m, soon)
	isTick(from, &m, err)
	quiet()
}

func irqSchedule() {
	id := l4.Interrupt(clockLine)
	keep := l4.Scheduling{Time: same, Processor: same, Priority: same, Preemption: same}
	_, _, err := l4.Schedule(id, keep)
	refused("free line", err, l4.ErrThread)
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	state, _, err := l4.Schedule(id, keep)
	succeeds("associated line", err)
	check(state != 0, "state 0")
	succeeds("release", l4.ReleaseInterrupt(clockLine))
	_, _, err = l4.Schedule(id, keep)
	refused("free line", err, l4.ErrThread)
}

func irqPreempts() {
	ticking()
	counter[0] = 0
	spawn(count(0))
	id := spawnAt(105, func() {
		var m l4.Msg
		from, err := l4.Wait(&m, soon)
		for range 20 {
			isTick(from, &m, err)
			from, err = l4.ReplyWait(from, m.Start(0), soon)
		}
		report(l4.OK)
	})
	waitState(id, l4.WaitingReceive)
	succeeds("associate", l4.AssociateInterrupt(clockLine, id))
	reportOf(id, l4.OK)
	check(counted(0) > 0, "the thread below did not run in between")
	quiet()
}

// Lines are independent; most of them never fire here.
func irqLines() {
	ticking()
	for _, line := range [...]uint32{1, 3, 5, 6, 7, 9, 10, 11, 12, 13, 15} {
		stepNumber("line", line)
		succeeds("associate", l4.AssociateInterrupt(line, me()))
	}
	about.Reset()
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	var m l4.Msg
	ticks := 0
	for range 200 {
		from, err := l4.Wait(&m, soon)
		arrives("interrupt", err)
		if from == l4.Interrupt(clockLine) {
			isTick(from, &m, err)
			if ticks++; ticks == 5 {
				break
			}
		}
		l4.Send(from, m.Start(0), l4.Zero)
	}
	equal("ticks", uint32(ticks), 5)
	for _, line := range [...]uint32{1, 3, 5, 6, 7, 9, 10, 11, 12, 13, 15} {
		succeeds("release", l4.ReleaseInterrupt(line))
	}
	quiet()
}
