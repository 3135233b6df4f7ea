package main

import "pecan/user/l4"

// Odd ends: the KernelInterface instruction and others at the end of pages, wrong IDs in every call, pseudo calls with
// kernel addresses.

var oddCases = []testCase{
	{"abi-3.1-lock-nop-before-a-missing-page", lockNopBeforeHole},
	{"abi-3.1-lock-nop-into-a-missing-page", lockNopIntoHole},
	{"abi-6.7-in-into-a-missing-page", inIntoHole},
	{"compat-2-pseudo-calls-with-wild-strings", wildStrings},
	{"abi-5-wrong-ids-in-every-call", wrongIDs},
	{"abi-1.1-aliasing-ids", aliasingIDs},
	{"abi-5-local-ids-of-other-spaces", foreignLocalIDs},
	{"semantics-6.2-killer-and-victim", deleteRunningPartners},
	{"semantics-5-map-while-deleting", mapWhileDeleting},
}

// page at hole in the rig's space, with code at its end.
func (r *rig) codeAtEnd(code ...byte) (start uint32) {
	for i, b := range code {
		storeByte(pages+l4.PageSize-uint32(len(code)-i), b)
	}
	r.take(hole, l4.PageAt(pages, l4.RWX), l4.Complete)
	r.patterns()
	start = hole + l4.PageSize - uint32(len(code))
	r.regs.IP = start
	return start
}

func lockNopBeforeHole() {
	r := newRigIn(nil)
	r.codeAtEnd(0xF0, 0x90)
	r.resume()
	e := r.next(soon)
	check(e.kind == pageFault && e.fault.Addr == hole+l4.PageSize && e.fault.IP == hole+l4.PageSize, "no fault behind the instruction")
	store(pages+0x1000, 0x0B0F)
	r.mapTo(hole+l4.PageSize, pages+0x1000, l4.RX)
	e = r.next(soon)
	r.is(e, vecInvalid, hole+l4.PageSize, 0)
	equal("KIP", e.regs.EAX, kipAddress())
}

func lockNopIntoHole() {
	r := newRigIn(nil)
	start := r.codeAtEnd(0xF0)
	r.resume()
	for range 3 {
		e := r.next(soon)
		check(e.kind == pageFault && e.fault.Addr == hole+l4.PageSize && e.fault.IP == start, "no fault within the instruction")
		var m l4.Msg
		arrives("retry", l4.Send(r.id, m.Start(0), l4.Zero))
	}
	e := r.next(soon)
	check(e.kind == pageFault, "no fault")
	storeByte(pages+0x1000, 0x90)
	storeByte(pages+0x1001, 0x0F)
	storeByte(pages+0x1002, 0x0B)
	r.mapTo(hole+l4.PageSize, pages+0x1000, l4.RX)
	e = r.next(soon)
	r.is(e, vecInvalid, hole+l4.PageSize+1, 0)
	equal("KIP", e.regs.EAX, kipAddress())
	// LOCK and something else there is an invalid instruction.
	r.unmap(l4.PageAt(hole+l4.PageSize, l4.RWX), true)
	storeByte(pages+0x1000, 0x0F)
	r.codeAtEnd(0xF0)
	r.resume()
	e = r.next(soon)
	check(e.kind == pageFault, "no fault")
	r.mapTo(hole+l4.PageSize, pages+0x1000, l4.RX)
	e = r.next(soon)
	r.is(e, vecInvalid, start, 0)
}

func inIntoHole() {
	for _, prefix := range [...][]byte{{0xE4}, {0x66, 0xE5}, {0xF3}, {0x66}, {0xE6}} {
		here := marked()
		stepNumber("code", uint32(prefix[0]))
		r := newRigIn(nil)
		start := r.codeAtEnd(prefix...)
		r.resume()
		e := r.next(soon)
		check(e.kind == pageFault && e.fault.Addr == hole+l4.PageSize && e.fault.IP == start, "no fault within the instruction")
		storeByte(pages+0x1000, 0xEC)
		r.mapTo(hole+l4.PageSize, pages+0x1000, l4.RX)
		e = r.next(soon)
		check(e.kind == ioFault && e.io.IP == start, "no I/O fault")
		remove(r.id)
		here.rewind()
	}
}

// Strings to print that lie in the kernel, nowhere, or run off the end of a page.
func wildStrings() {
	r := newRig()
	u := r.utcb()
	id := uint32(me())
	for _, addr := range [...]uint32{0, 0xC0000000, 0xD0100000, 0xF0C00000, 0xFFFFFFFF, 0xFFFFFFFE, hole, 0xBFFFFFFF} {
		stepNumber("address", addr)
		u.ExceptionHandler = 0
		r.patterns()
		r.regs.EAX = addr
		e := r.do(0xCC, 0x3C, 1, 0x65, 0x8B, 0x1D, 0, 0, 0, 0, 0xC7, 0x43, 0xD4, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
		r.done(e, 17)
		u.ExceptionHandler = 0
		e = r.do(0xCC, 0xEB, 5, 0xB8, byte(addr), byte(addr>>8), byte(addr>>16), byte(addr>>24),
			0x65, 0x8B, 0x1D, 0, 0, 0, 0, 0xC7, 0x43, 0xD4, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
		r.done(e, 22)
	}
}

// Every kind of wrong ID, in every place of every call: an error, and nothing happens.
func wrongIDs() {
	var wild [24]l4.ThreadID
	for i, id := range ghosts() {
		wild[i] = id
	}
	for i, id := range [...]l4.ThreadID{0xFFFFFFFE, 0x80000001, 0x7FFFFFC1, 0x00000001, 0x0000003F, 0xC0000001, 0xBF000001, 0x3FFFFFC0, 0x00004041} {
		wild[15+i] = id
	}
	victim := spawn(sleeper)
	waitState(victim, l4.WaitingReceive)
	s := spawnSpace(func() {
		var m l4.Msg
		var x l4.ThreadRegisters
		for _, id := range wild {
			stepNumber("ID", uint32(id))
			check(l4.Send(id, m.Start(0), l4.Zero) != l4.OK, "send")
			check(l4.Receive(id, &m, l4.Zero) != l4.OK, "receive")
			check(l4.Call(id, m.Start(0), l4.NewTimeouts(l4.Zero, l4.Zero)) != l4.OK, "call")
			_, _, err := l4.ExchangeRegisters(id, 0x1FF, &x)
			check(err == l4.ErrThread, "ExchangeRegisters")
			_, _, err = l4.Schedule(id, l4.Scheduling{})
			check(err != l4.OK, "Schedule")
			l4.ThreadSwitch(id)
			check(l4.DeleteThread(id) == l4.ErrPrivilege, "ThreadControl")
			_, err = l4.SpaceControl(id, 0, 0, 0, 0)
			check(err == l4.ErrPrivilege, "SpaceControl")
		}
		report(l4.OK)
	})
	reportOf(s.id, l4.OK)
	about.Reset()
	for _, id := range wild {
		here := marked()
		stepNumber("ID", uint32(id))
		refused("SpaceControl", func() l4.CallError { _, err := l4.SpaceControl(id, 0, 0, 0, id); return err }(), l4.ErrSpace)
		l4.ThreadSwitch(id)
		fresh := newID()
		check(control(fresh, id, self, 0, same) == l4.ErrSpace, "create in a wrong space")
		here.rewind()
		succeeds("redirector", func() l4.CallError { _, err := l4.SpaceControl(s.id, 0, 0, 0, l4.NilThread); return err }())
	}
	waitState(victim, l4.WaitingReceive)
}

// IDs that are equal to a good one but for bits above the thread number or in the version.
func aliasingIDs() {
	victim := spawn(func() {
		var m l4.Msg
		l4.Wait(&m, l4.Never)
		fatal(describe("got a message"))
	})
	waitState(victim, l4.WaitingReceive)
	var m l4.Msg
	for bit := range uint32(32) {
		stepNumber("bit", bit)
		id := victim ^ 1<<bit
		err := l4.Send(id, m.Start(0), l4.Zero)
		check(err == sendNoPartner || err == sendTimeout, "send")
		equal("victim", uint32(l4.State(victim)), uint32(l4.WaitingReceive))
		if bit < 14 {
			ipcFails("another version", err, sendNoPartner)
			refused("ExchangeRegisters", l4.Resume(id), l4.ErrThread)
		}
	}
}

// Local IDs name threads of the caller's own space only.
func foreignLocalIDs() {
	s := spawnSpace(sleeper)
	s.utcbs = 250
	far := spawnIn(s, sleeper)
	local := l4.ThreadID(uint32(l4.UTCBAreaHere().Base()) + 250*512 + 256)
	var m l4.Msg
	ipcFails("send", l4.Send(local, m.Start(0), l4.Zero), sendNoPartner)
	ipcFails("receive", l4.Receive(local, &m, l4.Zero), receiveNoPartner)
	refused("ExchangeRegisters", l4.Resume(local), l4.ErrThread)
	waitState(far, l4.WaitingReceive)
	// Bits of a local ID that must be zero.
	mine := l4.MyLocalID()
	for bit := uint32(6); bit < 32; bit++ {
		stepNumber("bit", bit)
		id := mine ^ 1<<bit
		if other := l4.OtherID(id); !other.IsNil() {
			check(l4.OtherID(other) == id, "local ID of nobody")
		}
	}
}

// Threads are deleted while they talk to each other all the time.
func deleteRunningPartners() {
	for i := range uint32(20) {
		here := marked()
		server := spawnSpace(func() {
			var m l4.Msg
			from, _ := l4.Wait(&m, l4.Never)
			for {
				from, _ = l4.ReplyWait(from, &m, l4.Never)
			}
		})
		var clients [3]l4.ThreadID
		for k := range clients {
			clients[k] = spawn(func() {
				var m l4.Msg
				for l4.Call(server.id, m.Start(0).Add(1), 0) == l4.OK {
				}
				sleeper()
			})
		}
		l4.Sleep(l4.Microseconds(uint64(100 + 37*i)))
		remove(clients[i%3])
		l4.Sleep(l4.Microseconds(uint64(100 + 11*i)))
		remove(server.id)
		for k, c := range clients {
			if uint32(k) != i%3 {
				waitState(c, l4.WaitingReceive)
				remove(c)
			}
		}
		here.rewind()
	}
}

// A space goes while somebody maps to it and from it.
func mapWhileDeleting() {
	for i := range uint32(15) {
		here := marked()
		r := newRigIn(nil)
		r.waits(l4.AnyThread, l4.Complete)
		mapper := spawn(func() {
			var m l4.Msg
			m.Start(0).AddMap(l4.MapItem{Base: 0, Fpage: l4.NewFpage(large, largeLog2-1, l4.RWX)})
			report(l4.Send(r.id, &m, soon))
		})
		l4.Sleep(l4.Microseconds(uint64(30 + 40*i)))
		remove(r.id)
		var m l4.Msg
		arrives("report of the mapper", l4.Receive(mapper, &m, soon))
		err := l4.IPCError(m.Word(1))
		check(err == l4.OK || err == sendNoPartner || err&^0xFFFFFFF1 == 14 || err&0xF == 0xE, "error of the mapper")
		remove(mapper)
		here.rewind()
	}
	takeBack()
}
