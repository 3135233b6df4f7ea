package main

import "pecan/user/l4"

// ExchangeRegisters (semantics 6.5, abi 5.3). All states and control words together are in the root task testroot.

var exchangeCases = []testCase{
	{"6.5.1-order", "6.5.1 6.5.10", exchangeOrder},
	{"6.5.2-ip-and-sp-in-ipc", "6.5.2", exchangeInIPC},
	{"6.5.3-abort-waiting", "6.5.3", exchangeWaiting},
	{"6.5.4-abort-transfer", "6.5.4", exchangeTransfer},
	{"6.5.5-abort-fault", "6.5.5", exchangeFault},
	{"6.5.5-abort-exception", "6.5.5", exchangeException},
	{"6.5.6-other-phase", "6.5.6", exchangePhase},
	{"6.5.7-halt-in-ipc", "6.5.7", exchangeHalt},
	{"6.5.8-resume", "6.5.8", exchangeResume},
	{"6.5.9-self", "6.5.9", exchangeSelf},
	{"6.5.11-inactive", "6.5.11 abi-5.3.7", exchangeBad},
	{"6.5.12-blocked", "6.5.12", exchangeBlocked},
	{"abi-5.3.1-other-id", "abi-5.3.1", exchangeOther},
	{"abi-5.3.2-state-bits", "abi-5.3.2", exchangeState},
	{"abi-5.3.3-values", "abi-5.3.3 6.5.10", exchangeValues},
	{"abi-5.3.4-ignored-bits", "abi-5.3.4", exchangeIgnored},
	{"abi-5.3.5-flags", "abi-5.3.5", exchangeFlags},
	{"abi-5.3.6-rights", "abi-5.3.6", exchangeRights},
}

// rawExchange is ExchangeRegisters with all registers.
func rawExchange(r registers) registers {
	call(linkExchangeRegisters, &r)
	return r
}

// spinning is a thread of this space that does nothing, at a known place. It takes neither faults nor exceptions.
func spinning(sp uint32) l4.ThreadID {
	landed = [10]uint32{}
	id := unstarted()
	var m l4.Msg
	arrives("start", l4.Send(id, m.SetStart(landingAddress(), sp), l4.Zero))
	awaitLanding()
	return id
}

// Old values are those before the change, which an abort in the same call does not see.
func exchangeOrder() {
	id := unstarted()
	want := registers{SI: 0, DX: 0, BX: 0, BP: uint32(controller), DI: 0x202}
	for i := range uint32(3) {
		v := registers{AX: uint32(id), CX: 0x1F8, DX: 0x1000 + i, SI: landingAddress(), DI: 0x8D5 * (i & 1), BX: 0x77 + i, BP: uint32(controller)}
		got := rawExchange(v)
		equal("was", got.CX, uint32(l4.CancelReceive))
		equal("old SP", got.DX, want.DX)
		equal("old IP", got.SI, want.SI)
		equal("old flags", got.DI, want.DI)
		equal("old handle", got.BX, want.BX)
		equal("old pager", got.BP, want.BP)
		want = v
		want.DI = 0x202 | v.DI
	}
	landed = [10]uint32{}
	got := rawExchange(registers{AX: uint32(id), CX: 0x006 | 0x08, DX: 0x4444})
	equal("was", got.CX, uint32(l4.CancelReceive))
	equal("old SP", got.DX, want.DX)
	awaitLanding()
	equal("new SP, then the abort", landed[7], 0x4444)
	equal("flags", landed[8]&0x8D5, 0)
}

func exchangeInIPC() {
	for i := range uint32(3) {
		stepNumber("end", i)
		landed = [10]uint32{}
		p := newPuppet(&home, source)
		p.receives(controller).in(l4.Never, l4.Never)
		p.block(l4.WaitingReceive)
		x := l4.ThreadRegisters{IP: landingAddress(), SP: 0x5550}
		_, was, err := l4.ExchangeRegisters(p.id, l4.SetIP|l4.SetSP, &x)
		succeeds("set", err)
		equal("was", uint32(was), uint32(l4.CancelReceive))
		l4.Sleep(tick)
		equal("it still waits", uint32(l4.State(p.id)), uint32(l4.WaitingReceive))
		var m l4.Msg
		tagged := uint32(0x8000)
		switch i {
		case 0:
			tagged = uint32(l4.NewTag(0x55, 2, 0))
			arrives("send", l4.Send(p.id, m.Start(0x55).Add(0x111).Add(0x222), l4.Zero))
		case 1:
			exchange(p.id, l4.CancelIPC)
		case 2:
			exchange(p.id, l4.CancelReceive)
		}
		awaitLanding()
		equal("SP", landed[7], 0x5550)
		equal("tag", landed[4], tagged)
		equal("UTCB", landed[5], uint32(p.local))
		equal("MR1", landed[3], utcbOf(p).MR[1])
		equal("MR2", landed[6], utcbOf(p).MR[2])
		if i == 0 {
			equal("sender", landed[0], uint32(l4.MyLocalID()))
			equal("MR1", landed[3], 0x111)
		} else {
			equal("ErrorCode", uint32(utcbOf(p).ErrorCode), uint32(receiveCancelled))
		}
		remove(p.id)
		p.busy = false
		resetPuppets()
	}
}

func exchangeWaiting() {
	busy := newPuppet(&home, target)
	for _, p := range [...]*puppet{newPuppet(&home, source), newPuppet(nil, source)} {
		for i, c := range [...]l4.ExchangeFlags{l4.CancelSend, l4.CancelReceive, l4.CancelIPC, l4.CancelIPC} {
			stepNumber("bits", uint32(c))
			want, state := receiveCancelled, l4.WaitingReceive
			if i&1 == 0 {
				want, state = sendCancelled, l4.PendingSend
				p.calls(busy.id, tag(1, 0))
			} else {
				p.receives(busy.id)
			}
			p.block(state)
			was := exchange(p.id, c)
			equal("was", uint32(was), uint32([...]l4.ExchangeFlags{l4.CancelSend, l4.CancelReceive}[i&1]))
			p.finish()
			p.want("IPC", want)
			check(p.result.Failed() && p.got[0] == uint32(p.result), "MR0")
		}
	}
	busy.receives(l4.AnyThread).in(l4.Never, l4.Zero)
	busy.run()
	busy.want("nobody is queued", receiveTimeout)
}

func exchangeTransfer() {
	s, r := near()
	for i := range 4 {
		p, victim := s, s
		if i&1 != 0 {
			p = r
		}
		if i&2 != 0 {
			victim = r
		}
		faultOf(s, r, p, true)
		exchange(victim.id, l4.CancelIPC)
		finish(s, r)
		cutAt(s, r, l4.Aborted, l4.Aborted, 0x800)
	}
}

// The fault is taken again, with all registers as they were.
func exchangeFault() {
	stampRegions()
	for _, p := range [...]*puppet{newPuppet(&home, source), newPuppet(nil, source)} {
		for i := range uint32(64) {
			p.mr[i] = 0xF0F0 + i
		}
		p.probing, p.probe = true, [4]uint32{readWord, free, 0, 0}
		var before [64]uint32
		p.begin()
		p.faults(free, l4.Read)
		if p.space == &home {
			copy(before[:], utcbOf(p).MR[:])
		}
		for _, c := range [...]l4.ExchangeFlags{l4.CancelReceive, l4.CancelIPC, l4.CancelReceive} {
			was := exchange(p.id, c)
			check(was&l4.CancelReceive != 0, "was")
			p.faults(free, l4.Read)
		}
		exchange(p.id, l4.CancelIPC) // and while the message is queued
		waitState(p.id, l4.PendingSend)
		was := exchange(p.id, l4.CancelSend)
		check(was&l4.CancelSend != 0, "was")
		p.faults(free, l4.Read)
		if p.space == &home {
			for i := range before {
				equal("message register", utcbOf(p).MR[i], before[i])
			}
		}
		var m l4.Msg
		m.Start(0).AddMap(l4.MapItem{Base: free, Fpage: rwx(source, 3, 12)})
		p.reply(&m)
		p.finish()
		p.probing = false
		equal("what it read", p.probe[2], stampOf(source, 3))
		takeRegions()
	}
}

func exchangeException() {
	landed = [10]uint32{}
	id := unstarted()
	utcbAt(id).ExceptionHandler = controller
	var m l4.Msg
	arrives("start", l4.Send(id, m.SetStart(0xC0001000, 0x770), l4.Zero)) // a kernel address: an exception
	for _, c := range [...]l4.ExchangeFlags{l4.CancelReceive, l4.CancelIPC} {
		arrives("exception", l4.Receive(id, &m, soon))
		r, ok := m.Exception()
		check(ok && r.IP == 0xC0001000 && r.ESP == 0x770, "which exception?")
		equal("was", uint32(exchange(id, c)), uint32(l4.CancelReceive))
	}
	waitState(id, l4.PendingSend)
	equal("was", uint32(exchange(id, l4.CancelSend)), uint32(l4.CancelSend))
	waitState(id, l4.PendingSend)
	x := l4.ThreadRegisters{IP: landingAddress()}
	l4.ExchangeRegisters(id, l4.CancelIPC|l4.SetIP, &x)
	awaitLanding()
	equal("SP", landed[7], 0x770)
}

func exchangePhase() {
	busy := newPuppet(&home, target)
	s, r := newPuppet(&home, source), newPuppet(nil, source)
	s.sends(busy.id, tag(0, 0))
	s.block(l4.PendingSend)
	r.receives(busy.id)
	r.block(l4.WaitingReceive)
	equal("sender", uint32(exchange(s.id, l4.CancelReceive)), uint32(l4.CancelSend))
	equal("receiver", uint32(exchange(r.id, l4.CancelSend)), uint32(l4.CancelReceive))
	l4.Sleep(tick)
	equal("sender", uint32(l4.State(s.id)), uint32(l4.PendingSend))
	equal("receiver", uint32(l4.State(r.id)), uint32(l4.WaitingReceive))
	step("a running thread")
	id := spinning(0x100)
	for _, c := range [...]l4.ExchangeFlags{l4.CancelSend, l4.CancelReceive, l4.CancelIPC} {
		equal("was", uint32(exchange(id, c)), 0)
		equal("state", uint32(l4.State(id)), uint32(l4.Running))
	}
	exchange(s.id, l4.CancelIPC)
	exchange(r.id, l4.CancelIPC)
	finish(s, r)
}

// A thread in IPC is halted when the IPC has ended, however it ends.
func exchangeHalt() {
	busy := newPuppet(&home, target)
	for _, p := range [...]*puppet{newPuppet(&home, source), newPuppet(nil, source)} {
		for i := range uint32(5) {
			stepNumber("end", i)
			bits, state, want := l4.CancelReceive, l4.WaitingReceive, l4.IPCError(l4.OK)
			p.receives(controller)
			if i == 1 || i == 4 {
				bits, state = l4.CancelSend, l4.PendingSend
				p.sends(busy.id, tag(0, 0))
			}
			p.block(state)
			equal("was", uint32(exchange(p.id, l4.SetHalt|l4.Halt)), uint32(bits))
			equal("is", uint32(exchange(p.id, 0)), uint32(bits|l4.Halt))
			equal("it is still in its IPC", uint32(l4.State(p.id)), uint32(state))
			var m l4.Msg
			switch i {
			case 0:
				arrives("message", l4.Send(p.id, m.Start(0), l4.Zero))
			case 1:
				busy.receives(p.id)
				busy.run()
			case 2, 4:
				exchange(p.id, l4.CancelIPC)
				want = [...]l4.IPCError{2: receiveCancelled, 4: sendCancelled}[i]
			case 3:
				want = receiveCancelled
				exchange(p.id, l4.CancelIPC|l4.SetHalt|l4.Halt)
			}
			if e, ok := next(moment); ok && e.p == p {
				fatal(describe("it does not halt"))
			}
			equal("state", uint32(l4.State(p.id)), uint32(l4.Inactive))
			equal("is", uint32(exchange(p.id, 0)), uint32(l4.Halt))
			exchange(p.id, l4.SetHalt)
			p.finish()
			p.want("IPC", want)
		}
	}
	step("a halted receiver does not get in the way of others")
	p := newPuppet(&home, source)
	p.receives(controller)
	p.block(l4.WaitingReceive)
	exchange(p.id, l4.SetHalt|l4.Halt)
	exchange(p.id, l4.SetHalt)
	var m l4.Msg
	arrives("message", l4.Send(p.id, m.Start(0), l4.Zero))
	p.finish()
}

func exchangeResume() {
	id := spinning(0x100)
	for _, c := range [...]l4.ExchangeFlags{0, l4.Halt, l4.CancelIPC, l4.CancelIPC | l4.Halt, l4.Deliver} {
		stepNumber("control", uint32(c))
		equal("running", uint32(exchange(id, c)), 0)
		equal("state", uint32(l4.State(id)), uint32(l4.Running))
		exchange(id, l4.SetHalt|l4.Halt)
		equal("halted", uint32(exchange(id, c)), uint32(l4.Halt))
		equal("state", uint32(l4.State(id)), uint32(l4.Inactive))
		equal("halted again", uint32(exchange(id, l4.SetHalt|l4.Halt)), uint32(l4.Halt))
		equal("resumed", uint32(exchange(id, l4.SetHalt)), uint32(l4.Halt))
		equal("resumed again", uint32(exchange(id, l4.SetHalt)), 0)
		equal("state", uint32(l4.State(id)), uint32(l4.Running))
	}
}

func exchangeSelf() {
	p, q := newPuppet(&home, source), newPuppet(nil, source)
	for _, p := range [...]*puppet{p, q} {
		p.does(func() {
			for _, dest := range [...]l4.ThreadID{p.id, p.local} {
				for _, c := range [...]uint32{0, 6, 0x200, 0x100, 0x106} {
					r := rawExchange(registers{AX: uint32(dest), CX: c, DX: 1, SI: 2, DI: 3, BX: 4, BP: 5})
					equal("other ID", r.AX, uint32(p.id)^uint32(p.local)^uint32(dest))
					equal("was", r.CX, 0)
					equal("flags", r.DI&^0x8D5, 0x202)
					equal("handle", r.BX, l4.MyUTCB().UserDefinedHandle)
					equal("pager", r.BP, uint32(l4.MyUTCB().Pager))
					check(inImage(r.DX), "SP")
					check(inImage(r.SI) || r.SI-l4.KIPAreaHere().Base() < l4.PageSize, "IP")
				}
			}
			rawExchange(registers{AX: uint32(p.id), CX: 0x40, BX: 0xABCD})
			equal("handle", l4.MyUTCB().UserDefinedHandle, 0xABCD)
		})
	}
	step("halt")
	for _, p := range [...]*puppet{p, q} {
		p.work = func() { rawExchange(registers{AX: uint32(p.local), CX: 0x101}) }
		p.block(l4.Inactive)
		equal("was", uint32(exchange(p.id, l4.SetHalt)), uint32(l4.Halt))
		p.finish()
		p.work = nil
	}
	step("a new IP and SP")
	landed = [10]uint32{}
	p.work = func() { rawExchange(registers{AX: uint32(p.id), CX: 0x18, DX: 0x5678, SI: landingAddress()}) }
	p.begin()
	awaitLanding()
	equal("SP", landed[7], 0x5678)
	equal("result", landed[0], uint32(p.local))
}

func exchangeBad() {
	for _, id := range append(nobodies(), l4.NilThread, l4.Interrupt(3), inactive(), l4.Kernel().Sigma0ID()) {
		stepNumber("ID", uint32(id))
		l4.MyUTCB().ErrorCode = 0
		r := rawExchange(registers{AX: uint32(id), CX: 0x1FF})
		equal("result", r.AX, 0)
		equal("ErrorCode", uint32(l4.MyUTCB().ErrorCode), uint32(l4.ErrThread))
	}
}

// Of a thread that waits in a system call: where it goes on, in this page or behind its call, and its stack.
func exchangeBlocked() {
	for _, p := range [...]*puppet{newPuppet(&home, source), newPuppet(nil, source)} {
		p.receives(p.id).in(l4.Never, l4.Never)
		p.block(l4.WaitingReceive)
		var x l4.ThreadRegisters
		_, _, err := l4.ExchangeRegisters(p.id, 0, &x)
		succeeds("ExchangeRegisters", err)
		kip := l4.KIPAreaHere().Base()
		check(inImage(x.IP) || x.IP-kip < l4.PageSize, "IP")
		check(inImage(x.SP), "SP")
		// The values are good: set to what they are they change nothing.
		_, _, err = l4.ExchangeRegisters(p.id, l4.SetIP|l4.SetSP|l4.CancelIPC, &x)
		succeeds("ExchangeRegisters", err)
		p.finish()
		p.want("IPC", receiveCancelled)
	}
}

func exchangeOther() {
	id := spawn(sleeper)
	local := l4.OtherID(id)
	check(local.IsLocal(), "local for global")
	equalID("global for local", l4.OtherID(local), id)
	equalID("own", l4.OtherID(me()), l4.MyLocalID())
	equalID("own", l4.OtherID(l4.MyLocalID()), me())
	p := newPuppet(nil, source)
	equalID("in another space", l4.OtherID(p.id), p.local)
}

func exchangeState() {
	s, r := near()
	state := func(what string, id l4.ThreadID, want l4.ExchangeFlags) {
		equal(what, uint32(exchange(id, 0)), uint32(want))
	}
	s.sends(r.id, tag(0, 0))
	s.block(l4.PendingSend)
	r.receives(r.id).in(l4.Never, l4.Never)
	r.block(l4.WaitingReceive)
	state("sender", s.id, l4.CancelSend)
	state("receiver", r.id, l4.CancelReceive)
	exchange(s.id, l4.CancelIPC)
	exchange(r.id, l4.CancelIPC)
	finish(s, r)
	id := spinning(0x100)
	state("ready", id, 0)
	exchange(id, l4.SetHalt|l4.Halt)
	state("halted", id, l4.Halt)
	state("unstarted", unstarted(), l4.CancelReceive)
	state("itself", me(), 0)
	step("transfer")
	faultOf(s, r, s, true)
	state("receiver, the sender faults", r.id, l4.CancelReceive)
	check(exchange(s.id, l4.CancelIPC)&l4.CancelSend != 0, "sender")
	finish(s, r)
	faultOf(s, r, r, true)
	state("sender, the receiver faults", s.id, l4.CancelSend)
	check(exchange(r.id, l4.CancelIPC)&l4.CancelReceive != 0, "receiver")
	finish(s, r)
}

// Each bit sets its value and no other.
func exchangeValues() {
	id := spinning(0x100)
	exchange(id, l4.SetHalt|l4.Halt)
	read := func() registers { return rawExchange(registers{AX: uint32(id), CX: 0x200}) }
	for bits := uint32(0); bits < 32; bits++ {
		stepNumber("bits", bits<<3)
		old := read()
		v := registers{AX: uint32(id), CX: bits << 3, DX: 0xD0 + bits, SI: 0x510 + bits, DI: 0x8D5 * (bits & 1), BX: 0xB0 + bits, BP: 0xBB0 + bits | 1}
		got := rawExchange(v)
		old.AX, old.CX = got.AX, got.CX
		check(got == old, "old values")
		want := old
		for i, f := range [...]func(){
			func() { want.DX = v.DX }, func() { want.SI = v.SI }, func() { want.DI = 0x202 | v.DI }, func() { want.BX = v.BX }, func() { want.BP = v.BP },
		} {
			if bits>>i&1 != 0 {
				f()
			}
		}
		now := read()
		equal("SP", now.DX, want.DX)
		equal("IP", now.SI, want.SI)
		equal("flags", now.DI&^0x10000, want.DI&^0x10000)
		equal("handle", now.BX, want.BX)
		equal("pager", now.BP, want.BP)
		equal("h", now.CX, uint32(l4.Halt))
	}
}

func exchangeIgnored() {
	id := spinning(0x100)
	before := rawExchange(registers{AX: uint32(id)})
	for bit := uint32(9); bit < 32; bit++ {
		stepNumber("bit", bit)
		r := rawExchange(registers{AX: uint32(id), CX: 1 << bit, DX: 1, SI: 2, DI: 3, BX: 4, BP: 5})
		equal("SP", r.DX, before.DX)
		equal("handle", r.BX, before.BX)
		equal("pager", r.BP, before.BP)
		equal("was", r.CX, 0)
		equal("state", uint32(l4.State(id)), uint32(l4.Running))
	}
}

// Only the arithmetic flags can be set, for a thread that runs and for one that waits.
func exchangeFlags() {
	for _, f := range [...]uint32{0, 0xFFFFFFFF, 0x8D5, 1 << 8, 1 << 9, 1 << 10, 3 << 12, 1 << 14, 1 << 16, 1 << 17, 1 << 18, 1 << 21} {
		for i := range 3 {
			stepNumber("flags", f)
			var id l4.ThreadID
			switch i {
			case 0:
				id = spinning(0x100)
			case 1:
				id = unstarted()
			case 2:
				p := newPuppet(&home, source)
				p.receives(p.id)
				p.block(l4.WaitingReceive)
				id = p.id
			}
			landed = [10]uint32{}
			rawExchange(registers{AX: uint32(id), CX: 0x03E, DX: 0x200, SI: landingAddress(), DI: f})
			awaitLanding()
			equal("flags", landed[8], 0x202|f&0x8D5)
			remove(id)
			resetPuppets()
			nextWorker, stacksUsed, home.utcbs = firstWorker+1, 1, 17
		}
	}
}

// Threads of the same space, and of the space of the Pager of the moment; nobody else.
func exchangeRights() {
	p, q := newPuppet(nil, source), newPuppet(nil, target)
	mate := newPuppet(p.space, target)
	victim := spawn(sleeper)
	may := func(p *puppet, id l4.ThreadID) (ok bool) {
		p.does(func() {
			var x l4.ThreadRegisters
			_, _, err := l4.ExchangeRegisters(id, 0, &x)
			ok = err == l4.OK
			if !ok {
				refused("ExchangeRegisters", err, l4.ErrThread)
			}
		})
		return ok
	}
	check(may(p, p.id) && may(p, mate.id) && may(mate, p.id), "the same space")
	check(may(p, p.local) && may(mate, p.local), "by local ID")
	for _, id := range [...]l4.ThreadID{victim, q.id, self, pageServer, l4.Kernel().Sigma0ID()} {
		stepNumber("thread", uint32(id))
		check(!may(p, id), "another space")
	}
	about.Reset()
	x := l4.ThreadRegisters{Pager: p.id}
	_, _, err := l4.ExchangeRegisters(victim, l4.SetPager, &x)
	succeeds("give the right away", err)
	check(may(p, victim) && may(mate, victim), "the pager's space")
	check(!may(q, victim), "another")
	_, _, err = l4.ExchangeRegisters(victim, 0, &x)
	succeeds("the own space still may", err)
}
