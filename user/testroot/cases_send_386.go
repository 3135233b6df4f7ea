package main

import "pecan/user/l4"

// Sending, order and messages (semantics 1.2 to 1.6).

var sendCases = []testCase{
	{"semantics-1.3-send-to-self", sendToSelf},
	{"semantics-1.3-fifo", fifoOrder},
	{"semantics-1.3-fifo-with-withdrawals", fifoWithdrawals},
	{"semantics-1.2-no-window", noWindow},
	{"semantics-1.2-reply-to-queued-caller", replyQueued},
	{"semantics-1.2-failed-send-skips-receive", failedSendSkips},
	{"semantics-1.3-send-to-inactive", sendInactive},
	{"semantics-1.3-send-to-unstarted", sendUnstarted},
	{"semantics-1.3-ping-pong-across-spaces", pingPong},
}

func sendToSelf() {
	var m l4.Msg
	ipcFails("zero timeout", l4.Send(me(), m.Start(0), l4.Zero), sendTimeout)
	ipcFails("finite timeout", l4.Send(me(), m.Start(0), tick), sendTimeout)
	ipcFails("by local ID", l4.Send(l4.MyLocalID(), m.Start(0), tick), sendTimeout)
	ipcFails("send and receive", l4.Call(me(), m.Start(0), l4.NewTimeouts(tick, soon)), sendTimeout)
	id := spawn(func() {
		var m l4.Msg
		err := l4.Send(l4.MyGlobalID(), m.Start(0), l4.Never)
		l4.Send(controller, m.Start(0).Add(uint32(err)), soon)
	})
	waitState(id, l4.PendingSend)
	succeeds("cancel", l4.Cancel(id))
	arrives("report", l4.Receive(id, &m, soon))
	equal("error", m.Word(1), uint32(sendCancelled))
	id = spawn(func() {
		var m l4.Msg
		l4.Send(l4.MyGlobalID(), m.Start(0), l4.Never)
	})
	waitState(id, l4.PendingSend)
	remove(id)
}

// Senders are received in the order of their arrival.
func fifoOrder() {
	const n = 12
	var ids [n]l4.ThreadID
	for i := range ids {
		ids[i] = spawn(sender(me(), uint32(i)))
		waitState(ids[i], l4.PendingSend)
	}
	for i := range ids {
		var m l4.Msg
		from, err := l4.Wait(&m, soon)
		arrives("wait", err)
		equal("word", m.Word(1), uint32(i))
		equalID("sender", from, l4.OtherID(ids[i]))
	}
}

// The order stays when some leave the queue: by timeout, cancel, deletion, closed receive.
func fifoWithdrawals() {
	const n = 10
	var ids [n]l4.ThreadID
	for i := range ids {
		limit := l4.Never
		if i == 0 || i == 9 {
			limit = l4.Milliseconds(50)
		}
		ids[i] = spawn(func() {
			var m l4.Msg
			l4.Send(controller, m.Start(1).Add(uint32(i)), limit)
		})
		waitState(ids[i], l4.PendingSend)
	}
	waitState(ids[0], l4.WaitingReceive) // has given up, and sleeps for good
	waitState(ids[9], l4.WaitingReceive)
	succeeds("cancel", l4.Cancel(ids[2]))
	remove(ids[5])
	remove(ids[1])
	var m l4.Msg
	arrives("closed", l4.Receive(ids[7], &m, soon))
	equal("word", m.Word(1), 7)
	for _, i := range [...]uint32{3, 4, 6, 8} {
		_, err := l4.Wait(&m, soon)
		arrives("wait", err)
		equal("word", m.Word(1), i)
	}
	_, err := l4.Wait(&m, moment)
	ipcFails("nobody left", err, receiveTimeout)
}

// A caller is receiving when its message has arrived: a reply with zero timeout reaches it, whoever has priority.
func noWindow() {
	var m l4.Msg
	for _, priority := range [...]uint32{50, 110, 150} {
		stepNumber("server priority", priority)
		server := spawnAt(priority, func() {
			var m l4.Msg
			from, err := l4.Wait(&m, soon)
			for err == l4.OK {
				m[1]++
				from, err = l4.ReplyWait(from, &m, soon)
			}
			fatal(describe("reply failed: ").Str(err.Error()))
		})
		for i := range uint32(200) {
			arrives("call", l4.Call(server, m.Start(0).Add(i), l4.NewTimeouts(soon, soon)))
			equal("answer", m.Word(1), i+1)
		}
		remove(server)
	}
}

// The same for callers that were queued when the server received.
func replyQueued() {
	const n = 6
	for i := range uint32(n) {
		caller := spawnAt(90+10*i, func() {
			var m l4.Msg
			arrives("queued call", l4.Call(controller, m.Start(0).Add(i), 0))
			equal("answer", m.Word(1), i+100)
			l4.Send(controller, m.Start(0x99), soon)
		})
		waitState(caller, l4.PendingSend)
	}
	var m l4.Msg
	finished := 0
	from, err := l4.Wait(&m, soon)
	for {
		arrives("wait", err)
		if m.Tag().Label() == 0x99 {
			if finished++; finished == n {
				return
			}
			from, err = l4.Wait(&m, soon)
			continue
		}
		m[1] += 100
		from, err = l4.ReplyWait(from, &m, soon)
	}
}

func failedSendSkips() {
	s := spawn(sender(me(), 1))
	waitState(s, l4.PendingSend)
	ghost := l4.Global(100000, 1)
	u := l4.MyUTCB()
	_, tag := l4.Ipc(ghost, s, l4.NewTimeouts(soon, soon), l4.NewTag(0x31, 0, 0))
	check(tag.Failed(), "no error")
	equal("ErrorCode", u.ErrorCode, uint32(sendNoPartner))
	equal("label stays", uint32(tag.Label()), 0x31)
	var m l4.Msg
	arrives("the sender is still there", l4.Receive(s, &m, l4.Zero))
}

func sendInactive() {
	id := newID()
	succeeds("create", l4.ThreadControl(id, self, self, l4.NilThread, home.location()))
	var m l4.Msg
	ipcFails("zero", l4.Send(id, m.Start(0), l4.Zero), sendTimeout)
	ipcFails("finite", l4.Send(id, m.Start(0), tick), sendTimeout)
	ipcFails("receive", l4.Receive(id, &m, tick), receiveTimeout)
	waiting := spawn(func() {
		var m l4.Msg
		arrives("send", l4.Send(id, m.Start(0x42).Add(7), soon))
	})
	waitState(waiting, l4.PendingSend)
	succeeds("activate", l4.ThreadControl(id, id, l4.NilThread, me(), l4.Unchanged))
	run(id, func() {
		var m l4.Msg
		arrives("receive what was queued", l4.Receive(waiting, &m, soon))
		l4.Send(controller, &m, soon)
	})
	arrives("report", l4.Receive(id, &m, soon))
	equal("word", m.Word(1), 7)
}

// A thread that waits for its start message takes it from its pager only.
func sendUnstarted() {
	other := spawn(func() { l4.Suspend() })
	id := newID()
	succeeds("create", l4.ThreadControl(id, self, self, other, home.location()))
	var m l4.Msg
	ipcFails("start by somebody else", l4.Send(id, m.SetStart(parkAddress(), 0), tick), sendTimeout)
	equal("state", uint32(l4.State(id)), uint32(l4.WaitingReceive))
}

func pingPong() {
	a := spawnSpace(func() {
		var m l4.Msg
		from, err := l4.Wait(&m, soon)
		for err == l4.OK {
			for i := range m.Tag().Untyped() {
				m[1+i] = ^m[1+i]
			}
			from, err = l4.ReplyWait(from, &m, soon)
		}
	})
	b := spawnSpace(func() {
		for n := range uint32(64) {
			var m l4.Msg
			m.Start(uint16(n))
			for i := range n {
				m.Add(n<<16 | i)
			}
			arrives("call", l4.Call(a.id, &m, l4.NewTimeouts(soon, soon)))
			check(m.Tag() == l4.NewTag(uint16(n), n, 0), "tag")
			for i := range n {
				equal("word", m.Word(1+i), ^(n<<16 | i))
			}
		}
		var m l4.Msg
		l4.Send(controller, m.Start(0), soon)
	})
	var m l4.Msg
	arrives("report", l4.Receive(b.id, &m, soon))
}
