package main

import "pecan/user/l4"

// Transfers that run at the same time as others, and as changes of the memory they use (semantics 3.1, 4.1).

var busyCases = []testCase{
	{"busy-two-senders", "3.1.4 1.1.4", busyTwoSenders},
	{"busy-into-each-other", "3.1.4", busyEachOther},
	{"busy-same-receiver-space", "3.1.4", busySameSpace},
	{"busy-unmap-in-copy", "4.1.4 3.2.2", busyUnmap},
	{"busy-unmap-source-in-copy", "4.1.4 3.2.1", busyUnmapSource},
	{"busy-remap-in-copy", "4.1.4", busyRemap},
	{"busy-small-messages-meanwhile", "1.2.2 3.1.4", busySmall},
	{"busy-registers-rewritten", "4.1.5", busyRegisters},
	{"busy-pager-answers-with-much", "4.1.4 4.3.1", busyPager},
	{"busy-answer-is-queued-already", "4.1.2 4.3.1 1.4.2d", busyQueuedAnswer},
	{"busy-random", "4.3.1 4.1.4 1.3.3d 1.4.3b", busyRandom},
}

// sliced gives puppets short timeslices, so that they preempt each other.
func sliced(list ...*puppet) {
	for _, p := range list {
		_, _, err := l4.Schedule(p.id, l4.Scheduling{
			Time: l4.TimeControl(l4.Microseconds(100), l4.Never), Processor: l4.Same, Priority: l4.Same, Preemption: l4.Same,
		})
		succeeds("timeslice", err)
	}
}

// words fills n bytes with numbers of a stream, and wrong is the offset of the first word that is not of it, or n.
func words(addr, n, seed uint32) {
	for i := uint32(0); i < n; i += 4 {
		store(addr+i, i*0x9E3779B1+seed)
	}
}

func wrong(addr, n, seed uint32) uint32 {
	for i := uint32(0); i < n; i += 4 {
		if load(addr+i) != i*0x9E3779B1+seed {
			return i
		}
	}
	return n
}

func sameStream(what string, addr, n, seed uint32) {
	if at := wrong(addr, n, seed); at != n {
		fatal(describe(what).Str(": wrong at ").Hex(at).Str(": ").Hex(load(addr + at)))
	}
}

const half = regionSize / 2

// twoTransfers lets two pairs copy 1 MiB each at the same time, several times, each time over the same
// addresses of different spaces, or different ones of the same.
func twoTransfers(s1, r1, s2, r2 *puppet, to1, to2 uint32) {
	overlaps := 0
	for round := uint32(0); round < 4 || overlaps == 0 && round < 20; round++ {
		for i := range uint32(2) {
			words(s1.back+i*half, half, round<<8|i)
		}
		n := uint32(half - 4096)
		for x := uint32(0); x < regionSize; x += 64 {
			store(r1.back+x, 0)
			store(r2.back+x, 0)
		}
		s1.set(item(n), s1.zone)
		s2.set(item(n), s2.zone+half)
		r1.accepts(strings, item(n), r1.zone+to1)
		r2.accepts(strings, item(n), r2.zone+to2)
		r1.receives(s1.id)
		r2.receives(s2.id)
		s1.sends(r1.id, tag(0, 2))
		s2.sends(r2.id, tag(0, 2))
		for _, p := range [...]*puppet{r1, r2, s1, s2} {
			p.begin()
		}
		finish(s1, s2, r1, r2)
		for _, p := range [...]*puppet{s1, s2, r1, r2} {
			p.want("transfer", l4.OK)
		}
		if s1.start < s2.end && s2.start < s1.end {
			overlaps++
		}
		sameStream("first", r1.back+to1, n, round<<8)
		sameStream("second", r2.back+to2, n, round<<8|1)
	}
	check(overlaps > 0, "they never ran at the same time")
}

func busyTwoSenders() {
	s1, r1 := pair()
	s2, r2 := pair()
	full(s1, r1, s2, r2)
	sliced(s1, r1, s2, r2)
	twoTransfers(s1, r1, s2, r2, 0, half)
}

func busySameSpace() {
	s1, r1 := pair()
	s2, r2 := newPuppet(s1.space, source), newPuppet(r1.space, target)
	full(s1, r1)
	sliced(s1, r1, s2, r2)
	twoTransfers(s1, r1, s2, r2, half, 0)
}

// Two spaces copy into each other.
func busyEachOther() {
	a, b := pair()
	a2, b2 := newPuppet(a.space, target), newPuppet(b.space, source)
	full(a, b)
	// The second pair goes from b's space to a's; each space has one of the regions in both zones.
	full(a2, b2)
	sliced(a, b, a2, b2)
	twoTransfers(a, b, b2, a2, 0, half)
}

// disturb runs f every now and then while s and r copy, and answers their faults with the usual pages.
func disturb(s, r *puppet, f func(round uint32)) (rounds, faults uint32) {
	launch(s, r, tag(0, 2))
	for s.busy || r.busy {
		e, ok := next(l4.Microseconds(150)) // which preempts the copy
		if !ok {
			f(rounds)
			if rounds++; rounds > 100000 {
				fatal(describe("no end; states ").Dec(uint64(l4.State(s.id))).Byte(' ').Dec(uint64(l4.State(r.id))))
			}
			continue
		}
		if !e.done {
			faults++
			e.p.answer(e.fault.Addr)
		}
	}
	s.want("sender", l4.OK)
	r.want("receiver", l4.OK)
	return
}

// bigCopy sets up a copy of 4 MiB - 4096.
func bigCopy(s, r *puppet, seed uint32) uint32 {
	n := uint32(regionSize - 4096)
	words(s.back, n, seed)
	for x := uint32(0); x < regionSize; x += 64 {
		store(r.back+x, 0)
	}
	s.set(item(n), s.zone)
	r.accepts(strings, item(n), r.zone)
	return n
}

// The receiver's pager takes the buffer away in mid copy: all of it, or pages here and there.
func busyUnmap() {
	s, r := pair()
	full(s)
	for i := range uint32(3) {
		stepNumber("variant", i)
		full(r)
		n := bigCopy(s, r, i)
		disturbed := uint32(0)
		_, faults := disturb(s, r, func(round uint32) {
			if disturbed++; disturbed > 12 {
				return
			}
			switch i {
			case 0:
				l4.UnmapPage(l4.NewFpage(r.back, regionLog2, l4.RWX), false)
			case 1:
				for x := uint32(0); x < regionSize; x += 0x10000 {
					r.take(x)
				}
			case 2: // only the right to write
				l4.UnmapPage(l4.NewFpage(r.back, regionLog2, l4.Write), false)
			}
		})
		check(disturbed > 0, "it was too fast to disturb")
		check(faults > 0, "no faults")
		sameStream("string", r.back, n, i)
	}
}

func busyUnmapSource() {
	s, r := pair()
	full(r)
	for i := range uint32(2) {
		full(s)
		n := bigCopy(s, r, i)
		disturbed := uint32(0)
		_, faults := disturb(s, r, func(round uint32) {
			if disturbed++; disturbed <= 12 {
				l4.UnmapPage(l4.NewFpage(s.back, regionLog2, l4.RWX), false)
			}
		})
		check(disturbed > 0 && faults > 0, "it was too fast to disturb")
		sameStream("string", r.back, n, i)
	}
}

// Other memory appears at the buffer's addresses in mid copy: what is copied later goes there, and nothing goes to
// the old pages any more.
func busyRemap() {
	s, r := pair()
	full(s, r)
	var m l4.Msg
	for i := range uint32(3) {
		n := bigCopy(s, r, i)
		cut := uint32(0)
		launch(s, r, tag(0, 2))
		for s.busy || r.busy {
			e, ok := next(l4.Microseconds(200))
			if !ok && cut == 0 && l4.State(s.id) == l4.Sending {
				// How far has it come?
				for cut < n && load(r.back+cut) == cut*0x9E3779B1+i {
					cut += 64
				}
				l4.UnmapPage(l4.NewFpage(r.back, regionLog2, l4.RWX), false)
				for x := uint32(0); x < regionSize; x += 64 {
					store(r.back+x, 0xBAD)
				}
			}
			if ok && !e.done {
				// The source region instead: it overwrites itself with what is there already.
				x := e.fault.Addr - r.zone
				m.Start(0).AddMap(l4.MapItem{Base: e.fault.Addr, Fpage: l4.PageAt(s.back+x, l4.RWX)})
				e.p.reply(&m)
			}
		}
		s.want("sender", l4.OK)
		sameStream("source", s.back, n, i)
		if cut != 0 {
			for x := uint32(0); x < regionSize; x += 64 {
				equal("old page", load(r.back+x), 0xBAD)
			}
		}
		l4.UnmapPage(l4.NewFpage(s.back, regionLog2, l4.RWX), false)
		full(s, r)
	}
}

// While a long copy goes on, others call each other, and the copy's own space does as well.
func busySmall() {
	s, r := pair()
	full(s, r)
	client, server := newPuppet(s.space, source), newPuppet(r.space, target)
	sliced(s, r)
	for _, p := range [...]*puppet{client, server} {
		succeeds("priority", l4.SetPriority(p.id, 105))
	}
	n := bigCopy(s, r, 77)
	count := uint32(0)
	launch(s, r, tag(0, 2))
	for s.busy || r.busy {
		l4.Sleep(l4.Microseconds(100))
		server.receives(client.id).accepts(strings, item(64), server.zone+n)
		client.sends(server.id, tag(1, 2)).set(count, item(64), client.zone+4*count)
		server.begin()
		client.begin()
		finish(server, client)
		client.want("client", l4.OK)
		server.want("server", l4.OK)
		equal("word", server.got[1], count)
		equal("its string", load(server.back+n+60), (4*count+60)*0x9E3779B1+77)
		if count++; count > 100000 {
			break
		}
	}
	finish(s, r)
	check(count > 1, "nothing happened meanwhile")
	sameStream("string", r.back, n, 77)
}

// A third thread writes all over both UTCBs, as fast as it can.
func busyRegisters() {
	s, r := near()
	full(s, r)
	sliced(s, r)
	su, ru := utcbOf(s), utcbOf(r)
	stop := false
	id := spawn(func() {
		seed := uint32(20240229)
		for !stop {
			for i := uint32(1); i < 64; i++ {
				seed = seed*1664525 + 1013904223
				su.MR[i], ru.MR[i] = randomWord(s, seed), seed
				if i < 33 {
					ru.SetBR(i, randomWord(r, seed))
				}
			}
		}
		l4.Suspend()
	})
	_, _, err := l4.Schedule(id, l4.Scheduling{
		Time: l4.TimeControl(l4.Microseconds(150), l4.Never), Processor: l4.Same, Priority: l4.Same, Preemption: l4.Same,
	})
	succeeds("timeslice", err)
	fill(s.back, 4096, 1, 0)
	for i := range uint32(60) {
		stepNumber("round", i)
		w := substrings(nil, 0x8000, 10, s.zone, 0x10000, true)
		w = substrings(w, 0x100, 20, s.zone, 0x100, false)
		s.set(w...)
		r.accepts(l4.AcceptAll|strings, substrings(nil, 0x7000, 31, r.zone, 0x10000, false)...)
		launch(s, r, tag(0, uint32(len(w))))
		for s.busy || r.busy {
			e, ok := next(soon)
			check(ok, "no end")
			if e.done {
				continue
			}
			// The address may be anything: supply what can be, else give up.
			if e.fault.Addr-zone < 2*regionSize {
				e.p.answerIn(e.fault.Addr)
			} else {
				exchange(e.p.id, l4.CancelIPC)
			}
		}
		equal("same offsets", s.code.Offset(), r.code.Offset())
		equal("same outcome", uint32(s.code.Code()), uint32(r.code.Code()))
	}
	stop = true
}

// randomWord is a string word that may be valid: mostly an address of p's zone, or a descriptor. Other addresses are in the
// upper half: a buffer in the lower one would let the message overwrite this program.
func randomWord(p *puppet, seed uint32) uint32 {
	switch seed >> 29 {
	case 0:
		return seed<<3 | 1<<31
	case 1:
		return item(seed >> 8 & 0xFFFF)
	}
	return p.zone + seed>>8&(regionSize-1)
}

// answerIn supplies any page of the zones of this space.
func (p *puppet) answerIn(addr uint32) {
	back := regions[(addr-zone)/regionSize] + (addr-zone)%regionSize
	var m l4.Msg
	m.Start(0).AddMap(l4.MapItem{Base: addr, Fpage: l4.PageAt(back, l4.RWX)})
	p.reply(&m)
}

// Pagers that answer with 4 MiB at a time, in pages, which takes long: meanwhile the transfer is aborted, ends by its
// limit, or one side is deleted.
func busyPager() {
	for i := range uint32(8) {
		stepNumber("variant", i)
		s, r := near()
		pager := newPuppet(nil, target)
		full(pager)
		p := s
		if i&1 != 0 {
			p = r
			s.give(0, 12)
		} else {
			r.give(0, 12)
		}
		p.pager = pager.id
		s.set(item(0x1000), s.zone)
		r.accepts(strings, item(0x1000), r.zone)
		if i>>1 == 1 {
			s.xfer = l4.NewTimeouts(l4.Microseconds(300), l4.Never)
		}
		pager.receives(p.id)
		pager.begin()
		launch(s, r, tag(0, 2))
		pager.finish()
		pager.sends(p.id, tag(0, 4)).in(l4.Zero, l4.Never)
		// In two halves, so that it is no single 4 MiB page.
		w0, w1 := l4.MapItem{Base: p.zone, Fpage: l4.NewFpage(pager.zone, regionLog2-1, l4.RWX)}.Words()
		w2, w3 := l4.MapItem{Base: p.zone + regionSize/2, Fpage: l4.NewFpage(pager.zone+regionSize/2, regionLog2-1, l4.RWX)}.Words()
		pager.set(w0, w1, w2, w3)
		pager.begin()
		l4.Sleep(l4.Microseconds(50)) // the map goes on
		gone := (*puppet)(nil)
		switch i >> 1 {
		case 0:
			exchange(p.id, l4.CancelIPC)
		case 2:
			gone = pager
			remove(pager.id)
		case 3:
			gone = p
			remove(p.id)
		}
		if gone != nil {
			gone.busy = false
		}
		for s.busy || r.busy || pager.busy {
			e, ok := next(soon)
			if !ok {
				fatal(describe("no end; states ").Dec(uint64(l4.State(s.id))).Byte(' ').Dec(uint64(l4.State(r.id))).Byte(' ').Dec(uint64(l4.State(pager.id))))
			}
			if !e.done {
				e.p.answer(e.fault.Addr)
			}
		}
		// All that is certain: both have the same outcome.
		if gone == nil || gone == pager {
			equal("same offset", s.code.Offset(), r.code.Offset())
			check((s.code == l4.OK) == (r.code == l4.OK), "one side succeeded")
		}
		for _, q := range [...]*puppet{s, r, pager} {
			if q != gone {
				remove(q.id)
			}
		}
		takeRegions()
		resetPuppets()
	}
}

// The answer to a fault, propagated in the pager's name, is queued before the fault happens: it counts as soon as the
// fault has been told. In that moment the transfer may be aborted.
func busyQueuedAnswer() {
	for i := range 2 {
		s, r := near()
		helper := newPuppet(&home, source)
		takeAll(1, s, r)
		s.give(0, 12)
		r.receives(s.id).accepts(strings, item(100), r.zone)
		s.set(item(100), s.zone).sends(r.id, tag(0, 2))
		r.block(l4.WaitingReceive)
		// In the queue of the receiver, as from its pager, the case.
		helper.sends(r.id, tag(0, 0)).as(controller)
		helper.block(l4.PendingSend)
		if i == 0 {
			s.begin()
		} else { // the fault waits in the queue until the case asks
			atOnce(s, r, true)
			s.begin()
			atOnce(s, r, false)
		}
		// The fault comes; its answer, an empty one, is there already, so it comes again.
		f := r.faults(r.zone, l4.Write)
		equal("MR2", f.IP, 0xFFFFFFFF)
		if i == 1 {
			exchange(r.id, l4.CancelIPC)
			finish(s, r)
			cutAt(s, r, l4.Aborted, l4.Aborted, 0)
			if helper.busy {
				// It was not received: it is still there.
				r.receives(l4.AnyThread).in(l4.Never, tick)
				r.begin()
				finish(r, helper)
			}
			continue
		}
		finishAny(s, r, helper)
		helper.want("answer in the pager's name", l4.OK)
		s.want("sender", l4.OK)
		r.want("receiver", l4.OK)
	}
}

// Random puppets do random things to each other for a while, in three spaces, with faults, limits, cancels and unmaps.
// Every IPC must end, and what arrived must be right.
func busyRandom() {
	var list [8]*puppet
	for i := range list {
		switch {
		case i < 3:
			list[i] = newPuppet(&home, i%2)
		case i < 5:
			list[i] = newPuppet(nil, i%2)
		default:
			list[i] = newPuppet(list[i-2].space, i%2)
		}
	}
	sliced(list[:]...)
	seed := uint32(20240229)
	random := func(n uint32) uint32 {
		seed = seed*1664525 + 1013904223
		return seed >> 8 % n
	}
	times := [...]l4.Time{l4.Zero, l4.Microseconds(100), l4.Microseconds(1000), l4.Milliseconds(4)}
	any := func() *puppet { return list[random(uint32(len(list)))] }
	outcomes := [16]uint32{}
	for range 2500 {
		if p := any(); !p.busy {
			p.clean()
			if random(4) != 0 {
				p.to, p.tag = any().id, tag(random(4), 0)
				if random(2) == 0 {
					p.tag = tag(0, 2)
					p.set(item(random(20000)), p.zone+random(8192))
				}
				if random(4) == 0 {
					p.as(any().id)
				}
			}
			p.from = [...]l4.ThreadID{any().id, l4.AnyThread, l4.AnyLocalThread, any().id, l4.NilThread}[random(5)]
			p.times = l4.NewTimeouts(times[random(4)], times[random(4)])
			p.xfer = l4.NewTimeouts(times[1+random(3)], times[1+random(3)])
			p.accepts(strings, item(random(20000)), p.zone+random(8192))
			p.begin()
		}
		e, ok := next(times[random(4)])
		switch {
		case ok && e.done:
			outcomes[uint32(e.p.code)&15]++
		case ok && random(8) != 0:
			var m l4.Msg
			x := e.fault.Addr - e.p.zone
			check(x < regionSize, "fault outside the zone")
			m.Start(0).AddMap(l4.MapItem{Base: e.fault.Addr, Fpage: l4.PageAt(e.p.back+x, l4.RWX)})
			l4.Send(e.p.id, &m, l4.Zero)
		}
		switch random(24) {
		case 0:
			if p := any(); p.space == &home && p.inIPC { // its report is not meant
				exchange(p.id, l4.ExchangeFlags(2+2*random(3)))
			}
		case 1:
			any().take(random(6) * l4.PageSize)
		case 2:
			l4.SetPriority(any().id, 98+random(4))
		}
	}
	for _, p := range list {
		for p.busy {
			e, ok := next(soon)
			if !ok {
				fatal(describe("puppet ").Dec(uint64(p.number())).Str(" never ends; state ").Dec(uint64(l4.State(p.id))))
			}
			if e.done {
				outcomes[uint32(e.p.code)&15]++
				continue
			}
			var m l4.Msg
			m.Start(0).AddMap(l4.MapItem{Base: e.fault.Addr, Fpage: l4.PageAt(e.p.back+e.fault.Addr-e.p.zone, l4.RWX)})
			l4.Send(e.p.id, &m, l4.Zero)
		}
	}
	check(outcomes[0] > 0, "nothing succeeded")
}
