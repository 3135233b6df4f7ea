package main

import "pecan/user/l4"

// Bad input to the calls about threads and spaces: all registers arbitrary, by those who may and those who may not (abi 5.3 to 5.6).

var badCases = []testCase{
	{"abi-5.4.1-random-unprivileged", "abi-5.3.6 abi-5.3.7 abi-5.4.1 abi-5.5.1", badUnprivileged},
	{"abi-5.4.2-random-privileged", "6.2.14 6.2.23 abi-5.4.2 abi-5.5.2", badPrivileged},
	{"6.2.13-many-versions", "6.2.1 6.2.13", badVersions},
}

// noise are random words, biased to what means something.
type noise uint32

func (n *noise) word() uint32 {
	x := uint32(*n)
	x ^= x << 13
	x ^= x >> 17
	x ^= x << 5
	*n = noise(x)
	return x
}

func (n *noise) below(limit uint32) uint32 { return n.word() % limit }

// id is an ID of somebody, nobody or nothing.
func (n *noise) id(known []l4.ThreadID) uint32 {
	switch n.below(6) {
	case 0:
		return n.word()
	case 1:
		special := [...]l4.ThreadID{l4.NilThread, l4.AnyThread, l4.AnyLocalThread, l4.MyLocalID(), l4.Global(20, 1), 0x40, 0xFFFFFF40}
		return uint32(special[n.below(uint32(len(special)))])
	}
	return uint32(known[n.below(uint32(len(known)))])
}

// fpage is an fpage of any kind.
func (n *noise) fpage() uint32 {
	switch n.below(3) {
	case 0:
		return n.word()
	case 1:
		return n.word()&^0x3FF | n.below(64)<<4 | n.below(16)
	}
	return uint32(l4.UTCBAreaHere()) + n.below(4)<<17
}

func (n *noise) location() uint32 {
	switch n.below(3) {
	case 0:
		return n.word()
	case 1:
		return same
	}
	return l4.UTCBAreaHere().Base() + (200+n.below(40))*512
}

// badUnprivileged: nothing of another space can be touched, and the error says so.
func badUnprivileged() {
	p, q := newPuppet(nil, source), newPuppet(nil, target)
	victim := spawn(sleeper)
	waitState(victim, l4.WaitingReceive)
	q.receives(q.id).in(l4.Never, l4.Never)
	q.block(l4.WaitingReceive)
	foreign := []l4.ThreadID{victim, q.id, self, controller, pageServer, l4.Kernel().Sigma0ID(), l4.Interrupt(3)}
	var old, now [2]l4.ThreadRegisters
	look := func(r *[2]l4.ThreadRegisters) {
		for i, id := range [...]l4.ThreadID{victim, q.id} {
			_, was, err := l4.ExchangeRegisters(id, 0, &r[i])
			succeeds("look", err)
			equal("it waits", uint32(was), uint32(l4.CancelReceive))
		}
	}
	look(&old)
	n := noise(0x2545F491)
	p.does(func() {
		links := [...]uint32{linkThreadControl, linkSpaceControl, linkProcessorControl, linkMemoryControl, linkExchangeRegisters, linkSchedule}
		u := l4.MyUTCB()
		for i := range uint32(4000) {
			link := links[n.below(uint32(len(links)))]
			r := registers{n.id(foreign), n.word(), n.word(), n.word(), n.word(), n.word(), n.word()}
			want := l4.ErrPrivilege
			switch link {
			case linkThreadControl:
				r.CX, r.DX, r.SI, r.DI = n.id(foreign), n.id(foreign), n.id(foreign), n.location()
			case linkSpaceControl:
				r.DX, r.SI, r.DI = n.fpage(), n.fpage(), n.id(foreign)
			case linkMemoryControl:
				r.DI = uint32(p.local) // the stub stores SI there
			case linkExchangeRegisters, linkSchedule:
				r.AX = uint32(foreign[n.below(5)]) // neither itself nor an interrupt
				if link == linkExchangeRegisters {
					want = l4.ErrThread
				}
			}
			u.ErrorCode = 0x7777
			call(link, &r)
			if r.AX != 0 || l4.CallError(u.ErrorCode) != want {
				fatal(describe("call ").Dec(uint64(i)).Str(" at ").Hex(link).Str(": result ").Hex(r.AX).Str(", ErrorCode ").Hex(uint32(u.ErrorCode)))
			}
		}
	})
	look(&now)
	check(old == now, "registers of others have changed")
	p.does(func() { l4.Sleep(tick) })
	exchange(q.id, l4.CancelIPC)
	q.finish()
}

// badPrivileged: threads and spaces from a range of numbers get whatever comes; afterwards all is as before.
func badPrivileged() {
	k := l4.Kernel()
	const first, count = 30, 12
	var known []l4.ThreadID
	for i := range uint32(count) {
		for v := uint32(1); v < 4; v++ {
			known = append(known, l4.Global(k.UserBase()+first+i, v))
		}
	}
	p := newPuppet(nil, source)
	check(nextWorker < first, "numbers overlap")
	nextWorker = first + count // they go after the case
	n := noise(0x1234567)
	var counts [9]uint32
	for i := range uint32(6000) {
		stepNumber("call", i)
		r := registers{CX: n.id(known), DX: n.id(known), SI: n.id(known), DI: n.location()}
		r.AX = n.id(known)
		link := uint32(linkThreadControl)
		switch n.below(8) {
		case 0, 1:
			link = linkSpaceControl
			// No redirector: some of the threads are in this space.
			redirectors := [...]l4.ThreadID{l4.NilThread, l4.AnyThread, l4.Global(100000, 1)}
			r.CX, r.DX, r.SI, r.DI = n.word(), n.fpage(), n.fpage(), uint32(redirectors[n.below(3)])
			switch n.below(4) {
			case 0:
				r.SI = uint32(l4.UTCBAreaHere())
			case 1, 2:
				r.CX, r.DX, r.SI, r.DI = 0, uint32(l4.KIPAreaHere()), uint32(l4.UTCBAreaHere()), 0
			}
		case 2:
			link = linkExchangeRegisters
			r = registers{r.AX, n.word(), n.word(), n.word(), n.word(), n.word(), n.id(known)}
		case 3:
			r.CX, r.SI = uint32(l4.NilThread), r.AX // a new space
		case 4, 5:
			r.SI = uint32(l4.NilThread)
		}
		if dest := l4.ThreadID(r.AX); link != linkExchangeRegisters && (dest.Number() < k.SystemBase() || dest.Number() >= k.UserBase() && dest.Number() < k.UserBase()+first) {
			continue // neither the interrupts nor who is needed
		}
		if link == linkExchangeRegisters && l4.ThreadID(r.AX).IsLocal() {
			continue // this space's threads
		}
		l4.MyUTCB().ErrorCode = 0x7777
		call(link, &r)
		code := uint32(0)
		if r.AX == 0 {
			code = uint32(l4.MyUTCB().ErrorCode)
		}
		check(code < 9, "error code")
		counts[code]++
		if i%500 == 0 {
			p.does(func() { l4.ThreadSwitch(l4.NilThread) })
		}
	}
	about.Reset()
	for i, code := range [...]uint32{0, 2, 3, 6, 7} {
		check(counts[code] != 0, [...]string{"nothing succeeded", "no error 2", "no error 3", "no error 6", "no error 7"}[i])
	}
	for _, id := range known {
		l4.DeleteThread(id)
	}
	for i := range uint32(3) {
		p := newPuppet(nil, source)
		p.does(func() { l4.Sleep(tick) })
		id := spawn(hello(i))
		greets(id, i)
	}
}

// A thread with many of its versions, one after the other: only the last one exists. Those with low bits 0 would be local IDs.
func badVersions() {
	id := inactive()
	n := id.Number()
	old := id
	for v := uint32(1); v < 1<<14; v += 31 {
		now := l4.Global(n, v)
		if v&0x3F == 0 {
			check(control(now, old, l4.NilThread, l4.NilThread, same) != l4.OK, "a local ID")
			continue
		}
		if err := control(now, now, l4.NilThread, l4.NilThread, same); err != l4.OK {
			stepNumber("version", v)
			succeeds("new version", err)
		}
		if v&7 == 1 {
			check(exists(now) && (old == now || !exists(old)), "which exists?")
		}
		old = now
	}
	succeeds("activate", control(old, old, l4.NilThread, controller, uint32(home.location())))
	starts(old, hello(99))
	greets(old, 99)
	remove(old)
}
