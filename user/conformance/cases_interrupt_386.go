package main

import "pecan/user/l4"

// Interrupts as IPC: semantics 8 and abi 6.3, with the periodic interrupt of the clock chip, line 8. The chip interrupts again only
// after its register C has been read (quiet), so cases decide when the next one can come.

var interruptCases = [...]testCase{
	{"line-idle", "8.1 8.2 abi-6.3.2 abi-6.3.9", lineIdle},
	{"line-delivery", "8.3 8.4 8.5 abi-6.3.5", lineDelivery},
	{"line-queued", "8.3 abi-6.3.6", lineQueued},
	{"line-one-in-flight", "8.4 8.5 8.6", lineOneInFlight},
	{"line-any-acknowledgement", "abi-6.3.7", lineAnyAcknowledgement},
	{"line-reply-and-wait", "abi-6.3.8", lineReplyAndWait},
	{"line-nothing-to-acknowledge", "8.7", lineNothingToAcknowledge},
	{"line-release-queued", "8.8", lineReleaseQueued},
	{"line-schedule", "8.9 10.18", lineSchedule},
	{"line-parameters", "abi-6.3.1", lineParameters},
	{"line-no-handler", "abi-6.3.3", lineNoHandler},
	{"line-other-handler", "abi-6.3.4", lineOtherHandler},
	{"line-not-there", "abi-6.3.10", lineNotThere},
}

const clockIRQ = 8

var clockID = l4.Interrupt(clockIRQ)

// clockRead reads register C, after which the chip can interrupt again.
func clockRead() {
	l4.Out8(0x70, 12)
	l4.In8(0x71)
}

// withClock runs f while the chip interrupts, and ends with chip and line at rest.
func withClock(f func()) {
	clockInterrupt(true)
	f()
	clockInterrupt(false)
	succeeds("release", l4.ReleaseInterrupt(clockIRQ))
}

// associate makes the running thread the handler. An interrupt that the chip has asked for before is let go.
func associate() {
	succeeds("associate", l4.AssociateInterrupt(clockIRQ, l4.MyGlobalID()))
	clockRead()
}

// comes fails the case unless the line's interrupt has arrived with m.
func comes(what string, from l4.ThreadID, m *l4.Msg, err l4.IPCError) {
	arrives(what, err)
	equalID(what, from, clockID)
	equal(what, uint32(m.Tag()), 0xFFF00000)
}

// interrupted waits for the next interrupt.
func interrupted(what string) {
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	comes(what, from, &m, err)
}

// nothing fails the case if any message arrives.
func nothing(what string) {
	var m l4.Msg
	_, err := l4.Wait(&m, moment)
	ipcFails(what, err, receiveTimeout)
}

func acknowledge() {
	var m l4.Msg
	arrives("acknowledge", l4.Send(clockID, m.Start(0), l4.Zero))
}

func lineIdle() {
	withClock(func() {
		nothing("not associated")
		associate()
		interrupted("associated, nothing acknowledged before")
		succeeds("release", l4.ReleaseInterrupt(clockIRQ))
		clockRead()
		nothing("released")
		associate()
		interrupted("associated again")
	})
}

func lineDelivery() {
	withClock(func() {
		associate()
		for range 5 {
			interrupted("open receive")
			clockRead()
			acknowledge()
			var m l4.Msg
			comes("closed receive", clockID, &m, l4.Receive(clockID, &m, soon))
			clockRead()
			acknowledge()
		}
	})
}

func lineQueued() {
	withClock(func() {
		var m l4.Msg
		me := l4.MyGlobalID()
		sender := func() { l4.Send(me, new(l4.Msg).Start(0x77), l4.Never) }
		first := spawnAt(casePriority+1, sender)
		waitState(first, l4.PendingSend)
		associate()
		l4.Sleep(moment)
		second := spawnAt(casePriority+1, sender)
		waitState(second, l4.PendingSend)
		clockRead()
		l4.Sleep(moment)
		from, err := l4.Wait(&m, soon)
		arrives("who came before the interrupt", err)
		equalID("who came before the interrupt", from, l4.OtherID(first))
		interrupted("queued")
		from, err = l4.Wait(&m, soon)
		arrives("who came after it", err)
		equalID("who came after it", from, l4.OtherID(second))
		nothing("only once")
	})
}

func lineOneInFlight() {
	withClock(func() {
		associate()
		for range 3 {
			interrupted("first")
			clockRead() // the chip asks again
			nothing("not acknowledged")
			acknowledge()
			interrupted("what came meanwhile")
			nothing("not acknowledged")
			clockRead()
			acknowledge()
		}
	})
}

func lineAnyAcknowledgement() {
	withClock(func() {
		associate()
		for i := range uint32(5) {
			stepNumber("message", i)
			interrupted("interrupt")
			clockRead()
			var m l4.Msg
			m.Start(uint16(i * 0x3333))
			for k := range i * 15 {
				m.Add(k)
			}
			if i == 4 {
				m.AddMap(l4.MapItem{Fpage: l4.NewFpage(0, 0, 0)})
			}
			arrives("acknowledge", l4.Send(clockID, &m, l4.Zero))
		}
	})
}

func lineReplyAndWait() {
	withClock(func() {
		associate()
		interrupted("first")
		var m l4.Msg
		for range 20 {
			clockRead()
			from, err := l4.ReplyWait(clockID, m.Start(0), soon)
			comes("reply and wait", from, &m, err)
			clockRead()
			comes("call", clockID, &m, l4.Call(clockID, m.Start(0), l4.NewTimeouts(l4.Zero, soon)))
		}
	})
}

func lineNothingToAcknowledge() {
	clockInterrupt(false)
	associate()
	var m l4.Msg
	for l4.Receive(clockID, &m, tick) == l4.OK {
		acknowledge() // an edge from before
	}
	ipcFails("idle, zero", l4.Send(clockID, m.Start(0), l4.Zero), sendTimeout)
	ipcFails("idle, finite", l4.Send(clockID, m.Start(0), tick), sendTimeout)
	withClock(func() {
		interrupted("interrupt")
		clockInterrupt(false)
		acknowledge()
		ipcFails("acknowledged twice", l4.Send(clockID, m.Start(0), l4.Zero), sendTimeout)
		stranger := l4.IPCError(0)
		id := spawnAt(casePriority+1, func() {
			var m l4.Msg
			stranger = l4.Send(clockID, m.Start(0), moment)
			l4.Send(controller, m.Start(0x78), soon)
		})
		arrives("stranger", l4.Receive(id, &m, soon))
		ipcFails("stranger", stranger, sendTimeout)
	})
	ipcFails("free", l4.Send(clockID, m.Start(0), l4.Zero), sendTimeout)
}

func lineReleaseQueued() {
	withClock(func() {
		associate()
		l4.Sleep(moment) // it is queued here
		succeeds("release", l4.ReleaseInterrupt(clockIRQ))
		nothing("released")
	})
}

func lineSchedule() {
	const same = ^uint32(0)
	keep := l4.Scheduling{Time: same, Processor: same, Priority: same, Preemption: same}
	refusedSchedule := func(what string) {
		state, _, err := l4.Schedule(clockID, keep)
		check(state == 0 && err == l4.ErrThread, what)
	}
	refusedSchedule("never associated")
	clockInterrupt(false)
	associate()
	state, _, err := l4.Schedule(clockID, keep)
	succeeds("associated", err)
	check(state != 0, "associated: state 0")
	succeeds("release", l4.ReleaseInterrupt(clockIRQ))
	refusedSchedule("released")
}

func lineParameters() {
	withClock(func() {
		me := l4.MyGlobalID()
		for _, spec := range [...]l4.ThreadID{clockID, l4.NilThread, me, l4.Global(100000, 1)} {
			for _, scheduler := range [...]l4.ThreadID{l4.NilThread, me, l4.Global(100000, 1)} {
				for _, utcb := range [...]l4.UTCBLocation{l4.Unchanged, 0, 0x1234} {
					succeeds("associate", l4.ThreadControl(clockID, spec, scheduler, me, utcb))
					clockRead()
					interrupted("interrupt")
					succeeds("release", l4.ThreadControl(clockID, spec, scheduler, clockID, utcb))
				}
			}
		}
	})
}

func lineNoHandler() {
	me := l4.MyGlobalID()
	for _, handler := range [...]l4.ThreadID{
		l4.NilThread, l4.AnyThread, l4.AnyLocalThread, l4.Global(100000, 1), l4.Global(me.Number(), me.Version()^1),
		l4.Interrupt(clockIRQ + 1), l4.Global(l4.Kernel().SystemBase(), 1),
	} {
		stepNumber("handler", uint32(handler))
		check(l4.ThreadControl(clockID, clockID, l4.NilThread, handler, l4.Unchanged) != l4.OK, "accepted")
	}
	about.Reset()
	withClock(func() { nothing("associated all the same") })
}

func lineOtherHandler() {
	withClock(func() {
		associate()
		interrupted("here")
		heard := false
		id := spawnAt(casePriority+1, func() {
			var m l4.Msg
			from, err := l4.Wait(&m, soon)
			heard = err == l4.OK && from == clockID
			l4.Send(controller, m.Start(0x79), soon)
		})
		waitState(id, l4.WaitingReceive)
		succeeds("associate", l4.AssociateInterrupt(clockIRQ, id))
		clockRead()
		var m l4.Msg
		arrives("report", l4.Receive(id, &m, soon))
		check(heard, "the other handler heard nothing")
		nothing("the former handler")
		associate()
		interrupted("here again")
	})
}

func lineNotThere() {
	k := l4.Kernel()
	me := l4.MyGlobalID()
	for n := k.SystemBase(); n < k.UserBase(); n++ {
		stepNumber("number", n)
		check(l4.AssociateInterrupt(n, me) == l4.ErrThread, "accepted")
	}
	for _, version := range [...]uint32{2, 0x3FFF} {
		id := l4.Global(clockIRQ, version)
		check(l4.ThreadControl(id, id, l4.NilThread, me, l4.Unchanged) == l4.ErrThread, "wrong version accepted")
	}
	about.Reset()
	check(l4.AssociateInterrupt(2, me) == l4.ErrThread, "the line that joins the 8259s, or has no pin, was accepted")
}
