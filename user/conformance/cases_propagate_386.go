package main

import "pecan/user/l4"

// Propagation (semantics 1.7).

var propagateCases = []testCase{
	{"propagate-own-space", "1.7.1 1.7.2a 1.7.3", propagateOwn},
	{"propagate-to-own-space", "1.7.2b 1.7.3", propagateToOwn},
	{"propagate-refused", "1.7.2d 1.6.1", propagateRefused},
	{"propagate-without-bit", "1.7.1", propagateNoBit},
	{"propagate-to-closed-waiters", "1.3.2a 1.3.2d 1.7.3", propagateClosed},
	{"propagate-queued", "1.4.2d 1.7.3", propagateQueued},
	{"propagate-retargets", "1.7.4", propagateRetarget},
	{"propagate-retargets-only-waiters-for-sender", "1.7.4", propagateNoRetarget},
	{"propagate-chain", "1.7.4", propagateChain},
	{"propagate-string-with-faults", "1.7.3 4.1.5", propagateString},
	{"propagate-fault-to-another-pager", "1.7.4 4.1.1 4.1.2", propagateFault},
	{"propagate-failed-transfer", "1.7.3 1.7.4 1.3.4", propagateFailed},
	{"propagate-virtual-deleted", "1.7.3", propagateDeleted},
	{"propagate-cancelled-and-timed-out", "1.3.3d 1.7.1", propagateEnds},
}

// as sets up propagation.
func (p *puppet) as(virtual l4.ThreadID) *puppet {
	p.tag |= l4.Propagate
	p.virtual = virtual
	return p
}

// meet lets s send to r, which waits for from.
func meet(s, r *puppet, from l4.ThreadID) {
	r.receives(from)
	r.block(l4.WaitingReceive)
	s.begin()
	finish(s, r)
}

func propagateOwn() {
	s, r := pair()
	virtual := newPuppet(s.space, source)
	for _, id := range [...]l4.ThreadID{virtual.id, virtual.local} {
		s.sends(r.id, tag(2, 0)).as(id).set(1, 2)
		meet(s, r, l4.AnyThread)
		s.want("sender", l4.OK)
		equalID("sender", r.sender, virtual.id)
		equal("tag", uint32(r.result), uint32(tag(2, 0)|l4.Propagate))
		equal("MR0", r.got[0], uint32(r.result))
		equalID("ActualSender", r.actual, s.id)
		sameWords(s, r, 2)
	}
	step("in its own name")
	s.sends(r.id, tag(0, 0)).as(s.id)
	meet(s, r, l4.AnyThread)
	equalID("sender", r.sender, s.id)
	check(r.result.Propagated(), "bit p")
	equalID("ActualSender", r.actual, s.id)
	step("seen in the virtual sender's own space")
	r = newPuppet(s.space, target)
	s.sends(r.id, tag(0, 0)).as(virtual.id)
	meet(s, r, l4.AnyThread)
	equalID("sender", r.sender, virtual.local)
	equalID("ActualSender", r.actual, s.id)
}

// Sender and receiver share a space; the virtual sender may be anybody.
func propagateToOwn() {
	s, r := near()
	far := newPuppet(nil, source)
	s.sends(r.id, tag(0, 0)).as(far.id)
	meet(s, r, l4.AnyThread)
	s.want("sender", l4.OK)
	equalID("sender", r.sender, far.id)
	check(r.result.Propagated(), "bit p")
	equalID("ActualSender", r.actual, s.id)
}

func propagateRefused() {
	s, r := pair()
	third := newPuppet(nil, source)
	for _, id := range [...]l4.ThreadID{third.id, r.id, l4.Global(100000, 1), l4.NilThread, l4.AnyThread, l4.AnyLocalThread, 0xC0000100, 0x40, inactive()} {
		stepNumber("virtual sender", uint32(id))
		s.sends(r.id, tag(0, 0)).as(id)
		s.tag |= l4.Redirected | l4.CrossProcessor | l4.Failed
		meet(s, r, l4.AnyThread)
		s.want("sender", l4.OK)
		equalID("sender", r.sender, s.id)
		equal("tag", uint32(r.result), uint32(tag(0, 0)))
	}
	step("a waiter for the refused virtual sender")
	r.receives(third.id).in(l4.Never, l4.Milliseconds(20))
	r.block(l4.WaitingReceive)
	s.sends(r.id, tag(0, 0)).as(third.id).in(l4.Zero, l4.Never)
	s.run()
	s.want("sender", sendTimeout)
	r.finish()
}

func propagateNoBit() {
	s, r := pair()
	virtual := newPuppet(s.space, source)
	s.sends(r.id, tag(0, 0))
	s.virtual = virtual.id
	meet(s, r, l4.AnyThread)
	equalID("sender", r.sender, s.id)
	check(!r.result.Propagated(), "bit p")
}

func propagateClosed() {
	s, r := pair()
	virtual := newPuppet(s.space, source)
	step("waits for the virtual sender")
	s.sends(r.id, tag(0, 0)).as(virtual.id).in(l4.Zero, l4.Never)
	meet(s, r, virtual.id)
	s.want("sender", l4.OK)
	r.want("receiver", l4.OK)
	equalID("sender", r.sender, virtual.id)
	step("waits for the real sender")
	meet(s, r, s.id)
	s.want("sender", l4.OK)
	r.want("receiver", l4.OK)
	equalID("sender", r.sender, virtual.id)
	equalID("ActualSender", r.actual, s.id)
	step("waits for any local thread")
	r2 := newPuppet(s.space, target)
	s.sends(r2.id, tag(0, 0)).as(virtual.local).in(l4.Zero, l4.Never)
	meet(s, r2, l4.AnyLocalThread)
	s.want("sender", l4.OK)
	equalID("sender", r2.sender, virtual.local)
	step("waits for a local ID")
	meet(s, r2, virtual.local)
	s.want("sender", l4.OK)
	equalID("sender", r2.sender, virtual.local)
}

// The sender is queued, behind others, when the closed receive for the virtual sender comes.
func propagateQueued() {
	s, r := pair()
	virtual := newPuppet(s.space, source)
	other := newPuppet(nil, source)
	other.sends(r.id, tag(1, 0)).set(1)
	other.block(l4.PendingSend)
	s.sends(r.id, tag(1, 0)).as(virtual.id).set(2)
	s.block(l4.PendingSend)
	r.receives(virtual.id)
	r.begin()
	finish(r, s)
	r.want("receiver", l4.OK)
	equal("word", r.got[1], 2)
	equalID("sender", r.sender, virtual.id)
	equalID("ActualSender", r.actual, s.id)
	r.receives(virtual.id).in(l4.Never, l4.Zero)
	r.run()
	r.want("again", receiveTimeout)
	r.receives(l4.AnyThread)
	r.begin()
	finish(r, other)
	equal("word", r.got[1], 1)
	step("the register is read once, when sending")
	home1, home2 := near()
	v := newPuppet(&home, source)
	home1.sends(home2.id, tag(0, 0)).as(v.id)
	home1.block(l4.PendingSend)
	utcbOf(home1).VirtualSender = l4.Global(100000, 1)
	home2.receives(v.id)
	home2.begin()
	finish(home1, home2)
	equalID("sender", home2.sender, v.local)
}

// The client of a server that passes its call on gets the answer from whom it was passed on to.
func propagateRetarget() {
	for i := range 4 {
		stepNumber("variant", uint32(i))
		client := newPuppet(nil, source)
		server := newPuppet(&home, target)
		worker := newPuppet(&home, target)
		if i&1 != 0 {
			worker = newPuppet(nil, target) // then it is the client that must share the server's space
			client = newPuppet(&home, source)
		}
		client.calls(server.id, tag(1, 0)).set(5)
		server.receives(l4.AnyThread)
		server.begin()
		client.begin()
		server.finish()
		server.sends(worker.id, tag(1, 0)).as(client.id).set(6)
		worker.receives(l4.AnyThread)
		if i&2 != 0 {
			server.block(l4.PendingSend)
			worker.begin()
		} else {
			worker.block(l4.WaitingReceive)
			server.begin()
		}
		finish(server, worker)
		equalID("worker sees the client", worker.sender, client.seenBy(worker))
		equalID("ActualSender", worker.actual, server.id)
		server.sends(client.id, tag(0, 0)).in(l4.Zero, l4.Never)
		server.run()
		server.want("the server is not waited for any more", sendTimeout)
		worker.sends(worker.sender, tag(1, 0)).in(l4.Zero, l4.Never).set(7)
		worker.begin()
		finish(worker, client)
		worker.want("answer", l4.OK)
		client.want("call", l4.OK)
		equal("word", client.got[1], 7)
		equalID("who answered", client.sender, worker.seenBy(client))
		for _, p := range [...]*puppet{client, server, worker} {
			remove(p.id)
		}
		resetPuppets()
		stacksUsed -= 3
	}
	step("the new partner's deletion ends the wait")
	client, worker := newPuppet(nil, source), newPuppet(&home, target)
	server := newPuppet(&home, target)
	client.calls(server.id, tag(0, 0))
	server.receives(l4.AnyThread)
	server.begin()
	client.begin()
	server.finish()
	server.sends(worker.id, tag(0, 0)).as(client.id)
	worker.receives(l4.AnyThread)
	worker.begin()
	server.begin()
	finish(server, worker)
	remove(worker.id)
	client.finish()
	client.want("call", receiveNoPartner)
}

// Who waits for somebody else, for anybody, or not at all, stays as it is.
func propagateNoRetarget() {
	s, r := near()
	virtual := newPuppet(&home, source)
	other := newPuppet(&home, source)
	for _, from := range [...]l4.ThreadID{other.id, l4.AnyThread} {
		virtual.receives(from)
		virtual.block(l4.WaitingReceive)
		s.sends(r.id, tag(0, 0)).as(virtual.id)
		meet(s, r, l4.AnyThread)
		equalID("sender", r.sender, virtual.local)
		if from == other.id {
			r.sends(virtual.id, tag(0, 0)).in(l4.Zero, l4.Never)
			r.run()
			r.want("the receiver", sendTimeout)
		}
		other.sends(virtual.id, tag(0, 0)).in(l4.Zero, l4.Never)
		other.begin()
		finish(other, virtual)
		virtual.want("waiter", l4.OK)
	}
	step("a virtual sender that sends")
	virtual.sends(other.id, tag(0, 0))
	virtual.block(l4.PendingSend)
	meet(s, r, l4.AnyThread)
	other.receives(virtual.id)
	other.begin()
	finish(other, virtual)
	virtual.want("its own message", l4.OK)
}

// Passed on from one to the next.
func propagateChain() {
	client := newPuppet(nil, source)
	var chain [4]*puppet
	for i := range chain {
		chain[i] = newPuppet(&home, target)
	}
	client.calls(chain[0].id, tag(1, 0)).set(1)
	chain[0].receives(l4.AnyThread)
	chain[0].begin()
	client.begin()
	chain[0].finish()
	for i, p := range chain[:3] {
		p.sends(chain[i+1].id, tag(1, 0)).as(client.id).set(uint32(i + 2))
		meet(p, chain[i+1], l4.AnyThread)
		equalID("client", chain[i+1].sender, client.id)
	}
	chain[3].sends(client.id, tag(1, 0)).in(l4.Zero, l4.Never).set(9)
	chain[3].begin()
	finish(chain[3], client)
	client.want("call", l4.OK)
	equalID("who answered", client.sender, chain[3].id)
}

// Propagation survives page faults of either side, and string items.
func propagateString() {
	s, r := near()
	far := newPuppet(nil, source)
	fill(s.back, 0x3000, 1, 0)
	clear(r.back, 0x3000)
	s.set(item(0x2000), s.zone+0x10)
	r.accepts(strings, item(0x2000), r.zone+0x20)
	r.receives(far.id)
	s.sends(r.id, tag(0, 2)).as(far.id)
	r.begin()
	s.begin()
	x, y := sidesOf(s, r, 0x10, 0x20, 0x2000)
	serve(x, y)
	s.want("sender", l4.OK)
	r.want("receiver", l4.OK)
	equal("tag", uint32(r.result), uint32(tag(0, 2)|l4.Propagate))
	equalID("sender", r.sender, far.id)
	equalID("ActualSender", r.actual, s.id)
	holds("string", r.back+0x20, 0x2000, 1, 0x10)
	s.sameRegisters()
}

// A transfer that fails comes from the virtual sender as well; it does not turn it to the receiver.
func propagateFailed() {
	client := newPuppet(nil, source)
	server, worker := near()
	client.calls(server.id, tag(0, 0))
	server.receives(l4.AnyThread)
	server.begin()
	client.begin()
	server.finish()
	server.sends(worker.id, tag(0, 2)).as(client.id).set(item(100), server.zone)
	meet(server, worker, l4.AnyThread)
	server.want("sender", sendError(l4.Overflow, 0))
	worker.want("receiver", receiveError(l4.Overflow, 0))
	check(worker.result.Propagated(), "bit p")
	server.sends(client.id, tag(0, 0)).in(l4.Zero, l4.Never)
	server.begin()
	finish(server, client)
	client.want("call", l4.OK)
}

// The virtual sender is deleted while the message is queued: the message comes from the sender.
func propagateDeleted() {
	s, r := near()
	virtual := newPuppet(&home, source)
	s.sends(r.id, tag(1, 0)).as(virtual.id).set(3)
	s.block(l4.PendingSend)
	remove(virtual.id)
	r.receives(l4.AnyThread)
	r.begin()
	finish(s, r)
	r.want("receiver", l4.OK)
	equal("word", r.got[1], 3)
	equalID("sender", r.sender, s.local)
	check(!r.result.Propagated(), "bit p")
}

// Queued propagated messages that end otherwise leave nothing behind.
func propagateEnds() {
	s, r := near()
	virtual := newPuppet(&home, source)
	s.sends(r.id, tag(0, 0)).as(virtual.id).in(moment, l4.Never)
	s.run()
	s.want("timeout", sendTimeout)
	s.in(soon, l4.Never)
	s.block(l4.PendingSend)
	exchange(s.id, l4.CancelSend)
	s.finish()
	s.want("cancel", sendCancelled)
	r.receives(virtual.id).in(l4.Never, l4.Zero)
	r.run()
	r.want("receiver", receiveTimeout)
	r.receives(virtual.id)
	r.block(l4.WaitingReceive)
	virtual.sends(r.id, tag(0, 0)).in(l4.Zero, l4.Never)
	virtual.begin()
	finish(virtual, r)
	equalID("sender", r.sender, virtual.local)
	check(!r.result.Propagated(), "bit p")
}

// A pager passes a fault in mid transfer on; the other pager's answer counts.
func propagateFault() {
	s, r := near()
	fill(s.back, 0x1000, 1, 0)
	other := spawn(func() {
		for {
			var m l4.Msg
			from, err := l4.Wait(&m, l4.Never)
			f, ok := m.PageFault()
			if err != l4.OK || !ok || !m.Tag().Propagated() || l4.MyUTCB().ActualSender() != controller {
				fatal(describe("no fault passed on, but ").Hex(uint32(m.Tag())))
			}
			back := regions[(f.Addr-zone)/regionSize] + (f.Addr-zone)%regionSize
			m.Start(0).AddMap(l4.MapItem{Base: f.Addr, Fpage: l4.PageAt(back, l4.RWX)})
			arrives("answer", l4.Send(from, &m, l4.Zero))
		}
	})
	waitState(other, l4.WaitingReceive)
	takeAll(1, s, r)
	s.set(item(0x800), s.zone)
	r.accepts(strings, item(0x800), r.zone)
	launch(s, r, tag(0, 2))
	for _, p := range [...]*puppet{s, r} {
		access := l4.Read
		if p == r {
			access = l4.Write
		}
		f := p.faults(p.zone, access)
		var m l4.Msg
		m.Start(l4.PageFaultProtocol.Label(uint16(access))).Add(f.Addr).Add(f.IP)
		arrives("pass on", l4.PassOn(p.id, other, &m, l4.Zero))
	}
	arrived(s, r)
	holds("string", r.back, 0x800, 1, 0)
}
