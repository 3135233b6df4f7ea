package main

import "pecan/user/l4"

// Deletion (semantics 6.3).

var endCases = []testCase{
	{"6.3.1-queues-timeouts-transfers", "6.3.1", endQueues},
	{"6.3.2-queued-senders", "6.3.2", endSenders},
	{"6.3.3-closed-receivers", "6.3.3", endReceivers},
	{"6.3.4-interrupt-handler", "6.3.4", endHandler},
	{"6.3.5-timeslice", "6.3.5", endDonor},
	{"6.3.6-same-id-at-once", "6.3.6", endReuse},
}

func endQueues() {
	peer := newPuppet(&home, target)
	step("send queue")
	var list [3]*puppet
	for i := range list {
		list[i] = newPuppet(nil, source)
		list[i].sends(peer.id, tag(1, 0)).set(uint32(i))
		list[i].block(l4.PendingSend)
	}
	remove(list[1].id)
	for i := range list {
		if i == 1 {
			continue
		}
		peer.receives(l4.AnyThread).in(l4.Never, l4.Zero)
		peer.begin()
		finish(peer, list[i])
		equal("from the queue", peer.got[1], uint32(i))
	}
	peer.run()
	peer.want("the queue is empty", receiveTimeout)
	step("timeout")
	id := spawn(func() { l4.Sleep(l4.Milliseconds(2)) })
	waitState(id, l4.WaitingReceive)
	remove(id)
	late := spawn(func() { l4.Sleep(l4.Milliseconds(1)); hello(1)() })
	l4.Sleep(l4.Milliseconds(4))
	greets(late, 1)
	step("ready queue")
	id = spawn(spinner)
	remove(id)
	next := spawn(hello(2))
	greets(next, 2)
	for i := range 4 {
		step([...]string{"sender in a fault", "receiver of it", "receiver in a fault", "sender of it"}[i])
		s, r := pair()
		p := s
		if i >= 2 {
			p = r
		}
		faultOf(s, r, p, true)
		gone, left, want := s, r, receiveError(l4.Aborted, 0x800)
		if i == 1 || i == 2 {
			gone, left, want = r, s, sendError(l4.Aborted, 0x800)
		}
		remove(gone.id)
		gone.busy = false
		left.finish()
		left.want("partner", want)
		remove(left.id)
		resetPuppets()
	}
}

func endSenders() {
	r := newPuppet(&home, target)
	a, b, c := newPuppet(&home, source), newPuppet(nil, source), newPuppet(nil, source)
	a.sends(r.id, tag(0, 0))
	b.calls(r.id, tag(0, 0)).in(l4.Never, l4.Never)
	c.sends(r.id, tag(0, 2)).set(item(100), c.zone)
	for _, p := range [...]*puppet{a, b, c} {
		p.block(l4.PendingSend)
	}
	remove(r.id)
	r.busy = false
	finish(a, b, c)
	for _, p := range [...]*puppet{a, b, c} {
		p.want("queued sender", sendNoPartner)
	}
	step("at an inactive thread")
	dead := inactive()
	a.sends(dead, tag(0, 0))
	a.block(l4.PendingSend)
	remove(dead)
	a.finish()
	a.want("queued sender", sendNoPartner)
}

func endReceivers() {
	r := newPuppet(&home, target)
	a, b, open, other := newPuppet(&home, source), newPuppet(nil, source), newPuppet(nil, source), newPuppet(nil, source)
	a.receives(r.local)
	b.receives(r.id).in(l4.Never, l4.Never)
	open.receives(l4.AnyThread)
	other.receives(a.id)
	for _, p := range [...]*puppet{a, b, open, other} {
		p.block(l4.WaitingReceive)
	}
	remove(r.id)
	r.busy = false
	finish(a, b)
	a.want("by local ID", receiveNoPartner)
	b.want("by global ID", receiveNoPartner)
	equal("open wait", uint32(l4.State(open.id)), uint32(l4.WaitingReceive))
	equal("wait for another", uint32(l4.State(other.id)), uint32(l4.WaitingReceive))
	exchange(open.id, l4.CancelIPC)
	remove(a.id)
	finish(open, other)
	other.want("wait for another", receiveNoPartner)
	step("a call whose server goes")
	r = newPuppet(nil, target)
	b.calls(r.id, tag(0, 0)).in(soon, l4.Never)
	r.receives(l4.AnyThread)
	r.begin()
	b.begin()
	r.finish()
	remove(r.id)
	b.finish()
	b.want("call", receiveNoPartner)
}

// The handler goes while its line fires. The next handler gets interrupts again.
func endHandler() {
	const line = 8
	for i := range 3 {
		handler := newPuppet(&home, target)
		succeeds("associate", l4.AssociateInterrupt(line, handler.id))
		switch i {
		case 0: // waits
			handler.receives(l4.Interrupt(line))
			handler.block(l4.WaitingReceive)
		case 2: // has one to acknowledge
			clockInterrupt(true)
			handler.receives(l4.Interrupt(line))
			handler.run()
			handler.want("interrupt", l4.OK)
		}
		remove(handler.id)
		handler.busy = false
		clockInterrupt(true)
		l4.Sleep(l4.Milliseconds(3))
		clockInterrupt(false)
		heir := newPuppet(&home, target)
		succeeds("associate another", l4.AssociateInterrupt(line, heir.id))
		clockInterrupt(true)
		heir.receives(l4.Interrupt(line))
		heir.run()
		heir.want("interrupt", l4.OK)
		equal("its tag", uint32(heir.result), 0xFFF00000)
		clockInterrupt(false)
		succeeds("release", l4.ReleaseInterrupt(line))
		remove(heir.id)
		resetPuppets()
	}
}

// A server runs on its client's timeslice, and so before others of higher priority than its own. When it deletes the client,
// these come first.
func endDonor() {
	trail.n = 0
	var client l4.ThreadID
	server := spawnAt(90, func() {
		var m l4.Msg
		l4.Wait(&m, soon)
		mark('a')
		l4.DeleteThread(client)
		mark('s')
		hello(1)()
	})
	waitState(server, l4.WaitingReceive)
	other := spawnAt(95, func() {
		mark('o')
		hello(2)()
	})
	client = spawnAt(100, func() {
		var m l4.Msg
		mark('c')
		l4.Call(server, m.Start(0), l4.Forever)
	})
	greets(other, 2)
	greets(server, 1)
	wantTrail("caos")
}

func endReuse() {
	id, at := newID(), uint32(home.location())
	stack := newStack()
	for i := range uint32(200) {
		stepNumber("round", i)
		succeeds("create", control(id, self, self, controller, at))
		ip, sp := l4.PrepareThread(stack, hello(i))
		arrives("start", l4.SendStart(id, ip, sp))
		if i&1 == 0 {
			greets(id, i)
		}
		remove(id)
		check(!exists(id), "still there")
	}
	step("as a space")
	for range 20 {
		succeeds("create", l4.NewSpace(&l4.Space{
			ID: id, Pager: controller, Scheduler: self, KIPArea: l4.KIPAreaHere(), UTCBArea: l4.UTCBAreaHere(),
		}))
		remove(id)
	}
}
