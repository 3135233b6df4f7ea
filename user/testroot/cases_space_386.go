package main

import "pecan/user/l4"

// SpaceControl and the other privileged calls (abi 5.5, 5.9, 5.10, semantics 6.4).

var spaceCases = []testCase{
	{"abi-5.5-unprivileged", spaceUnprivileged},
	{"abi-5.5-space-specifier", spaceSpecifier},
	{"abi-5.5-bad-utcb-areas", spaceBadUTCB},
	{"abi-5.5-bad-kip-areas", spaceBadKIP},
	{"abi-5.5-areas-overlap", spaceOverlap},
	{"abi-5.5-good-areas", spaceGood},
	{"abi-5.5-initialised-space", spaceInitialised},
	{"semantics-6.4-utcb-pages", spaceUTCBPages},
	{"abi-5.9-processor-control", processorControl},
	{"abi-5.10-memory-control", memoryControl},
}

func spaceUnprivileged() {
	fresh := newID()
	succeeds("create", control(fresh, fresh, self, 0, same))
	s := spawnSpace(func() {
		_, err := l4.SpaceControl(fresh, 0, l4.KIPAreaHere(), l4.UTCBAreaHere(), 0)
		report(l4.IPCError(err))
		_, err = l4.SpaceControl(l4.MyGlobalID(), 0, l4.KIPAreaHere(), l4.UTCBAreaHere(), 0)
		report(l4.IPCError(err))
		_, err = l4.SpaceControl(0, 0, 0, 0, 0)
		report(l4.IPCError(err))
	})
	for range 3 {
		reportOf(s.id, l4.IPCError(l4.ErrPrivilege))
	}
}

func spaceSpecifier() {
	for _, id := range [...]l4.ThreadID{
		0, l4.AnyThread, l4.AnyLocalThread, l4.MyLocalID(), l4.Global(100000, 1), l4.Global(self.Number(), 2), kernelThread(), 0x1240, l4.Interrupt(3),
	} {
		stepNumber("specifier", uint32(id))
		_, err := l4.SpaceControl(id, 0, l4.KIPAreaHere(), l4.UTCBAreaHere(), 0)
		refused("SpaceControl", err, l4.ErrSpace)
	}
}

// areas tries to initialise a fresh space.
func areas(kip, utcb l4.Fpage) l4.CallError {
	here := marked()
	id := newID()
	succeeds("create", control(id, id, self, 0, same))
	old, err := l4.SpaceControl(id, 0, kip, utcb, 0)
	equal("old control", old, 0)
	if err != l4.OK {
		// The space can still be used.
		check(control(id, id, 0, me(), uint32(utcb.Base())) != l4.OK, "activation in a space without areas")
		_, again := l4.SpaceControl(id, 0, l4.KIPAreaHere(), l4.UTCBAreaHere(), 0)
		succeeds("good areas afterwards", again)
		succeeds("activate", control(id, id, 0, me(), uint32(l4.UTCBAreaHere().Base())))
	}
	remove(id)
	here.rewind()
	return err
}

func spaceBadUTCB() {
	kip := l4.KIPAreaHere()
	for _, p := range [...]l4.Fpage{
		0, l4.NewFpage(0x20000000, 11, 0), l4.NewFpage(0x20000000, 10, 0), l4.NewFpage(0x20000000, 9, 0), l4.NewFpage(0x20000000, 3, 0),
		l4.NewFpage(0xC0000000, 12, 0), l4.NewFpage(0xD0000000, 17, 0), l4.NewFpage(0xFFFFF000, 12, 0), l4.NewFpage(0xE0000000, 29, 0),
		l4.NewFpage(0x80000000, 31, 0), l4.Complete, l4.NewFpage(0xC0000000, 30, 0), l4.NewFpage(0, 40, 0), l4.NewFpage(0, 63, 0),
		l4.NewFpage(0x20000000, 33, 0), l4.NewIOFpage(0x3F8, 3, 0).Fpage(), l4.NewFpage(0xF0C00000, 12, 0), l4.NewFpage(0, 32, 0),
	} {
		stepNumber("UTCB area", uint32(p))
		refused("SpaceControl", areas(kip, p), l4.ErrUTCBArea)
	}
}

func spaceBadKIP() {
	utcb := l4.UTCBAreaHere()
	for _, p := range [...]l4.Fpage{
		0, l4.NewFpage(0x20000000, 11, 0), l4.NewFpage(0x20000000, 10, 0), l4.NewFpage(0xC0000000, 12, 0), l4.NewFpage(0xD0100000, 12, 0),
		l4.NewFpage(0xFFFFF000, 12, 0), l4.Complete, l4.NewFpage(0x80000000, 31, 0), l4.NewFpage(0, 63, 0), l4.NewFpage(0, 33, 0),
		l4.NewIOFpage(0, 16, 0).Fpage(),
	} {
		stepNumber("KIP area", uint32(p))
		refused("SpaceControl", areas(p, utcb), l4.ErrKIPArea)
	}
}

func spaceOverlap() {
	for _, p := range [...][2]l4.Fpage{
		{l4.NewFpage(0x20000000, 12, 0), l4.NewFpage(0x20000000, 12, 0)},
		{l4.NewFpage(0x20001000, 12, 0), l4.NewFpage(0x20000000, 17, 0)},
		{l4.NewFpage(0x2001F000, 12, 0), l4.NewFpage(0x20000000, 17, 0)},
		{l4.NewFpage(0x20000000, 17, 0), l4.NewFpage(0x20003000, 12, 0)},
		{l4.NewFpage(0x20000000, 22, 0), l4.NewFpage(0x20000000, 17, 0)},
	} {
		stepNumber("UTCB area", uint32(p[1]))
		refused("SpaceControl", areas(p[0], p[1]), l4.ErrKIPArea)
	}
}

// Areas next to each other, large, at the edges of the user area, with rights, with bases that are not aligned.
func spaceGood() {
	for _, p := range [...][2]l4.Fpage{
		{l4.NewFpage(0x20020000, 12, 0), l4.NewFpage(0x20000000, 17, 0)},
		{l4.NewFpage(0x1FFFF000, 12, 0), l4.NewFpage(0x20000000, 12, 0)},
		{l4.NewFpage(0xBFFFF000, 12, 0), l4.NewFpage(0xBFFFE000, 12, 0)},
		{l4.NewFpage(0xBFFFE000, 12, 0), l4.NewFpage(0xBFFFF000, 12, 0)},
		{l4.NewFpage(0x20000000, 12, l4.RWX), l4.NewFpage(0x30000000, 12, l4.RWX)},
		{l4.NewFpage(0x20000000, 22, 0), l4.NewFpage(0x30000000, 22, 0)},
		{l4.Fpage(0x20000C00 | 12<<4 | 8), l4.Fpage(0x30000C00 | 12<<4 | 8)},
		{l4.NewFpage(0x1000, 12, 0), l4.NewFpage(0x2000, 12, 0)},
		{l4.NewFpage(0x20000000, 12, 0), l4.NewFpage(0x40000000, 28, 0)},
	} {
		here := marked()
		stepNumber("UTCB area", uint32(p[1]))
		id := newID()
		succeeds("create", control(id, id, self, 0, same))
		_, err := l4.SpaceControl(id, 0, p[0], p[1], 0)
		succeeds("SpaceControl", err)
		last := p[1].Base() + uint32(p[1].Size()) - 512
		refused("UTCB behind the area", control(id, id, 0, me(), last+512), l4.ErrUTCBArea)
		succeeds("activate", control(id, id, 0, me(), last))
		s := &space{id: id, utcbs: 1}
		r := startRig(id, s)
		r.patterns()
		e := r.do(0xF0, 0x90)
		equal("KIP", e.regs.EAX, p[0].Base())
		equal("local ID", r.local(), last+256)
		r.patterns()
		r.regs.EBX = last
		r.done(r.do(readEBX...), 2)
		if p[1].Base() != last&^0xFFF {
			r.regs.EBX = p[1].Base() // a UTCB page without UTCBs
			r.is(r.do(readEBX...), vecPageFault, r.slot, 4)
		}
		remove(id)
		here.rewind()
	}
}

// On a space that has its areas, they are ignored.
func spaceInitialised() {
	s := newSpace(me())
	for _, p := range [...]l4.Fpage{0, l4.NewFpage(0xC0000000, 12, 0), l4.NewFpage(0x30000000, 12, 0), l4.Complete} {
		_, err := l4.SpaceControl(s.id, 0, p, p, 0)
		succeeds("SpaceControl", err)
	}
	r := startRig(s.id, s)
	r.patterns()
	e := r.do(0xF0, 0x90)
	equal("KIP", e.regs.EAX, kipAddress())
	r.patterns()
	r.regs.EBX = 0x30000000
	isFault(r.do(readEBX...), 0x30000000, r.slot, l4.Read)
	_, err := l4.SpaceControl(self, 0, 0, 0, 0)
	succeeds("on the own space", err)
}

// UTCB pages come and go with their threads, and are fresh each time.
func spaceUTCBPages() {
	r := newRigIn(nil)
	area := uint32(l4.UTCBAreaHere().Base())
	r.patterns()
	r.regs.EBX = area + 0x3000
	r.is(r.do(readEBX...), vecPageFault, r.slot, 4)
	id := newID()
	succeeds("thread there", control(id, r.id, self, me(), area+0x3200))
	r.regs.EBX, r.regs.EAX = area+0x3300, 0x5EC12E7
	r.done(r.do(writeEBX...), 2)
	r.regs.EBX = area + 0x3800 // another block of that page
	r.regs.EAX = 1
	r.done(r.do(writeEBX...), 2)
	remove(id)
	r.regs.EBX = area + 0x3300
	r.is(r.do(readEBX...), vecPageFault, r.slot, 4)
	succeeds("again", control(id, r.id, self, me(), area+0x3200))
	r.regs.EBX = area + 0x3300
	e := r.do(readEBX...)
	r.done(e, 2)
	equal("fresh", e.regs.EAX, 0)
	r.regs.EBX = area + 0x3800
	e = r.do(readEBX...)
	equal("fresh elsewhere", e.regs.EAX, 0)
}

func processorControl() {
	s := spawnSpace(func() {
		report(l4.IPCError(l4.ProcessorControl(0, 0, 0, 0)))
	})
	reportOf(s.id, l4.IPCError(l4.ErrPrivilege))
	err := l4.ProcessorControl(0, 0, 0, 0)
	check(err == l4.OK || err == l4.ErrParameter, "result for the privileged")
	err = l4.ProcessorControl(17, 1, 1, 1)
	check(err == l4.OK || err == l4.ErrParameter, "result for the privileged")
}

// Result and privilege only.
func memoryControl() {
	s := spawnSpace(func() {
		report(l4.IPCError(l4.MemoryControl([]l4.Fpage{l4.NilPage}, [4]l4.Attribute{})))
	})
	reportOf(s.id, l4.IPCError(l4.ErrPrivilege))
	p := [...]l4.Fpage{l4.NilPage, l4.PageAt(pages, 0), l4.NilPage}
	succeeds("default attribute", l4.MemoryControl(p[:], [4]l4.Attribute{}))
	refused("bad attribute", l4.MemoryControl([]l4.Fpage{l4.PageAt(pages, 0)}, [4]l4.Attribute{77}), l4.ErrParameter)
	r := newRig()
	r.patterns()
	r.regs.EAX, r.regs.ECX, r.regs.EDX, r.regs.EBX, r.regs.EBP = 64, 0, 0, 0, 0
	r.regs.EDI, r.regs.ESI = r.local(), 0
	e := r.call(linkMemoryControl)
	r.done(e, callLength)
	equal("too many pages", e.regs.EAX, 0)
	equal("ErrorCode", r.utcb().ErrorCode, uint32(l4.ErrParameter))
}
