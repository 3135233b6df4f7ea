package main

import "pecan/user/l4"

// Partners that do not exist, or go away (semantics 1.3, 1.4, 6.3).

var partnerCases = []testCase{
	{"semantics-1.3-no-such-partner", noSuchPartner},
	{"semantics-1.4-no-such-partner", noSuchSource},
	{"semantics-6.3-deletion-wakes-senders", deletionWakesSenders},
	{"semantics-6.3-deletion-wakes-receivers", deletionWakesReceivers},
	{"semantics-6.3-deletion-wakes-callers", deletionWakesCallers},
	{"semantics-6.3-deletion-wakes-in-other-spaces", deletionWakesFar},
	{"semantics-6.3-deletion-of-queued-sender", deletionOfSender},
	{"semantics-6.3-deletion-of-receiver-with-timeout", deletionOfSleeper},
	{"semantics-6.3-number-reused", numberReused},
	{"semantics-6.2-new-version-ends-waits", versionEndsWaits},
	{"semantics-1.4-open-wait-survives-deletions", openSurvives},
}

// ghosts are IDs that name no thread: wrong number, wrong version, misaligned or foreign local IDs, reserved ranges.
func ghosts() [15]l4.ThreadID {
	k := l4.Kernel()
	area := uint32(l4.UTCBAreaHere().Base())
	return [...]l4.ThreadID{
		l4.Global(100000, 1),
		l4.Global(me().Number(), me().Version()+1),
		l4.Global(me().Number(), me().Version()+64),
		l4.Global(k.UserBase()+1, 1), // sigma1
		kernelThread(),
		l4.Global(0x3FFFF, 1),
		l4.Global(0x3FFFF, 0x3FFE),
		l4.Global(3, 2),                   // interrupt, wrong version
		l4.ThreadID(area + 255*512),       // block, not MR0
		l4.ThreadID(area + 250*512 + 256), // free UTCB
		l4.ThreadID(area + 0x40),
		l4.ThreadID(area - 256),
		0x40,
		0xFFFFFF40,
		0xC0000100,
	}
}

func noSuchPartner() {
	var m l4.Msg
	for _, id := range ghosts() {
		stepNumber("ID", uint32(id))
		ipcFails("send, zero", l4.Send(id, m.Start(0), l4.Zero), sendNoPartner)
		ipcFails("send, never", l4.Send(id, m.Start(0), l4.Never), sendNoPartner)
		ipcFails("call", l4.Call(id, m.Start(0), 0), sendNoPartner)
		ipcFails("lcall", l4.LCall(id, m.Start(0), 0), sendNoPartner)
	}
	for _, id := range [...]l4.ThreadID{l4.AnyThread, l4.AnyLocalThread} {
		stepNumber("ID", uint32(id))
		ipcFails("send to a wildcard", l4.Send(id, m.Start(0), soon), sendNoPartner)
	}
}

func noSuchSource() {
	var m l4.Msg
	for _, id := range ghosts() {
		stepNumber("ID", uint32(id))
		ipcFails("receive, zero", l4.Receive(id, &m, l4.Zero), receiveNoPartner)
		ipcFails("receive, never", l4.Receive(id, &m, l4.Never), receiveNoPartner)
	}
	// The send phase is done, then the receive phase fails.
	about.Reset()
	for _, id := range ghosts() {
		to := receiveRaw(0)
		u := l4.MyUTCB()
		_, tag := l4.Ipc(to, id, l4.NewTimeouts(soon, soon), l4.NewTag(3, 0, 0))
		check(tag.Failed(), "no error")
		equal("error", u.ErrorCode, uint32(receiveNoPartner))
		arrives("receiver", l4.Receive(to, &m, soon))
		equal("what it got", uint32(got.tag), uint32(l4.NewTag(3, 0, 0)))
	}
}

// reportOf waits for a thread to report an error code.
func reportOf(id l4.ThreadID, want l4.IPCError) {
	var m l4.Msg
	arrives("report", l4.Receive(id, &m, soon))
	equal("error", m.Word(1), uint32(want))
}

// report sends an IPC error to the case.
func report(err l4.IPCError) {
	var m l4.Msg
	l4.Send(controller, m.Start(0).Add(uint32(err)), soon)
}

func sleeper() { l4.Suspend() }

func deletionWakesSenders() {
	victim := spawn(sleeper)
	var ids [5]l4.ThreadID
	for i := range ids {
		limit := l4.Never
		if i&1 != 0 {
			limit = soon
		}
		ids[i] = spawn(func() {
			var m l4.Msg
			report(l4.Send(victim, m.Start(0), limit))
		})
		waitState(ids[i], l4.PendingSend)
	}
	remove(victim)
	for _, id := range ids {
		reportOf(id, sendNoPartner)
	}
}

func deletionWakesReceivers() {
	victim := spawn(sleeper)
	var ids [5]l4.ThreadID
	for i := range ids {
		from, limit := victim, l4.Never
		if i&1 != 0 {
			from = l4.OtherID(victim)
		}
		if i&2 != 0 {
			limit = soon
		}
		ids[i] = spawn(func() {
			var m l4.Msg
			report(l4.Receive(from, &m, limit))
		})
		waitState(ids[i], l4.WaitingReceive)
	}
	remove(victim)
	for _, id := range ids {
		reportOf(id, receiveNoPartner)
	}
}

// Callers whose message has been received, and who wait for the answer.
func deletionWakesCallers() {
	victim := spawn(func() {
		var m l4.Msg
		l4.Wait(&m, soon)
		l4.Wait(&m, soon)
		sleeper()
	})
	var ids [3]l4.ThreadID
	for i := range ids {
		ids[i] = spawn(func() {
			var m l4.Msg
			report(l4.Call(victim, m.Start(0), 0))
		})
	}
	waitState(ids[0], l4.WaitingReceive)
	waitState(ids[1], l4.WaitingReceive)
	waitState(ids[2], l4.PendingSend)
	remove(victim)
	reportOf(ids[0], receiveNoPartner)
	reportOf(ids[1], receiveNoPartner)
	reportOf(ids[2], sendNoPartner)
}

func deletionWakesFar() {
	victim := spawnSpace(sleeper)
	a := spawnSpace(func() {
		var m l4.Msg
		report(l4.Send(victim.id, m.Start(0), l4.Never))
	})
	b := spawnSpace(func() {
		var m l4.Msg
		report(l4.Receive(victim.id, &m, l4.Never))
	})
	waitState(a.id, l4.PendingSend)
	waitState(b.id, l4.WaitingReceive)
	remove(victim.id)
	reportOf(a.id, sendNoPartner)
	reportOf(b.id, receiveNoPartner)
}

func deletionOfSender() {
	a := spawn(sender(me(), 1))
	waitState(a, l4.PendingSend)
	remove(a)
	var m l4.Msg
	_, err := l4.Wait(&m, moment)
	ipcFails("nobody is queued", err, receiveTimeout)
}

func deletionOfSleeper() {
	for range 30 {
		here := marked()
		a := spawn(func() { l4.Sleep(l4.Milliseconds(3)) })
		b := spawn(func() {
			var m l4.Msg
			l4.Send(a, m.Start(0), l4.Milliseconds(2))
		})
		l4.Sleep(l4.Microseconds(200))
		remove(b)
		remove(a)
		here.rewind()
	}
	l4.Sleep(l4.Milliseconds(5))
}

// A new thread with the number, or even the ID, of a deleted one has nothing of it.
func numberReused() {
	old := spawn(func() {
		l4.MyUTCB().ThreadWord0 = 77
		l4.MyUTCB().XferTimeouts = 0x04000400
		var m l4.Msg
		l4.Send(controller, m.Start(0).Add(1), soon)
	})
	waitState(old, l4.PendingSend)
	at := uint32(l4.OtherID(old)) - 256
	remove(old)
	succeeds("again", l4.ThreadControl(old, self, self, pageServer, l4.UTCBLocation(at)))
	for i := uint32(0); i < 128; i++ {
		want := uint32(0)
		switch i {
		case 64 - 15:
			want = uint32(old)
		case 64 - 12:
			want = uint32(pageServer)
		}
		stepNumber("UTCB word", i)
		equal("fresh UTCB", load(at+4*i), want)
	}
	about.Reset()
	var m l4.Msg
	ipcFails("the old one's message", l4.Receive(old, &m, l4.Zero), receiveTimeout)
	run(old, sender(me(), 2))
	arrives("the new one's message", l4.Receive(old, &m, soon))
	equal("word", m.Word(1), 2)
}

// A thread that gets a new version is another thread for its partners.
func versionEndsWaits() {
	victim := spawn(sleeper)
	a := spawn(func() {
		var m l4.Msg
		report(l4.Send(victim, m.Start(0), l4.Never))
	})
	b := spawn(func() {
		var m l4.Msg
		report(l4.Receive(victim, &m, l4.Never))
	})
	waitState(a, l4.PendingSend)
	waitState(b, l4.WaitingReceive)
	renamed := l4.Global(victim.Number(), victim.Version()+2)
	succeeds("new version", l4.ThreadControl(renamed, renamed, l4.NilThread, l4.NilThread, l4.Unchanged))
	reportOf(a, sendNoPartner)
	reportOf(b, receiveNoPartner)
	var m l4.Msg
	ipcFails("old ID", l4.Send(victim, m.Start(0), l4.Zero), sendNoPartner)
	ipcFails("new ID", l4.Send(renamed, m.Start(0), l4.Zero), sendTimeout)
	equalID("MyGlobalId", utcbOf(renamed).MyGlobalID, renamed)
}

func openSurvives() {
	victim := spawn(sleeper)
	a := spawn(func() {
		var m l4.Msg
		_, err := l4.Wait(&m, soon)
		report(err)
	})
	waitState(a, l4.WaitingReceive)
	remove(victim)
	equal("state", uint32(l4.State(a)), uint32(l4.WaitingReceive))
	var m l4.Msg
	arrives("send", l4.Send(a, m.Start(0), l4.Zero))
	reportOf(a, l4.OK)
}
