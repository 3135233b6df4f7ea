package main

import "pecan/user/l4"

// ThreadControl (abi 5.4, semantics 6.2): who may, what is refused, creation and deletion.

var controlCases = []testCase{
	{"abi-5.4-unprivileged", controlUnprivileged},
	{"abi-5.4-destination", controlDestination},
	{"semantics-6.2-delete-self", deleteSelf},
	{"semantics-6.2-delete-missing", deleteMissing},
	{"semantics-6.2-delete-ignores-version", deleteVersion},
	{"semantics-6.2-delete-in-every-state", deleteStates},
	{"semantics-6.2-create-errors", createErrors},
	{"semantics-6.2-create-inactive", createInactive},
	{"semantics-6.2-create-in-fresh-space", createFresh},
	{"semantics-6.2-create-active-errors", createActiveErrors},
	{"semantics-6.2-utcb-taken", utcbTaken},
	{"semantics-6.2-largest-thread-number", largestNumber},
	{"semantics-6.2-local-ids-as-parameters", localParameters},
	{"semantics-6.2-scheduler-need-not-exist", schedulerMissing},
	{"semantics-6.2-many-threads-in-a-space", manyThreads},
}

// control is ThreadControl with a UTCB location as a number.
func control(dest, spaceID, scheduler, pager l4.ThreadID, utcb uint32) l4.CallError {
	l4.MyUTCB().ErrorCode = 0xFFFF
	return l4.ThreadControl(dest, spaceID, scheduler, pager, l4.UTCBLocation(utcb))
}

const same = 0xFFFFFFFF

// Nothing of ThreadControl works in an ordinary space.
func controlUnprivileged() {
	fresh := newID()
	victim := spawn(sleeper)
	var results [4]l4.CallError
	s := spawnSpace(func() {
		results[0] = control(fresh, l4.MyGlobalID(), l4.MyGlobalID(), l4.NilThread, same)
		results[1] = control(victim, l4.NilThread, l4.NilThread, l4.NilThread, same)
		results[2] = control(l4.MyGlobalID(), l4.NilThread, l4.NilThread, l4.NilThread, same)
		results[3] = control(0, 0, 0, 0, 0)
		report(l4.OK)
	})
	reportOf(s.id, l4.OK)
	for _, r := range results {
		refused("unprivileged", r, l4.ErrPrivilege)
	}
	waitState(victim, l4.WaitingReceive)
	var m l4.Msg
	ipcFails("not created", l4.Send(fresh, m.Start(0), l4.Zero), sendNoPartner)
}

func controlDestination() {
	k := l4.Kernel()
	check(control(l4.MyLocalID(), self, self, l4.NilThread, same) != l4.OK, "local destination accepted")
	check(control(0x1240, self, self, l4.NilThread, same) != l4.OK, "local destination accepted")
	check(control(l4.NilThread, self, self, l4.NilThread, same) != l4.OK, "nil destination accepted")
	refused("any thread", control(l4.AnyThread, self, self, l4.NilThread, same), l4.ErrThread)
	refused("any thread, delete", control(l4.AnyThread, 0, 0, 0, same), l4.ErrThread)
	check(control(l4.AnyLocalThread, self, self, l4.NilThread, same) != l4.OK, "any local thread accepted")
	for n := k.SystemBase(); n < k.UserBase(); n++ {
		stepNumber("system thread", n)
		id := l4.Global(n, 1)
		refused("create", control(id, self, self, l4.NilThread, same), l4.ErrThread)
		refused("delete", control(id, 0, 0, 0, same), l4.ErrThread)
		refused("new space", control(id, id, self, 0, same), l4.ErrThread)
	}
}

func deleteSelf() {
	refused("by global ID", control(me(), 0, 0, 0, same), l4.ErrThread)
	refused("with another version", control(l4.Global(me().Number(), 1), 0, 0, 0, same), l4.ErrThread)
	check(control(l4.MyLocalID(), 0, 0, 0, same) != l4.OK, "by local ID")
	equalID("still here", l4.OtherID(l4.MyLocalID()), me())
}

func deleteMissing() {
	for _, n := range [...]uint32{100000, 0x3FFFF, l4.Kernel().UserBase() + 1, 299, 1 << 17} {
		succeeds("delete nobody", control(l4.Global(n, 1), 0, 0, 0, same))
	}
	id := spawn(sleeper)
	remove(id)
	remove(id)
	refused("modify nobody", control(id, id, 0, 0, same), l4.ErrThread)
}

func deleteVersion() {
	id := spawn(sleeper)
	remove(l4.Global(id.Number(), id.Version()+64&0x3FFF|1))
	var m l4.Msg
	ipcFails("deleted", l4.Send(id, m.Start(0), l4.Zero), sendNoPartner)
}

// A thread is deleted running, ready, inactive, unstarted, sending, receiving, sleeping, faulting, in an exception, halted.
func deleteStates() {
	spin := func() {
		for {
		}
	}
	ready := spawn(spin)
	low := spawnAt(1, spin)
	inactive := newID()
	succeeds("create", control(inactive, self, self, l4.NilThread, same))
	lonely := newID()
	succeeds("create", control(lonely, lonely, self, l4.NilThread, same))
	waiting := unstarted()
	sending := spawn(sender(self, 1)) // to the runner, who waits for it: answered by nothing
	sleeping := spawn(func() { l4.Sleep(soon) })
	faulting := newRig()
	faulting.regs.EBX = hole
	faulting.do(readEBX...)
	blocked := newRig()
	blocked.utcb().Pager = sleeping
	blocked.regs.EBX = hole
	blocked.doFor(tick, readEBX...)
	parked := newRig()
	halted := newRig()
	l4.Stop(halted.id)
	for i, id := range [...]l4.ThreadID{ready, low, inactive, lonely, waiting, sending, sleeping, faulting.id, blocked.id, parked.id, halted.id} {
		stepNumber("thread", uint32(i))
		remove(id)
		refused("gone", l4.Resume(id), l4.ErrThread)
		succeeds("again", control(id, self, self, l4.NilThread, same))
		remove(id)
	}
}

func createErrors() {
	id := newID()
	refused("no scheduler", control(id, self, l4.NilThread, l4.NilThread, same), l4.ErrThread)
	for _, s := range [...]l4.ThreadID{l4.Global(100000, 1), l4.Global(self.Number(), 2), 0x1240, l4.AnyThread, l4.AnyLocalThread, kernelThread(), l4.Interrupt(3)} {
		stepNumber("space", uint32(s))
		refused("no such space", control(id, s, self, l4.NilThread, same), l4.ErrSpace)
	}
	about.Reset()
	refused("fresh space with pager", control(id, id, self, me(), same), l4.ErrSpace)
	refused("fresh space with pager and UTCB", control(id, id, self, me(), uint32(home.location())), l4.ErrSpace)
	var m l4.Msg
	ipcFails("nothing was created", l4.Send(id, m.Start(0), l4.Zero), sendNoPartner)
}

func createInactive() {
	id := newID()
	succeeds("create", control(id, self, self, l4.NilThread, same))
	equal("state", uint32(l4.State(id)), uint32(l4.Dead))
	var r l4.ThreadRegisters
	_, _, err := l4.ExchangeRegisters(id, 0, &r)
	refused("ExchangeRegisters", err, l4.ErrThread)
	refused("activate without UTCB", control(id, id, 0, me(), same), l4.ErrUTCBArea)
	refused("bad UTCB", control(id, id, 0, 0, uint32(home.location())+256), l4.ErrUTCBArea)
	equal("state", uint32(l4.State(id)), uint32(l4.Dead))
	at := uint32(home.location())
	succeeds("UTCB", control(id, id, 0, 0, at))
	succeeds("another UTCB", control(id, id, 0, 0, at+512))
	succeeds("activate", control(id, id, 0, me(), same))
	equal("state", uint32(l4.State(id)), uint32(l4.WaitingReceive))
	equalID("local ID", l4.OtherID(id), l4.ThreadID(at+512+256))
	home.location()
	ip, sp := l4.PrepareThread(newStack(), sender(me(), 1))
	arrives("start", l4.SendStart(id, ip, sp))
	arrives("runs", l4.Receive(id, new(l4.Msg), soon))
}

// A fresh space holds inactive threads, whose UTCB location may be given before it means anything.
func createFresh() {
	a, b := newID(), newID()
	base := uint32(l4.UTCBAreaHere().Base())
	succeeds("create the first", control(a, a, self, 0, base))
	succeeds("create the second", control(b, a, self, 0, base+512))
	refused("activate", control(a, a, 0, me(), same), l4.ErrUTCBArea)
	_, err := l4.SpaceControl(a, 0, l4.KIPAreaHere(), l4.UTCBAreaHere(), l4.NilThread)
	succeeds("areas", err)
	succeeds("activate the second", control(b, b, 0, pageServer, same))
	succeeds("activate the first", control(a, b, 0, pageServer, same))
	run(b, sender(me(), 1))
	run(a, sender(me(), 2))
	var m l4.Msg
	arrives("second", l4.Receive(b, &m, soon))
	arrives("first", l4.Receive(a, &m, soon))
	// The first goes, the space stays.
	remove(a)
	c := newID()
	succeeds("third", control(c, b, self, pageServer, base))
	run(c, sender(me(), 3))
	arrives("third", l4.Receive(c, &m, soon))
}

func createActiveErrors() {
	id := newID()
	area := uint32(l4.UTCBAreaHere().Base())
	free := uint32(home.location())
	for _, at := range [...]uint32{same, free + 1, free + 256, free + 0x40, area - 512, area + 0x20000, 0, 0xC0000000, 0xFFFFFE00, 0x00400000, kipAddress()} {
		stepNumber("UTCB", at)
		refused("create", control(id, self, self, me(), at), l4.ErrUTCBArea)
		var m l4.Msg
		ipcFails("nothing was created", l4.Send(id, m.Start(0), l4.Zero), sendNoPartner)
	}
	about.Reset()
	succeeds("last UTCB of the area", control(id, self, self, me(), area+0x20000-512))
	equalID("its local ID", l4.OtherID(id), l4.ThreadID(area+0x20000-256))
}

func utcbTaken() {
	a := unstarted()
	at := uint32(l4.OtherID(a)) - 256
	id := newID()
	refused("create", control(id, self, self, me(), at), l4.ErrUTCBArea)
	refused("the caller's own", control(id, self, self, me(), uint32(l4.MyUTCBLocation())), l4.ErrUTCBArea)
	succeeds("create inactive", control(id, self, self, 0, at))
	refused("activate", control(id, id, 0, me(), same), l4.ErrUTCBArea)
	remove(a)
	succeeds("activate", control(id, id, 0, me(), same))
}

// The largest number and version: what would be anythread is refused, its neighbours are ordinary.
func largestNumber() {
	refused("anythread", control(l4.Global(0x3FFFF, 0x3FFF), self, self, 0, same), l4.ErrThread)
	refused("anythread in a new space", control(l4.AnyThread, l4.AnyThread, self, 0, same), l4.ErrThread)
	id := l4.Global(0x3FFFF, 0x3FFE)
	succeeds("create", control(id, self, self, pageServer, uint32(home.location())))
	refused("rename to anythread", control(l4.AnyThread, id, 0, 0, same), l4.ErrThread)
	run(id, sender(me(), 1))
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	arrives("message", err)
	equalID("sender", l4.OtherID(from), id)
	arrives("send by name", func() l4.IPCError {
		run2 := spawn(sender(me(), 2))
		return l4.Receive(run2, &m, soon)
	}())
	succeeds("delete", l4.DeleteThread(id))
	id = l4.Global(0x3FFFE, 0x3FFF)
	succeeds("create", control(id, id, self, 0, same))
	succeeds("delete", l4.DeleteThread(id))
	id = l4.Global(0x20000, 1)
	succeeds("number with the top bit", control(id, self, self, 0, same))
	ipcFails("no alias without it", l4.Send(l4.Global(0, 1)|1<<14, m.Start(0), l4.Zero), sendTimeout)
	succeeds("delete", l4.DeleteThread(id))
}

func localParameters() {
	id := newID()
	succeeds("create", control(id, l4.MyLocalID(), l4.MyLocalID(), l4.MyLocalID(), uint32(home.location())))
	equalID("pager", utcbOf(id).Pager, me())
	other := unstarted()
	succeeds("modify", control(id, l4.OtherID(other), l4.OtherID(other), l4.OtherID(other), same))
	equalID("pager", utcbOf(id).Pager, other)
	bad := l4.ThreadID(uint32(l4.UTCBAreaHere().Base()) + 0x1FF00)
	check(control(id, id, 0, bad, same) != l4.OK, "bad local pager accepted")
	check(control(id, bad, 0, 0, same) != l4.OK, "bad local space accepted")
	equalID("pager", utcbOf(id).Pager, other)
}

func schedulerMissing() {
	id := newID()
	succeeds("create", control(id, self, l4.Global(100000, 1), 0, same))
	succeeds("change", control(id, id, l4.Global(100001, 1), 0, same))
}

// More threads than one page of UTCBs holds, deleted in another order.
func manyThreads() {
	const n = 100
	first := home.utcbs
	var ids [n]l4.ThreadID
	for i := range ids {
		ids[i] = unstarted()
	}
	for i := range ids {
		remove(ids[(i*37)%n])
	}
	home.utcbs = first
	for i := range ids {
		succeeds("again", control(ids[i], self, self, me(), uint32(home.location())))
		equalID("local ID", utcbAt(l4.UTCBLocation(l4.OtherID(ids[i])-256)).MyGlobalID, ids[i])
	}
}
