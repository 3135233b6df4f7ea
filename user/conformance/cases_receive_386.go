package main

import "pecan/user/l4"

// The receive phase (semantics 1.4).

var receiveCases = []testCase{
	{"receive-no-partner", "1.4.1 2.8", receiveNobody},
	{"receive-sleep", "1.4.1 2.3 2.5", receiveSleep},
	{"receive-closed", "1.4.2a 1.4.4", receiveClosed},
	{"receive-local", "1.4.2c", receiveLocalCase},
	{"receive-timeout-zero", "1.4.3a 2.1 2.8", receiveZero},
	{"receive-wakeups", "1.4.3b 2.8", receiveWakeups},
	{"receive-interrupts", "1.4.5", receiveInterrupts},
}

func receiveNobody() {
	r := newPuppet(&home, target)
	for _, id := range ghosts() {
		stepNumber("ID", uint32(id))
		for _, limit := range [...]l4.Time{l4.Zero, l4.Never, soon} {
			r.receives(id).in(l4.Never, limit)
			r.run()
			r.want("receive", receiveNoPartner)
			check(r.result.Failed(), "tag")
		}
	}
	step("behind a send")
	s := newPuppet(&home, source)
	for _, id := range ghosts() {
		s.to, s.from, s.tag, s.times = r.id, id, tag(1, 0), l4.NewTimeouts(soon, soon)
		s.set(5)
		r.receives(s.id)
		r.begin()
		s.begin()
		finish(s, r)
		s.want("sender", receiveNoPartner)
		r.want("receiver", l4.OK)
		equal("word", r.got[1], 5)
	}
	step("a local ID of another space")
	far := newPuppet(nil, source)
	far.receives(r.local).in(l4.Never, l4.Never)
	far.run()
	far.want("receive", receiveNoPartner)
}

// A receive from oneself blocks, by the global and the local ID, and gets nothing, not even what is queued.
func receiveSleep() {
	s, r := near()
	s.sends(r.id, tag(0, 0))
	s.block(l4.PendingSend)
	for _, from := range [...]l4.ThreadID{r.id, r.local} {
		r.receives(from).in(l4.Never, l4.Milliseconds(5))
		r.run()
		r.want("sleep", receiveTimeout)
		check(r.end-r.start >= 5000, "woke up early")
		r.in(l4.Never, l4.Zero)
		r.run()
		r.want("zero", receiveTimeout)
		r.in(l4.Never, l4.Never)
		r.block(l4.WaitingReceive)
		exchange(r.id, l4.CancelReceive)
		r.finish()
		r.want("for ever, cancelled", receiveCancelled)
	}
	r.receives(s.id)
	r.begin()
	finish(s, r)
}

// A closed receive passes over others in the queue, which stay in order.
func receiveClosed() {
	r := newPuppet(&home, target)
	var list [4]*puppet
	for i := range list {
		s := &home
		if i%2 == 1 {
			s = nil
		}
		list[i] = newPuppet(s, source)
		list[i].sends(r.id, tag(1, 0)).set(uint32(i))
		list[i].block(l4.PendingSend)
	}
	for _, c := range [...]struct {
		from l4.ThreadID
		i    int
	}{{list[2].local, 2}, {list[1].id, 1}, {l4.AnyThread, 0}, {list[3].id, 3}} {
		r.receives(c.from)
		r.begin()
		finish(r, list[c.i])
		equal("word", r.got[1], uint32(c.i))
		equalID("sender", r.sender, list[c.i].seenBy(r))
	}
	step("who sends to somebody else is no candidate")
	other := newPuppet(&home, target)
	list[0].sends(other.id, tag(0, 0))
	list[0].block(l4.PendingSend)
	r.receives(list[0].id).in(l4.Never, l4.Zero)
	r.run()
	r.want("receive", receiveTimeout)
	other.receives(l4.AnyThread)
	other.begin()
	finish(other, list[0])
}

func receiveLocalCase() {
	r := newPuppet(&home, target)
	far, first, second := newPuppet(nil, source), newPuppet(&home, source), newPuppet(&home, source)
	for i, p := range [...]*puppet{far, first, second} {
		p.sends(r.id, tag(1, 0)).set(uint32(i))
		p.block(l4.PendingSend)
	}
	r.receives(l4.AnyLocalThread)
	for i, p := range [...]*puppet{first, second} {
		r.begin()
		finish(r, p)
		equal("word", r.got[1], uint32(i+1))
		equalID("sender", r.sender, p.local)
	}
	r.in(l4.Never, l4.Zero)
	r.run()
	r.want("only a foreign sender is left", receiveTimeout)
	r.receives(l4.AnyThread)
	r.begin()
	finish(r, far)
	equalID("sender", r.sender, far.id)
}

func receiveZero() {
	s, r := near()
	for _, from := range [...]l4.ThreadID{s.id, l4.AnyThread, l4.AnyLocalThread, r.id} {
		r.receives(from).in(l4.Never, l4.Zero)
		r.run()
		r.want("receive", receiveTimeout)
		check(r.result.Failed(), "tag")
	}
	s.sends(r.id, tag(0, 0))
	for _, from := range [...]l4.ThreadID{s.id, l4.AnyThread, l4.AnyLocalThread} {
		s.block(l4.PendingSend)
		r.receives(from).in(l4.Never, l4.Zero)
		r.begin()
		finish(s, r)
		r.want("a sender was queued", l4.OK)
	}
}

func receiveWakeups() {
	s, r := near()
	for _, from := range [...]l4.ThreadID{s.id, l4.AnyThread, l4.AnyLocalThread} {
		stepNumber("from", uint32(from))
		r.receives(from).in(l4.Never, l4.Milliseconds(3))
		r.run()
		r.want("timeout", receiveTimeout)
		check(r.end-r.start >= 3000, "early")
		r.in(l4.Never, l4.Never)
		r.block(l4.WaitingReceive)
		exchange(r.id, l4.CancelSend)
		r.stillBusy("bit S")
		exchange(r.id, l4.CancelReceive)
		r.finish()
		r.want("cancelled", receiveCancelled)
		r.block(l4.WaitingReceive)
		s.sends(r.id, tag(0, 0)).in(l4.Zero, l4.Never)
		s.begin()
		finish(s, r)
		r.want("message", l4.OK)
	}
	about.Reset()
	open := newPuppet(nil, target)
	open.receives(l4.AnyThread)
	open.block(l4.WaitingReceive)
	r.receives(s.id).in(l4.Never, l4.Never)
	r.block(l4.WaitingReceive)
	far := newPuppet(nil, target)
	far.receives(s.id)
	far.block(l4.WaitingReceive)
	remove(s.id)
	finish(r, far)
	r.want("partner deleted", receiveNoPartner)
	far.want("partner deleted", receiveNoPartner)
	open.stillBusy("open wait")
}

// The clock chip's periodic interrupt, if it can be had: it takes its place in the queue of its handler.
func receiveInterrupts() {
	const line = 8
	handler := newPuppet(&home, target)
	first, last := newPuppet(&home, source), newPuppet(&home, source)
	succeeds("attach", l4.AssociateInterrupt(line, handler.id))
	first.sends(handler.id, tag(1, 0)).set(1)
	last.sends(handler.id, tag(1, 0)).set(3)
	first.block(l4.PendingSend)
	clockInterrupt(true)
	l4.Sleep(l4.Milliseconds(10)) // 122 us each
	last.block(l4.PendingSend)
	handler.receives(l4.AnyThread)
	handler.begin()
	finish(handler, first)
	equal("before the interrupt", handler.got[1], 1)
	handler.run()
	equalID("the interrupt", handler.sender, l4.Interrupt(line))
	equal("its tag", uint32(handler.result), 0xFFF00000)
	clockInterrupt(false)
	handler.begin()
	finish(handler, last)
	equal("behind the interrupt", handler.got[1], 3)
	// Closed, and the acknowledgement.
	clockInterrupt(true)
	handler.sends(l4.Interrupt(line), tag(0, 0)).in(l4.Zero, l4.Never)
	handler.run()
	handler.want("acknowledgement", l4.OK)
	handler.receives(l4.Interrupt(line))
	handler.run()
	handler.want("closed receive from an interrupt", l4.OK)
	clockInterrupt(false)
	succeeds("detach", l4.ReleaseInterrupt(line))
}

// clockInterrupt switches the periodic interrupt of the clock chip, at 8192 Hz.
func clockInterrupt(on bool) {
	set := func(register, value uint8) {
		l4.Out8(0x70, register)
		l4.Out8(0x71, value)
	}
	get := func(register uint8) uint8 {
		l4.Out8(0x70, register)
		return l4.In8(0x71)
	}
	if on {
		set(10, 0x23)
		set(11, get(11)|0x40)
	} else {
		set(11, get(11)&^0x40)
	}
	get(12) // acknowledges
}
