package kernel

import "pecan/arch/ia32"

// What must hold between two kernel entries, as code: the debug kernel and the host tests ask after each. Nothing here
// allocates, recurses or changes anything. checkInvariants is about threads, checkMemory (invariants_memory.go) about
// pages, spaces and the mapping database.

// tally is what the walk over all TCBs counts, to be compared with what the lists hold.
type tally struct {
	threads, queued, sending, timed, inSpaces uint32
	ringed, listed                            uint32
}

// checkInvariants returns what is wrong with threads and their queues, or "".
func checkInvariants() string {
	if wrong := checkProcessor(); wrong != "" {
		return wrong
	}
	var n tally
	for at := uint32(ia32.TCBArea); at < ia32.TCBEnd; at += ia32.LargeSize {
		entry := *masterEntry(at)
		if entry == 0 {
			continue
		}
		table := ia32.Virt(entry & ia32.PteFrame)
		for i := uint32(0); i < 1024; i++ {
			page := *word(table + 4*i) & ia32.PteFrame
			if page == ia32.Phys(ia32.ZeroPage()) {
				continue
			}
			if wrong := checkTCBPage(at+i<<12, ia32.Virt(page), &n); wrong != "" {
				return wrong
			}
		}
	}
	if wrong := checkFPU(); wrong != "" {
		return wrong
	}
	queued, wrong := checkReadyQueues()
	switch {
	case wrong != "":
		return wrong
	case queued != n.queued:
		return "threads marked as queued are not in the ready queues"
	case n.ringed != n.sending:
		return "senders are missing from send queues"
	case n.timed != timeouts.count:
		return "timeout heap and threads disagree"
	case n.listed != n.inSpaces:
		return "threads are missing from their spaces' lists"
	case n.threads != threads:
		return "thread count is wrong"
	}
	return checkHeap()
}

func checkProcessor() string {
	switch {
	case cpu.handoff != 0:
		return "a woken thread was left out of the ready queues"
	case cpu.donated != 0:
		return "a donated timeslice was left over"
	case cpu.pending != 0:
		return "interrupts were left pending"
	case cpu.resched != 0:
		return "a rescheduling was left over"
	case cpu.reload:
		return "translations of the copy area were left in the TLB"
	case copyEntries(ia32.MasterPD()):
		return "the master directory has a copy area"
	case cpu.top != highest():
		return "top is not the highest ready queue"
	}
	t := running()
	switch {
	case (cpu.owner == 0) != (t.number() == idleNumber):
		return "the running timeslice belongs to nobody, or idles"
	case cpu.owner != 0 && !cpu.owner.tcb().exists():
		return "the running timeslice's owner has gone"
	case cpu.owner == 0 && cpu.sliceEnd != 0:
		return "a timeslice without owner"
	case t.PDir != cpu.pdir && (t.number() == idleNumber || !t.space().small()):
		return "the running thread's directory is not loaded"
	case t.GSWord != ia32.Word():
		return "the word at gs:0 is not the running thread's"
	case t.number() == idleNumber:
	case !t.ready():
		return "the running thread is not ready"
	case t.Reasons&^(ia32.ReasonsQuiet|ia32.ReasonAny) != 0:
		return "the running thread has an operation to continue"
	}
	return ""
}

// checkReadyQueues walks all ready queues and counts their members.
func checkReadyQueues() (members uint32, wrong string) {
	for p := uint32(0); p < 256; p++ {
		head := cpu.ready[p]
		if (head != 0) != (cpu.bitmap[p>>5]>>(p&31)&1 != 0) {
			return 0, "ready bitmap is wrong"
		}
		for r := head; r != 0; {
			t := r.tcb()
			if !t.queued || uint32(t.prio) != p || t.readyNext.tcb().readyPrev != r || !t.exists() {
				return 0, "a ready queue is broken"
			}
			if members++; members > threads {
				return 0, "a ready queue has no end"
			}
			if r = t.readyNext; r == head {
				break
			}
		}
	}
	return
}

// checkTCBPage checks the threads of one page of the TCB array.
func checkTCBPage(at, page uint32, n *tally) string {
	used := uint32(0)
	for i := uint32(0); i < tcbsPerPage; i++ {
		t := Ref(at + i*tcbSize).tcb()
		if !t.exists() {
			for w := at + i*tcbSize; w < at+(i+1)*tcbSize; w += 4 {
				if *word(w) != 0 {
					return "a TCB without thread is not zero"
				}
			}
			continue
		}
		used++
		if tcbRef(t.number()) != Ref(at+i*tcbSize) {
			return "a thread's ID does not fit its TCB"
		}
		if wrong := checkThread(t, n); wrong != "" {
			return wrong
		}
	}
	n.threads += used
	if used == 0 || uint32(descOf(page).used) != used || descOf(page).kind != pageTCB {
		return "a TCB page's use count is wrong"
	}
	return ""
}

func checkThread(t *TCB, n *tally) string {
	if t.queued {
		n.queued++
	}
	if t.ready() && !t.queued && t != running() {
		return "a ready thread is in no ready queue"
	}
	if t.heapIndex != 0 {
		n.timed++
	}
	if wrong := checkTimer(t); wrong != "" {
		return wrong
	}
	if t.timed() && !t.plain() {
		if t.State != StateSend && t.State != StateReceive && !inTransferAsSender(t) { // a plain wait has none
			return "a thread that does not wait has a timeout"
		}
		if t.nested && t.outer.receiver || inTransferAsSender(t) && !t.str.faulted {
			return "a transfer has a timeout where it counts for nothing"
		}
	}
	if wrong := checkReasonFPU(t); wrong != "" {
		return wrong
	}
	if wrong := checkIPC(t, n); wrong != "" {
		return wrong
	}
	switch {
	case t.number() < systemBase:
		return checkLine(t)
	case t.number() < userBase:
		return ""
	}
	if wrong := checkTime(t); wrong != "" {
		return wrong
	}
	return checkLife(t, n)
}

// checkTime: timeslice, quantum and preemption control.
func checkTime(t *TCB) string {
	switch {
	case t.version() == 0:
	case (t.quantum == 0) != (t.Reasons&ia32.ReasonQuantum != 0):
		return "a used up quantum and its reason disagree"
	case t.State == StateStopped && t.quantum != 0:
		return "a thread with quantum is stopped"
	case (t.ipc == ipcQuantum || t.ipc == ipcSignal) && t.State != StateSend:
		return "a preemption message is not being sent"
	case t.sliceLeft > t.sliceLen, t.sliceLen != 0 && t.sliceLeft == 0 && cpu.owner != t.ref():
		return "a thread's timeslice is wrong"
	case t.active && (t.GSWord != t.LocalID) != (t.Reasons&ia32.ReasonGSWord != 0):
		return "ReasonGSWord is wrong"
	case t.Target != t.UTCB|uint32(t.prio):
		return "the fast path sees another priority"
	case t.sensitive < t.prio:
		return "a sensitive priority is below the priority"
	case t.delayEnd != 0 && t.maxDelay == 0:
		return "a preemption was postponed without permission"
	}
	return ""
}

// checkIPC: each state has exactly its links.
func checkIPC(t *TCB, n *tally) string {
	if t.plain() {
		switch {
		case t.State != StateReady || t.op != opNone || t.nested || t.Reasons&^ia32.ReasonsPlain != 0 || !t.active || t.halted || t.GSWord != t.LocalID:
			return "a thread in a plain wait has something else to say"
		case ThreadID(t.Wait) == anyLocalThread || ThreadID(t.Wait).isLocal():
			return "a plain wait is for a local ID"
		}
	}
	switch {
	case t.State == StateSend:
		n.sending++
		if t.sendTo == 0 || t.sendTo.tcb().sendHead == 0 {
			return "a sender is in no send queue"
		}
	case t.sendTo != 0 && (t.nested || !inTransferAsSender(t)):
		return "a thread that does not send has a receiver"
	case t.peer != 0 && t.State != StateReceiving:
		return "a thread that is not receiving is locked"
	}
	if wrong := checkTransfer(t); wrong != "" {
		return wrong
	}
	if (t.op != opNone) != (t.Reasons&ia32.ReasonOp != 0) {
		return "a pending operation and its reason disagree"
	}
	if t.op != opNone && t.State != StateReady {
		return "a thread that is not ready has an operation to continue"
	}
	if (t.sendHead != 0) != (t.Reasons&ia32.ReasonPending != 0) && t.version() != 0 {
		return "a send queue and its reason disagree"
	}
	steps, propagators := uint32(0), uint32(0)
	for r := t.sendHead; r != 0; {
		s := r.tcb()
		if s.State != StateSend || s.sendTo != t.ref() || s.sendNext.tcb().sendPrev != r {
			return "a send queue is broken"
		}
		n.ringed++
		if s.virtual != nilThread {
			propagators++
		}
		if steps++; steps > threads {
			return "a send queue has no end"
		}
		if r = s.sendNext; r == t.sendHead {
			break
		}
	}
	if propagators != t.propagators {
		return "a send queue's count of propagators is wrong"
	}
	return ""
}

// checkTransfer: sender and receiver of a transfer point at each other, in the IPC of their own or in the one set aside
// while one of them has a page fault; each state says who of the two goes on.
func checkTransfer(t *TCB) string {
	if inTransferAsSender(t) {
		r := t.sendTo
		if t.nested {
			r = t.outer.sendTo
		}
		switch {
		case r == 0 || !lockedBy(r.tcb(), t.ref()):
			return "a transfer has no receiver"
		case (t.op == opTransfer || t.op == opAbort) && t.State != StateReady:
			return "a sender copies and waits"
		case (t.State == StateFaultWait) != r.tcb().faultsFor(t.ref()):
			return "a sender waits for a fault that its receiver does not have, or does not wait"
		}
	}
	if t.State == StateReceiving && !sendsTo(t.peer, t.ref()) || t.nested && t.outer.receiver && !sendsTo(t.outer.peer, t.ref()) {
		return "a locked receiver has no sender"
	}
	if t.nested && t.State != StateSend && t.State != StateReceive && t.State != StateReceiving && t.op != opReceive {
		return "a thread with a page fault in mid transfer is not in IPC for it"
	}
	return ""
}

// lockedBy reports whether r is locked by a transfer of s.
func lockedBy(r *TCB, s Ref) bool {
	return r.State == StateReceiving && r.peer == s || r.faultsFor(s)
}

// faultsFor reports whether t is the receiver of a transfer of s and has a page fault. A pager in the middle of its
// answer to t is not that sender.
func (t *TCB) faultsFor(s Ref) bool { return t.nested && t.outer.receiver && t.outer.peer == s }

// sendsTo reports whether s is in a transfer to r.
func sendsTo(s, r Ref) bool {
	if s == 0 || !inTransferAsSender(s.tcb()) {
		return false
	}
	if x := s.tcb(); x.nested {
		return x.outer.sendTo == r
	}
	return s.tcb().sendTo == r
}

func (t *TCB) version() uint32 { return t.GlobalID & 0x3FFF }

// checkLife: a thread belongs to a space, or is dying.
func checkLife(t *TCB, n *tally) string {
	if t.version() == 0 {
		if t.State != StateInactive || t.active || t.queued {
			return "a dying thread is active"
		}
		return ""
	}
	s := t.space()
	n.inSpaces++
	switch {
	case !inPool(ia32.Phys(t.Space)) || descOf(t.Space).kind != pageSpace:
		return "a thread's space does not exist"
	case s.redirector != nilThread && t.Reasons&ia32.ReasonRedirect == 0:
		return "a thread of a space with a redirector does not know it"
	case t.PDir != ia32.Phys(s.pdir):
		return "a thread's directory is not its space's"
	case *word(s.pdir + 4*pdIndex(uint32(t.ref()))) == 0:
		return "a thread's own TCB is not in its directory"
	case t.active && s.utcbAlias(t.LocalID-utcbMR0)+utcbMR0 != t.UTCB:
		return "a thread's UTCB is not where users see it"
	case !t.active && t.State != StateInactive:
		return "a thread without UTCB is active"
	case copyEntries(s.pdir):
		return "a directory's copy area is in use"
	}
	if t.spacePrev != 0 {
		return ""
	}
	if s.threadHead != t.ref() {
		return "a thread list does not begin at its space"
	}
	length := uint32(0)
	for r := s.threadHead; r != 0; r = r.tcb().spaceNext {
		if next := r.tcb().spaceNext; next != 0 && next.tcb().spacePrev != r {
			return "a space's thread list is broken"
		}
		if length++; length > threads {
			return "a space's thread list has no end"
		}
	}
	n.listed += length
	if length != s.threads {
		return "a space's thread count is wrong"
	}
	return ""
}

// copyEntries reports whether a directory has entries in its copy area. They live no longer than one copy.
func copyEntries(pdir uint32) bool {
	at := pdir + 4*pdIndex(ia32.CopyArea)
	return *word(at)|*word(at + 4) != 0
}

// checkTimer: a place in the timeout heap is the thread's own and not too late.
func checkTimer(t *TCB) string {
	switch {
	case t.heapIndex == 0:
		if t.Reasons&ia32.ReasonTimer != 0 {
			return "a thread is marked as in the timeout heap"
		}
	case t.heapIndex > timeouts.count || slot(t.heapIndex).tcb() != t:
		return "a thread's place in the timeout heap is wrong"
	case t.timed() && t.heapKey > t.Deadline:
		return "a timeout comes too late"
	case t.plain() && t.Reasons&ia32.ReasonTimer == 0:
		return "a plain wait has another's timeout"
	}
	return ""
}

// checkHeap: no deadline is before its parent's.
func checkHeap() string {
	for i := uint32(2); i <= timeouts.count; i++ {
		if slot(i).tcb().heapKey < slot(i/2).tcb().heapKey {
			return "the timeout heap is out of order"
		}
	}
	return ""
}
