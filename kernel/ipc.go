package kernel

import "pecan/arch/ia32"

// IPC: rendezvous (semantics 1). A thread in IPC is described by its TCB alone: State, partner, the phase still to come
// (from), the tag of its message. Everything here runs to an end; who waits simply leaves the processor to others.

// Codes of abi 1.10, shifted into place; the phase bit is added.
const (
	ipcTimeout     = 1 << 1
	ipcNoPartner   = 2 << 1
	ipcCancelled   = 3 << 1
	ipcOverflow    = 4 << 1
	ipcXferOwn     = 5 << 1
	ipcXferPartner = 6 << 1
	ipcAborted     = 7 << 1
	phaseSend      = 0
	phaseReceive   = 1
)

// Message tag (abi 1.9).
const (
	tagTyped      = 63 << 6
	tagPropagated = 1 << 12
	tagRedirected = 1 << 13
	tagError      = 1 << 15
	tagKernel     = 0xF << 12 // p, r, X, E: ignored on input
	tagWords      = 63
	maxMessage    = 63
)

// sysIPC is an Ipc or Lipc system call of a user thread.
func sysIPC(t *TCB, to, from ThreadID, times, tag uint32) {
	t.Exit = ia32.ExitIPC
	t.ipc = ipcUser
	t.tag = tag &^ tagKernel
	t.from = from
	t.timeouts = times
	t.virtual, t.intended = nilThread, nilThread
	if tag&tagPropagated != 0 {
		t.virtual = ThreadID(*t.tcr(tcrVirtualSender))
	}
	t.Frame.EAX, t.Frame.ESI = 0, t.tag
	if to == nilThread || sendPhase(t, to) {
		receivePhase(t)
	}
}

// kernelIPC sends a message of the kernel's on behalf of t and waits for the answer, without timeouts.
func kernelIPC(t *TCB, kind uint8, to ThreadID, tag uint32) {
	t.ipc = kind
	t.tag = tag
	t.from = to
	t.timeouts = 0
	t.virtual, t.intended = nilThread, nilThread
	if to == nilThread {
		ipcFail(t, ipcNoPartner|phaseSend)
		return
	}
	if sendPhase(t, to) {
		receivePhase(t)
	}
}

// sendPhase delivers t's message to the thread named, or queues t (semantics 1.3). It returns true when the message
// has been delivered and the receive phase is due.
func sendPhase(t *TCB, to ThreadID) bool {
	r := resolve(t, to)
	if r == nil {
		ipcFail(t, ipcNoPartner|phaseSend)
		return false
	}
	if t.ipc != ipcInterrupt && t.virtual|t.space().redirector != nilThread {
		if r = redirect(t, r); r == nil {
			ipcFail(t, ipcNoPartner|phaseSend)
			return false
		}
	}
	if accepts(r, t) {
		r.surface()
		if r.op == opReceive {
			clearOp(r)
		}
		if r.heapIndex != 0 && !r.nested {
			cancelTimeout(r)
		}
		switch exchange(t, r) {
		case exchanged:
			return true
		case overflowed:
			ipcFail(t, ipcOverflow|phaseSend)
		}
		return false
	}
	if time := t.timeouts >> 16; time != 0 && !startTimeout(t, time) {
		ipcFail(t, ipcTimeout|phaseSend)
		return false
	}
	t.State = StateSend
	t.partner = r.id()
	enqueueSender(t, r)
	return false
}

// accepts reports whether r waits for a message that t may send now. A thread is never ready for itself.
func accepts(r, t *TCB) bool {
	return (r.waits() || searching(r)) && matches(r, r.waitsFor(), t)
}

// searching reports that r was preempted while it looked through its queue: to others it waits already, there is no window
// between its phases. A thread that has found somebody has partner nilThread, which names nobody.
func searching(r *TCB) bool { return r.op == opReceive && r.State == StateReady }

// matches reports whether from-specifier from of r, normalised, names t.
func matches(r *TCB, from ThreadID, t *TCB) bool {
	switch from {
	case t.id(), anyThread:
		return true
	case anyLocalThread:
		return sameSpace(r, t)
	}
	return from == t.virtual && from != nilThread
}

// receivePhase lets t receive (semantics 1.4): from a queued sender at once, else it waits.
func receivePhase(t *TCB) {
	from := t.from
	if from == nilThread {
		t.State = StateReady
		return
	}
	s, normal, found := candidate(t, from)
	switch found {
	case noThread:
		ipcFail(t, ipcNoPartner|phaseReceive)
		return
	case lookAgain:
		t.partner = normal // whom accepts and origin take it to be waiting for
		setOp(t, opReceive)
		wakeUp(t) // a receiver whose page fault has just been delivered does not run
		return
	}
	if s == nil {
		waitFor(t, normal)
		return
	}
	dequeueSender(s)
	if !s.nested {
		cancelTimeout(s) // a nested sender's is that of its transfer
	}
	switch exchange(s, t) {
	case exchanged:
		afterSend(s)
	case overflowed:
		ipcFail(s, ipcOverflow|phaseSend)
	}
}

// waitFor blocks t in its receive phase, or fails it at once if it must not wait.
func waitFor(t *TCB, from ThreadID) {
	if time := t.timeouts & 0xFFFF; time != 0 && !startTimeout(t, time) {
		ipcFail(t, ipcTimeout|phaseReceive)
		return
	}
	t.wait(from)
}

// What candidate found.
const (
	looked    = iota
	noThread  // the specifier names a thread that does not exist
	lookAgain // preempted in a long queue: ask again later
)

// candidate finds who t would receive from now (nil: nobody yet), and the normalised specifier.
func candidate(t *TCB, from ThreadID) (s *TCB, normal ThreadID, found int) {
	switch from {
	case anyThread:
		if t.sendHead != 0 {
			s = t.sendHead.tcb()
		}
		return s, from, looked
	case anyLocalThread:
		s, found = search(t, from)
		return s, from, found
	}
	p := resolve(t, from)
	if p == nil {
		return nil, from, noThread
	}
	if p != t {
		p.WaitedFor = 1
	}
	if p.State == StateSend && p.sendTo == t.ref() {
		s = p
	} else if t.propagators != 0 && t.ipc != ipcInterrupt {
		// An interrupt is acknowledged by its handler itself: no search, no preemption while interrupts are handled.
		s, found = search(t, p.id())
	}
	return s, p.id(), found
}

// search is the first thread in t's send queue that from names.
func search(t *TCB, from ThreadID) (*TCB, int) {
	if t.sendHead == 0 {
		return nil, looked
	}
	steps := 0
	for r := t.sendHead; ; steps++ {
		s := r.tcb()
		if matches(t, from, s) {
			return s, looked
		}
		if r = s.sendNext; r == t.sendHead {
			return nil, looked
		}
		if steps&7 == 7 && preempted() { // short steps, and a search that is interrupted begins again
			return nil, lookAgain
		}
	}
}

// afterSend is called when the send phase of s, which is not running, has succeeded. There must be no window between
// its phases: s either waits from now on, or has a queued sender to receive from, which it does when it runs.
func afterSend(s *TCB) {
	if s.from == nilThread {
		sent(s)
		return
	}
	q, normal, found := candidate(s, s.from)
	switch {
	case found == noThread:
		ipcFail(s, ipcNoPartner|phaseReceive)
	case found == looked && q == nil:
		waitFor(s, normal)
	default:
		s.partner = normal
		if q != nil {
			s.partner = nilThread // found: nobody gets before it
		}
		setOp(s, opReceive)
		makeReady(s)
	}
}

// setOp notes what s has to continue before it may return to user level.
func setOp(s *TCB, op uint8) {
	s.op = op
	s.Reasons |= ia32.ReasonOp
}

func clearOp(s *TCB) {
	s.op = opNone
	s.Reasons &^= ia32.ReasonOp
}

// wakeUp makes a thread ready unless it is the one that runs already.
func wakeUp(t *TCB) {
	if t.State == StateReady {
		return
	}
	makeReady(t)
}

// startTimeout queues t for a timeout of the given Time, which is not never. It returns false if t must not wait at all.
func startTimeout(t *TCB, time uint32) bool {
	if isZeroTime(time) || !hasDeadline(t, time) {
		return false
	}
	setTimeout(t, t.Deadline)
	return true
}

// ipcExpired ends the wait of a thread whose timeout has come.
func ipcExpired(t *TCB) {
	cancelTimeout(t)
	t.surface()
	if inTransferAsSender(t) {
		s, r := partners(t)
		sender, receiver := transferTimeoutCodes(s)
		breakTransfer(s, r, sender, receiver)
		return
	}
	if t.State == StateSend {
		dequeueSender(t)
		ipcFail(t, ipcTimeout|phaseSend)
		return
	}
	ipcFail(t, ipcTimeout|phaseReceive)
}

// ipcFail ends t's IPC with an error. Precondition: t is in no send queue and has no timeout running.
func ipcFail(t *TCB, code uint32) {
	switch t.ipc {
	case ipcUser:
		t.fail(code)
		tag := uint32(tagError)
		if code&1 == phaseSend {
			tag |= t.tag
		}
		deliver(t, nilThread, tag)
		wakeUp(t)
	case ipcInterrupt:
		interruptFailed(t)
	default:
		kernelIPCFailed(t, code)
	}
}

// kernelIPCFailed: a fault that nobody can handle stops the thread; one that was cancelled is simply tried again.
func kernelIPCFailed(t *TCB, code uint32) {
	if t.nested {
		// In mid transfer: without a pager that ends when its sender runs, else the fault is simply taken again.
		op := uint8(opTransfer)
		if code>>1&7 == ipcNoPartner>>1 {
			op = opAbort
		}
		unnest(t)
		resumeTransfer(t, op)
		return
	}
	kind := t.ipc
	t.ipc = ipcUser
	switch code >> 1 & 7 {
	case ipcCancelled >> 1, ipcAborted >> 1:
		wakeUp(t) // a thread without quantum will send its message again
	case ipcOverflow >> 1:
		if kind == ipcStart {
			// The pager sent items instead of a start message: go on waiting for one.
			t.ipc = ipcStart
			retryStart(t)
			return
		}
		wakeUp(t)
	default:
		switch kind {
		case ipcSignal:
			wakeUp(t)
			return
		case ipcQuantum:
			t.State = StateStopped
			return
		}
		if kind == ipcStart {
			// Its pager is gone before it began: nothing to report.
			t.halted = true
			t.State = StateHalted
			return
		}
		halt(t)
	}
}

// retryStart lets a thread that got something else than a start message wait for another.
func retryStart(t *TCB) {
	if q, pager, found := candidate(t, t.from); found == looked && q == nil {
		t.State = StateReceive
		t.partner = pager
		return
	}
	t.partner = nilThread
	setOp(t, opReceive)
	wakeUp(t)
}

// deliver sets what a user thread sees when its IPC ends.
func deliver(t *TCB, from ThreadID, tag uint32) {
	t.Frame.EAX, t.Frame.ESI = uint32(from), tag
	*t.mr(0) = tag
}

// Send queues: circular, in order of arrival.

func enqueueSender(s, r *TCB) {
	self := s.ref()
	s.sendTo = r.ref()
	if s.virtual != nilThread {
		r.propagators++
	}
	if r.sendHead == 0 {
		s.sendNext, s.sendPrev = self, self
		r.sendHead = self
		r.Reasons |= ia32.ReasonPending
		return
	}
	head := r.sendHead.tcb()
	s.sendNext, s.sendPrev = r.sendHead, head.sendPrev
	head.sendPrev.tcb().sendNext = self
	head.sendPrev = self
}

// turnAway ends the wait of a queued sender whose receiver is gone.
func turnAway(s *TCB) {
	dequeueSender(s)
	cancelTimeout(s)
	ipcFail(s, ipcNoPartner|phaseSend)
}

func dequeueSender(s *TCB) {
	r := s.sendTo.tcb()
	self := s.ref()
	s.sendTo = 0
	if s.virtual != nilThread {
		r.propagators--
	}
	if s.sendNext == self {
		r.sendHead = 0
		r.Reasons &^= ia32.ReasonPending
		return
	}
	s.sendNext.tcb().sendPrev = s.sendPrev
	s.sendPrev.tcb().sendNext = s.sendNext
	if r.sendHead == self {
		r.sendHead = s.sendNext
	}
}
