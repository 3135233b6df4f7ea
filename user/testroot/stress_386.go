package main

import "pecan/user/l4"

// Long operations that are interrupted, aborted and deleted in the middle (semantics 4.3, 10), and mappings compared with
// a model while interrupts come.

var stressCases = []testCase{
	{"semantics-10-transfer-states", transferStates},
	{"semantics-10-abort-sender-in-transfer", abortSenderInTransfer},
	{"semantics-10-abort-receiver-in-transfer", abortReceiverInTransfer},
	{"semantics-10-delete-receiver-in-transfer", deleteReceiverInTransfer},
	{"semantics-10-delete-sender-in-transfer", deleteSenderInTransfer},
	{"semantics-10-halt-in-transfer", haltInTransfer},
	{"semantics-5.5-delete-in-unmap", deleteInUnmap},
	{"semantics-5.7-delete-in-delete", deleteInDelete},
	{"semantics-5-random-mappings", func() { randomMappings(0x1234567, 250) }},
	{"semantics-5-random-mappings-under-interrupts", randomUnderInterrupts},
	{"semantics-5-random-mappings-with-deletions", func() { randomMappings(0x7654321, 250) }},
}

// bulk is a rig of this space that sends 31 items of 2 MiB each, 4 KiB pages, to r, which waits for it.
func bulk(r *rig) *rig {
	s := newRig()
	r.waits(s.id, l4.Complete)
	u := s.utcb()
	for i := range uint32(31) {
		u.MR[1+2*i], u.MR[2+2*i] = l4.MapItem{Base: 0x10000000 + i<<22, Fpage: l4.NewFpage(large, largeLog2-1, l4.RX)}.Words()
	}
	local := uint32(l4.OtherID(s.id))
	s.patterns()
	s.regs.EAX, s.regs.EDX, s.regs.ECX, s.regs.ESI, s.regs.EDI = uint32(r.id), 0, 0, uint32(l4.NewTag(0x99, 0, 62)), local
	s.start(callCode(s.slot, linkIpc))
	return s
}

// aborted is IPC error 7 in either phase; a transfer that was faster is fine too.
const (
	sendAborted    = 7 << 1
	receiveAborted = 7<<1 | 1
)

// ended checks how the IPC of a rig ended: with one of the errors, or well.
func (r *rig) ended(e event, codes ...uint32) (failed bool) {
	r.done(e, callLength)
	if e.regs.ESI&uint32(l4.Failed) == 0 {
		return false
	}
	local := r.local()
	got, _ := r.peek(local - 36)
	for _, c := range codes {
		if got == c {
			return true
		}
	}
	equal("error of the transfer", got, codes[0])
	return true
}

// pieces are times at which a transfer is disturbed, in microseconds.
var pieces = [...]uint64{20, 60, 150, 300, 700, 1500}

// States as Schedule tells them. Not every look comes in the middle of a transfer, so it is tried more than once, at
// other times.
func transferStates() {
	var seen [8]uint32
	for round := range uint64(50) {
		here := marked()
		r := newRigIn(nil)
		s := bulk(r)
		for us := 20 + 53*round; seen[l4.Sending] == 0; us *= 2 {
			l4.Sleep(l4.Microseconds(us))
			a, b := l4.State(s.id), l4.State(r.id)
			seen[a]++
			seen[b]++
			check((a == l4.Sending) == (b == l4.Receiving), "only one side is in a transfer")
			if a != l4.Sending && a != l4.Running {
				break
			}
		}
		check(!s.ended(s.next(soon), sendAborted), "sender failed")
		check(!r.ended(r.next(soon), receiveAborted), "receiver failed")
		r.shows(0x10000000+30<<22+0x1FF000, stamp(511))
		takeBack()
		r.shows(0x10000000, 0)
		here.rewind()
		if seen[l4.Sending] > 0 {
			return
		}
	}
	fatal(describe("no transfer in progress was seen"))
}

func abortSenderInTransfer() { abortInTransfer(true) }

func abortReceiverInTransfer() { abortInTransfer(false) }

// eachPiece calls f for each of the pieces, and deletes the threads that it made.
func eachPiece(f func(us uint64)) {
	for _, us := range pieces {
		here := marked()
		stepNumber("after microseconds", uint32(us))
		f(us)
		here.rewind()
	}
}

// inTransfer calls f when a transfer from s to r has been going on for each of the pieces, or has ended.
func inTransfer(f func(s, r *rig)) {
	eachPiece(func(us uint64) {
		r := newRigIn(nil)
		s := bulk(r)
		l4.Sleep(l4.Microseconds(us))
		f(s, r)
	})
}

func abortInTransfer(sender bool) {
	inTransfer(func(s, r *rig) {
		victim := r.id
		if sender {
			victim = s.id
		}
		if state := l4.State(victim); state == l4.Sending || state == l4.Receiving {
			succeeds("cancel", l4.Cancel(victim))
		}
		a := s.ended(s.next(soon), sendAborted)
		b := r.ended(r.next(soon), receiveAborted)
		check(a == b, "one side failed, the other not")
		// The next calls of both start afresh.
		equal("unmap", uint32(s.unmap(l4.PageAt(hole, l4.RWX), false)), 0)
		equal("unmap", uint32(r.unmap(l4.PageAt(hole, l4.RWX), true)), 0)
		takeBack()
		r.shows(0x10000000, 0)
		r.take(target, largePage(1, l4.RX), l4.Complete)
		r.shows(target, stamp(1))
	})
}

func deleteReceiverInTransfer() {
	inTransfer(func(s, r *rig) {
		remove(r.id)
		s.ended(s.next(soon), sendAborted, uint32(sendNoPartner)) // it may not have begun
		equal("unmap", uint32(s.unmap(l4.PageAt(hole, l4.RWX), false)), 0)
		equal("nothing is left", uint32(l4.UnmapPage(l4.NewFpage(large, largeLog2, l4.RWX), false)), 0)
	})
}

func deleteSenderInTransfer() {
	inTransfer(func(s, r *rig) {
		remove(s.id)
		r.ended(r.next(soon), receiveAborted, uint32(receiveNoPartner))
		takeBack()
		r.shows(0x10000000, 0)
	})
}

// A halted sender or receiver does not hold up the transfer for ever; both go on after it.
func haltInTransfer() {
	inTransfer(func(s, r *rig) {
		l4.Stop(s.id)
		l4.Stop(r.id)
		l4.Sleep(tick)
		succeeds("resume", l4.Resume(s.id))
		succeeds("resume", l4.Resume(r.id))
		check(!s.ended(s.next(soon), sendAborted), "sender failed")
		check(!r.ended(r.next(soon), receiveAborted), "receiver failed")
		takeBack()
	})
}

// transferred waits for the end of a transfer, which must succeed.
func transferred(s, r *rig) {
	check(!s.ended(s.next(soon), sendAborted) && !r.ended(r.next(soon), receiveAborted), "transfer failed")
}

// A thread is deleted in the middle of a long unmap; another one finishes the work.
func deleteInUnmap() {
	eachPiece(func(us uint64) {
		r := newRigIn(nil)
		s := bulk(r)
		transferred(s, r)
		local := s.local()
		s.patterns()
		s.regs.EAX, s.regs.ESI, s.regs.EDI = 0, uint32(l4.NewFpage(large, largeLog2, l4.RWX)), local
		s.start(callCode(s.slot, linkUnmap))
		l4.Sleep(l4.Microseconds(us))
		remove(s.id)
		takeBack()
		r.shows(0x10000000, 0)
		r.shows(0x10000000+30<<22+0x1FF000, 0)
	})
}

// Two threads delete at the same time: the second call ends when both deletions are done.
func deleteInDelete() {
	eachPiece(func(us uint64) {
		a, b := newRigIn(nil), newRigIn(nil)
		for _, r := range [...]*rig{a, b} {
			s := bulk(r)
			transferred(s, r)
			remove(s.id)
		}
		killer := spawn(func() {
			succeeds("delete a", l4.DeleteThread(a.id))
			report(l4.OK)
		})
		l4.Sleep(l4.Microseconds(us))
		remove(b.id)
		if us&4 != 0 {
			remove(killer)
		} else {
			reportOf(killer, l4.OK)
		}
		remove(a.id)
		equal("nothing is left", uint32(l4.UnmapPage(l4.NewFpage(large, largeLog2, l4.RWX), false)), 0)
	})
}
