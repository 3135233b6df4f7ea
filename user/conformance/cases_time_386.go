package main

import "pecan/user/l4"

// Timeouts (semantics 2, abi 1.7).

var timeCases = []testCase{
	{"time-zero", "2.1 2.8", timeZero},
	{"time-never", "2.2", timeNever},
	{"time-relative", "2.3 2.5 2.8", timeRelative},
	{"time-counts-from-phase", "2.3", timePhase},
	{"time-longest", "2.3", timeLongest},
	{"time-point", "2.4 2.5", timePoint},
	{"time-past-point", "2.4 10.2", timePast},
	{"time-point-clock-bit", "2.4", timeClockBit},
	{"time-expiry-during-transfer", "2.6", timeTransfer},
	{"time-expiry-preempts", "2.7", timePreempts},
	{"time-many-sleepers", "2.5", timeMany},
}

// Zero: the normal form, and mantissa zero with any exponent.
func timeZero() {
	s, r := near()
	for e := uint32(1); e < 32; e++ {
		zero := l4.Time(e << 10)
		s.sends(r.id, tag(0, 0)).in(zero, l4.Never)
		s.run()
		s.want("send", sendTimeout)
		r.receives(l4.AnyThread).in(l4.Never, zero)
		r.run()
		r.want("receive", receiveTimeout)
		check(s.end-s.start < 2000000 && r.end-r.start < 2000000, "waited")
	}
}

func timeNever() {
	s, r := near()
	s.sends(r.id, tag(0, 0)).in(l4.Never, l4.Never)
	r.receives(r.id).in(l4.Never, l4.Never)
	s.begin()
	r.begin()
	l4.Sleep(l4.Milliseconds(50))
	check(s.inIPC && r.inIPC, "an end")
	exchange(s.id, l4.CancelIPC)
	exchange(r.id, l4.CancelIPC)
	finish(s, r)
}

func timeRelative() {
	s, r := near()
	for _, us := range [...]uint64{1, 2, 10, 100, 500, 999, 1000, 1023, 1024, 2047, 5000, 20000} {
		about.Reset().Dec(us).Str(" us: ")
		t := l4.Microseconds(us)
		exact, _ := t.Period()
		r.receives(r.id).in(l4.Never, t)
		r.run()
		r.want("receive", receiveTimeout)
		equal("ErrorCode", r.words[2], 3)
		check(r.end-r.start >= exact, "early receive")
		check(r.end-r.start < exact+500000, "late receive")
		s.sends(r.id, tag(0, 0)).in(t, l4.Never)
		s.run()
		s.want("send", sendTimeout)
		equal("ErrorCode", s.words[2], 2)
		check(s.end-s.start >= exact, "early send")
		check(s.end-s.start < exact+500000, "late send")
	}
	about.Reset()
	// The same length with other exponents.
	for e := range uint32(9) {
		r.receives(r.id).in(l4.Never, l4.Time(e<<10|2048>>e&1023|boolBit(e == 0)))
		r.run()
		want := uint64(2048)
		if e <= 1 {
			want = uint64(2048>>e&1023|boolBit(e == 0)) << e
		}
		check(r.end-r.start >= want, "early")
	}
}

func boolBit(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// The receive timeout of a call begins when its receive phase does.
func timePhase() {
	s, r := near()
	s.calls(r.id, tag(0, 0)).in(soon, l4.Milliseconds(10))
	s.block(l4.PendingSend)
	l4.Sleep(l4.Milliseconds(15))
	r.receives(s.id)
	picked := l4.SystemClock()
	r.begin()
	finish(r, s)
	s.want("call", receiveTimeout)
	check(s.end >= picked+10000, "counted from the system call")
}

func timeLongest() {
	s, r := near()
	for _, t := range [...]l4.Time{31<<10 | 1023, 31<<10 | 1, 22<<10 | 1023, 23<<10 | 512} {
		stepNumber("time", uint32(t))
		s.sends(r.id, tag(0, 0)).in(t, l4.Never)
		r.receives(r.id).in(l4.Never, t)
		s.begin()
		r.begin()
		l4.Sleep(l4.Milliseconds(10))
		check(s.inIPC && r.inIPC, "an end")
		exchange(s.id, l4.CancelIPC)
		exchange(r.id, l4.CancelIPC)
		finish(s, r)
		s.want("send", sendCancelled)
		r.want("receive", receiveCancelled)
	}
}

func timePoint() {
	s, r := near()
	for _, ahead := range [...]uint64{100, 1000, 1023, 3000, 10000, 50000} {
		about.Reset().Dec(ahead).Str(" us ahead: ")
		now := l4.SystemClock()
		t := l4.Point(now, now+ahead)
		point := t.At(now)
		r.receives(r.id).in(l4.Never, t)
		r.run()
		r.want("receive", receiveTimeout)
		check(r.end >= point, "early receive")
		check(r.end < point+500000, "late receive")
		now = l4.SystemClock()
		t = l4.Point(now, now+ahead)
		point = t.At(now)
		s.sends(r.id, tag(0, 0)).in(t, l4.Never)
		s.run()
		s.want("send", sendTimeout)
		check(s.end >= point, "early send")
		check(s.end < point+500000, "late send")
	}
	about.Reset()
	// A point is a point: of a call, the receive phase gets what is left.
	now := l4.SystemClock()
	t := l4.Point(now, now+30000)
	s.calls(r.id, tag(0, 0)).in(soon, t)
	s.block(l4.PendingSend)
	l4.Sleep(l4.Milliseconds(15))
	r.receives(s.id)
	r.begin()
	finish(r, s)
	s.want("call", receiveTimeout)
	check(s.end >= t.At(now) && s.end < t.At(now)+500000, "not the point")
}

// pointOf is the point with exponent e that has the given time.
func pointOf(us uint64, e uint32) l4.Time {
	return l4.Time(1<<15 | uint64(e)<<11 | us>>(e+10)&1<<10 | us>>e&1023)
}

// Points in the past, of the window of the present, are like zero.
func timePast() {
	s, r := near()
	for _, e := range [...]uint32{3, 6, 10, 15} {
		window := uint64(1024) << e
		now := l4.SystemClock()
		for now%window < window/16 {
			l4.Sleep(l4.Microseconds(window / 16))
			now = l4.SystemClock()
			if e == 15 {
				break // the window is long: take the present
			}
		}
		past := now - min(now%window, 5<<e)
		r.receives(r.id).in(l4.Never, pointOf(past, e))
		s.sends(r.id, tag(0, 0)).in(pointOf(past, e), l4.Never)
		if (l4.SystemClock()^past)/window != 0 && e < 6 {
			continue // the window has ended meanwhile
		}
		if e >= 10 {
			r.run()
			r.want("receive", receiveTimeout)
			check(r.end-r.start < 400000, "it waited")
			s.run()
			s.want("send", sendTimeout)
		}
	}
	// A partner that is ready counts all the same.
	now := l4.SystemClock()
	r.receives(s.id)
	r.block(l4.WaitingReceive)
	s.sends(r.id, tag(0, 0)).in(pointOf(now-now%1024, 15), l4.Never)
	s.begin()
	finish(s, r)
	s.want("send to a waiting thread", l4.OK)
}

// Bit c tells the next window from this one.
func timeClockBit() {
	r := newPuppet(&home, target)
	for _, e := range [...]uint32{2, 3, 4, 5} { // windows of 4 to 32 ms
		stepNumber("exponent", e)
		window := uint64(1024) << e
		now := l4.SystemClock()
		target := (now/window+1)*window + window/4 // in the next window
		for target-now > 1023<<e {                 // beyond what the exponent reaches
			l4.Sleep(l4.Microseconds(window / 8))
			now = l4.SystemClock()
		}
		t := pointOf(target, e)
		equal("the library agrees", uint32(t.At(now)>>e), uint32(target>>e))
		r.receives(r.id).in(l4.Never, t)
		r.run()
		r.want("receive", receiveTimeout)
		check(r.end >= target&^(1<<e-1), "early")
		check(r.end < target+400000, "late")
	}
}

// A timeout that comes due during the transfer does nothing.
func timeTransfer() {
	s, r := near()
	takeAll(1, s, r)
	s.set(item(100), s.zone)
	r.accepts(strings, item(100), r.zone)
	s.sends(r.id, tag(0, 2)).in(l4.Milliseconds(5), l4.Never)
	r.receives(s.id).in(l4.Never, l4.Milliseconds(5))
	s.begin()
	r.begin()
	s.faults(s.zone, l4.Read)
	l4.Sleep(l4.Milliseconds(10))
	s.answer(s.zone)
	r.faults(r.zone, l4.Write)
	l4.Sleep(l4.Milliseconds(10))
	r.answer(r.zone)
	arrived(s, r)
}

// A thread whose timeout expires preempts one of lower priority.
func timePreempts() {
	r := newPuppet(&home, target)
	spins := uint32(0)
	spawnAt(90, func() {
		for {
			store(uint32(r.utcb)+4, 0) // the unused words of a UTCB are as good as any
			spins++
		}
	})
	r.receives(r.id).in(l4.Never, l4.Milliseconds(3))
	r.run()
	r.want("sleep", receiveTimeout)
	check(r.end-r.start >= 3000 && r.end-r.start < 500000, "time")
}

// Many timeouts at once, of all lengths: none is early, none is forgotten.
func timeMany() {
	var ids [24]l4.ThreadID
	early, done := uint32(0), uint32(0)
	for i := range ids {
		ids[i] = spawn(func() {
			seed := uint32(i)*2654435761 + 12345
			for range 20 {
				seed = seed*1664525 + 1013904223
				t := l4.Microseconds(uint64(seed>>20) + 1)
				exact, _ := t.Period()
				start := l4.SystemClock()
				l4.Sleep(t)
				if l4.SystemClock()-start < exact {
					early++
				}
			}
			done++
			l4.Suspend()
		})
	}
	for range 2000 {
		if done == uint32(len(ids)) {
			break
		}
		l4.Sleep(moment)
	}
	equal("sleepers that are done", done, uint32(len(ids)))
	equal("early ones", early, 0)
}
