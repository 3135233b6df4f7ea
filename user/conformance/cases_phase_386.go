package main

import "pecan/user/l4"

// Order of the phases of an IPC, states, and who runs next (semantics 1.1, 1.2, 1.5).

var phaseCases = []testCase{
	{"phase-states", "1.1.1 1.1.2 1.1.3 1.1.8 1.1.9", phaseStates},
	{"phase-send-error-ends-call", "1.2.1", phaseSendError},
	{"phase-call", "1.2.2 1.2.3 1.4.4", phaseCall},
	{"phase-send-then-receive-from-another", "1.2.2 1.2.3", phaseOther},
	{"phase-no-window", "1.2.4", phaseNoWindow},
	{"phase-neither", "1.2.5", phaseNeither},
	{"phase-lipc", "1.2.2 1.2.3 1.4.2c", phaseLipc},
	{"order-send-to-waiting", "1.5.1", orderSendOnly},
	{"order-call", "1.5.2", orderCall},
	{"order-nobody-woken", "1.5.3", orderNobody},
	{"order-reply-and-wait", "1.5.4", orderReplyWait},
	{"order-receive-fails", "1.5.5", orderReceiveFails},
}

func phaseStates() {
	s, r := near()
	step("send wait")
	s.sends(r.id, tag(0, 0))
	s.block(l4.PendingSend)
	step("receive wait")
	r.receives(r.id).in(l4.Never, soon)
	r.block(l4.WaitingReceive)
	step("cancel")
	exchange(s.id, l4.CancelIPC)
	exchange(r.id, l4.CancelIPC)
	finish(s, r)
	step("running")
	id := spawn(func() {
		for {
		}
	})
	equal("state", uint32(l4.State(id)), uint32(l4.Running))
	step("halted")
	exchange(id, l4.SetHalt|l4.Halt)
	equal("state", uint32(l4.State(id)), uint32(l4.Inactive))
	exchange(id, l4.SetHalt)
	equal("state", uint32(l4.State(id)), uint32(l4.Running))
	step("inactive")
	state := l4.State(inactive())
	check(state == l4.Dead, "state")
}

func phaseSendError() {
	s, r := near()
	third := newPuppet(&home, source)
	third.sends(s.id, tag(1, 0)).set(0x333)
	third.block(l4.PendingSend)
	step("timeout")
	s.calls(r.id, tag(0, 0)).in(l4.Zero, soon)
	s.from = l4.AnyThread
	s.run()
	s.want("call", sendTimeout)
	equal("state of the queued sender", uint32(l4.State(third.id)), uint32(l4.PendingSend))
	equal("tag", uint32(s.result), uint32(tag(0, 0)|l4.Failed))
	step("no partner")
	s.to = l4.Global(100000, 1)
	s.run()
	s.want("call", sendNoPartner)
	equal("state of the queued sender", uint32(l4.State(third.id)), uint32(l4.PendingSend))
	s.receives(third.id)
	s.begin()
	finish(s, third)
	equal("word", s.got[1], 0x333)
}

func phaseCall() {
	for i := range 2 {
		s, r := near()
		if i == 1 {
			s, r = pair()
		}
		s.calls(r.id, tag(2, 0)).set(1, 2)
		r.receives(l4.AnyThread)
		r.begin()
		s.begin()
		r.finish()
		equalID("client", r.sender, s.seenBy(r))
		equal("tag", uint32(r.result), uint32(tag(2, 0)))
		s.stillBusy("client waits for the answer")
		r.sends(r.sender, l4.NewTag(7, 3, 0)).in(l4.Zero, l4.Never).set(4, 5, 6)
		r.begin()
		finish(s, r)
		s.want("call", l4.OK)
		r.want("answer", l4.OK)
		equalID("server", s.sender, r.seenBy(s))
		equal("tag", uint32(s.result), uint32(l4.NewTag(7, 3, 0)))
		equal("MR0", s.got[0], uint32(s.result))
		equal("MR3", s.got[3], 6)
		equalID("sender of a send", r.sender, l4.NilThread)
	}
}

func phaseOther() {
	s, r := near()
	third := newPuppet(nil, source)
	s.to, s.from, s.tag, s.times = r.id, third.id, tag(1, 0), l4.NewTimeouts(soon, soon)
	s.set(0x11)
	r.receives(s.id)
	r.begin()
	s.begin()
	r.finish()
	r.want("first receiver", l4.OK)
	r.sends(s.id, tag(1, 0)).in(l4.Zero, l4.Never)
	r.run()
	r.want("the first receiver is not waited for", sendTimeout)
	third.sends(s.id, tag(1, 0)).set(0x22)
	third.begin()
	finish(s, third)
	s.want("both phases", l4.OK)
	equal("word", s.got[1], 0x22)
	equalID("sender", s.sender, third.id)
}

// A server that answers with zero timeout always finds its client waiting, whichever has the higher priority and who
// came first.
func phaseNoWindow() {
	for i := range uint32(4) {
		about.Reset().Str("order ").Dec(uint64(i)).Str(": ")
		client, server := pair()
		succeeds("priority", l4.SetPriority(server.id, 90+20*(i&1))) // below or above the client's, never above the case's
		client.calls(server.id, tag(0, 0))
		server.receives(l4.AnyThread)
		for range 3 {
			if i&2 != 0 {
				client.block(l4.PendingSend)
				server.begin()
			} else {
				server.block(l4.WaitingReceive)
				client.begin()
			}
			server.finish()
			answer := func() {
				server.sends(client.id, tag(0, 0)).in(l4.Zero, l4.Never)
				server.begin()
				finish(server, client)
				server.want("answer", l4.OK)
				client.want("call", l4.OK)
			}
			answer()
			server.receives(l4.AnyThread)
		}
	}
	// A server in one loop, which does nothing between receiving and answering.
	about.Reset()
	failures := uint32(0)
	server := spawn(func() {
		var m l4.Msg
		to := l4.NilThread
		for {
			from, err := l4.ReplyWait(to, &m, l4.Never)
			if to = from; err != l4.OK {
				failures++
				to = l4.NilThread
			}
		}
	})
	var ids [4]l4.ThreadID
	counts := [4]uint32{}
	for i := range ids {
		ids[i] = spawnAt(uint32(98+i), func() {
			for range 200 {
				var m l4.Msg
				if l4.Call(server, m.Start(0).Add(uint32(i)), l4.NewTimeouts(soon, soon)) == l4.OK && m.Word(1) == uint32(i) {
					counts[i]++
				}
			}
			l4.Send(controller, new(l4.Msg), l4.Never)
		})
	}
	for i := range ids {
		var m l4.Msg
		arrives("client", l4.Receive(ids[i], &m, soon))
		equal("calls", counts[i], 200)
	}
	equal("answers that nobody waited for", failures, 0)
}

func phaseNeither() {
	s := newPuppet(&home, source)
	s.set(1, 2, 3)
	for _, t := range [...]l4.MsgTag{0, tag(3, 0), 0xFFFFFFFF} {
		s.tag = t
		s.run()
		check(!s.result.Failed(), "an error")
		for i := uint32(1); i < 64; i++ {
			equal("register", s.got[i], s.mr[i])
		}
	}
}

func phaseLipc() {
	s, r := near()
	s.lipc, r.lipc = true, true
	s.calls(r.local, tag(1, 0)).set(9)
	r.receives(l4.AnyLocalThread)
	r.begin()
	s.begin()
	r.finish()
	equalID("client", r.sender, s.local)
	equal("word", r.got[1], 9)
	r.to, r.from, r.times, r.tag = s.local, l4.AnyLocalThread, l4.NewTimeouts(l4.Zero, moment), tag(1, 0)
	r.set(10)
	r.begin()
	finish(s, r)
	s.want("call", l4.OK)
	equal("answer", s.got[1], 10)
	r.want("reply and wait", receiveTimeout)
	step("to another space")
	far := newPuppet(nil, target)
	s.calls(far.id, tag(1, 0))
	far.receives(s.id)
	far.begin()
	s.begin()
	far.finish()
	far.sends(s.id, tag(0, 0)).in(l4.Zero, l4.Never)
	far.begin()
	finish(s, far)
	s.want("call", l4.OK)
	equalID("server", s.sender, far.id)
}

// trail is who ran, in order.
var trail struct {
	n    uint32
	step [16]byte
}

func mark(c byte) {
	if trail.n < 16 {
		trail.step[trail.n] = c
		trail.n++
	}
}

func wantTrail(want string) {
	if got := string(trail.step[:trail.n]); got != want {
		t := describe("order: got ")
		fatal(t.Chars(trail.step[:trail.n]).Str(", want ").Str(want))
	}
	trail.n = 0
}

// waiter waits for a message, then marks.
func waiter(priority uint32, from l4.ThreadID, c byte) l4.ThreadID {
	id := spawnAt(priority, func() {
		var m l4.Msg
		l4.Receive(from, &m, soon)
		mark(c)
		l4.Suspend()
	})
	waitState(id, l4.WaitingReceive)
	return id
}

func orderSendOnly() {
	trail.n = 0
	var m l4.Msg
	higher := waiter(casePriority+1, me(), 'h')
	l4.Send(higher, m.Start(0), l4.Zero)
	mark('c')
	wantTrail("hc")
	lower := waiter(casePriority-1, me(), 'l')
	l4.Send(lower, m.Start(0), l4.Zero)
	mark('c')
	l4.Sleep(moment)
	wantTrail("cl")
}

func me() l4.ThreadID { return l4.MyGlobalID() }

// The receiver runs at the latest when the caller has blocked, before any other thread that is not more urgent.
func orderCall() {
	trail.n = 0
	b := spawnAt(105, func() {
		var m l4.Msg
		from, _ := l4.Wait(&m, soon)
		mark('b')
		l4.Send(from, m.Start(0), soon)
		l4.Suspend()
	})
	waitState(b, l4.WaitingReceive)
	spawnAt(105, func() {
		var m l4.Msg
		mark('a')
		l4.Call(b, m.Start(0), l4.NewTimeouts(soon, soon))
		mark('A')
		l4.Suspend()
	})
	l4.Sleep(moment)
	wantTrail("abA")
}

// A thread that blocks without having woken anybody leaves the processor to the best ready thread.
func orderNobody() {
	trail.n = 0
	for i, c := range [...]byte{'x', 'y', 'z'} {
		spawnAt([...]uint32{101, 103, 102}[i], func() {
			mark(c)
			l4.Suspend()
		})
	}
	l4.Sleep(moment)
	wantTrail("yzx")
}

// A server answers one client while another is queued: both run, the more urgent first.
func orderReplyWait() {
	for _, urgent := range [...]bool{false, true} {
		trail.n = 0
		first, second := uint32(101), uint32(103)
		if urgent {
			first, second = second, first
		}
		server := spawnAt(102, func() {
			var m l4.Msg
			from, _ := l4.Wait(&m, soon)
			l4.Sleep(moment) // the second client queues meanwhile
			l4.ReplyWait(from, m.Start(0), soon)
			mark('s')
			l4.Suspend()
		})
		client := func(priority uint32, c byte) {
			spawnAt(priority, func() {
				var m l4.Msg
				l4.Call(server, m.Start(0), l4.NewTimeouts(soon, soon))
				mark(c)
				l4.Suspend()
			})
		}
		client(first, '1')
		l4.Sleep(tick)
		client(second, '2')
		l4.Sleep(l4.Milliseconds(12))
		if urgent {
			wantTrail("1s")
		} else {
			wantTrail("s1")
		}
	}
}

// The receive phase fails at once after the send: the woken receiver has its message all the same.
func orderReceiveFails() {
	trail.n = 0
	r := waiter(casePriority-1, me(), 'r')
	var m l4.Msg
	err := l4.Call(r, m.Start(0), l4.NewTimeouts(l4.Zero, l4.Zero))
	mark('c')
	ipcFails("call", err, receiveTimeout)
	l4.Sleep(moment)
	check(string(trail.step[:trail.n]) == "rc" || string(trail.step[:trail.n]) == "cr", "receiver did not run")
}
