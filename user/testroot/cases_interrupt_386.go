package main

import "pecan/user/l4"

// Interrupts (abi 6.3, semantics 8), with the periodic interrupt of the real-time clock, line 8, about 1000 a second.

var interruptCases = []testCase{
	{"abi-6.3-association-errors", irqErrors},
	{"abi-6.3-unprivileged", irqUnprivileged},
	{"abi-6.3-delivery", irqDelivery},
	{"abi-6.3-masked-until-acknowledged", irqMasked},
	{"abi-6.3-acknowledge-and-wait", irqCall},
	{"abi-6.3-any-message-acknowledges", irqAnyMessage},
	{"abi-6.3-closed-wait", irqClosed},
	{"abi-6.3-queued-like-a-sender", irqQueued},
	{"abi-6.3-handler-in-other-space", irqElsewhere},
	{"semantics-8-reassociation", irqReassociation},
	{"semantics-8-dissociation", irqDissociation},
	{"semantics-8-dissociation-while-queued", irqDissociationQueued},
	{"semantics-8-handler-deleted", irqHandlerDeleted},
	{"semantics-8-handler-deleted-while-queued", irqHandlerDeletedQueued},
	{"semantics-8-acknowledge-without-interrupt", irqNotWaiting},
	{"semantics-8-schedule", irqSchedule},
	{"semantics-8-preempts", irqPreempts},
	{"semantics-8-several-lines", irqLines},
}

const clockLine = 8

// rtc reads or writes a register of the real-time clock.
func rtcRead(reg uint8) uint8 {
	l4.Out8(0x70, reg)
	return l4.In8(0x71)
}

func rtcWrite(reg, v uint8) {
	l4.Out8(0x70, reg)
	l4.Out8(0x71, v)
}

// ticking switches the periodic interrupt on.
func ticking() {
	ownPorts(0x70, 1)
	rtcWrite(0x0A, 0x26)
	rtcWrite(0x0B, rtcRead(0x0B)|0x40)
	rtcRead(0x0C)
}

// quiet switches it off and frees the line.
func quiet() {
	rtcWrite(0x0B, rtcRead(0x0B)&^0x70)
	rtcRead(0x0C)
	succeeds("release", l4.ReleaseInterrupt(clockLine))
}

// isTick checks that a message is an interrupt of the clock, and lets the clock go on.
func isTick(from l4.ThreadID, m *l4.Msg, err l4.IPCError) {
	arrives("interrupt", err)
	equalID("sender", from, l4.Interrupt(clockLine))
	equal("tag", uint32(m.Tag()), 0xFFF00000)
	rtcRead(0x0C)
}

// no8259 reports whether the interrupt controllers are APICs: they have more than the 16 lines of the 8259s.
func no8259() bool { return l4.Kernel().SystemBase() > 16 }

func irqErrors() {
	if !no8259() {
		refused("the kernel's timer", l4.AssociateInterrupt(0, me()), l4.ErrThread)
	}
	refused("the cascade, or a line without a pin", l4.AssociateInterrupt(2, me()), l4.ErrThread)
	for _, line := range [...]uint32{1, 3, 8, l4.Kernel().SystemBase() - 1} {
		stepNumber("line", line)
		id := l4.Interrupt(line)
		for _, handler := range [...]l4.ThreadID{0, l4.Global(100000, 1), l4.AnyThread, l4.AnyLocalThread, kernelThread(), l4.Interrupt(5), 0x1240, l4.Global(me().Number(), me().Version()+1)} {
			refused("handler", control(id, id, 0, handler, same), l4.ErrThread)
		}
		refused("version", control(l4.Global(line, 2), id, 0, me(), same), l4.ErrThread)
		refused("version", control(l4.Global(line, 0x41), id, 0, me(), same), l4.ErrThread)
		succeeds("release a free line", l4.ReleaseInterrupt(line))
		var m l4.Msg
		ipcFails("send to a free line", l4.Send(id, m.Start(0), l4.Zero), sendTimeout)
		ipcFails("receive from a free line", l4.Receive(id, &m, tick), receiveTimeout)
	}
}

func irqUnprivileged() {
	s := spawnSpace(func() {
		report(l4.IPCError(l4.AssociateInterrupt(clockLine, l4.MyGlobalID())))
		report(l4.IPCError(l4.ReleaseInterrupt(clockLine)))
	})
	reportOf(s.id, l4.IPCError(l4.ErrPrivilege))
	reportOf(s.id, l4.IPCError(l4.ErrPrivilege))
}

func irqDelivery() {
	ticking()
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	var m l4.Msg
	for range 10 {
		from, err := l4.Wait(&m, soon)
		isTick(from, &m, err)
		arrives("acknowledge", l4.Send(from, m.Start(0), l4.Zero))
	}
	quiet()
}

func irqMasked() {
	ticking()
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	var m l4.Msg
	for range 3 {
		from, err := l4.Wait(&m, soon)
		isTick(from, &m, err)
		_, err = l4.Wait(&m, l4.Milliseconds(4))
		ipcFails("no second one", err, receiveTimeout)
		// The clock has asked again meanwhile, and does so once only: that request must not get lost.
		arrives("acknowledge", l4.Send(from, m.Start(0), l4.Zero))
	}
	quiet()
}

func irqCall() {
	ticking()
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	for range 20 {
		isTick(from, &m, err)
		from, err = l4.ReplyWait(from, m.Start(0), soon)
	}
	isTick(from, &m, err)
	for range 5 {
		err = l4.Call(l4.Interrupt(clockLine), m.Start(0), l4.NewTimeouts(l4.Zero, soon))
		isTick(from, &m, err)
	}
	quiet()
}

// Words, labels and items in the acknowledgement do not matter.
func irqAnyMessage() {
	ticking()
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	var m l4.Msg
	for i := range uint32(4) {
		stepNumber("message", i)
		from, err := l4.Wait(&m, soon)
		isTick(from, &m, err)
		m.Start(uint16(i * 0x1111))
		for k := range i * 21 {
			m.Add(k)
		}
		arrives("acknowledge", l4.Send(from, &m, l4.Zero))
	}
	quiet()
}

func irqClosed() {
	ticking()
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	intruder := spawn(sender(me(), 1))
	waitState(intruder, l4.PendingSend)
	var m l4.Msg
	for range 5 {
		err := l4.Receive(l4.Interrupt(clockLine), &m, soon)
		isTick(l4.Interrupt(clockLine), &m, err)
		arrives("acknowledge", l4.Send(l4.Interrupt(clockLine), m.Start(0), l4.Zero))
	}
	arrives("the other one", l4.Receive(intruder, &m, soon))
	quiet()
}

// A handler that is not ready finds the message later, in its place among other senders.
func irqQueued() {
	ticking()
	first := spawn(sender(me(), 1))
	waitState(first, l4.PendingSend)
	succeeds("associate", l4.AssociateInterrupt(clockLine, me()))
	l4.Sleep(l4.Milliseconds(30))
	second := spawn(sender(me(), 2))
	waitState(second, l4.PendingSend)
	var m l4.Msg
	_, err := l4.Wait(&m, soon)
	arrives("first", err)
	equal("first", m.Word(1), 1)
	from, err := l4.Wait(&m, soon)
	isTick(from, &m, err)
	_, err = l4.Wait(&m, soon)
	arrives("second", err)
	equal("second", m.Word(1), 2)
	quiet()
}

func irqElsewhere() {
	ticking()
	s := spawnSpace(func() {
		var m l4.Msg
		from, err := l4.Wait(&m, soon)
		for range 5 {
			if err != l4.OK || from != l4.Interrupt(clockLine) || m.Tag() != 0xFFF00000 {
				report(0xBAD)
			}
			report(l4.OK)                            // the case reads the clock's register
			l4.Receive(controller, &m, soon)         // done
			from, err = l4.ReplyWait(from, &m, soon) // acknowledge
		}
		sleeper()
	})
	waitState(s.id, l4.WaitingReceive)
	succeeds("associate", l4.AssociateInterrupt(clockLine, s.id))
	for range 5 {
		reportOf(s.id, l4.OK)
		rtcRead(0x0C)
		var m l4.Msg
		arrives("go on", l4.Send(s.id, m.Start(0), soon))
	}
	quiet()
	// The handler named by its local ID.
	ticking()
	succeeds("associate", l4.AssociateInterrupt(clockLine, l4.MyLocalID()))
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	isTick(from, &m, err)
	quiet()
}
