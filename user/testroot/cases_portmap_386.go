package main

import "pecan/user/l4"

// Ports that are denied, granted, taken away (abi 6.7, semantics 5.6).

// An empty reply tries again, and the port stays closed.
func portDenial() {
	r := newRigIn(nil)
	r.patterns()
	r.regs.EDX = deadPort
	e := r.do(0xEC)
	for range 5 {
		isPortFault(e, deadPort, 0, r.slot)
		var m l4.Msg
		arrives("retry", l4.Send(r.id, m.Start(0), l4.Zero))
		e = r.next(soon)
	}
	succeeds("cancel", l4.Cancel(r.id))
	isPortFault(r.next(soon), deadPort, 0, r.slot)
	r.again()
	equal("ESP", r.regs.ESP, r.sp)
}

func portGrant() {
	b := newRigIn(nil)
	ownPorts(deadPort, 4)
	b.patterns()
	b.regs.EDX = deadPort
	isPortFault(b.do(0xEC), deadPort, 0, b.slot)
	var m l4.Msg
	m.Start(0).AddGrant(l4.GrantItem{Fpage: l4.NewIOFpage(deadPort, 1, l4.RW).Fpage()})
	arrives("grant", l4.Send(b.id, &m, l4.Zero))
	b.done(b.next(soon), 1)
	own := newRig() // the case's own space has lost them
	own.patterns()
	own.regs.EDX = deadPort
	isPortFault(own.do(0xEC), deadPort, 0, own.slot)
	own.again()
	own.regs.EDX = deadPort + 2
	own.done(own.do(0xEC), 1)
	ownPorts(deadPort, 4) // sigma0 maps them again
	own.regs.EDX = deadPort
	own.done(own.do(0xEC), 1)
}

// Memory instead of ports, ports instead of memory, too many, none.
func portReplies() {
	r := newRigIn(nil)
	ownPorts(deadPort, 4)
	r.patterns()
	r.regs.EDX, r.regs.EBX = deadPort, hole
	var m l4.Msg
	for i, p := range [...]l4.Fpage{
		l4.NilPage, l4.PageAt(pages, l4.RWX),
		l4.NewIOFpage(deadPort+8, 3, l4.RW).Fpage(), l4.Complete.With(l4.RWX),
	} {
		stepNumber("reply", uint32(i))
		isPortFault(r.do(0xEC), deadPort, 0, r.slot)
		m.Start(0).AddMap(l4.MapItem{Base: hole, Fpage: p})
		l4.Send(r.id, &m, l4.Zero)
		isPortFault(r.next(soon), deadPort, 0, r.slot)
		r.again()
		r.patterns()
		r.regs.EDX, r.regs.EBX = deadPort, hole
	}
	about.Reset()
	isFault(r.do(readEBX...), hole, r.slot, l4.Read)
	m.Start(0).AddMap(l4.MapItem{Fpage: l4.NewIOFpage(deadPort, 0, l4.RW).Fpage()})
	arrives("a port for a page", l4.Send(r.id, &m, l4.Zero))
	isFault(r.next(soon), hole, r.slot, l4.Read)
	r.again()
	// More than was asked for is fine.
	r.patterns()
	r.regs.EDX = deadPort + 7
	isPortFault(r.do(0xEC), deadPort+7, 0, r.slot)
	r.openTo(deadPort, 4)
	r.done(r.next(soon), 1)
	// Sizes that cannot be: no rule says what is mapped, but the thread goes on or faults again.
	for log2 := uint32(17); log2 < 64; log2++ {
		r.regs.EDX = 0x6660
		isPortFault(r.do(0xEC), 0x6660, 0, r.slot)
		r.openTo(0, log2)
		isPortFault(r.next(soon), 0x6660, 0, r.slot)
		r.again()
	}
}

func portBadPager() {
	for _, pager := range [...]l4.ThreadID{l4.NilThread, l4.AnyThread, l4.Global(100000, 1)} {
		r := newRig()
		r.utcb().Pager = pager
		r.patterns()
		r.regs.EDX = 0x6660
		r.halted(r.doFor(tick, 0xEC))
		equal("MR1 of the UTCB", r.utcb().MR[1], r.utcb().MR[1])
	}
}

// The last ports, and accesses that reach beyond them.
func portEdge() {
	r := newRigIn(nil)
	r.patterns()
	r.regs.EDX = 0xFFFF
	isPortFault(r.do(0xEC), 0xFFFF, 0, r.slot)
	r.again()
	for _, port := range [...]uint32{0xFFFF, 0xFFFE, 0xFFFD} {
		r.patterns()
		r.regs.EDX = port
		e := r.do(0xED)
		check(e.kind == ioFault || e.kind == exception && e.regs.Vector == vecProtection, "access beyond the last port")
		r.again()
	}
	ownPorts(0xFFF0, 4)
	r.patterns()
	r.regs.EDX = 0xFFFF
	isPortFault(r.do(0xEC), 0xFFFF, 0, r.slot)
	r.openTo(0xFFF0, 4)
	r.done(r.next(soon), 1)
	r.regs.EDX = 0xFFFF
	e := r.do(0xED)
	check(e.kind != nothing, "access beyond the last port blocks")
	r.again()
}

func portUnmap() {
	r := newRigIn(nil)
	ownPorts(deadPort, 4)
	for _, flush := range [...]bool{false, true} {
		r.patterns()
		r.regs.EDX = deadPort
		isPortFault(r.do(0xEC), deadPort, 0, r.slot)
		r.openTo(deadPort, 4)
		r.done(r.next(soon), 1)
		l4.UnmapPage(l4.NewIOFpage(deadPort, 2, l4.RWX).Fpage(), flush)
		isPortFault(r.do(0xEC), deadPort, 0, r.slot)
		r.again()
		r.regs.EDX = deadPort + 4 // the others stay
		r.done(r.do(0xEC), 1)
		own := newRig()
		own.patterns()
		own.regs.EDX = deadPort
		e := own.do(0xEC)
		if flush {
			isPortFault(e, deadPort, 0, own.slot)
		} else {
			own.done(e, 1)
		}
		remove(own.id)
		l4.UnmapPage(l4.NewIOFpage(0, 16, l4.RWX).Fpage(), false)
		r.patterns()
	}
	ownPorts(deadPort, 4)
}

// From the case to a, from a to b; b loses them with a.
func portChain() {
	ownPorts(deadPort, 4)
	b := newRigIn(nil)
	middle := newSpace(pageServer)
	var stage uint32
	run(middle.id, func() {
		u := l4.MyUTCB()
		u.SetAcceptor(l4.AcceptAll)
		var m l4.Msg
		arrives("ports from the case", l4.Receive(controller, &m, soon))
		m.Start(0).AddMap(l4.MapItem{Fpage: l4.NewIOFpage(deadPort, 3, l4.RW).Fpage()})
		arrives("ports for b", l4.Send(b.id, &m, soon))
		stage = 1
		arrives("wait", l4.Receive(controller, &m, soon))
		l4.UnmapPage(l4.NewIOFpage(deadPort, 0, l4.RWX).Fpage(), false)
		report(l4.OK)
		sleeper()
	})
	b.patterns()
	b.regs.EDX = deadPort
	isPortFault(b.do(0xEC), deadPort, 0, b.slot)
	// b's pager is the case; its message must come from there: let b wait for the middle instead.
	b.again()
	b.ipc(l4.NilThread, middle.id, 0, 0)
	local := b.regs.EDI
	b.setWindow(local)
	b.ipc(l4.NilThread, middle.id, 0, 0)
	b.start(callCode(b.slot, linkIpc))
	var m l4.Msg
	m.Start(0).AddMap(l4.MapItem{Fpage: l4.NewIOFpage(deadPort, 4, l4.RW).Fpage()})
	arrives("ports for the middle", l4.Send(middle.id, &m, soon))
	e := b.next(soon)
	b.done(e, callLength)
	equal("E", e.regs.ESI&uint32(l4.Failed), 0)
	b.patterns()
	b.regs.EDX = deadPort
	b.done(b.do(0xEC), 1)
	b.regs.EDX = deadPort + 8
	isPortFault(b.do(0xEC), deadPort+8, 0, b.slot)
	b.again()
	arrives("unmap one", l4.Send(middle.id, m.Start(0), soon))
	reportOf(middle.id, l4.OK)
	b.regs.EDX = deadPort
	isPortFault(b.do(0xEC), deadPort, 0, b.slot)
	b.again()
	b.regs.EDX = deadPort + 1
	b.done(b.do(0xEC), 1)
	l4.UnmapPage(l4.NewIOFpage(deadPort+1, 0, l4.RWX).Fpage(), false)
	b.regs.EDX = deadPort + 1
	isPortFault(b.do(0xEC), deadPort+1, 0, b.slot)
	b.again()
	remove(middle.id)
	b.regs.EDX = deadPort + 2
	isPortFault(b.do(0xEC), deadPort+2, 0, b.slot)
	check(stage == 1, "the middle did not get so far")
}

// setWindow lets a rig, whose UTCB is at local, accept mappings everywhere.
func (r *rig) setWindow(local uint32) {
	r.patterns()
	r.regs.EBX, r.regs.EAX = local-64, uint32(l4.AcceptAll)
	r.done(r.do(writeEBX...), 2)
}

// Nobody can give ports that he does not have.
func portNotOwned() {
	r := newRigIn(nil)
	r.patterns()
	r.regs.EDX = 0x7770
	isPortFault(r.do(0xEC), 0x7770, 0, r.slot)
	r.openTo(0x7770, 0)
	isPortFault(r.next(soon), 0x7770, 0, r.slot)
	r.openTo(0, 16) // all that the case has
	isPortFault(r.next(soon), 0x7770, 0, r.slot)
}

func portDeletion() {
	ownPorts(deadPort, 4)
	for range 5 {
		r := newRigIn(nil)
		r.patterns()
		r.regs.EDX = deadPort
		isPortFault(r.do(0xEC), deadPort, 0, r.slot)
		r.openTo(deadPort, 4)
		r.done(r.next(soon), 1)
		remove(r.id)
	}
	own := newRig()
	own.patterns()
	own.regs.EDX = deadPort
	own.done(own.do(0xEC), 1)
}
