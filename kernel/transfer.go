package kernel

import "pecan/arch/ia32"

// Message transfer (semantics 1.6). Untyped words go at once. Typed items are an operation of the sender (opTransfer), which
// can be preempted: sender ready with sendTo = receiver, receiver locked in StateReceiving with peer = sender.

// Results of exchange.
const (
	exchanged  = iota // delivered; the sender's next phase is up to the caller
	pending           // typed items follow as the sender's operation
	overflowed        // the receiver has its error; the sender's is up to the caller
)

// exchange starts the transfer from s to r. Precondition: s and r have been matched, are in no queue and have no timeout.
func exchange(s, r *TCB) int {
	words, typed := s.tag&63, s.tag>>6&63
	if words+typed > maxMessage {
		failReceiver(s, r, ipcOverflow)
		return overflowed
	}
	if words != 0 {
		copyWords(s, r, words)
	}
	if typed == 0 || r.ipc == ipcInterrupt {
		completeReceiver(s, r)
		return exchanged
	}
	r.State = StateReceiving
	r.peer = s.ref()
	s.sendTo = r.ref()
	s.prog[trStarted], s.prog[trIndex], s.walk.next = 0, words+1, 0
	setOp(s, opTransfer)
	wakeUp(s)
	return pending
}

// copyWords copies u untyped words; where they come from and go to depends on both sides' kinds of IPC.
func copyWords(s, r *TCB, u uint32) {
	if s.ipc == ipcUser && r.ipc == ipcUser {
		for i := uint32(1); i <= u; i++ {
			*r.mr(i) = *s.mr(i)
		}
		return
	}
	switch r.ipc {
	case ipcUser:
		for i := uint32(1); i <= u; i++ {
			*r.mr(i) = sourceWord(s, i)
		}
	case ipcStart:
		if u == 2 {
			r.Frame.EIP, r.Frame.ESP = sourceWord(s, 1), sourceWord(s, 2)
		}
	case ipcException:
		for i := uint32(1); i <= min(u, 12); i++ {
			setExceptionWord(r, i, sourceWord(s, i))
		}
	}
}

// sourceWord is untyped word i of the message that s sends.
func sourceWord(s *TCB, i uint32) uint32 {
	switch s.ipc {
	case ipcUser:
		return *s.mr(i)
	case ipcException:
		return exceptionWord(s, i)
	}
	return s.message[i]
}

// completeReceiver ends the receive phase of r, which has got s's message.
func completeReceiver(s, r *TCB) {
	r.peer = 0
	kind := r.ipc
	switch kind {
	case ipcUser:
		deliver(r, s.seenBy(r), s.tag)
	case ipcStart:
		if s.tag&0xFFF != 2 {
			retryStart(r)
			return
		}
	case ipcInterrupt:
		interruptDone(r)
		return
	}
	r.ipc = ipcUser
	wakeUp(r)
}

// failReceiver ends the receive phase of r with an error that its partner s has as well.
func failReceiver(s, r *TCB, code uint32) {
	r.peer = 0
	if r.ipc != ipcUser {
		ipcFail(r, code|phaseReceive)
		return
	}
	r.fail(code | phaseReceive)
	deliver(r, s.seenBy(r), s.tag|tagError)
	wakeUp(r)
}

// Words of TCB.prog during opTransfer.
const (
	trStarted = iota // item words below are valid
	trIndex          // message register of the current item
	trBase           // its two words
	trFpage
	trWindow
	trOffset // bytes of its range done
)

// Item types (abi 1.11), bits 3..1 of the first word.
const (
	itemMap   = 4
	itemGrant = 5
)

// transferItems continues the typed items of s's message. It returns false after a preemption.
func transferItems(s *TCB) bool {
	r := s.sendTo.tcb()
	p := &s.prog
	last := s.tag&63 + s.tag>>6&63
	for p[trIndex] <= last {
		if p[trStarted] == 0 && !loadItem(s, r, last) {
			endTransfer(s, r, ipcOverflow)
			return true
		}
		if !mapOneItem(s.space(), r.space(), p, &s.walk) {
			return false
		}
		p[trStarted] = 0
		p[trIndex] += 2
	}
	endTransfer(s, r, 0)
	return true
}

// loadItem reads the next item, once, and copies it to the receiver. It returns false for what is not accepted.
func loadItem(s, r *TCB, last uint32) bool {
	p := &s.prog
	i := p[trIndex]
	if i+1 > last || s.ipc != ipcUser {
		return false
	}
	base, fpage := *s.mr(i), *s.mr(i + 1)
	if kind := base >> 1 & 7; kind != itemMap && kind != itemGrant {
		return false
	}
	window := receiveWindow(r)
	if r.ipc == ipcStart || r.ipc == ipcException || window == nilPage && !Fpage(fpage).isIO() {
		return false // for ports the window is always everything
	}
	if r.ipc == ipcUser {
		*r.mr(i), *r.mr(i + 1) = base, fpage
	}
	p[trStarted], p[trBase], p[trFpage], p[trWindow], p[trOffset] = 1, base, fpage, uint32(window), 0
	return true
}

// receiveWindow is the acceptor of r's current receive phase.
func receiveWindow(r *TCB) Fpage {
	switch r.ipc {
	case ipcUser:
		return Fpage(*r.tcr(br0) &^ 0xF)
	case ipcPageFault:
		return completePage
	}
	return nilPage
}

// endTransfer ends an operation opTransfer of s, which is running, for both sides.
func endTransfer(s, r *TCB, code uint32) {
	clearOp(s)
	s.sendTo = 0
	if code != 0 {
		failReceiver(s, r, code)
		ipcFail(s, code|phaseSend)
		return
	}
	completeReceiver(s, r)
	receivePhase(s)
}

// resume continues the operation of a ready thread; it is done, blocked or preempted afterwards.
func resume(t *TCB) {
	switch t.op {
	case opReceive:
		clearOp(t)
		receivePhase(t)
	case opTransfer:
		transferItems(t)
	case opSyscall:
		clearOp(t)
		systemCall(t)
	}
}

// abortTransfer ends a transfer that s takes part in, as sender or receiver, with code for both sides.
func abortTransfer(t *TCB, code uint32) {
	s, r := t, t
	if t.State == StateReceiving {
		s = t.peer.tcb()
	} else {
		r = t.sendTo.tcb()
	}
	clearOp(s)
	s.sendTo = 0
	failReceiver(s, r, code)
	ipcFail(s, code|phaseSend)
}

// exceptionWord and setExceptionWord are the layout of the exception message (abi 6.4).
func exceptionWord(t *TCB, i uint32) uint32 {
	f := &t.Frame
	switch i {
	case 1:
		return f.EIP
	case 2:
		return f.EFLAGS
	case 3:
		return f.Vector
	case 4:
		return f.Error
	case 5:
		return f.EDI
	case 6:
		return f.ESI
	case 7:
		return f.EBP
	case 8:
		return f.ESP
	case 9:
		return f.EBX
	case 10:
		return f.EDX
	case 11:
		return f.ECX
	}
	return f.EAX
}

// flagsException are the EFLAGS bits that an exception handler may set: the user's and TF, RF (abi 0.1).
const flagsException = ia32.FlagsUser | ia32.FlagTF | ia32.FlagRF

func setExceptionWord(t *TCB, i, value uint32) {
	f := &t.Frame
	switch i {
	case 1:
		f.EIP = value
	case 2:
		f.EFLAGS = f.EFLAGS&^flagsException | value&flagsException
	case 5:
		f.EDI = value
	case 6:
		f.ESI = value
	case 7:
		f.EBP = value
	case 8:
		f.ESP = value
	case 9:
		f.EBX = value
	case 10:
		f.EDX = value
	case 11:
		f.ECX = value
	case 12:
		f.EAX = value
	}
}
