package main

import "pecan/user/l4"

// How a thread is brought into the states of cases_matrix_386.go.

// closedPort belongs to nobody here.
const closedPort = 0x6660

func matrixNew(x *matrix) {
	x.r.patterns()
	x.r.start([]byte{0xEB, 0xFE}) // jmp $
}

func matrixReady(x *matrix) {
	matrixNew(x)
	l4.Sleep(tick)
}

func matrixHalted(x *matrix) {
	matrixReady(x)
	l4.Stop(x.r.id)
}

// matrixIPC is a send to, or a closed receive from, the partner, who takes no part.
func matrixIPC(send bool, from l4.ThreadID) func(x *matrix) {
	return func(x *matrix) {
		to, state := l4.NilThread, l4.WaitingReceive
		switch {
		case send:
			to, state = x.q.id, l4.PendingSend
		case from == l4.NilThread:
			x.r.patterns()
			x.r.ipc(to, x.q.id, 0, 0)
			x.r.start(callCode(x.r.slot, linkIpc))
			waitState(x.r.id, state)
			return
		}
		x.r.patterns()
		x.r.ipc(to, from, 0, 0)
		x.r.start(callCode(x.r.slot, linkIpc))
		waitState(x.r.id, state)
	}
}

func matrixHaltedIPC(x *matrix) {
	matrixIPC(false, l4.AnyThread)(x)
	l4.Stop(x.r.id)
}

// faultOf starts code that faults. The case has taken the message, or it is queued.
func (x *matrix) faultOf(taken bool, code ...byte) {
	if taken {
		x.r.do(code...)
		return
	}
	x.r.start(code)
	waitState(x.r.id, l4.PendingSend)
}

func matrixFault(taken bool) func(x *matrix) {
	return func(x *matrix) {
		x.r.patterns()
		x.r.regs.EBX = hole
		x.faultOf(taken, readEBX...)
	}
}

func matrixPort(taken bool) func(x *matrix) {
	return func(x *matrix) {
		x.r.patterns()
		x.r.regs.EDX = closedPort
		x.faultOf(taken, 0xEC)
	}
}

func matrixException(taken bool) func(x *matrix) {
	return func(x *matrix) {
		x.r.patterns()
		x.faultOf(taken)
	}
}

func matrixNoHandler(x *matrix) {
	x.r.patterns()
	x.r.utcb().ExceptionHandler = l4.NilThread
	x.r.start(nil)
	waitState(x.r.id, l4.Inactive)
}

func matrixUnstarted(x *matrix) {
	at := home.utcbs
	remove(x.r.id)
	succeeds("create", control(x.r.id, self, self, me(), uint32(home.location())))
	home.utcbs = at
	u := utcbOf(x.r.id)
	u.ExceptionHandler = me()
	x.r.sp, x.r.local0 = 0, 0
}

// strings sets the string that the rig sends, or its buffer.
func (r *rig) strings(addr uint32, send bool) {
	w0, w1 := l4.StringItem{Addr: addr, Length: 16}.Words()
	local := r.local()
	words := [...][2]uint32{{local - 64, 1}, {local - 68, w0}, {local - 72, w1}} // BR0, BR1, BR2
	if send {
		words = [...][2]uint32{{local + 4, w0}, {local + 8, w1}, {local + 12, 0}}
	}
	for _, w := range words {
		check(r.poke(w[0], w[1]), "UTCB cannot be written")
	}
}

// transfer lets s send a string to r, and stops at the fault of one of them. The case has taken the fault, or it is queued.
func (x *matrix) transfer(s, r *rig, senderFaults, taken bool) {
	x.partner = true
	from, to, faulty := s.slot, r.slot+64, r
	if senderFaults {
		from, faulty = hole, s
	} else {
		to = hole
	}
	s.strings(from, true)
	r.strings(to, false)
	r.patterns()
	r.ipc(l4.NilThread, s.id, 0, 0)
	r.start(callCode(r.slot, linkIpc))
	waitState(r.id, l4.WaitingReceive)
	s.patterns()
	s.ipc(r.id, l4.NilThread, 0, l4.NewTag(0, 0, 2))
	s.start(callCode(s.slot, linkIpc))
	if taken {
		e := faulty.next(soon)
		check(e.kind == pageFault && e.fault.Addr == hole, "no fault in mid transfer")
		return
	}
	l4.Sleep(tick)
	waitState(s.id, l4.Sending)
}

func matrixSender(own, taken bool) func(x *matrix) {
	return func(x *matrix) { x.transfer(x.r, x.q, own, taken) }
}

func matrixReceiver(own, taken bool) func(x *matrix) {
	return func(x *matrix) { x.transfer(x.q, x.r, !own, taken) }
}
