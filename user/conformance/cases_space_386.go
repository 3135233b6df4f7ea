package main

import "pecan/user/l4"

// SpaceControl (semantics 6.4, abi 5.5).

var spaceCases = []testCase{
	{"6.4.1-kip", "6.4.1", spaceKIP},
	{"6.4.2-utcb-pages", "6.4.2", spaceUTCBs},
	{"6.4.3-utcb-area", "6.4.3", spaceArea},
	{"6.4.4-uninitialised", "6.4.4", spaceUninitialised},
	{"abi-5.5.1-unprivileged", "abi-5.5.1", spaceUnprivileged},
	{"abi-5.5.2-specifier", "abi-5.5.2", spaceSpecifier},
	{"abi-5.5.3-utcb-area", "abi-5.5.3", spaceBadUTCB},
	{"abi-5.5.4-kip-area", "abi-5.5.4", spaceBadKIP},
	{"abi-5.5.5-rights", "abi-5.5.5", spaceRights},
	{"abi-5.5.6-initialised", "abi-5.5.6", spaceInitialised},
	{"abi-5.5.7-old-control", "abi-5.5.7", spaceOldControl},
	{"abi-5.5.8-redirector", "abi-5.5.8", spaceRedirector},
}

func areas(id l4.ThreadID, kip, utcb l4.Fpage) l4.CallError {
	_, err := l4.SpaceControl(id, 0, kip, utcb, l4.NilThread)
	return err
}

// The KIP is at the base of its area, 4 KiB of it, for reading and execution.
func spaceKIP() {
	p := newPuppet(nil, source)
	kip := l4.KIPAreaHere().Base()
	for x := uint32(0); x < l4.PageSize; x += 0x200 {
		p.sees(kip+x, load(kip+x))
	}
	_, ok := p.access(writeWord, kip, 0)
	check(!ok, "it can be written")
	p.does(func() { l4.ThreadSwitch(l4.NilThread) }) // by way of its stubs
	step("elsewhere, in a larger area")
	id := newID()
	succeeds("create", control(id, id, self, l4.NilThread, same))
	succeeds("areas", areas(id, l4.NewFpage(free, 14, 0), l4.NewFpage(free2, 14, 0)))
	succeeds("activate", control(id, id, l4.NilThread, controller, free2))
	// The thread reads its KIP into AX by the instruction KernelInterface.
	q := &puppet{id: id}
	q.kernelInterface(free)
}

// kernelInterface lets an unstarted thread of another space ask where its KIP is, and checks the answer.
func (p *puppet) kernelInterface(want uint32) {
	landed = [10]uint32{}
	var m l4.Msg
	arrives("start", l4.Send(p.id, m.SetStart(askKIPAddress(), 0), l4.Zero))
	for landed[9] == 0 {
		if err := l4.Receive(p.id, &m, tick); err == receiveTimeout {
			break
		}
		f, ok := m.PageFault()
		check(ok && inImage(f.Addr), "what fault?")
		supply(f.Addr, &m)
		arrives("supply", l4.Send(p.id, &m, l4.Zero))
	}
	awaitLanding()
	equal("KIP", landed[0], want)
}

// askKIP asks for the address of the KIP, then goes to landing.
func askKIP()

func askKIPAddress() uint32

func spaceUTCBs() {
	p := newPuppet(nil, source)
	area := l4.UTCBAreaHere().Base()
	p.sees(area+0x3100, 0)
	ids := [8]l4.ThreadID{}
	for i := range ids {
		ids[i] = newID()
		succeeds("create", control(ids[i], p.id, self, controller, area+0x3000+uint32(i)*512))
		value, ok := p.access(readWord, area+0x3000+uint32(i)*512+256, 0)
		check(ok && value == 0, "a new UTCB is not clean")
		_, ok = p.access(writeWord, area+0x3000+uint32(i)*512+256, 0x5EC12E7)
		check(ok, "a UTCB cannot be written")
	}
	p.sees(area+0x2FFC, 0)
	p.sees(area+0x4000, 0)
	for i, id := range ids {
		_, ok := p.access(readWord, area+0x3000, 0)
		check(ok, "the page went before its last thread")
		remove(id)
		_ = i
	}
	p.sees(area+0x3100, 0)
	_, ok := p.access(readWord, area+0x3100, 0)
	check(!ok, "the page is still there")
	step("nothing leaks into the next thread")
	for i := range ids {
		succeeds("create", control(ids[i], p.id, self, controller, area+0x3000+uint32(i)*512))
		value, _ := p.access(readWord, area+0x3000+uint32(i)*512+256, 0)
		equal("word of a new UTCB", value, 0)
	}
	step("one after the other in the same page")
	remove(ids[0])
	succeeds("create", control(ids[0], p.id, self, controller, area+0x3000))
	value, _ := p.access(readWord, area+0x3100, 0)
	equal("word of a new UTCB", value, 0)
}

// Where no thread has its UTCB in the area is nothing, and nothing can be put there.
func spaceArea() {
	stampRegions()
	p := newPuppet(nil, source)
	area := l4.UTCBAreaHere()
	at := area.Base() + 0x5000
	for range 2 {
		p.takes(rwx(source, 0, 12), at, l4.Complete)
		_, ok := p.access(readWord, at, 0)
		check(!ok, "something was mapped into the UTCB area")
		p.takes(rwx(source, 0, 22), at&^(regionSize-1), l4.Complete)
		_, ok = p.access(readWord, at, 0)
		check(!ok, "something was mapped into the UTCB area")
	}
	kip := l4.KIPAreaHere()
	for x := uint32(l4.PageSize); x < uint32(kip.Size()); x += l4.PageSize {
		p.takes(rwx(source, 0, 12), kip.Base()+x, l4.Complete)
		p.sees(kip.Base()+x, 0)
	}
}

func spaceUninitialised() {
	fresh, id := newID(), newID()
	succeeds("create", control(fresh, fresh, self, l4.NilThread, same))
	at := l4.UTCBAreaHere().Base()
	refused("activate", control(fresh, fresh, l4.NilThread, controller, at), l4.ErrUTCBArea)
	refused("create active", control(id, fresh, self, controller, at), l4.ErrSpace)
	succeeds("create inactive", control(id, fresh, self, l4.NilThread, same))
	refused("move there", migrate(unstarted(), fresh), l4.ErrUTCBArea)
	refused("bad areas", areas(fresh, l4.NilPage, l4.NilPage), l4.ErrUTCBArea)
	refused("still not", control(fresh, fresh, l4.NilThread, controller, at), l4.ErrUTCBArea)
	succeeds("areas", areas(fresh, l4.KIPAreaHere(), l4.UTCBAreaHere()))
	succeeds("activate", control(fresh, fresh, l4.NilThread, controller, at))
	succeeds("activate", control(id, id, l4.NilThread, controller, at+512))
}

func spaceUnprivileged() {
	fresh := newID()
	succeeds("create", control(fresh, fresh, self, l4.NilThread, same))
	p := newPuppet(nil, source)
	p.does(func() {
		refused("another space", areas(fresh, l4.KIPAreaHere(), l4.UTCBAreaHere()), l4.ErrPrivilege)
		refused("its own", areas(p.id, l4.NilPage, l4.NilPage), l4.ErrPrivilege)
		refused("nobody's", areas(l4.NilThread, l4.NilPage, l4.NilPage), l4.ErrPrivilege)
		_, err := l4.SpaceControl(p.id, 0, 0, 0, p.id)
		refused("its own redirector", err, l4.ErrPrivilege)
	})
	refused("nothing was done", control(fresh, fresh, l4.NilThread, controller, l4.UTCBAreaHere().Base()), l4.ErrUTCBArea)
}

func spaceSpecifier() {
	for _, id := range append(nobodies(), l4.NilThread, l4.MyLocalID(), l4.Interrupt(3)) {
		stepNumber("specifier", uint32(id))
		refused("SpaceControl", areas(id, l4.KIPAreaHere(), l4.UTCBAreaHere()), l4.ErrSpace)
	}
	step("any thread of the space")
	fresh, id := newID(), newID()
	succeeds("create", control(fresh, fresh, self, l4.NilThread, same))
	succeeds("create", control(id, fresh, self, l4.NilThread, same))
	succeeds("areas", areas(id, l4.KIPAreaHere(), l4.UTCBAreaHere()))
	succeeds("activate", control(fresh, fresh, l4.NilThread, controller, l4.UTCBAreaHere().Base()))
}

// badAreas fails unless a fresh space refuses the areas with an error, and takes good ones afterwards.
func badAreas(kip, utcb l4.Fpage, want l4.CallError) {
	id := l4.Global(l4.Kernel().UserBase()+lastWorker, version)
	succeeds("create", control(id, id, self, l4.NilThread, same))
	refused("SpaceControl", areas(id, kip, utcb), want)
	succeeds("good areas afterwards", areas(id, l4.KIPAreaHere(), l4.UTCBAreaHere()))
	remove(id)
}

// outside are areas that are too small or not in the user part.
func outside() []l4.Fpage {
	return []l4.Fpage{
		0, l4.NewFpage(free, 11, 0), l4.NewFpage(free, 10, 0), l4.NewFpage(free, 9, 0), l4.NewFpage(free, 3, 0),
		l4.NewFpage(0xC0000000, 12, 0), l4.NewFpage(0xD0000000, 17, 0), l4.NewFpage(0xFFFFF000, 12, 0), l4.NewFpage(0xE0000000, 29, 0),
		l4.NewFpage(0x80000000, 31, 0), l4.Complete, l4.NewFpage(0, 33, 0), l4.NewFpage(0, 63, 0),
		l4.NewIOFpage(0x3F8, 3, 0).Fpage(),
	}
}

func spaceBadUTCB() {
	for _, p := range outside() {
		stepNumber("UTCB area", uint32(p))
		badAreas(l4.KIPAreaHere(), p, l4.ErrUTCBArea)
	}
}

func spaceBadKIP() {
	for _, p := range outside() {
		stepNumber("KIP area", uint32(p))
		badAreas(p, l4.UTCBAreaHere(), l4.ErrKIPArea)
	}
	for _, p := range [...][2]l4.Fpage{
		{l4.NewFpage(free, 12, 0), l4.NewFpage(free, 12, 0)},
		{l4.NewFpage(free+0x1000, 12, 0), l4.NewFpage(free, 17, 0)},
		{l4.NewFpage(free+0x1F000, 12, 0), l4.NewFpage(free, 17, 0)},
		{l4.NewFpage(free, 17, 0), l4.NewFpage(free+0x3000, 12, 0)},
	} {
		stepNumber("overlap", uint32(p[0]))
		badAreas(p[0], p[1], l4.ErrKIPArea)
	}
	step("side by side")
	id := newID()
	succeeds("create", control(id, id, self, l4.NilThread, same))
	succeeds("SpaceControl", areas(id, l4.NewFpage(free+0x1000, 12, 0), l4.NewFpage(free, 12, 0)))
}

func spaceRights() {
	for r := range l4.RWX + 1 {
		id := newID()
		succeeds("create", control(id, id, self, l4.NilThread, same))
		succeeds("SpaceControl", areas(id, l4.KIPAreaHere().With(r), l4.UTCBAreaHere().With(r)|8))
		succeeds("activate", control(id, id, l4.NilThread, controller, l4.UTCBAreaHere().Base()))
		remove(id)
	}
}

func spaceInitialised() {
	p := newPuppet(nil, source)
	stampRegions()
	for _, f := range append(outside(), l4.NewFpage(free, 12, 0), l4.KIPAreaHere()) {
		stepNumber("areas", uint32(f))
		succeeds("SpaceControl", areas(p.id, f, f))
		p.does(func() { l4.ThreadSwitch(l4.NilThread) })
	}
	about.Reset()
	p.takes(rwx(source, 0, 12), free, l4.Complete)
	p.sees(free, stampOf(source, 0)) // not its KIP
	succeeds("the own space", areas(self, 0, 0))
}

// Small spaces are an optimisation that need not exist; whether the request took effect is told by bit e.
func spaceOldControl() {
	p := newPuppet(nil, source)
	for _, c := range [...]uint32{0, 1, 1 << 31, 1<<31 | 4, 1<<31 | 0xFF, 0x1FFFFF00} {
		stepNumber("control", c)
		r := registers{AX: uint32(p.id), CX: c}
		call(linkSpaceControl, &r)
		equal("result", r.AX, 1)
		equal("old control", r.CX&^(1<<31|0xFF), 0)
		p.does(func() { l4.ThreadSwitch(l4.NilThread) })
	}
	_, err := l4.SpaceControl(p.id, 1<<31, 0, 0, l4.NilThread)
	succeeds("large again", err)
}

func spaceRedirector() {
	p, rd, other := newPuppet(nil, source), newPuppet(nil, target), newPuppet(nil, target)
	goesTo := func(want *puppet) {
		p.sends(other.id, tag(0, 0)).in(l4.Zero, l4.Never)
		want.receives(l4.AnyThread)
		want.block(l4.WaitingReceive)
		p.begin()
		ended(p, want)
		p.want("send", l4.OK)
		want.want("receive", l4.OK)
		equal("redirected", boolBit(want.result&l4.Redirected != 0), boolBit(want == rd))
	}
	set := func(id l4.ThreadID) l4.CallError {
		_, err := l4.SpaceControl(p.id, 0, 0, 0, id)
		return err
	}
	goesTo(other)
	succeeds("set", set(rd.id))
	p.quiet = true
	goesTo(rd)
	succeeds("nil: unchanged", set(l4.NilThread))
	goesTo(rd)
	refused("no such thread", set(l4.Global(100000, 1)), l4.ErrThread)
	goesTo(rd)
	succeeds("none", set(l4.AnyThread))
	p.quiet = false
	goesTo(other)
}
