package kernel

import "pecan/arch/ia32"

// A page fault in mid transfer (semantics 4): the faulting thread, sender or receiver, has a kernel-generated IPC inside
// its own. The outer one waits in t.outer; nesting is never deeper, because fault messages have no strings.

// outerIPC is what a nested IPC would overwrite.
type outerIPC struct {
	tag, timeouts uint32
	from          ThreadID
	sendTo, peer  Ref
	virtual       ThreadID // what the outer message says of its sender and receiver
	intended      ThreadID
	receiver      bool // role in the transfer
}

// nest sets the outer IPC of t aside.
func nest(t *TCB) {
	t.outer = outerIPC{t.tag, t.timeouts, t.from, t.sendTo, t.peer, t.virtual, t.intended, t.State == StateReceiving}
	t.nested = true
	t.sendTo, t.peer = 0, 0
	if !t.outer.receiver {
		clearOp(t)
	}
}

// unnest restores it: t is then in mid transfer again. Precondition: the inner IPC is in no queue.
func unnest(t *TCB) {
	o := &t.outer
	t.nested = false
	t.ipc = ipcUser
	t.tag, t.timeouts, t.from, t.sendTo, t.peer = o.tag, o.timeouts, o.from, o.sendTo, o.peer
	t.virtual, t.intended = o.virtual, o.intended
	if o.receiver {
		t.State = StateReceiving
	}
}

// resumeTransfer goes on with the transfer whose fault t's pager has answered, or ends it if op is opAbort. t has
// just been unnested.
func resumeTransfer(t *TCB, op uint8) {
	s := t
	if t.outer.receiver { // the state does not tell: a sender that gets a map item is receiving as well
		s = t.peer.tcb()
	}
	setOp(s, op)
	wakeUp(s)
}

// inTransferAsSender and inTransferAsReceiver report the role in a transfer that has begun and is not over.
func inTransferAsSender(t *TCB) bool {
	return t.op == opTransfer || t.op == opAbort || t.State == StateFaultWait || t.nested && !t.outer.receiver
}

func inTransferAsReceiver(t *TCB) bool {
	if t.nested {
		return t.outer.receiver
	}
	return t.State == StateReceiving
}

// partners returns sender and receiver of the transfer that t takes part in, with its own fault's IPC, or that of
// its partner, given up.
func partners(t *TCB) (s, r *TCB) {
	if inTransferAsReceiver(t) {
		leaveNested(t)
		s, r = t.peer.tcb(), t
		if s.nested && !s.outer.receiver && s.outer.sendTo == r.ref() {
			leaveNested(s)
		}
		return
	}
	leaveNested(t)
	s, r = t, t.sendTo.tcb()
	if r.nested && r.outer.receiver && r.outer.peer == s.ref() {
		leaveNested(r)
	}
	return
}

// leaveNested gives up the IPC for t's page fault, in whatever state it is.
func leaveNested(t *TCB) {
	if !t.nested {
		return
	}
	switch t.State {
	case StateReady:
		clearOp(t) // it was about to receive the answer
	case StateSend:
		dequeueSender(t)
	case StateReceiving:
		// The pager is in the middle of its answer.
		p := t.peer.tcb()
		clearOp(p)
		cancelTimeout(p)
		p.sendTo = 0
		p.str.active = false
		unnest(t)
		ipcFail(p, ipcAborted|phaseSend)
		return
	}
	unnest(t)
}

// startTransferTimeout begins the transfer timeout at the first fault (semantics 4.2): the shorter of the sender's send
// and the receiver's receive part, for the rest of the transfer. It returns false if that is zero.
func startTransferTimeout(s, r *TCB) bool {
	snd, rcv := *s.tcr(tcrXferTimeouts)>>16, *r.tcr(tcrXferTimeouts)&0xFFFF
	now := ia32.ReadTSC()
	deadline, other := deadlineOf(snd, now), deadlineOf(rcv, now)
	s.str.tie = other < deadline
	if s.str.tie {
		deadline = other
	}
	if deadline == noDeadline {
		return true
	}
	if deadline <= now {
		return false
	}
	setTimeout(s, deadline)
	return true
}

// transferTimeoutCodes are the error codes for sender and receiver: 5 for the one whose timeout was the shorter, the sender
// if they are equal.
func transferTimeoutCodes(s *TCB) (sender, receiver uint32) {
	if s.str.tie {
		return ipcXferPartner, ipcXferOwn
	}
	return ipcXferOwn, ipcXferPartner
}
