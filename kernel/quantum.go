package kernel

import "pecan/arch/ia32"

// The total quantum (semantics 7): time that a thread may use until its scheduler gives it more. All time on its timeslices
// counts, whoever spends it. A thread without stops before its next instruction at user level, not earlier: an operation in
// the kernel is completed, an IPC waited for. Then its scheduler gets a message; Schedule lets it go on.
//
// Invariant: ReasonQuantum is set if and only if quantum is 0.

const infinite = noDeadline

// stopUntilRefilled sends the message of a thread that has used up its quantum, and stops it. Precondition: t is ready, on
// its way to user level.
func stopUntilRefilled(t *TCB) {
	now := ia32.ReadTSC()
	if cpu.owner == t.ref() {
		settleSlice(now) // nobody goes on with it
	}
	noteClock(t, now)
	kernelSend(t, ipcQuantum, t.scheduler)
}

// refill gives x a new total quantum, TSC ticks. A stopped thread goes on; a message that nobody has received yet is taken back.
func refill(x *TCB, quantum uint64) {
	x.quantum = quantum
	if quantum == 0 {
		x.surface()
		x.Reasons |= ia32.ReasonQuantum
		return
	}
	x.Reasons &^= ia32.ReasonQuantum
	switch {
	case x.State == StateStopped:
		makeReady(x)
	case x.State == StateSend && x.ipc == ipcQuantum:
		dequeueSender(x)
		x.ipc = ipcUser
		makeReady(x)
	}
}

// noteClock puts the clock into a preemption message of t (abi 6.6). Precondition: no other message of the kernel's is under way.
func noteClock(t *TCB, tsc uint64) {
	us := microseconds(tsc)
	t.message[1], t.message[2] = uint32(us), uint32(us>>32)
}

// kernelSend sends a preemption message of t's and waits for no answer.
func kernelSend(t *TCB, kind uint8, to ThreadID) {
	t.ipc = kind
	t.tag = tagPreemption
	t.from = nilThread
	t.timeouts = 0
	t.virtual, t.intended = nilThread, nilThread
	if sendPhase(t, to) {
		sent(t)
	}
}

// sent is called when a message without receive phase has been delivered: its sender goes on, or stops for want of quantum.
func sent(s *TCB) {
	kind := s.ipc
	s.ipc = ipcUser
	if kind == ipcQuantum {
		s.State = StateStopped
		return
	}
	wakeUp(s)
}
