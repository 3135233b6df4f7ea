package l4

// isChild is what fork returns in the copy: no tag of a message that arrived has these bits.
const isChild = Failed | Propagate

// forkTag is the request that fork sends: two words.
const forkTag = uint32(ProcessFork)<<16 | 2

// fork asks server for a copy of the calling process (ProcessFork). It returns twice: in the caller with the tag of the
// answer, whose first word is in the UTCB, and in the copy with isChild. Flags and general registers are in both what they
// were, but for EAX.
func fork(server ThreadID) MsgTag

// Fork makes a copy of the calling process: memory, general registers, and the writable words of the thread's UTCB. It
// returns twice: with the child's ID in the caller, with NilThread in the child. The program must have called Connect, and
// consist of one thread. It fails with ForkError, and nothing has happened.
func Fork() (child ThreadID, err ForkError) {
	u := MyUTCB()
	own := *u
	tag := fork(servers.root)
	switch {
	case tag == isChild:
		u.copyFrom(&own)
		return NilThread, OK
	case tag == NewTag(Reply, 1, 0):
		return ThreadID(u.MR[1]), OK
	case tag == NewTag(Refused, 1, 0):
		return NilThread, ForkError(u.MR[1])
	}
	return NilThread, ForkServer
}

// copyFrom copies the words that a program may write, but for message registers.
func (u *UTCB) copyFrom(o *UTCB) {
	u.br = o.br
	u.UserDefinedHandle = o.UserDefinedHandle
	u.ExceptionHandler = o.ExceptionHandler
	u.PreemptFlags = o.PreemptFlags
	u.XferTimeouts = o.XferTimeouts
	u.VirtualSender = o.VirtualSender
	u.ThreadWord0, u.ThreadWord1 = o.ThreadWord0, o.ThreadWord1
}

// WaitChild waits until a child of the calling process has ended, and returns its ID and status: what it said to Exit, or
// Killed. Ok is false if there is no child.
func WaitChild() (child ThreadID, status uint32, ok bool) {
	var m Msg
	if Call(servers.root, m.Start(ProcessWait), Forever) != OK || m.Tag() != NewTag(Reply, 2, 0) {
		return NilThread, 0, false
	}
	return ThreadID(m.Word(1)), m.Word(2), true
}

// Processes asks the process server for its figures. Ok is false if there is none.
func Processes() (f ProcessFigures, ok bool) {
	var m Msg
	if Call(servers.root, m.Start(ProcessCount), Forever) != OK {
		return f, false
	}
	return m.ProcessFigures()
}
