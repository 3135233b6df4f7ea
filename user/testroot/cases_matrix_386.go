package main

import (
	"unsafe"

	"pecan/user/l4"
)

// ExchangeRegisters in every state of a thread with every control word (semantics 6.5, abi 5.3): a case for each state, which
// goes through S, R, halt, resume and setting everything, for a thread of this space and one of another. What is expected
// is said once for each state, the rest follows from the specification (docs/threads.md).

// matrixState is a state of a thread.
type matrixState struct {
	enter func(x *matrix)
	was   l4.ExchangeFlags // what is reported
	ends  l4.ExchangeFlags // which bits end what it does
	then  uint32           // what it does afterwards, unless it gets a new IP
	err   l4.IPCError      // ipcEnds: with what error
	state l4.ThreadState   // what Schedule says while it lasts
	here  bool             // only for a thread of this space: the case must reach its UTCB
}

// What a thread does when it goes on.
const (
	runs        = iota // without end
	ipcEnds            // it comes back from its IPC
	faultsAgain        // the instruction is executed again
	portAgain
	raisesAgain
	runsAtZero // nowhere
	haltsAgain // raises an exception without handler
)

// matrix is what a case works with: the thread in question and a partner, whose page fault it may be.
type matrix struct {
	r, q    *rig
	partner bool // in use
	ip, sp  uint32
	handle  uint32
}

var matrixCases = []testCase{
	{"semantics-6.5-matrix-ready", func() { matrixOf(&matrixState{matrixReady, 0, 0, runs, 0, l4.Running, false}) }},
	{"semantics-6.5-matrix-never-ran", func() { matrixOf(&matrixState{matrixNew, 0, 0, runs, 0, l4.Running, false}) }},
	{"semantics-6.5-matrix-send", func() {
		matrixOf(&matrixState{matrixIPC(true, 0), l4.CancelSend, l4.CancelSend, ipcEnds, sendCancelled, l4.PendingSend, false})
	}},
	{"semantics-6.5-matrix-call", func() {
		matrixOf(&matrixState{matrixIPC(true, l4.AnyThread), l4.CancelSend, l4.CancelSend, ipcEnds, sendCancelled, l4.PendingSend, false})
	}},
	{"semantics-6.5-matrix-receive-open", func() {
		matrixOf(&matrixState{matrixIPC(false, l4.AnyThread), l4.CancelReceive, l4.CancelReceive, ipcEnds, receiveCancelled, l4.WaitingReceive, false})
	}},
	{"semantics-6.5-matrix-receive-local", func() {
		matrixOf(&matrixState{matrixIPC(false, l4.AnyLocalThread), l4.CancelReceive, l4.CancelReceive, ipcEnds, receiveCancelled, l4.WaitingReceive, false})
	}},
	{"semantics-6.5-matrix-receive-closed", func() {
		matrixOf(&matrixState{matrixIPC(false, l4.NilThread), l4.CancelReceive, l4.CancelReceive, ipcEnds, receiveCancelled, l4.WaitingReceive, false})
	}},
	{"semantics-6.5-matrix-receive-halted", func() {
		matrixOf(&matrixState{matrixHaltedIPC, l4.CancelReceive | l4.Halt, l4.CancelReceive, ipcEnds, receiveCancelled, l4.WaitingReceive, false})
	}},
	{"semantics-6.5-matrix-fault-queued", func() {
		matrixOf(&matrixState{matrixFault(false), l4.CancelSend, l4.CancelSend, faultsAgain, 0, l4.PendingSend, false})
	}},
	{"semantics-6.5-matrix-fault", func() {
		matrixOf(&matrixState{matrixFault(true), l4.CancelReceive, l4.CancelReceive, faultsAgain, 0, l4.WaitingReceive, false})
	}},
	{"semantics-6.5-matrix-port-queued", func() {
		matrixOf(&matrixState{matrixPort(false), l4.CancelSend, l4.CancelSend, portAgain, 0, l4.PendingSend, false})
	}},
	{"semantics-6.5-matrix-port", func() {
		matrixOf(&matrixState{matrixPort(true), l4.CancelReceive, l4.CancelReceive, portAgain, 0, l4.WaitingReceive, false})
	}},
	{"semantics-6.5-matrix-exception-queued", func() {
		matrixOf(&matrixState{matrixException(false), l4.CancelSend, l4.CancelSend, raisesAgain, 0, l4.PendingSend, false})
	}},
	{"semantics-6.5-matrix-exception", func() {
		matrixOf(&matrixState{matrixException(true), l4.CancelReceive, l4.CancelReceive, raisesAgain, 0, l4.WaitingReceive, false})
	}},
	{"semantics-6.5-matrix-halted", func() { matrixOf(&matrixState{matrixHalted, l4.Halt, 0, runs, 0, l4.Inactive, false}) }},
	{"semantics-6.5-matrix-no-handler", func() { matrixOf(&matrixState{matrixNoHandler, l4.Halt, 0, haltsAgain, 0, l4.Inactive, true}) }},
	{"semantics-6.5-matrix-unstarted", func() {
		matrixOf(&matrixState{matrixUnstarted, l4.CancelReceive, l4.CancelReceive, runsAtZero, 0, l4.WaitingReceive, true})
	}},
	{"semantics-6.5-matrix-sender-faults-queued", func() {
		matrixOf(&matrixState{matrixSender(true, false), l4.CancelSend, l4.CancelSend, ipcEnds, 0xE, l4.Sending, false})
	}},
	{"semantics-6.5-matrix-sender-faults", func() {
		matrixOf(&matrixState{matrixSender(true, true), l4.CancelIPC, l4.CancelIPC, ipcEnds, 0xE, l4.Sending, false})
	}},
	{"semantics-6.5-matrix-sender-receiver-faults", func() {
		matrixOf(&matrixState{matrixSender(false, true), l4.CancelSend, l4.CancelSend, ipcEnds, 0xE, l4.Sending, false})
	}},
	{"semantics-6.5-matrix-receiver-faults-queued", func() {
		matrixOf(&matrixState{matrixReceiver(true, false), l4.CancelIPC, l4.CancelIPC, ipcEnds, 0xF, l4.Receiving, false})
	}},
	{"semantics-6.5-matrix-receiver-faults", func() {
		matrixOf(&matrixState{matrixReceiver(true, true), l4.CancelReceive, l4.CancelReceive, ipcEnds, 0xF, l4.Receiving, false})
	}},
	{"semantics-6.5-matrix-receiver-sender-faults", func() {
		matrixOf(&matrixState{matrixReceiver(false, true), l4.CancelReceive, l4.CancelReceive, ipcEnds, 0xF, l4.Receiving, false})
	}},
}

// matrixOf goes through all control words in one state.
func matrixOf(st *matrixState) {
	for i := range 2 {
		if i == 1 && st.here {
			return
		}
		here := marked()
		x := &matrix{q: newRig()}
		if i == 0 {
			x.r = newRig()
		} else {
			x.r = newRigIn(nil)
		}
		x.warm()
		for abort := range l4.ExchangeFlags(4) {
			for _, halt := range [...]l4.ExchangeFlags{0, l4.Halt, l4.SetHalt, l4.SetHalt | l4.Halt} {
				if st.then == haltsAgain && abort != 3 {
					continue // each halt is a line on the console
				}
				for set := range l4.ExchangeFlags(32) {
					if set > 3 && set < 31 && abort != 3 {
						continue // all 32 with S|R only
					}
					x.row(st, abort<<1|halt|set<<3)
				}
			}
		}
		here.rewind()
	}
}

// warm maps what the rigs need of the image.
func (x *matrix) warm() {
	for _, r := range [...]*rig{x.r, x.q} {
		r.patterns()
		r.regs.EAX = 0
		r.done(r.call(linkThreadSwitch), callLength)
		r.regs.EBX = x.stack(r)
		r.done(r.do(readEBX...), 2)
	}
}

// stack is a place in the rig's stack for a new SP, with a return address to the end of a call.
func (x *matrix) stack(r *rig) uint32 {
	return uint32(uintptr(unsafe.Pointer(&r.stack[stackSize/2]))) &^ 15
}

func (x *matrix) row(st *matrixState, control l4.ExchangeFlags) {
	about.Reset().Str("control ").Hex(uint32(control)).Str(": ")
	x.partner = false
	st.enter(x)
	about.Reset().Str("control ").Hex(uint32(control)).Str(": ")
	r := x.r
	x.sp, x.ip = r.sp, r.slot
	if st.then == runsAtZero {
		x.ip = 0
	}
	to := x.stack(r)
	store(to, r.slot+callLength)
	x.handle++
	v := l4.ThreadRegisters{IP: parkAddress(), SP: to, Flags: 0x8D5, UserDefinedHandle: x.handle, Pager: self}
	other, was, err := l4.ExchangeRegisters(r.id, control, &v)
	succeeds("ExchangeRegisters", err)
	equalID("other ID", other, l4.OtherID(r.id))
	equal("was", uint32(was), uint32(st.was))
	x.old(st, &v)
	// All new values are there, and nothing has run since: the case has the higher priority.
	ended := control&st.ends != 0
	halted := control&(l4.SetHalt|l4.Halt) == l4.SetHalt|l4.Halt || control&l4.SetHalt == 0 && st.was&l4.Halt != 0
	now := st.was &^ l4.Halt
	if ended {
		now = 0
	}
	if halted {
		now |= l4.Halt
	}
	w := l4.ThreadRegisters{Pager: me()}
	_, was, err = l4.ExchangeRegisters(r.id, l4.SetPager, &w)
	succeeds("ExchangeRegisters again", err)
	equal("is", uint32(was), uint32(now))
	x.set(control, &v, &w)
	if st.then == haltsAgain && control&l4.SetIP != 0 {
		r.utcb().ExceptionHandler = me()
	}
	if halted {
		l4.Sleep(tick)
		want := l4.Inactive
		if st.ends != 0 && !ended {
			want = st.state
		}
		equal("state of a halted thread", uint32(l4.State(r.id)), uint32(want))
		succeeds("resume", l4.Resume(r.id))
	}
	if st.ends != 0 && !ended {
		equal("state", uint32(l4.State(r.id)), uint32(st.state))
		succeeds("cancel", l4.Cancel(r.id))
	}
	x.outcome(st, control)
	if st.then == haltsAgain {
		r.utcb().ExceptionHandler = me()
	}
	r.again()
	if x.partner {
		x.q.again()
	}
}

// old checks old SP, IP, flags and pager.
func (x *matrix) old(st *matrixState, v *l4.ThreadRegisters) {
	if st.then == ipcEnds {
		page := uint32(uintptr(unsafe.Pointer(l4.Kernel())))
		check(v.IP == x.ip+callLength || v.IP-page < l4.PageSize, "old IP")
		check(v.SP == x.sp || v.SP == x.sp-4, "old SP")
	} else {
		equal("old IP", v.IP, x.ip)
		equal("old SP", v.SP, x.sp)
	}
	equal("old flags", v.Flags&^(0x8D5|flagRF), 0x202)
	equalID("old pager", v.Pager, me())
}

// set checks what the thread has after the call, w, against what it had before, v.
func (x *matrix) set(control l4.ExchangeFlags, v, w *l4.ThreadRegisters) {
	want := *v
	if control&l4.SetIP != 0 {
		want.IP = parkAddress()
	}
	if control&l4.SetSP != 0 {
		want.SP = x.stack(x.r)
	}
	if control&l4.SetFlags != 0 {
		want.Flags |= 0x8D5
	}
	if control&l4.SetHandle != 0 {
		want.UserDefinedHandle = x.handle
	}
	if control&l4.SetPager != 0 {
		want.Pager = self
	}
	equal("IP", w.IP, want.IP)
	equal("SP", w.SP, want.SP)
	equal("flags", w.Flags, want.Flags)
	equal("handle", w.UserDefinedHandle, want.UserDefinedHandle)
	equalID("pager", w.Pager, want.Pager)
}

// outcome checks how the thread goes on.
func (x *matrix) outcome(st *matrixState, control l4.ExchangeFlags) {
	r, ip := x.r, parkAddress()
	if control&l4.SetIP == 0 {
		ip = r.slot
		switch st.then {
		case runs:
			l4.Sleep(tick)
			equal("state", uint32(l4.State(r.id)), uint32(l4.Running))
			return
		case haltsAgain:
			l4.Sleep(tick)
			equal("state", uint32(l4.State(r.id)), uint32(l4.Inactive))
			return
		case faultsAgain:
			isFault(r.next(soon), hole, ip, l4.Read)
			return
		case portAgain:
			isPortFault(r.next(soon), closedPort, 0, ip)
			return
		case runsAtZero:
			e := r.next(soon)
			check(e.kind != nothing && e.regs.IP == 0 && e.regs.Vector == vecPageFault, "no fault at 0")
			return
		case ipcEnds:
			ip += callLength
		}
	}
	e := r.next(soon)
	r.is(e, vecInvalid, ip, 0)
	sp := x.sp
	if control&l4.SetSP != 0 {
		sp = x.stack(r)
		if ip != parkAddress() && e.regs.ESP == sp+4 {
			sp += 4 // by way of a return instruction
		}
	}
	equal("SP", e.regs.ESP, sp)
	if control&l4.SetFlags != 0 {
		equal("flags", e.regs.Flags&^flagRF, 0x202|0x8D5)
	}
	if st.then == ipcEnds {
		equal("E", e.regs.ESI&uint32(l4.Failed), uint32(l4.Failed))
		equal("UTCB", e.regs.EDI, r.local())
		code, ok := r.peek(r.local() - errorCodeBelow)
		check(ok, "UTCB cannot be read")
		equal("ErrorCode", code, uint32(st.err))
	}
}

// errorCodeBelow is how far below the local ID ErrorCode is (abi 2.2).
const errorCodeBelow = uint32(256 - unsafe.Offsetof(l4.UTCB{}.ErrorCode))
