package kernel

import "pecan/arch/ia32"

// Deletion (semantics 6.3) in restartable steps. A dying thread has lost its ID (version 0 equals no global ID)
// and all activity; dying threads and spaces wait in lists until reap has finished with them, whoever calls it.

var (
	dyingThreads Ref    // through spaceNext, after the thread has left its space
	dyingSpaces  uint32 // handles, through the directory descriptor's aux
)

// beginDelete takes a thread out of everything that can be left at once.
func beginDelete(t *TCB) {
	if t.waits() && !t.nested {
		t.surface() // nobody else knows of its IPC
	} else {
		cancelIPC(t, ipcAborted)
	}
	cancelTimeout(t)
	dequeue(t)
	forgetFPU(t)
	t.op = opNone
	t.Reasons = 0
	t.State = StateInactive
	if cpu.owner == t.ref() {
		dropSlice()
	}
	if cpu.handoff == t.ref() {
		cpu.handoff = 0
	}
	t.message[0] = t.GlobalID // for the sweep
	t.GlobalID &^= 0x3FFF
	t.prog[0] = 0
	s := t.space()
	if t.active {
		s.freeUTCB(t.LocalID - utcbMR0)
		t.active = false
	}
	s.removeThread(t)
	if s.threads == 0 {
		dieSpace(s)
	}
	t.spaceNext = dyingThreads
	dyingThreads = t.ref()
}

// dieSpace queues a space without threads for destruction.
func dieSpace(s *Space) {
	descOf(s.pdir).aux = dyingSpaces
	dyingSpaces = s.handle()
}

// cancelIPC ends whatever IPC t is in. A partner in mid transfer gets code 7, t itself code.
func cancelIPC(t *TCB, code uint32) {
	t.surface()
	switch {
	case inTransferAsSender(t), inTransferAsReceiver(t):
		s, r := partners(t)
		breakTransfer(s, r, ipcAborted, ipcAborted)
	case t.State == StateSend:
		dequeueSender(t)
		cancelTimeout(t)
		ipcFail(t, code|phaseSend)
	case t.State == StateReceive:
		cancelTimeout(t)
		ipcFail(t, code|phaseReceive)
	case t.op == opReceive:
		clearOp(t)
		ipcFail(t, code|phaseReceive)
	}
}

// reap finishes all deletions, and a rename. It returns false after a preemption.
func reap() bool {
	if renamed.old != nilThread && !wakeOldID() {
		return false
	}
	for dyingThreads != 0 {
		t := dyingThreads.tcb()
		if !reapThread(t) {
			return false
		}
	}
	for dyingSpaces != 0 {
		s := spaceAt(dyingSpaces)
		next := descOf(s.pdir).aux
		if !s.destroy() {
			return false
		}
		dyingSpaces = next
	}
	return true
}

// reapThread wakes everybody who waits for a dying thread, then frees its TCB.
func reapThread(t *TCB) bool {
	for t.sendHead != 0 {
		turnAway(t.sendHead.tcb())
		if preempted() {
			return false
		}
	}
	if t.WaitedFor != 0 {
		for t.prog[0] < sweepEnd {
			t.prog[0] = sweepStep(t.prog[0], ThreadID(t.message[0]))
			if preempted() {
				return false
			}
		}
	}
	dyingThreads = t.spaceNext
	freeTCB(t)
	return true
}

// freeTCB ends the existence of a thread that is in no list any more.
func freeTCB(t *TCB) {
	dropTCB(t.number())
	threads--
	shrinkTimeouts(threads)
}

// dropThread undoes the creation of a thread that was never active, in a space that has others.
func dropThread(t *TCB) {
	t.space().removeThread(t)
	freeTCB(t)
}

// sweepEnd is the number of thread numbers; a sweep goes over them page by page.
const sweepEnd = 1 << 18

const tcbsPerPage = ia32.PageSize / tcbSize

// sweepStep wakes those threads of one TCB page that wait for the thread that had ID gone (closed receive: error 2), and
// returns the number to go on with. Parts without threads are passed over in large steps.
func sweepStep(number uint32, gone ThreadID) uint32 {
	number, found := nextTCBs(number)
	if !found {
		return number
	}
	for i := uint32(0); i < tcbsPerPage; i++ {
		t := tcbRef(number + i).tcb()
		if t.waits() && t.waitsFor() == gone {
			t.surface()
			cancelTimeout(t)
			ipcFail(t, ipcNoPartner|phaseReceive)
		}
	}
	return number + tcbsPerPage
}

// nextTCBs is a step of a walk over all thread numbers: it passes over parts without threads, a bounded number at a time, and reports
// whether the page of the TCB array that it has come to has some. Walks begin at 0 and end at sweepEnd.
func nextTCBs(number uint32) (next uint32, found bool) {
	const perTable = 1024 * tcbsPerPage
	behind := number&^(perTable-1) + perTable // this table
	entry := *masterEntry(uint32(tcbRef(number)))
	if entry == 0 {
		return behind, false
	}
	table := ia32.Virt(entry & ia32.PteFrame)
	d := descOf(table)
	index := max(ptIndex(uint32(tcbRef(number))), d.aux&0xFFFF)
	if d.used == 0 || index > d.aux>>16 {
		return behind, false
	}
	number = behind - perTable + index*tcbsPerPage
	for i := 0; *word(table + 4*index)&ia32.PteFrame == ia32.Phys(ia32.ZeroPage()); i++ {
		number += tcbsPerPage
		if index++; index == 1024 || i == 8 {
			return number, false
		}
	}
	return number, true
}
