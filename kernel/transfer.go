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
	beginStrings(s, r)
	r.State = StateReceiving
	r.peer = s.ref()
	s.sendTo = r.ref()
	s.prog[trStarted], s.prog[trIndex] = 0, words+1
	s.walk.forget()
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
	if !r.nested {
		r.peer = 0
	}
	kind := r.ipc
	switch kind {
	case ipcUser:
		from, flags := origin(s, r, true)
		deliver(r, from, s.tag|flags)
	case ipcStart:
		if s.tag&0xFFF != 2 {
			retryStart(r)
			return
		}
	case ipcInterrupt:
		interruptDone(r)
		return
	case ipcPageFault:
		if r.nested {
			unnest(r)
			resumeTransfer(r, opTransfer)
			return
		}
	}
	r.ipc = ipcUser
	wakeUp(r)
}

// failReceiver ends the receive phase of r with an error that its partner s has as well.
func failReceiver(s, r *TCB, code uint32) {
	if !r.nested {
		r.peer = 0
	}
	if r.ipc != ipcUser {
		ipcFail(r, code|phaseReceive)
		return
	}
	r.fail(code | phaseReceive)
	from, flags := origin(s, r, false)
	deliver(r, from, s.tag|flags|tagError)
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

// transferItems continues the typed items of s's message: it ends the transfer, or is preempted, or leaves one of the two
// in IPC for a page fault.
func transferItems(s *TCB) {
	r := s.sendTo.tcb()
	p := &s.prog
	last := s.tag&63 + s.tag>>6&63
	for p[trIndex] <= last {
		if p[trStarted] == 0 && !loadItem(s, r, last) {
			breakTransfer(s, r, ipcOverflow, ipcOverflow)
			return
		}
		if !s.str.active {
			if !mapOneItem(s.space(), r.space(), p, &s.walk) {
				return
			}
			p[trIndex] += 2
		} else {
			switch copyString(s, r, last) {
			case strPreempted, strFault:
				return
			case strOverflow:
				breakTransfer(s, r, ipcOverflow, ipcOverflow)
				return
			case strAbort:
				breakTransfer(s, r, ipcAborted, ipcAborted)
				return
			case strTimeout:
				sender, receiver := transferTimeoutCodes(s)
				breakTransfer(s, r, sender, receiver)
				return
			}
			p[trIndex] = uint32(s.str.src.at)
		}
		p[trStarted] = 0
		if p[trIndex] <= last && preempted() {
			return
		}
	}
	clearOp(s)
	cancelTimeout(s)
	s.sendTo = 0
	completeReceiver(s, r)
	receivePhase(s)
}

// loadItem reads the first word of the next item, and of map and grant items the second, once, and copies them to the
// receiver. It returns false for what is not accepted.
func loadItem(s, r *TCB, last uint32) bool {
	p := &s.prog
	i := p[trIndex]
	if s.ipc != ipcUser {
		return false
	}
	base := *s.mr(i)
	if base&itemNoString == 0 {
		p[trStarted] = 1
		return loadString(s, r, i, base)
	}
	if kind := base >> 1 & 7; kind != itemMap && kind != itemGrant || i+1 > last {
		return false
	}
	fpage := *s.mr(i + 1)
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

// breakTransfer ends a transfer with errors for both sides; the bytes of strings copied so far are the offset.
// Precondition: neither is in an inner IPC.
func breakTransfer(s, r *TCB, sender, receiver uint32) {
	clearOp(s)
	cancelTimeout(s)
	s.sendTo = 0
	s.str.active = false
	offset := s.str.total << 4
	failReceiver(s, r, receiver|offset)
	ipcFail(s, sender|offset|phaseSend)
}

// resume continues the operation of a ready thread; it is done, blocked or preempted afterwards.
func resume(t *TCB) {
	switch t.op {
	case opReceive:
		clearOp(t)
		receivePhase(t)
	case opTransfer:
		transferItems(t)
	case opAbort:
		breakTransfer(t, t.sendTo.tcb(), ipcAborted, ipcAborted)
	case opSyscall:
		clearOp(t)
		systemCall(t)
	}
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
