package l4

// Ipc is the system call itself: a send phase to to (NilThread: none), then a receive phase from from (NilThread: none,
// AnyThread, AnyLocalThread, a thread or an interrupt). Message words other than the tag are in the UTCB, MR[1]
// onward, before and after. If result.Failed, the ErrorCode TCR says why (IPCError); a failed send phase
// leaves out the receive phase. The sender's ID is local for a thread of the caller's space, else global. Abi 5.1.
func Ipc(to, from ThreadID, timeouts Timeouts, tag MsgTag) (sender ThreadID, result MsgTag)

// Lipc is Ipc, meant for partners in the caller's own space.
func Lipc(to, from ThreadID, timeouts Timeouts, tag MsgTag) (sender ThreadID, result MsgTag)

// load copies m to the UTCB, as many words as its tag says.
func (m *Msg) load(u *UTCB) MsgTag {
	t := m.Tag()
	n := 1 + min(t.Untyped()+t.Typed(), MaxWords)
	copy(u.MR[1:n], m[1:n])
	return t
}

// store copies a message from the UTCB to m.
func (m *Msg) store(u *UTCB, t MsgTag) {
	n := 1 + min(t.Untyped()+t.Typed(), MaxWords)
	m.SetTag(t)
	copy(m[1:n], u.MR[1:n])
}

func ipcError(u *UTCB, t MsgTag) IPCError {
	if !t.Failed() {
		return OK
	}
	return IPCError(u.ErrorCode)
}

// Send sends m to to. It waits at most limit for to to be ready to receive.
func Send(to ThreadID, m *Msg, limit Time) IPCError {
	u := MyUTCB()
	_, t := Ipc(to, NilThread, NewTimeouts(limit, Never), m.load(u))
	return ipcError(u, t)
}

// Receive receives a message from from, waiting at most limit. It also receives from AnyThread and AnyLocalThread, but
// Wait tells who sent it. After an error m holds what had arrived.
func Receive(from ThreadID, m *Msg, limit Time) IPCError {
	u := MyUTCB()
	_, t := Ipc(NilThread, from, NewTimeouts(Never, limit), 0)
	m.store(u, t)
	return ipcError(u, t)
}

// Wait receives a message from anybody, waiting at most limit, and returns the sender.
func Wait(m *Msg, limit Time) (ThreadID, IPCError) {
	u := MyUTCB()
	from, t := Ipc(NilThread, AnyThread, NewTimeouts(Never, limit), 0)
	m.store(u, t)
	return from, ipcError(u, t)
}

// Call sends m to to and receives its answer into m, within the timeouts.
func Call(to ThreadID, m *Msg, limits Timeouts) IPCError {
	u := MyUTCB()
	_, t := Ipc(to, to, limits, m.load(u))
	if t.Failed() {
		return ipcError(u, t)
	}
	m.store(u, t)
	return OK
}

// ReplyWait sends m to to if to is waiting for it this moment, and then receives a message from anybody into m,
// waiting at most limit. NilThread as to only waits. If the reply fails nothing is received; the error says so, and m is
// unchanged.
func ReplyWait(to ThreadID, m *Msg, limit Time) (ThreadID, IPCError) {
	u := MyUTCB()
	from, t := Ipc(to, AnyThread, NewTimeouts(Zero, limit), m.load(u))
	if t.Failed() {
		return NilThread, ipcError(u, t)
	}
	m.store(u, t)
	return from, OK
}

// Serve answers messages for ever. Handle deals with one, from the thread from, and reports whether m is the reply
// to send. A reply that the client does not wait for is lost, so a server never waits for a client. Idle, if it is not nil,
// is called when no message has come within limit.
func Serve(handle func(from ThreadID, m *Msg) (reply bool), limit Time, idle func()) {
	var m Msg
	to := NilThread
	for {
		from, err := ReplyWait(to, &m, limit)
		to = NilThread
		switch {
		case err == OK:
			if handle(from, &m) {
				to = from
			}
		case err.Receiving() && idle != nil:
			idle()
		}
	}
}

// LCall is Call for a partner in the caller's space.
func LCall(to ThreadID, m *Msg, limits Timeouts) IPCError {
	u := MyUTCB()
	_, t := Lipc(to, to, limits, m.load(u))
	if t.Failed() {
		return ipcError(u, t)
	}
	m.store(u, t)
	return OK
}

// LReplyWait is ReplyWait for partners in the caller's space; it waits for any of its threads.
func LReplyWait(to ThreadID, m *Msg, limit Time) (ThreadID, IPCError) {
	u := MyUTCB()
	from, t := Lipc(to, AnyLocalThread, NewTimeouts(Zero, limit), m.load(u))
	if t.Failed() {
		return NilThread, ipcError(u, t)
	}
	m.store(u, t)
	return from, OK
}

// Sleep waits for the given time; Never halts the thread until somebody cancels it. It is a receive from oneself, which
// never gets a message.
func Sleep(limit Time) { Ipc(NilThread, MyGlobalID(), NewTimeouts(Never, limit), 0) }

// Suspend halts the calling thread for good.
func Suspend() {
	for {
		Sleep(Never)
	}
}

// SendStart starts a thread that waits for its start message, at instruction pointer ip on stack sp. Only its pager can.
func SendStart(to ThreadID, ip, sp uint32) IPCError {
	var m Msg
	return Send(to, m.SetStart(ip, sp), Never)
}
