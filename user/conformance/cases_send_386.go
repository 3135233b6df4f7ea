package main

import "pecan/user/l4"

// The send phase (semantics 1.3).

var sendCases = []testCase{
	{"send-no-partner", "1.3.1 2.8", sendNobody},
	{"send-local-ids", "1.3.1", sendLocal},
	{"send-to-closed-waiter", "1.3.2a", sendClosed},
	{"send-to-open-waiter", "1.3.2b", sendOpen},
	{"send-to-local-waiter", "1.3.2c", sendAnyLocal},
	{"send-timeout-zero", "1.3.3a 2.1 2.8", sendZero},
	{"send-queue-is-fifo", "1.3.3b 1.4.2b", sendFIFO},
	{"send-wakeups", "1.3.3c 2.8 1.3.3d", sendWakeups},
	{"send-woken-are-out-of-queue", "1.3.3d", sendOutOfQueue},
	{"send-timeout-until-transfer", "1.3.3e 2.6", sendUntilTransfer},
	{"send-failed-transfer", "1.3.4 1.6.5", sendFailedTransfer},
	{"send-success-stops-timeout", "1.3.5", sendSuccess},
	{"send-to-self", "1.3.6", sendSelf},
	{"send-to-inactive", "1.3.7 1.1.9", sendInactive},
	{"send-deletion-wakes-queue", "1.3.3c", sendDeletion},
	{"send-cancel-phases", "1.3.3c 1.4.3b", cancelPhases},
}

// ghosts are IDs that name no thread for a thread of this space.
func ghosts() [10]l4.ThreadID {
	k := l4.Kernel()
	area := uint32(l4.UTCBAreaHere().Base())
	return [...]l4.ThreadID{
		l4.Global(100000, 1),
		l4.Global(me().Number(), me().Version()+1),
		l4.Global(k.UserBase()+1, 1), // sigma1
		l4.Global(k.UserBase()+lastWorker+9, 1),
		l4.ThreadID(area + 250*512 + 256), // free UTCB
		l4.ThreadID(area + 0x40),
		l4.ThreadID(area - 256),
		0x40,
		0xFFFFFF40,
		0xC0000100,
	}
}

func sendNobody() {
	s := newPuppet(&home, source)
	for _, id := range ghosts() {
		stepNumber("ID", uint32(id))
		for _, limit := range [...]l4.Time{l4.Zero, l4.Never, soon} {
			s.sends(id, tag(1, 0)).in(limit, l4.Never)
			s.run()
			s.want("send", sendNoPartner)
			equal("tag", uint32(s.result), uint32(tag(1, 0)|l4.Failed))
		}
		s.calls(id, tag(0, 0))
		s.run()
		s.want("call", sendNoPartner)
	}
	for _, id := range [...]l4.ThreadID{l4.AnyThread, l4.AnyLocalThread} {
		s.sends(id, tag(0, 0))
		s.run()
		s.want("wildcard", sendNoPartner)
	}
}

func sendLocal() {
	s, r := near()
	far := newPuppet(nil, source)
	for _, to := range [...]l4.ThreadID{r.id, r.local} {
		s.sends(to, tag(1, 0))
		r.receives(l4.AnyThread)
		r.begin()
		s.begin()
		finish(s, r)
		s.want("send", l4.OK)
		equalID("sender", r.sender, s.local)
	}
	// From another space the local ID means that space's thread with this UTCB, or nobody.
	far.sends(r.local, tag(1, 0)).in(l4.Zero, l4.Never)
	far.run()
	far.want("local ID of another space", sendNoPartner)
	far.sends(far.local, tag(0, 0)).in(l4.Zero, l4.Never)
	far.run()
	far.want("its own local ID", sendTimeout)
}

func sendClosed() {
	s, r := near()
	other := newPuppet(nil, source)
	for _, from := range [...]l4.ThreadID{s.id, s.local} {
		r.receives(from)
		r.block(l4.WaitingReceive)
		other.sends(r.id, tag(0, 0)).in(l4.Zero, l4.Never)
		other.run()
		other.want("somebody else", sendTimeout)
		s.sends(r.id, tag(1, 0)).in(l4.Zero, l4.Never)
		s.begin()
		finish(s, r)
		s.want("the right one", l4.OK)
		r.want("receiver", l4.OK)
	}
	r.receives(other.id)
	r.block(l4.WaitingReceive)
	s.run()
	s.want("somebody else of the same space", sendTimeout)
	other.begin()
	finish(other, r)
	other.want("the right one of another space", l4.OK)
	equalID("sender", r.sender, other.id)
}

func sendOpen() {
	s, r := near()
	far := newPuppet(nil, source)
	for _, p := range [...]*puppet{s, far} {
		r.receives(l4.AnyThread)
		r.block(l4.WaitingReceive)
		p.sends(r.id, tag(0, 0)).in(l4.Zero, l4.Never)
		p.begin()
		finish(p, r)
		p.want("send", l4.OK)
		equalID("sender", r.sender, p.seenBy(r))
	}
}

func sendAnyLocal() {
	s, r := near()
	far := newPuppet(nil, source)
	r.receives(l4.AnyLocalThread)
	r.block(l4.WaitingReceive)
	far.sends(r.id, tag(0, 0)).in(l4.Zero, l4.Never)
	far.run()
	far.want("another space", sendTimeout)
	s.sends(r.id, tag(0, 0)).in(l4.Zero, l4.Never)
	s.begin()
	finish(s, r)
	s.want("the same space", l4.OK)
	r.want("receiver", l4.OK)
}

func sendZero() {
	s, r := near()
	s.sends(r.id, tag(5, 0)).in(l4.Zero, l4.Never)
	s.run()
	s.want("send", sendTimeout)
	equal("tag", uint32(s.result), uint32(tag(5, 0)|l4.Failed))
	s.calls(r.id, tag(5, 0)).in(l4.Zero, l4.Never)
	s.run()
	s.want("call", sendTimeout)
	r.receives(l4.AnyThread).in(l4.Never, moment)
	r.run()
	r.want("nothing was queued", receiveTimeout)
}

func sendFIFO() {
	r := newPuppet(&home, target)
	var list [6]*puppet
	for i := range list {
		s := &home
		if i%2 == 1 {
			s = nil
		}
		list[i] = newPuppet(s, source)
		list[i].sends(r.id, tag(1, 0)).set(uint32(i))
		list[i].block(l4.PendingSend)
	}
	r.receives(l4.AnyThread)
	for i := range list {
		r.begin()
		finish(r, list[i])
		r.want("receive", l4.OK)
		equal("word", r.got[1], uint32(i))
		equalID("sender", r.sender, list[i].seenBy(r))
	}
}

func sendWakeups() {
	s, r := near()
	step("picked")
	s.sends(r.id, tag(1, 0)).set(5)
	s.block(l4.PendingSend)
	r.receives(s.id)
	r.begin()
	finish(s, r)
	s.want("sender", l4.OK)
	step("timeout")
	s.sends(r.id, tag(1, 0)).in(l4.Milliseconds(3), l4.Never)
	s.run()
	s.want("sender", sendTimeout)
	check(s.end-s.start >= 3000, "early")
	step("cancelled")
	s.sends(r.id, tag(1, 0))
	s.block(l4.PendingSend)
	exchange(s.id, l4.CancelReceive)
	s.stillBusy("bit R")
	was := exchange(s.id, l4.CancelSend)
	equal("reported", uint32(was), uint32(l4.CancelSend))
	s.finish()
	s.want("sender", sendCancelled)
	equal("tag", uint32(s.result), uint32(tag(1, 0)|l4.Failed))
	step("deleted")
	s.calls(r.id, tag(1, 0))
	s.block(l4.PendingSend)
	remove(r.id)
	s.finish()
	s.want("sender", sendNoPartner)
}

func sendOutOfQueue() {
	r := newPuppet(&home, target)
	var list [5]*puppet
	for i := range list {
		list[i] = newPuppet(&home, source)
		list[i].sends(r.id, tag(1, 0)).set(uint32(i))
		if i == 3 {
			list[i].in(moment, l4.Never)
		}
		list[i].block(l4.PendingSend)
	}
	exchange(list[0].id, l4.CancelSend) // first
	exchange(list[2].id, l4.CancelIPC)  // in the middle
	exchange(list[4].id, l4.CancelIPC)  // last
	finish(list[0], list[2], list[3], list[4])
	list[0].want("first", sendCancelled)
	list[3].want("timeout", sendTimeout)
	r.receives(l4.AnyThread).in(l4.Never, l4.Zero)
	r.begin()
	finish(r, list[1])
	equal("who was left", r.got[1], 1)
	r.run()
	r.want("nobody is left", receiveTimeout)
}

// The send timeout ends when the transfer starts, however long that takes.
func sendUntilTransfer() {
	for i := range 2 {
		s, r := near()
		takeAll(1, s, r)
		p := s
		if i == 1 {
			p = r
			s.give(0, 12)
		} else {
			r.give(0, 12)
		}
		s.set(item(100), s.zone)
		r.accepts(strings, item(100), r.zone)
		s.sends(r.id, tag(0, 2)).in(l4.Milliseconds(20), l4.Never)
		r.receives(s.id).in(l4.Never, l4.Milliseconds(20))
		if i == 0 {
			s.block(l4.PendingSend)
			r.begin()
		} else {
			r.block(l4.WaitingReceive)
			s.begin()
		}
		access := l4.Read
		if p == r {
			access = l4.Write
		}
		p.faults(p.zone, access)
		l4.Sleep(l4.Milliseconds(30))
		p.answer(p.zone)
		arrived(s, r)
	}
}

func sendFailedTransfer() {
	s, r := pair()
	s.calls(r.id, tag(2, 2)).set(1, 2, item(0), 0)
	for i := range 2 {
		r.receives(s.id).accepts(0)
		if i == 0 {
			r.block(l4.WaitingReceive)
			s.begin()
		} else {
			s.block(l4.PendingSend)
			r.begin()
		}
		finish(s, r) // the caller does not wait for an answer
		s.want("sender", sendError(l4.Overflow, 0))
		r.want("receiver", receiveError(l4.Overflow, 0))
		equal("sender's MR0", s.got[0], uint32(tag(2, 2)|l4.Failed))
		equal("receiver's MR0", r.got[0], uint32(tag(2, 2)|l4.Failed))
	}
}

func sendSuccess() {
	s, r := near()
	r.receives(s.id).in(l4.Never, l4.Milliseconds(5))
	r.block(l4.WaitingReceive)
	s.sends(r.id, tag(0, 0)).in(l4.Zero, l4.Never)
	s.begin()
	finish(s, r)
	r.want("receiver", l4.OK)
	r.receives(r.id).in(l4.Never, l4.Milliseconds(20))
	r.run()
	check(r.end-r.start >= 20000, "the old timeout is still there")
}

func sendSelf() {
	s := newPuppet(&home, source)
	for _, to := range [...]l4.ThreadID{s.id, s.local} {
		s.sends(to, tag(1, 0)).in(l4.Milliseconds(3), l4.Never)
		s.run()
		s.want("finite", sendTimeout)
		check(s.end-s.start >= 3000, "early")
		s.in(l4.Zero, l4.Never)
		s.run()
		s.want("zero", sendTimeout)
		s.calls(to, tag(0, 2)).in(l4.Never, l4.Never)
		s.set(item(100), s.zone)
		s.accepts(strings, item(100), s.zone)
		s.block(l4.PendingSend)
		exchange(s.id, l4.CancelIPC)
		s.finish()
		s.want("call to oneself", sendCancelled)
		s.sends(to, 0xFFFFFFFF).in(l4.Zero, l4.Never)
		s.run()
		s.want("all ones", sendTimeout)
	}
}

func sendInactive() {
	s := newPuppet(&home, source)
	id := inactive()
	s.sends(id, tag(0, 0)).in(l4.Zero, l4.Never)
	s.run()
	s.want("zero", sendTimeout)
	s.in(l4.Milliseconds(3), l4.Never)
	s.run()
	s.want("finite", sendTimeout)
	s.in(l4.Never, l4.Never)
	s.block(l4.PendingSend)
	remove(id)
	s.finish()
	s.want("deleted", sendNoPartner)
}

func sendDeletion() {
	r := newPuppet(nil, target)
	var list [6]*puppet
	for i := range list {
		s := &home
		if i%2 == 1 {
			s = nil
		}
		list[i] = newPuppet(s, source)
		if list[i].sends(r.id, tag(1, 0)); i%3 == 1 {
			list[i].calls(r.id, tag(0, 2)).set(item(100), list[i].zone)
		}
		if i > 3 {
			list[i].receives(r.id)
			list[i].block(l4.WaitingReceive)
			continue
		}
		list[i].block(l4.PendingSend)
	}
	remove(r.id)
	for i, p := range list {
		p.finish()
		want := sendNoPartner
		if i > 3 {
			want = receiveNoPartner
		}
		p.want("waiting thread", want)
	}
}

// Cancellation in each phase of a call, by each bit.
func cancelPhases() {
	s, r := near()
	for i := range 4 {
		stepNumber("variant", uint32(i))
		bits := l4.CancelIPC
		s.calls(r.id, tag(0, 0)).in(l4.Never, l4.Never)
		if i < 2 {
			if i == 1 {
				bits = l4.CancelSend
			}
			s.block(l4.PendingSend)
			exchange(s.id, bits)
			s.finish()
			s.want("send phase", sendCancelled)
			continue
		}
		if i == 3 {
			bits = l4.CancelReceive
		}
		r.receives(s.id)
		r.begin()
		s.begin()
		r.finish()
		waitState(s.id, l4.WaitingReceive)
		exchange(s.id, l4.CancelSend)
		s.stillBusy("bit S in the receive phase")
		was := exchange(s.id, bits)
		equal("reported", uint32(was), uint32(l4.CancelReceive))
		s.finish()
		s.want("receive phase", receiveCancelled)
		check(s.result.Failed(), "tag")
	}
	step("running thread")
	id := spawn(func() {
		for {
		}
	})
	equal("reported", uint32(exchange(id, l4.CancelIPC)), 0)
}
