package main

import "pecan/user/l4"

// Transfer timeouts (semantics 4.2).

var limitCases = []testCase{
	{"limit-matrix-sender-faults", "4.2.1 4.2.3 4.2.4", limitMatrixSender},
	{"limit-matrix-receiver-faults", "4.2.1 4.2.3 4.2.4", limitMatrixReceiver},
	{"limit-no-fault-no-limit", "4.2.2", limitNoFault},
	{"limit-other-parts-do-not-count", "4.2.1", limitOtherParts},
	{"limit-evaluated-once", "4.2.2 10.6", limitOnce},
	{"limit-not-restarted", "4.2.3 10.6", limitNotRestarted},
	{"limit-in-time", "4.2.3", limitInTime},
	{"limit-point", "4.2.3 2.4", limitPoint},
	{"limit-late-answer", "4.2.5", limitLateAnswer},
	{"limit-queued-fault", "4.2.5", limitQueuedFault},
	{"limit-second-string", "4.2.4 3.1.10", limitSecondString},
	{"limit-exact-offset", "4.2.3 3.1.10", limitOffset},
	{"limit-partner-is-pager", "4.1.1 4.1.2 4.2.3", limitPartnerPager},
	{"limit-next-phase", "1.3.4 4.2.4", limitNextPhase},
}

// cutAt checks that a transfer was cut after n bytes with the codes.
func cutAt(s, r *puppet, sender, receiver l4.IPCCode, n uint32) {
	s.want("sender", sendError(sender, n))
	r.want("receiver", receiveError(receiver, n))
}

// byLimits are the codes for the transfer timeouts (in microseconds; 0 means never, 1 zero).
func byLimits(snd, rcv uint64) (sender, receiver l4.IPCCode) {
	value := func(us uint64) uint64 {
		switch us {
		case 0:
			return ^uint64(0)
		case 1:
			return 0
		}
		return us
	}
	if value(rcv) < value(snd) {
		return l4.PeerXferTimeout, l4.OwnXferTimeout
	}
	return l4.OwnXferTimeout, l4.PeerXferTimeout
}

func limitOf(us uint64) l4.Time {
	switch us {
	case 0:
		return l4.Never
	case 1:
		return l4.Zero
	}
	return l4.Microseconds(us)
}

// limitMatrix lets p fault, in all relations of the two timeouts.
func limitMatrix(s, r, p *puppet) {
	const offset = 0x234
	fill(s.back, 0x2000, 1, 0)
	for _, q := range [...]*puppet{s, r} {
		if q != p {
			q.give(0, 14)
		} else {
			q.give(0, 12)
		}
	}
	for _, snd := range [...]uint64{0, 1, 2048, 6144} {
		for _, rcv := range [...]uint64{0, 1, 2048, 6144} {
			about.Reset().Str("limits ").Dec(snd).Byte(' ').Dec(rcv).Str(": ")
			clear(r.back, 0x1000)
			from, to := uint32(0x1000-offset), uint32(0)
			access := l4.Read
			if p == r {
				from, to = to, from
				access = l4.Write
			}
			s.set(item(0x800), s.zone+from)
			r.accepts(strings, item(0x800), r.zone+to)
			s.xfer = l4.NewTimeouts(limitOf(snd), l4.Zero) // the other part does not count
			r.xfer = l4.NewTimeouts(l4.Zero, limitOf(rcv))
			launch(s, r, tag(0, 2))
			zero := snd == 1 || rcv == 1
			if !zero {
				p.faults(p.zone+0x1000, access)
			}
			if snd == 0 && rcv == 0 {
				s.stillBusy("both never")
				p.answer(p.zone + 0x1000)
				arrived(s, r)
				p.take(0x1000)
				continue
			}
			finish(s, r)
			sender, receiver := byLimits(snd, rcv)
			cutAt(s, r, sender, receiver, offset)
			holds("what arrived", r.back+to, offset, 1, from)
			equal("sender's tag", uint32(s.result), uint32(tag(0, 2)|l4.Failed))
			equal("receiver's tag", uint32(r.result), uint32(tag(0, 2)|l4.Failed))
			if !zero {
				want := snd
				if snd == 0 || rcv != 0 && rcv < snd {
					want = rcv
				}
				check(s.end-s.start >= want, "too early")
			}
		}
	}
}

func limitMatrixSender() {
	s, r := pair()
	limitMatrix(s, r, s)
}

func limitMatrixReceiver() {
	s, r := pair()
	limitMatrix(s, r, r)
}

func limitNoFault() {
	s, r := pair()
	full(s, r)
	s.xfer, r.xfer = l4.NewTimeouts(l4.Zero, l4.Zero), l4.NewTimeouts(l4.Zero, l4.Zero)
	for range 5 {
		s.set(item(100000), s.zone)
		r.accepts(strings, item(100000), r.zone)
		transfers(s, r, tag(0, 2))
	}
}

func limitOtherParts() {
	s, r := near()
	s.xfer, r.xfer = l4.NewTimeouts(l4.Never, l4.Zero), l4.NewTimeouts(l4.Zero, l4.Never)
	fill(s.back, 0x2000, 1, 0)
	faultTransfer(s, r, 0x10, 0x20, 0x1800)
	holds("string", r.back+0x20, 0x1800, 1, 0x10)
}

// What is written to XferTimeouts after the first fault does not count for this transfer.
func limitOnce() {
	s, r := near()
	fill(s.back, 0x3000, 1, 0)
	s.set(item(0x2000), s.zone)
	r.accepts(strings, item(0x2000), r.zone)
	launch(s, r, tag(0, 2))
	s.faults(s.zone, l4.Read)
	utcbOf(s).XferTimeouts = l4.NewTimeouts(l4.Zero, l4.Zero)
	utcbOf(r).XferTimeouts = l4.NewTimeouts(l4.Zero, l4.Zero)
	s.answer(s.zone)
	finishAny(s, r)
	s.want("sender", l4.OK)
	r.want("receiver", l4.OK)
	holds("string", r.back, 0x2000, 1, 0)
	// And the other way: what was there before the call, but not when the fault came.
	takeAll(4, s, r)
	s.give(0, 12)
	r.give(0, 12)
	s.xfer = l4.NewTimeouts(l4.Zero, l4.Never)
	s.sends(r.id, tag(0, 2))
	s.block(l4.PendingSend)
	utcbOf(s).XferTimeouts = 0
	r.receives(s.id)
	r.begin()
	s.faults(s.zone+0x1000, l4.Read)
	s.answer(s.zone + 0x1000)
	finishAny(s, r)
	s.want("sender", l4.OK)
}

// Faults that are answered in time do not stretch the limit, whichever side they are of.
func limitNotRestarted() {
	for kind := range uint32(3) {
		step([...]string{"sender", "receiver", "both"}[kind])
		s, r := pair()
		if kind == 0 {
			full(r)
		}
		if kind == 1 {
			full(s)
		}
		s.set(item(0x100000), s.zone)
		r.accepts(strings, item(0x100000), r.zone)
		s.xfer = l4.NewTimeouts(l4.Milliseconds(20), l4.Never)
		launch(s, r, tag(0, 2))
		n := uint32(0)
		for s.busy || r.busy {
			e, ok := next(soon)
			check(ok, "no end")
			if e.done {
				continue
			}
			l4.Sleep(l4.Milliseconds(3))
			var m l4.Msg
			x := e.fault.Addr - e.p.zone
			m.Start(0).AddMap(l4.MapItem{Base: e.fault.Addr, Fpage: l4.PageAt(e.p.back+x, l4.RWX)})
			l4.Send(e.p.id, &m, l4.Zero) // may be too late
			n++
		}
		check(n >= 2 && n <= 9, "wrong number of faults")
		check(s.code.Code() == l4.OwnXferTimeout && r.code.Code() == l4.PeerXferTimeout, "codes")
		equal("offsets", s.code.Offset(), r.code.Offset())
		faulted := n - 1
		if kind == 2 {
			faulted = (n - 1) / 2
		}
		equal("offset", s.code.Offset(), faulted*0x1000)
		check(s.end-s.start >= 19900, "too early")
		finish(s, r)
		remove(s.id)
		remove(r.id)
		takeRegions()
	}
}

// Faults of both sides within the limit are harmless, and so is a limit that would end later than the transfer.
func limitInTime() {
	s, r := pair()
	fill(s.back, 0x4000, 1, 0)
	s.xfer, r.xfer = l4.NewTimeouts(l4.Milliseconds(1000), l4.Zero), l4.NewTimeouts(l4.Zero, l4.Milliseconds(900))
	faultTransfer(s, r, 0x800, 0x123, 0x3000)
	holds("string", r.back+0x123, 0x3000, 1, 0x800)
	// The limit of that transfer is over: nothing happens to the next IPC of either.
	s.receives(s.id).in(l4.Never, l4.Milliseconds(950))
	r.receives(r.id).in(l4.Never, l4.Milliseconds(950))
	s.begin()
	r.begin()
	finish(s, r)
	s.want("sleep", receiveTimeout)
	r.want("sleep", receiveTimeout)
	check(s.end-s.start >= 949000 && r.end-r.start >= 949000, "ended early")
}

func limitPoint() {
	s, r := pair()
	full(r)
	s.give(0, 12)
	s.set(item(0x1000), s.zone+0x800)
	r.accepts(strings, item(0x1000), r.zone)
	now := l4.SystemClock()
	end := now + 15000
	r.xfer = l4.NewTimeouts(l4.Never, l4.Point(now, end))
	launch(s, r, tag(0, 2))
	s.faults(s.zone+0x1000, l4.Read)
	finish(s, r)
	cutAt(s, r, l4.PeerXferTimeout, l4.OwnXferTimeout, 0x800)
	check(s.end >= end-32, "early")
	step("a point of the past")
	now = l4.SystemClock()
	for now&1023 < 100 {
		now = l4.SystemClock()
	}
	r.xfer = l4.NewTimeouts(l4.Never, l4.Time(1<<15|10<<11|now>>20&1<<10|now>>10&1023))
	launch(s, r, tag(0, 2))
	finish(s, r)
	cutAt(s, r, l4.PeerXferTimeout, l4.OwnXferTimeout, 0x800)
}

// The pager has the fault and answers when the transfer is over.
func limitLateAnswer() {
	s, r := pair()
	fill(s.back, 0x2000, 1, 0)
	for _, p := range [...]*puppet{s, r} {
		takeAll(2, s, r)
		if p == r {
			s.give(0, 13)
		} else {
			r.give(0, 13)
		}
		s.set(item(0x1000), s.zone)
		r.accepts(strings, item(0x1000), r.zone)
		s.xfer = l4.NewTimeouts(l4.Milliseconds(3), l4.Never)
		s.quiet, r.quiet = true, true
		launch(s, r, tag(0, 2))
		if p == s {
			s.faults(s.zone, l4.Read)
		} else {
			r.faults(r.zone, l4.Write)
		}
		s.wait()
		r.wait()
		cutAt(s, r, l4.OwnXferTimeout, l4.PeerXferTimeout, 0)
		s.quiet, r.quiet = false, false
		// Now it waits for its next turn, which is no fault: what it gets is no answer to a fault.
		p.receives(p.id).in(l4.Never, moment)
		p.begin()
		waitState(p.id, l4.WaitingReceive)
		var m l4.Msg
		m.Start(0).AddMap(l4.MapItem{Base: p.zone, Fpage: l4.PageAt(p.back, l4.RWX)})
		ipcFails("late answer", l4.Send(p.id, &m, l4.Zero), sendTimeout)
		p.finish()
		p.want("sleep", receiveTimeout)
	}
}

// The pager does not listen: the abandoned fault message leaves its queue.
func limitQueuedFault() {
	for i := range 2 {
		s, r := pair()
		if i == 1 {
			s.give(0, 13)
		} else {
			r.give(0, 13)
		}
		s.set(item(0x1000), s.zone)
		r.accepts(strings, item(0x1000), r.zone)
		r.xfer = l4.NewTimeouts(l4.Never, l4.Milliseconds(3))
		s.quiet, r.quiet = true, true
		launch(s, r, tag(0, 2))
		s.wait()
		r.wait()
		cutAt(s, r, l4.PeerXferTimeout, l4.OwnXferTimeout, 0)
		if e, ok := next(moment); ok {
			fatal(describe("a message is left in the pager's queue: ").Hex(e.fault.Addr))
		}
	}
}

func limitSecondString() {
	s, r := pair()
	fill(s.back, 0x2000, 1, 0)
	s.give(0, 13)
	r.give(0, 12)
	clear(r.back, 0x1000)
	s.set(0x77, item(100), s.zone, item(0), 0, item(0x900), s.zone+100)
	r.accepts(strings, chained(100), r.zone+0x100, chained(4), r.zone, item(0x900), r.zone+0xF00)
	s.xfer = l4.NewTimeouts(l4.Zero, l4.Never)
	transfer(s, r, tag(1, 6))
	cutAt(s, r, l4.OwnXferTimeout, l4.PeerXferTimeout, 100+0x100)
	holds("first", r.back+0x100, 100, 1, 0)
	holds("second", r.back+0xF00, 0x100, 1, 100)
	sameWords(s, r, 7)
}

// Offsets are exact to the byte, whatever the alignment on the two sides.
func limitOffset() {
	s, r := pair()
	s.give(0, 12)
	r.give(0, 12)
	fill(s.back, 0x1000, 1, 0)
	for from := uint32(0xFF7); from <= 0x1000; from++ {
		for to := uint32(0xFF7); to <= 0x1000; to++ {
			about.Reset().Str("from ").Hex(from).Str(" to ").Hex(to).Str(": ")
			clear(r.back+0xFF0, 16)
			s.set(item(40), s.zone+from)
			r.accepts(strings, item(40), r.zone+to)
			s.xfer = l4.NewTimeouts(l4.Zero, l4.Never)
			transfer(s, r, tag(0, 2))
			n := min(0x1000-from, 0x1000-to)
			cutAt(s, r, l4.OwnXferTimeout, l4.PeerXferTimeout, n)
			untouched("before", r.back+0xFF0, to-0xFF0)
			holds("string", r.back+to, n, 1, from)
			untouched("behind", r.back+to+n, 0x1000-to-n)
		}
	}
}

// The partner is the pager as well: it cannot answer, but the limit ends it, for both sides.
func limitPartnerPager() {
	s, r := near()
	s.give(0, 12)
	r.give(0, 12)
	for i := range 2 {
		s.pager, r.pager = r.id, s.id
		s.xfer = l4.NewTimeouts(l4.Milliseconds(3), l4.Never)
		from, to := uint32(0x800), uint32(0)
		if i == 1 {
			from, to = to, from
		}
		s.set(item(0x1000), s.zone+from)
		r.accepts(strings, item(0x1000), r.zone+to)
		transfer(s, r, tag(0, 2))
		cutAt(s, r, l4.OwnXferTimeout, l4.PeerXferTimeout, 0x800)
		step("its own pager")
		s.pager, r.pager = s.id, r.id
		transfer(s, r, tag(0, 2))
		cutAt(s, r, l4.OwnXferTimeout, l4.PeerXferTimeout, 0x800)
		about.Reset()
	}
}

// A caller whose transfer failed does not go on to receive.
func limitNextPhase() {
	s, r := pair()
	r.give(0, 12)
	s.give(0, 12)
	s.set(item(0x1000), s.zone+0x800)
	r.accepts(strings, item(0x1000), r.zone)
	s.xfer = l4.NewTimeouts(l4.Milliseconds(2), l4.Never)
	s.calls(r.id, tag(0, 2)).in(soon, l4.Never)
	r.receives(l4.AnyThread)
	r.begin()
	s.begin()
	s.faults(s.zone+0x1000, l4.Read)
	finish(s, r)
	cutAt(s, r, l4.OwnXferTimeout, l4.PeerXferTimeout, 0x800)
	equalID("receiver knows the sender", r.sender, s.id)
}
