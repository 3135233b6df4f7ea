package main

import "pecan/user/l4"

// Who receives from whom (semantics 1.3, 1.4, abi 5.1): closed and open waits, local and global IDs, timeouts.

var waitCases = []testCase{
	{"semantics-1.4-closed-wait", closedWait},
	{"semantics-1.4-open-wait", openWait},
	{"semantics-1.4-any-local-thread", anyLocal},
	{"semantics-1.4-local-id", localID},
	{"semantics-1.4-sleep", sleepFromSelf},
	{"semantics-1.4-sleep-local-id", sleepLocal},
	{"semantics-2-zero-timeouts", zeroTimeouts},
	{"semantics-2-finite-timeouts", finiteTimeouts},
	{"semantics-2-many-timeouts", manyTimeouts},
	{"semantics-2-timeout-order", timeoutOrder},
	{"abi-1.7-time-encodings", timeEncodings},
	{"abi-5.1-sender-id-across-spaces", senderAcross},
	{"abi-5.1-sender-id-in-space", senderLocal},
}

// sender makes a thread that sends one message with the given word.
func sender(to l4.ThreadID, word uint32) func() {
	return func() {
		var m l4.Msg
		arrives("send", l4.Send(to, m.Start(1).Add(word), soon))
	}
}

func closedWait() {
	a := spawn(sender(me(), 1))
	b := spawn(sender(me(), 2))
	waitState(a, l4.PendingSend)
	waitState(b, l4.PendingSend)
	var m l4.Msg
	arrives("from b", l4.Receive(b, &m, soon))
	equal("word of b", m.Word(1), 2)
	arrives("from a", l4.Receive(a, &m, soon))
	equal("word of a", m.Word(1), 1)
	// The receiver first; somebody else does not get in.
	intruder := spawn(sender(me(), 3))
	c := spawn(func() {
		l4.Sleep(tick)
		sender(controller, 4)()
	})
	arrives("from c", l4.Receive(c, &m, soon))
	equal("word of c", m.Word(1), 4)
	waitState(intruder, l4.PendingSend)
	arrives("from intruder", l4.Receive(intruder, &m, soon))
	equal("word of intruder", m.Word(1), 3)
}

func openWait() {
	var ids [4]l4.ThreadID
	for i := range ids {
		ids[i] = spawn(sender(me(), uint32(i)))
	}
	for range ids {
		var m l4.Msg
		from, err := l4.Wait(&m, soon)
		arrives("open wait", err)
		check(m.Word(1) < 4 && from == l4.OtherID(ids[m.Word(1)]), "sender's ID does not fit its message")
	}
}

func anyLocal() {
	far := spawnSpace(sender(me(), 1))
	waitState(far.id, l4.PendingSend)
	var m l4.Msg
	ipcFails("nobody local", l4.Receive(l4.AnyLocalThread, &m, l4.Zero), receiveTimeout)
	near := spawn(sender(me(), 2))
	waitState(near, l4.PendingSend)
	from, tag := l4.Lipc(l4.NilThread, l4.AnyLocalThread, l4.NewTimeouts(l4.Never, soon), 0)
	check(!tag.Failed(), "local sender was not received")
	equalID("local sender", from, l4.OtherID(near))
	// Waiting first: the sender from elsewhere is queued, the local one gets in.
	near = spawn(func() {
		l4.Sleep(moment)
		sender(controller, 3)()
	})
	arrives("later local sender", l4.Receive(l4.AnyLocalThread, &m, soon))
	equal("word", m.Word(1), 3)
	from, err := l4.Wait(&m, soon)
	arrives("sender from elsewhere", err)
	equalID("global sender", from, far.id)
}

func localID() {
	var m l4.Msg
	echo := spawn(func() {
		var m l4.Msg
		from, _ := l4.Wait(&m, soon)
		for {
			from, _ = l4.LReplyWait(from, &m, soon)
		}
	})
	local := l4.OtherID(echo)
	for i, to := range [...]l4.ThreadID{echo, local, echo} {
		arrives("call", l4.Call(to, m.Start(1).Add(uint32(i)), l4.NewTimeouts(soon, soon)))
		arrives("lcall", l4.LCall(to, m.Start(1).Add(uint32(i)), l4.NewTimeouts(soon, soon)))
		equal("echo", m.Word(1), uint32(i))
	}
	// A wait for the local ID of a thread takes what it sends to a global one.
	s := spawn(sender(me(), 9))
	arrives("local from-specifier", l4.Receive(l4.OtherID(s), &m, soon))
	s = spawn(func() {
		l4.Sleep(tick)
		sender(l4.OtherID(controller), 9)()
	})
	arrives("local on both sides", l4.Receive(l4.OtherID(s), &m, soon))
}

// To receive from oneself is to sleep; own messages to oneself do not exist.
func sleepFromSelf() {
	start := l4.SystemClock()
	var m l4.Msg
	ipcFails("sleep", l4.Receive(me(), &m, l4.Milliseconds(3)), receiveTimeout)
	check(l4.SystemClock()-start >= 2990, "woke up early")
	ipcFails("no sleep", l4.Receive(me(), &m, l4.Zero), receiveTimeout)
	s := spawn(sender(me(), 1))
	ipcFails("others do not get in", l4.Receive(me(), &m, moment), receiveTimeout)
	waitState(s, l4.PendingSend)
	arrives("sender", l4.Receive(s, &m, soon))
}

func sleepLocal() {
	var m l4.Msg
	start := l4.SystemClock()
	ipcFails("sleep", l4.Receive(l4.MyLocalID(), &m, l4.Milliseconds(3)), receiveTimeout)
	check(l4.SystemClock()-start >= 2990, "woke up early")
}

func zeroTimeouts() {
	var m l4.Msg
	a := spawn(func() { l4.Suspend() })
	waitState(a, l4.WaitingReceive)
	ipcFails("send", l4.Send(a, m.Start(0), l4.Zero), sendTimeout)
	ipcFails("receive", l4.Receive(a, &m, l4.Zero), receiveTimeout)
	ipcFails("open receive", l4.Receive(l4.AnyThread, &m, l4.Zero), receiveTimeout)
	b := spawn(sender(me(), 1))
	waitState(b, l4.PendingSend)
	arrives("receive from a queued sender", l4.Receive(b, &m, l4.Zero))
	c := spawn(func() {
		var m l4.Msg
		l4.Wait(&m, soon)
	})
	waitState(c, l4.WaitingReceive)
	arrives("send to a waiting receiver", l4.Send(c, m.Start(0), l4.Zero))
	d := spawn(func() {
		var m l4.Msg
		l4.Receive(a, &m, l4.Never)
	})
	waitState(d, l4.WaitingReceive)
	ipcFails("send to one who waits for another", l4.Send(d, m.Start(0), l4.Zero), sendTimeout)
}

func finiteTimeouts() {
	a := spawn(func() { l4.Suspend() })
	var m l4.Msg
	for _, us := range [...]uint64{1, 100, 1000, 2500, 5000} {
		stepNumber("microseconds", uint32(us))
		start := l4.SystemClock()
		ipcFails("send", l4.Send(a, m.Start(0), l4.Microseconds(us)), sendTimeout)
		check(l4.SystemClock()-start >= us-us/256, "send timeout came early")
		start = l4.SystemClock()
		ipcFails("receive", l4.Receive(a, &m, l4.Microseconds(us)), receiveTimeout)
		check(l4.SystemClock()-start >= us-us/256, "receive timeout came early")
		start = l4.SystemClock()
		ipcFails("open receive", l4.Receive(l4.AnyThread, &m, l4.Microseconds(us)), receiveTimeout)
		check(l4.SystemClock()-start >= us-us/256, "open receive timeout came early")
	}
	// The receive timeout starts with the receive phase.
	b := spawn(func() {
		var m l4.Msg
		l4.Sleep(l4.Milliseconds(5))
		l4.Receive(controller, &m, soon)
		l4.Sleep(l4.Milliseconds(2))
		l4.Send(controller, m.Start(0), l4.Zero)
	})
	arrives("late partner", l4.Call(b, m.Start(0), l4.NewTimeouts(soon, l4.Milliseconds(100))))
}

var (
	wakeUps  [20]uint32
	wakeNext uint32
)

// Many threads sleep for different times: all wake up, none too early.
func manyTimeouts() {
	caller := me()
	for i := range uint32(20) {
		spawn(func() {
			var m l4.Msg
			us := uint64(1000 + (i*7919)%9000)
			start := l4.SystemClock()
			err := l4.Receive(l4.MyGlobalID(), &m, l4.Microseconds(us))
			early := l4.SystemClock()-start < us-us/256
			m.Start(1).Add(uint32(err))
			if early {
				m.Start(2).Add(0)
			}
			l4.Send(caller, &m, soon)
		})
	}
	for range 20 {
		var m l4.Msg
		_, err := l4.Wait(&m, soon)
		arrives("sleeper", err)
		equal("early", uint32(m.Tag().Label()), 1)
		equal("its error", m.Word(1), uint32(receiveTimeout))
	}
}

// Threads wake up in the order of their deadlines, and cancelled timeouts do not disturb the others.
func timeoutOrder() {
	wakeNext = 0
	var ids [12]l4.ThreadID
	for i := range uint32(12) {
		ids[i] = spawnAt(120, func() {
			us := uint64(10000 + 2000*((i*5)%12)) // not in order of creation
			deadline := uint32(l4.SystemClock() + us)
			l4.Sleep(l4.Microseconds(us))
			wakeUps[wakeNext] = deadline
			wakeNext++
		})
	}
	for i := 0; i < 12; i += 3 {
		remove(ids[i])
	}
	l4.Sleep(l4.Milliseconds(50))
	equal("how many woke up", wakeNext, 8)
	for i := uint32(1); i < 8; i++ {
		check(int32(wakeUps[i]-wakeUps[i-1]) > -1000, "wrong order")
	}
}

// Zero in its other encodings, and long periods.
func timeEncodings() {
	var m l4.Msg
	for e := l4.Time(1); e < 32; e++ {
		stepNumber("exponent", uint32(e))
		ipcFails("m = 0", l4.Receive(me(), &m, e<<10), receiveTimeout)
	}
	for _, long := range [...]l4.Time{31<<10 | 1023, 31<<10 | 1, 20<<10 | 512, 22<<10 | 1000} {
		stepNumber("time", uint32(long))
		id := spawn(func() {
			var m l4.Msg
			l4.Receive(l4.MyGlobalID(), &m, long)
		})
		l4.Sleep(tick)
		waitState(id, l4.WaitingReceive)
		remove(id)
	}
}

func senderAcross() {
	s := spawnSpace(sender(me(), 5))
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	arrives("wait", err)
	equalID("sender", from, s.id)
	equal("word", m.Word(1), 5)
	// Two threads of that space see each other's local IDs.
	first := spawnIn(s, func() {
		var m l4.Msg
		from, _ := l4.Wait(&m, soon)
		l4.Send(controller, m.Start(0).Add(uint32(from)), soon)
	})
	second := spawnIn(s, func() {
		var m l4.Msg
		l4.Send(first, m.Start(0), soon)
		l4.Send(controller, m.Start(0).Add(uint32(l4.MyLocalID())), soon)
	})
	arrives("first", l4.Receive(first, &m, soon))
	seen := m.Word(1)
	arrives("second", l4.Receive(second, &m, soon))
	equal("local sender", seen, m.Word(1))
}

func senderLocal() {
	id := spawn(func() {
		var m l4.Msg
		l4.Send(l4.OtherID(controller), m.Start(0), soon)
	})
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	arrives("wait", err)
	equalID("sender", from, l4.OtherID(id))
	equalID("back", l4.OtherID(from), id)
}
