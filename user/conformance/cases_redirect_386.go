package main

import "pecan/user/l4"

// Redirectors (semantics 1.8). Puppets of a redirected space are quiet: their reports to the case would be redirected.

var redirectCases = []testCase{
	{"redirect-to-redirector", "1.8.1", redirectBasic},
	{"redirect-exceptions", "1.8.2", redirectExceptions},
	{"redirect-forwarding", "1.8.3 1.7.2c", redirectForward},
	{"redirect-queue-and-timeouts", "1.8.1", redirectQueue},
	{"redirect-string", "1.8.1 1.8.3", redirectString},
	{"redirect-partner-must-exist", "1.8.1 1.3.1", redirectNobody},
	{"redirect-redirector-deleted", "1.8.1", redirectDeleted},
	{"redirect-faults", "1.8.4", redirectFaults},
	{"redirect-no-redirector", "1.8.1", redirectOff},
	{"redirect-propagated", "1.7.3 1.8.1", redirectPropagated},
	{"redirect-between-redirected-spaces", "1.8.1 1.8.3", redirectTwo},
	{"redirect-refused-propagation", "1.7.2d 1.8.3", redirectRefused},
}

// redirect makes rd the redirector of p's space (AnyThread: none).
func redirect(p *puppet, rd l4.ThreadID) {
	_, err := l4.SpaceControl(p.id, 0, l4.KIPAreaHere(), l4.UTCBAreaHere(), rd)
	succeeds("set redirector", err)
	p.quiet = rd != l4.AnyThread
}

// end waits for the end of p's IPC, whether it is quiet or not, and of others.
func ended(list ...*puppet) {
	for _, p := range list {
		if p.quiet {
			p.wait()
		} else {
			p.finish()
		}
	}
}

func redirectBasic() {
	s, r := pair()
	rd := newPuppet(nil, target)
	redirect(s, rd.id)
	for i := range 2 {
		s.sends(r.id, tag(2, 0)).set(1, 2)
		rd.receives([...]l4.ThreadID{l4.AnyThread, s.id}[i])
		rd.begin()
		s.begin()
		ended(s, rd)
		s.want("sender", l4.OK)
		rd.want("redirector", l4.OK)
		equalID("real sender", rd.sender, s.id)
		equal("tag", uint32(rd.result), uint32(tag(2, 0)|l4.Redirected))
		equal("MR0", rd.got[0], uint32(rd.result))
		equalID("IntendedReceiver", rd.intended, r.id)
		sameWords(s, rd, 2)
	}
	step("the intended receiver gets nothing")
	r.receives(l4.AnyThread).in(l4.Never, moment)
	r.begin()
	s.in(l4.Zero, l4.Never)
	s.begin()
	ended(s)
	s.want("sender", sendTimeout) // the redirector does not wait
	r.finish()
	r.want("receiver", receiveTimeout)
	step("messages to the space are not redirected")
	s.receives(l4.AnyThread)
	s.block(l4.WaitingReceive)
	r.sends(s.id, tag(0, 0)).in(l4.Zero, l4.Never)
	r.run()
	r.want("message in", l4.OK)
	ended(s)
	equal("tag", uint32(s.result), uint32(tag(0, 0)))
}

func redirectExceptions() {
	s := newPuppet(nil, source)
	local := newPuppet(s.space, target)
	rd := newPuppet(nil, target)
	redirect(s, rd.id)
	local.quiet = true
	step("same space")
	for _, to := range [...]l4.ThreadID{local.id, local.local} {
		if to == local.local {
			s.lipc = true
		}
		s.sends(to, tag(1, 0))
		local.receives(l4.AnyThread)
		local.block(l4.WaitingReceive)
		s.begin()
		ended(s, local)
		local.want("receiver", l4.OK)
		equal("tag", uint32(local.result), uint32(tag(1, 0)))
		equalID("sender", local.sender, s.local)
	}
	s.lipc = false
	step("the redirector itself")
	s.sends(rd.id, tag(1, 0))
	rd.receives(s.id)
	rd.begin()
	s.begin()
	ended(s, rd)
	equal("tag", uint32(rd.result), uint32(tag(1, 0)))
	step("a redirector in the space itself")
	r := newPuppet(nil, target)
	redirect(s, local.id)
	s.sends(r.id, tag(1, 0))
	local.receives(s.id)
	local.block(l4.WaitingReceive)
	s.begin()
	ended(s, local)
	equal("tag", uint32(local.result), uint32(tag(1, 0)|l4.Redirected))
	equalID("sender", local.sender, s.local)
	equalID("IntendedReceiver", local.intended, r.id)
}

// A call through the redirector: it passes the message on in the caller's name, and the answer goes directly back.
func redirectForward() {
	client, server := pair()
	rd := newPuppet(nil, target)
	redirect(client, rd.id)
	client.calls(server.id, tag(1, 0)).set(5)
	rd.receives(l4.AnyThread)
	rd.begin()
	client.begin()
	rd.finish()
	equalID("IntendedReceiver", rd.intended, server.id)
	rd.sends(rd.intended, tag(1, 0)).as(rd.sender).set(rd.got[1] + 1)
	server.receives(l4.AnyThread)
	server.block(l4.WaitingReceive)
	rd.begin()
	finish(rd, server)
	rd.want("redirector", l4.OK)
	equalID("client", server.sender, client.id)
	equal("tag", uint32(server.result), uint32(tag(1, 0)|l4.Propagate))
	equalID("ActualSender", server.actual, rd.id)
	equal("word", server.got[1], 6)
	check(client.inIPC, "the client waits")
	server.sends(client.id, tag(1, 0)).in(l4.Zero, l4.Never).set(7)
	server.run()
	server.want("answer", l4.OK)
	ended(client)
	client.want("call", l4.OK)
	equalID("who answered", client.sender, server.id)
	equal("word", client.got[1], 7)
}

func redirectQueue() {
	s, r := pair()
	rd := newPuppet(nil, target)
	redirect(s, rd.id)
	step("queued at the redirector")
	s.sends(r.id, tag(1, 0)).set(8)
	s.block(l4.PendingSend)
	r.receives(s.id).in(l4.Never, l4.Zero)
	r.run()
	r.want("not at the receiver", receiveTimeout)
	rd.receives(s.id)
	rd.begin()
	ended(s, rd)
	equal("word", rd.got[1], 8)
	equalID("IntendedReceiver", rd.intended, r.id)
	step("timeout")
	s.in(l4.Milliseconds(3), l4.Never)
	s.begin()
	ended(s)
	s.want("sender", sendTimeout)
	step("the redirector changes: it counts who was there when the send phase began")
	s.in(soon, l4.Never)
	s.block(l4.PendingSend)
	redirect(s, l4.AnyThread)
	s.quiet = false
	rd.begin()
	finish(s, rd)
	equal("tag", uint32(rd.result), uint32(tag(1, 0)|l4.Redirected))
}

func redirectString() {
	s, r := pair()
	rd := newPuppet(nil, target)
	full(s, rd)
	redirect(s, rd.id)
	fill(s.back, 0x3000, 1, 0)
	clear(rd.back, 0x3000)
	s.set(item(0x2000), s.zone)
	s.sends(r.id, tag(0, 2))
	rd.accepts(strings, item(0x2000), rd.zone)
	rd.receives(s.id)
	rd.begin()
	s.begin()
	ended(s, rd)
	rd.want("redirector", l4.OK)
	equal("tag", uint32(rd.result), uint32(tag(0, 2)|l4.Redirected))
	equalID("IntendedReceiver", rd.intended, r.id)
	holds("string", rd.back, 0x2000, 1, 0)
	step("too small a buffer")
	rd.accepts(strings, item(0x1000), rd.zone)
	rd.begin()
	s.begin()
	ended(s, rd)
	s.want("sender", sendError(l4.Overflow, 0x1000))
	rd.want("redirector", receiveError(l4.Overflow, 0x1000))
	equal("tag", uint32(rd.result), uint32(tag(0, 2)|l4.Redirected|l4.Failed))
}

func redirectNobody() {
	s := newPuppet(nil, source)
	rd := newPuppet(nil, target)
	redirect(s, rd.id)
	rd.receives(l4.AnyThread).in(l4.Never, l4.Milliseconds(20))
	rd.begin()
	s.sends(l4.Global(100000, 1), tag(0, 0))
	s.begin()
	ended(s)
	s.want("sender", sendNoPartner)
	rd.finish()
	rd.want("redirector", receiveTimeout)
}

func redirectDeleted() {
	s, r := pair()
	rd := newPuppet(nil, target)
	redirect(s, rd.id)
	s.sends(r.id, tag(0, 0))
	s.block(l4.PendingSend)
	remove(rd.id)
	s.wait()
	s.want("queued sender", sendNoPartner)
	r.receives(l4.AnyThread).in(l4.Never, l4.Milliseconds(10))
	r.begin()
	s.begin()
	s.wait()
	s.want("later sender", sendNoPartner)
	r.finish()
	r.want("receiver", receiveTimeout)
}

// A page fault of a redirected space whose pager is outside goes to the redirector too, which passes it on.
func redirectFaults() {
	s, r := pair()
	rd := newPuppet(nil, target)
	r.give(0, 12)
	redirect(s, rd.id)
	fill(s.back, 0x1000, 1, 0)
	s.set(item(100), s.zone)
	r.accepts(strings, item(100), r.zone)
	s.receives(r.id) // a fault in its own buffer: the sender is not redirected
	s.accepts(strings, item(100), s.zone)
	r.set(item(100), r.zone)
	rd.receives(s.id)
	rd.begin()
	s.begin()
	r.sends(s.id, tag(0, 2))
	r.begin()
	rd.finish()
	rd.want("redirector", l4.OK)
	equal("tag", uint32(rd.result), 0xFFE20002|uint32(l4.Redirected))
	equalID("whose fault", rd.sender, s.id)
	equalID("IntendedReceiver", rd.intended, controller)
	equal("MR1", rd.got[1], s.zone)
	equal("MR2", rd.got[2], 0xFFFFFFFF)
	rd.sends(controller, l4.MsgTag(0xFFE20002)).as(s.id).set(rd.got[1], rd.got[2])
	rd.begin()
	s.faults(s.zone, l4.Write)
	s.answer(s.zone)
	ended(s, r, rd)
	s.want("receiver", l4.OK)
	r.want("sender", l4.OK)
}

func redirectOff() {
	s, r := pair()
	rd := newPuppet(nil, target)
	redirect(s, rd.id)
	_, err := l4.SpaceControl(s.id, 0, l4.KIPAreaHere(), l4.UTCBAreaHere(), l4.NilThread) // leaves it
	succeeds("leave redirector", err)
	s.sends(r.id, tag(0, 0))
	rd.receives(s.id)
	rd.begin()
	s.begin()
	ended(s, rd)
	check(rd.result&l4.Redirected != 0, "nilthread took the redirector away")
	redirect(s, l4.AnyThread)
	transfers(s, r, tag(0, 0))
}

// Only the virtual sender's own redirector may speak for it.
func redirectRefused() {
	s, r := pair()
	rd, other := newPuppet(nil, target), newPuppet(nil, target)
	redirect(s, rd.id)
	other.sends(r.id, tag(0, 0)).as(s.id)
	meet(other, r, l4.AnyThread)
	equalID("sender", r.sender, other.id)
	check(!r.result.Propagated(), "bit p")
	friend := newPuppet(rd.space, target)
	friend.sends(r.id, tag(0, 0)).as(s.id)
	meet(friend, r, l4.AnyThread)
	equalID("another thread of the redirector's space", r.sender, friend.id)
	rd.sends(r.id, tag(0, 0)).as(s.id)
	meet(rd, r, l4.AnyThread)
	equalID("the redirector", r.sender, s.id)
}

// A message that is propagated by its sender, and redirected: the redirector sees all three.
func redirectPropagated() {
	s, r := pair()
	virtual := newPuppet(s.space, source)
	rd := newPuppet(nil, target)
	redirect(s, rd.id)
	s.sends(r.id, tag(1, 0)).as(virtual.id).set(3)
	rd.receives(virtual.id)
	rd.block(l4.WaitingReceive)
	s.begin()
	ended(s, rd)
	rd.want("redirector", l4.OK)
	equal("tag", uint32(rd.result), uint32(tag(1, 0)|l4.Propagate|l4.Redirected))
	equalID("sender", rd.sender, virtual.id)
	equalID("ActualSender", rd.actual, s.id)
	equalID("IntendedReceiver", rd.intended, r.id)
}

// Two spaces, each with a redirector of its own, which has none: a call and its answer go through one each.
func redirectTwo() {
	a, b := pair()
	ra, rb := newPuppet(nil, target), newPuppet(nil, target)
	redirect(a, ra.id)
	redirect(b, rb.id)
	pass := func(p, rd, to *puppet, from l4.ThreadID) {
		rd.receives(p.id)
		rd.begin()
		p.begin()
		rd.finish()
		equalID("IntendedReceiver", rd.intended, to.id)
		rd.sends(rd.intended, tag(1, 0)).as(p.id).set(rd.got[1] + 1)
		if from != l4.NilThread {
			to.receives(from)
			to.block(l4.WaitingReceive)
		}
		rd.begin()
		rd.finish()
		rd.want("passed on", l4.OK)
		to.wait()
		to.want("receiver", l4.OK)
		equalID("sender", to.sender, p.id)
		equalID("ActualSender", to.actual, rd.id)
	}
	a.calls(b.id, tag(1, 0)).set(10)
	pass(a, ra, b, a.id)
	equal("word", b.got[1], 11)
	b.sends(a.id, tag(1, 0)).set(20)
	pass(b, rb, a, l4.NilThread)
	equal("word", a.got[1], 21)
	b.wait()
	b.want("answer", l4.OK)
}
