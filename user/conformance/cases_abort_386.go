package main

import "pecan/user/l4"

// Ends of transfers by ExchangeRegisters and by deletion (semantics 4.3, 10).

var abortCases = []testCase{
	{"abort-in-fault", "4.3.1 4.3.2 10.7", abortInFault},
	{"abort-fault-queued", "4.3.1 4.3.2 10.7", abortFaultQueued},
	{"abort-in-copy", "4.3.1 1.1.4 1.1.5", abortInCopy},
	{"abort-bits", "4.3.3 10.8 1.1.6 1.1.7", abortBits},
	{"abort-delete-in-fault", "10.7", abortDeleteInFault},
	{"abort-delete-in-copy", "10.7", abortDeleteInCopy},
	{"abort-delete-pager", "4.1.1 4.1.2", abortDeletePager},
	{"abort-migrate", "10.7", abortMigrate},
	{"abort-halt-in-fault", "4.1.5 1.1.8", abortHalt},
	{"abort-then-again", "4.3.1 4.2.5", abortThenAgain},
}

// faultOf makes s and r transfer and stop at a fault of p after 0x800 bytes. The fault has been received if taken.
func faultOf(s, r, p *puppet, taken bool) {
	takeAll(2, s, r)
	from, to := uint32(0), uint32(0x800)
	if p == s {
		from, to = to, from
	}
	for _, q := range [...]*puppet{s, r} {
		q.give(0, 12)
		if q != p {
			q.give(0x1000, 12)
		}
	}
	s.set(item(0x1000), s.zone+from)
	r.accepts(strings, item(0x1000), r.zone+to)
	s.xfer = l4.NewTimeouts(l4.Milliseconds(900), l4.Never) // runs, and must go with the transfer
	if !taken {
		atOnce(s, r, true)
	}
	launch(s, r, tag(0, 2))
	switch {
	case !taken:
		atOnce(s, r, false)
	case p == s:
		s.faults(s.zone+0x1000, l4.Read)
	default:
		r.faults(r.zone+0x1000, l4.Write)
	}
}

// atOnce puts puppets above the case, so that they run until they block when they are told to, or back to where they were.
func atOnce(s, r *puppet, above bool) {
	priority := uint32(usualPriority)
	if above {
		priority = casePriority + 1
	}
	succeeds("priority", l4.SetPriority(s.id, priority))
	succeeds("priority", l4.SetPriority(r.id, priority))
}

func abortInFault() { abortEach(true) }

func abortFaultQueued() { abortEach(false) }

func abortEach(taken bool) {
	s, r := near()
	for i, p := range [...]*puppet{s, r} {
		for k, victim := range [...]*puppet{s, r} {
			about.Reset().Str([...]string{"sender faults, ", "receiver faults, "}[i]).Str([...]string{"sender aborted: ", "receiver aborted: "}[k])
			faultOf(s, r, p, taken)
			exchange(victim.id, l4.CancelIPC)
			if !taken {
				// The fault message has gone with it.
				for s.busy || r.busy {
					e, ok := next(soon)
					check(ok && e.done, "the fault message is still there")
				}
			}
			finish(s, r)
			cutAt(s, r, l4.Aborted, l4.Aborted, 0x800)
			equal("sender's tag", uint32(s.result), uint32(tag(0, 2)|l4.Failed))
			equal("receiver's tag", uint32(r.result), uint32(tag(0, 2)|l4.Failed))
		}
	}
}

// longCopy starts a copy of 4 MiB - 1 bytes and returns in the middle of it. The first byte of each page of the target was blank.
func longCopy(s, r *puppet) {
	for delay := uint64(300); delay >= 10; delay -= 10 {
		for x := uint32(0); x < regionSize; x += l4.PageSize {
			clear(r.back+x, 1)
		}
		s.set(item(l4.MaxString), s.zone)
		r.accepts(strings, item(l4.MaxString), r.zone)
		r.receives(s.id)
		r.block(l4.WaitingReceive)
		s.sends(r.id, tag(0, 2))
		s.begin()
		l4.Sleep(l4.Microseconds(delay)) // the timer preempts the copy
		if l4.State(s.id) == l4.Sending {
			return
		}
		finish(s, r) // it was faster
	}
	fatal(describe("no copy could be interrupted"))
}

func abortInCopy() {
	s, r := near()
	full(s, r)
	fill(s.back, regionSize, 1, 0)
	for k, victim := range [...]*puppet{s, r} {
		for _, bits := range [...]l4.ExchangeFlags{l4.CancelIPC, [...]l4.ExchangeFlags{l4.CancelSend, l4.CancelReceive}[k]} {
			step([...]string{"sender aborted", "receiver aborted"}[k])
			longCopy(s, r)
			equal("state of the sender", uint32(l4.State(s.id)), uint32(l4.Sending))
			equal("state of the receiver", uint32(l4.State(r.id)), uint32(l4.Receiving))
			was := exchange(victim.id, bits)
			equal("reported", uint32(was), uint32([...]l4.ExchangeFlags{l4.CancelSend, l4.CancelReceive}[k]))
			finish(s, r)
			n := s.code.Offset()
			cutAt(s, r, l4.Aborted, l4.Aborted, n)
			check(n < l4.MaxString, "offset")
			if n > 0 {
				equal("last byte", uint32(bytesAt(r.back+n-1, 1)[0]), uint32(pattern(1, n-1)))
			}
			if x := (n + 4095) &^ 4095; x < regionSize {
				untouched("behind the offset", r.back+x, 1)
			}
		}
	}
}

// The wrong bit does nothing, and the states are those of the tables.
func abortBits() {
	s, r := near()
	step("sender faults")
	faultOf(s, r, s, true)
	equal("state of the receiver", uint32(l4.State(r.id)), uint32(l4.Receiving))
	exchange(r.id, l4.CancelSend)
	s.stillBusy("S on a receiving thread")
	check(r.inIPC, "S on a receiving thread")
	was := exchange(r.id, l4.CancelReceive)
	equal("reported", uint32(was), uint32(l4.CancelReceive))
	finish(s, r)
	cutAt(s, r, l4.Aborted, l4.Aborted, 0x800)
	step("receiver faults")
	faultOf(s, r, r, true)
	equal("state of the sender", uint32(l4.State(s.id)), uint32(l4.Sending))
	exchange(s.id, l4.CancelReceive)
	s.stillBusy("R on a sending thread")
	check(r.inIPC, "R on a sending thread")
	was = exchange(s.id, l4.CancelSend)
	equal("reported", uint32(was), uint32(l4.CancelSend))
	finish(s, r)
	cutAt(s, r, l4.Aborted, l4.Aborted, 0x800)
	step("state of a receiver that waits for its pager")
	faultOf(s, r, r, true)
	state := l4.State(r.id)
	check(state == l4.WaitingReceive || state == l4.Receiving, "not receiving")
	was = exchange(r.id, l4.CancelIPC)
	check(was&l4.CancelReceive != 0, "reported")
	finish(s, r)
	cutAt(s, r, l4.Aborted, l4.Aborted, 0x800)
}

// One side is deleted while the other, or itself, has a fault.
func abortDeleteInFault() {
	for _, taken := range [...]bool{true, false} {
		for i := range 2 {
			for k := range 2 {
				about.Reset().Str([...]string{"sender faults, ", "receiver faults, "}[i]).Str([...]string{"sender deleted: ", "receiver deleted: "}[k])
				s, r := pair()
				faultOf(s, r, [...]*puppet{s, r}[i], taken)
				gone, other := s, r
				want := receiveError(l4.Aborted, 0x800)
				if k == 1 {
					gone, other = r, s
					want = sendError(l4.Aborted, 0x800)
				}
				remove(gone.id)
				gone.busy = false
				other.finish()
				other.want("survivor", want)
				remove(other.id)
				resetPuppets()
			}
		}
	}
}

func abortDeleteInCopy() {
	for k := range 4 {
		step([...]string{"sender deleted", "receiver deleted", "sender of the same space", "receiver of the same space"}[k])
		s, r := pair()
		if k >= 2 {
			s, r = near()
		}
		full(s, r)
		longCopy(s, r)
		gone, other := s, r
		if k%2 == 1 {
			gone, other = r, s
		}
		remove(gone.id)
		gone.busy = false
		other.finish()
		check(other.code.Code() == l4.Aborted && other.code.Receiving() == (other == r), "wrong error")
		// The survivor can do another transfer.
		third := newPuppet(nil, source)
		full(third)
		fill(third.back, 5000, uint32(k), 0)
		other.clean()
		other.accepts(strings, item(5000), other.zone).receives(third.id)
		third.set(item(5000), third.zone).sends(other.id, tag(0, 2))
		third.begin()
		other.begin()
		finish(third, other)
		other.want("afterwards", l4.OK)
		holds("string", other.back, 5000, uint32(k), 0)
		remove(other.id)
		remove(third.id)
		resetPuppets()
	}
}

// The pager goes away while it is waited for, or before it takes the fault.
func abortDeletePager() {
	for i := range 4 {
		s, r := near()
		victim := spawn(func() {
			if i >= 2 {
				var m l4.Msg
				l4.Wait(&m, l4.Never)
			}
			l4.Suspend()
		})
		p := s
		if i%2 == 1 {
			p = r
		}
		p.pager = victim
		takeAll(2, s, r)
		from, to := uint32(0), uint32(0x800)
		if p == s {
			from, to = to, from
			r.give(0, 13)
			s.give(0, 12)
		} else {
			s.give(0, 13)
			r.give(0, 12)
		}
		s.set(item(0x1000), s.zone+from)
		r.accepts(strings, item(0x1000), r.zone+to)
		atOnce(s, r, true)
		launch(s, r, tag(0, 2))
		remove(victim)
		finish(s, r)
		cutAt(s, r, l4.Aborted, l4.Aborted, 0x800)
		remove(s.id)
		remove(r.id)
		resetPuppets()
	}
}

// Halting either side in mid transfer does not disturb the transfer; the thread stops behind it.
func abortHalt() {
	s, r := near()
	fill(s.back, 0x1000, 1, 0)
	for _, p := range [...]*puppet{s, r} {
		faultOf(s, r, p, true)
		exchange(s.id, l4.SetHalt|l4.Halt)
		exchange(r.id, l4.SetHalt|l4.Halt)
		p.answer(p.zone + 0x1000)
		if e, ok := next(moment); ok {
			fatal(describe("a halted thread goes on; fault at ").Hex(e.fault.Addr))
		}
		// The transfer itself is the sender's work in the kernel, so it may be over or not; afterwards it is.
		exchange(s.id, l4.SetHalt)
		exchange(r.id, l4.SetHalt)
		finishAny(s, r)
		s.want("sender", l4.OK)
		r.want("receiver", l4.OK)
	}
}

// After an abort both can do the same again; an answer to the old fault is refused.
func abortThenAgain() {
	s, r := near()
	fill(s.back, 0x2000, 5, 0)
	for i := range 6 {
		p, victim := s, s
		if i&1 != 0 {
			p = r
		}
		if i&2 != 0 {
			victim = r
		}
		faultOf(s, r, p, true)
		exchange(victim.id, l4.CancelIPC)
		var m l4.Msg
		ipcFails("answer to the old fault", l4.Send(p.id, m.Start(0), l4.Zero), sendTimeout)
		finish(s, r)
		cutAt(s, r, l4.Aborted, l4.Aborted, 0x800)
		faultOf(s, r, p, true)
		p.answer(p.zone + 0x1000)
		arrived(s, r)
	}
}

// Migration to another space ends a transfer for both sides.
func abortMigrate() {
	for i := range uint32(2) {
		step([...]string{"sender", "receiver"}[i])
		first, second := pair()
		s, r := newPuppet(first.space, source), newPuppet(second.space, target) // not in the UTCBs that others take
		other := newPuppet(nil, target)
		p, partner := s, r
		if i == 1 {
			p, partner = r, s
		}
		faultOf(s, r, p, true)
		succeeds("migrate", l4.ThreadControl(p.id, other.id, l4.NilThread, l4.NilThread, l4.Unchanged))
		partner.finish()
		check(partner.code.Code() == l4.Aborted && partner.code.Offset() == 0x800, "partner's error")
		// Who was moved has an error too, and goes on.
		finish(p)
		check(p.code.Code() == l4.Aborted || p.code.Code() == l4.Cancelled, "own error")
		for _, q := range [...]*puppet{s, r, other, first, second} {
			remove(q.id)
		}
		takeRegions()
		resetPuppets()
	}
}
