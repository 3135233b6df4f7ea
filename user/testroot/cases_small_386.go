package main

import "pecan/user/l4"

// Small spaces (abi 5.5, docs/small-spaces.md): ids, moving in and out, outgrowing. What limits keep apart is in
// hostile_small_386.go.

var smallCases = []testCase{
	{"abi-5.5-small-ids", smallIDs},
	{"abi-5.5-small-refused", smallRefused},
	{"abi-5.5-small-runs", smallRuns},
	{"abi-5.5-small-in-and-out", smallInOut},
	{"abi-5.5-small-outgrown-by-data", smallOutgrownData},
	{"abi-5.5-small-outgrown-by-code", smallOutgrownCode},
	{"abi-5.5-small-exception", smallException},
	{"abi-5.5-small-kernel-interface", smallInterface},
	{"abi-5.5-small-ipc", smallIPC},
	{"abi-5.5-small-local-ids", smallLocalIDs},
	{"abi-5.5-small-unmap", smallUnmap},
	{"abi-5.5-small-deletion", smallDeletion},
	{"abi-5.5-small-ports", smallPorts},
	{"abi-5.5-small-strings", smallStrings},
	{"abi-5.5-small-storm", smallStorm},
}

// Ids are size and place; the old one is told; 0 is a large space again.
func smallIDs() {
	s := newAreas(l4.NewFpage(0x00100000, 12, 0), l4.NewFpage(0x00120000, 12, 0))
	last := uint32(0)
	for k := range uint32(7) {
		for _, n := range [...]uint32{0, 64>>k - 1} {
			id := smallID(k, n)
			stepNumber("id", id)
			equal("old id", s.move(id, true), last)
			equal("place", s.place(), id)
			equal("same again", s.move(id, true), id)
			last = id
		}
	}
	equal("old id", s.move(0, true), last)
	equal("large", s.place(), 0)
	equal("large again", s.move(0, true), 0)
}

// What cannot be had is not honoured and changes nothing.
func smallRefused() {
	a := newAreas(smallKIP, smallUTCB)
	for _, at := range [...]uint32{0, place(3)} {
		if at != 0 {
			a.move(at, true)
		}
		for _, id := range [...]uint32{
			0x80, 0x81, 0x82, 0xC0, 0xFF, 0xFE, place(16), // outside the region
			smallID(0, 0), smallID(1, 5), smallID(0, 63), // the areas do not fit
		} {
			stepNumber("id", id)
			equal("place", a.move(id, false), at)
			equal("place", a.place(), at)
		}
	}
	b := newAreas(smallKIP, smallUTCB)
	for _, id := range [...]uint32{place(3), smallID(3, 1), smallID(4, 0), smallID(6, 0)} {
		stepNumber("overlapping id", id)
		b.move(id, false)
		equal("still large", b.place(), 0)
	}
	b.move(place(2), true)
	b.move(place(3), false)
	equal("still there", b.place(), place(2))
	a.move(smallID(3, 1), false)
	a.move(smallID(3, 2), true)
	b.move(smallID(3, 1), true) // over its own place
	a.move(0, true)
	b.move(smallID(6, 0), true)
	a.move(place(0), false)
	high := newAreas(l4.KIPAreaHere(), l4.UTCBAreaHere())
	b.move(0, true)
	high.move(smallID(6, 0), false)
	fresh := newID()
	succeeds("create", control(fresh, fresh, self, 0, same))
	old, err := l4.SpaceControl(fresh, smallRequest|place(1), smallKIP, smallUTCB, 0)
	succeeds("areas and place at once", err)
	equal("control", old, smallRequest)
	_, err = l4.SpaceControl(newID(), smallRequest|place(5), smallKIP, smallUTCB, 0)
	refused("no space", err, l4.ErrSpace)
}

// works has a rig execute some instructions: registers, its stack, its UTCB, its memory.
func (r *rig) works() {
	r.patterns()
	e := r.do(0x90)
	r.done(e, 1)
	equal("EAX", e.regs.EAX, 0xA1A2A3A4)
	equal("EBP", e.regs.EBP, 0x71727374)
	r.patterns()
	e = r.do(0x50, 0x5B) // push eax; pop ebx
	r.done(e, 2)
	equal("EBX by the stack", e.regs.EBX, 0xA1A2A3A4)
	r.patterns()
	e = r.do(0x65, 0x8B, 0x1D, 0, 0, 0, 0, 0x8B, 0x4B, 0xC4) // mov ebx, gs:[0]; mov ecx, [ebx-60]
	r.done(e, 10)
	equal("global ID in the UTCB", e.regs.ECX, uint32(r.id))
}

func smallRuns() {
	rigs := [...]*rig{newSmallRig(place(0)), newSmallRig(place(15)), newRigIn(nil), newRig(), newSmallRig(smallID(4, 1))}
	for range 3 {
		for _, r := range rigs {
			r.works()
		}
	}
	for i, want := range [...]uint32{place(0), place(15), 0, 0, smallID(4, 1)} {
		if r := rigs[i]; r.space.id != self {
			equal("place", r.space.place(), want)
		}
	}
}

// A space moves between any two instructions of its thread.
func smallInOut() {
	r := startRigIn(newAreas(smallKIP, smallUTCB))
	s := r.space
	for i := range uint32(24) {
		s.move([...]uint32{place(4), 0, place(5), smallID(3, 3), place(7), smallID(3, 3)}[i%6], true)
		r.works()
	}
	s.move(0, true)
	r.works()
}

func startRigIn(s *space) *rig { return startRig(s.id, s) }

// An address beyond the size makes the space large, and the access is tried again.
func smallOutgrownData() {
	for _, load := range [...][]byte{readEBX, writeEBX, {0x36, 0x8B, 0x03}, {0x26, 0x8B, 0x03}, {0x64, 0x8B, 0x03}, {0x2E, 0x8B, 0x03}} {
		here := marked()
		r := newSmallRig(place(1))
		r.works()
		r.patterns()
		r.regs.EBX = 0x1F000000 // linear 0 where limits are not checked: nobody has that
		access := l4.Read
		if load[0] == writeEBX[0] {
			access = l4.Write
		}
		isFault(r.do(load...), 0x1F000000, r.slot, access)
		equal("place", r.space.place(), 0)
		r.mapTo(0x1F000000, pages, l4.RWX)
		r.done(r.next(soon), len(load))
		remove(r.id)
		here.rewind()
	}
}

// So does a return, an IRET or a jump beyond it.
func smallOutgrownCode() {
	const far = 0x1F000000
	for _, sysenter := range [...]bool{false, true} {
		here := marked()
		r := newSmallRig(place(1))
		r.works()
		if sysenter {
			r.enterIPC(l4.NilThread)
			r.regs.EBX = far
			isFault(r.do(0x0F, 0x34), far, far, l4.Execute)
		} else {
			r.patterns()
			r.regs.IP = far
			r.resume()
			isFault(r.next(soon), far, far, l4.Execute)
		}
		equal("place", r.space.place(), 0)
		remove(r.id)
		here.rewind()
	}
}

// Exceptions are reported as ever, with addresses as the program sees them.
func smallException() {
	r := newSmallRig(place(2))
	for _, c := range [...]struct {
		code   []byte
		vector uint32
		at     uint32
	}{
		{[]byte{0x0F, 0x0B}, vecInvalid, 0},
		{[]byte{0x90, 0xCC}, vecBreakpoint, 2},
		{[]byte{0x31, 0xC9, 0xF7, 0xF1}, 0, 2},
	} {
		r.patterns()
		r.is(r.do(c.code...), c.vector, r.slot+c.at, 0)
		equal("place", r.space.place(), place(2))
	}
	// A page of nobody's within the size is the pager's.
	r.patterns()
	r.regs.EBX = 0x00D00000
	isFault(r.do(readEBX...), 0x00D00000, r.slot, l4.Read)
	r.mapTo(0x00D00000, pages, l4.RX)
	r.done(r.next(soon), len(readEBX))
	r.patterns()
	r.regs.EBX = 0x00D00000
	isFault(r.do(writeEBX...), 0x00D00000, r.slot, l4.Write)
	r.mapTo(0x00D00000, pages, l4.RWX)
	r.done(r.next(soon), len(writeEBX))
	// The areas are nobody's to map.
	r.patterns()
	r.regs.EBX = smallKIP.Base()
	r.is(r.do(writeEBX...), vecPageFault, r.slot, 7)
	r.patterns()
	r.regs.EBX = smallUTCB.Base() + 0x1000
	r.is(r.do(readEBX...), vecPageFault, r.slot, 4)
	equal("place", r.space.place(), place(2))
	// Privileged instructions too, once the space is large.
	r.patterns()
	r.is(r.do(0xF4), vecProtection, r.slot, 0)
	r.works()
}

func smallInterface() {
	r := newSmallRig(place(2))
	r.patterns()
	e := r.do(0xF0, 0x90)
	r.done(e, 2)
	equal("KIP", e.regs.EAX, smallKIP.Base())
	r.regs.EBX = smallKIP.Base()
	e = r.do(0x8B, 0x0B)
	r.done(e, 2)
	equal("magic", e.regs.ECX, 0x4BE6344C)
	equal("place", r.space.place(), place(2))
}

// IPC between small and large spaces in all combinations: by SYSENTER, register and memory words, both directions.
func smallIPC() {
	rigs := [...]*rig{newSmallRig(place(0)), newSmallRig(place(1)), newRigIn(nil), newRig()}
	const words = 5
	for _, a := range rigs {
		for _, b := range rigs {
			if a == b {
				continue
			}
			stepNumber("from", uint32(a.id))
			b.enterIPC(l4.NilThread)
			b.regs.EDX, b.regs.ECX = uint32(a.id), uint32(l4.NewTimeouts(l4.Zero, soon))
			b.start([]byte{0x0F, 0x34})
			waitState(b.id, l4.WaitingReceive)
			a.fillWords(words, uint32(b.id))
			a.enterIPC(b.id)
			a.regs.ESI = words
			e := a.do(0x0F, 0x34)
			a.done(e, 2)
			check(e.regs.ESI&0x8000 == 0, "send fails")
			e = b.next(soon)
			b.done(e, 2)
			equal("tag", e.regs.ESI, words)
			equal("MR1", e.regs.EBX, uint32(b.id)+1)
			equal("MR2", e.regs.EBP, uint32(b.id)+2)
			b.patterns()
			e = b.do(0x65, 0x8B, 0x1D, 0, 0, 0, 0, 0x8B, 0x4B, 4*words) // mov ebx, gs:[0]; mov ecx, [ebx+20]
			b.done(e, 10)
			equal("last word", e.regs.ECX, uint32(b.id)+words)
		}
	}
	equal("place", rigs[0].space.place(), place(0))
	equal("place", rigs[1].space.place(), place(1))
}

// Local IDs within a small space, and what looks like one: unmapped, beyond the size, another space's.
func smallLocalIDs() {
	a := newSmallRig(place(3))
	b := newRigIn(a.space)
	other := newSmallRig(place(4))
	for range 3 {
		to, local := b.local(), a.local()
		b.enterIPC(l4.NilThread)
		b.regs.EDX, b.regs.ECX = uint32(l4.AnyThread), uint32(l4.Forever)
		b.start([]byte{0x0F, 0x34})
		waitState(b.id, l4.WaitingReceive)
		a.enterIPC(l4.ThreadID(to))
		a.regs.EDX, a.regs.ECX = to, uint32(l4.Forever)
		a.start([]byte{0x0F, 0x34}) // Call: the way without Go
		e := b.next(soon)
		b.done(e, 2)
		equal("sender", e.regs.EAX, local)
		b.enterIPC(l4.ThreadID(e.regs.EAX))
		e = b.do(0x0F, 0x34)
		b.done(e, 2)
		e = a.next(soon)
		a.done(e, 2)
		equal("sender of the answer", e.regs.EAX, to)
	}
	for _, id := range [...]uint32{
		0x1000 - 0x40, 0x00D00100, smallUTCB.Base() + 0x1F100, smallKIP.Base() + 0x100, 0x00FFFFC0, 0x01000000, 0x01000100, 0x0FFFFF00,
		0x10000000, 0x20000100, 0xBFFFFF00, smallUTCB.Base() + 0x140,
	} {
		stepNumber("local ID", id)
		a.enterIPC(l4.ThreadID(id))
		e := a.do(0x0F, 0x34)
		a.done(e, 2)
		check(e.regs.ESI&0x8000 != 0, "IPC to nobody succeeds")
	}
	equal("place", a.space.place(), place(3))
	other.works()
}

// fillWords stores seed+i in the rig's message registers 1 to n, n <= 5.
func (r *rig) fillWords(n, seed uint32) {
	for i := uint32(1); i <= n; i++ {
		r.patterns()
		r.regs.ECX = seed + i
		r.done(r.do(0x65, 0x8B, 0x1D, 0, 0, 0, 0, 0x89, 0x4B, byte(4*i)), 10) // mov ebx, gs:[0]; mov [ebx+4i], ecx
	}
}

// Taking away and giving back pages shows at once, and so does the status.
func smallUnmap() {
	const at = 0x00D00000
	r := newSmallRig(place(2))
	read := func() event {
		r.patterns()
		r.regs.EBX = at
		return r.do(readEBX...)
	}
	write := func() event {
		r.patterns()
		r.regs.EBX = at
		return r.do(writeEBX...)
	}
	for i := range 4 {
		isFault(read(), at, r.slot, l4.Read)
		r.mapTo(at, pages, l4.RWX)
		r.done(r.next(soon), len(readEBX))
		status := func(want l4.Rights) {
			list := [...]l4.Fpage{l4.PageAt(pages, 0)}
			l4.Unmap(list[:], false)
			equal("status", uint32(list[0].Rights()), uint32(want))
		}
		status(l4.RX)
		status(0)
		r.done(read(), len(readEBX))
		status(l4.RX)
		r.done(write(), len(writeEBX))
		status(l4.RWX)
		r.done(read(), len(readEBX))
		status(l4.RX)
		if i&1 != 0 {
			list := [...]l4.Fpage{l4.PageAt(pages, l4.Write)}
			l4.Unmap(list[:], false)
			isFault(write(), at, r.slot, l4.Write)
			r.again()
		}
		list := [...]l4.Fpage{l4.PageAt(pages, l4.RWX)}
		l4.Unmap(list[:], false)
		if i == 1 {
			r.space.move(place(3), true)
		}
		if i == 2 {
			r.space.move(0, true)
		}
	}
	isFault(write(), at, r.slot, l4.Write)
}

// A small space can be deleted in any state, and its place serves again.
func smallDeletion() {
	for i := range uint32(20) {
		here := marked()
		r := newSmallRig(place(i % 3))
		r.works()
		switch i % 4 {
		case 1:
			r.regs.EBX = 0x00D00000
			r.do(readEBX...) // in its page fault
		case 2:
			r.enterIPC(l4.NilThread)
			r.regs.EDX, r.regs.ECX = uint32(me()), uint32(l4.Forever)
			r.start([]byte{0x0F, 0x34})
			waitState(r.id, l4.WaitingReceive)
		case 3:
			r.start([]byte{0xEB, 0xFE}) // running
			l4.Sleep(l4.Milliseconds(1))
		}
		remove(r.id)
		here.rewind()
	}
}

// A small space does not have the ports of the space whose directory it runs in; with ports of its own it becomes large.
func smallPorts() {
	ownPorts(deadPort, 0)
	open := newRigIn(nil)
	open.patterns()
	open.regs.EDX = deadPort
	isPortFault(open.do(0xEC), deadPort, 0, open.slot)
	open.openTo(deadPort, 0)
	open.done(open.next(soon), 1)
	r := newSmallRig(place(2))
	r.enterIPC(l4.NilThread)
	r.regs.EDX, r.regs.ECX = uint32(open.id), uint32(l4.Forever)
	r.start([]byte{0x0F, 0x34, 0xBA, deadPort & 0xFF, deadPort >> 8, 0, 0, 0xEC}) // sysenter; mov edx, port; in al, dx
	waitState(r.id, l4.WaitingReceive)
	open.enterIPC(r.id)
	open.regs.EDX, open.regs.ECX = uint32(r.id), uint32(l4.Forever)
	open.start([]byte{0x0F, 0x34}) // and waits: r runs in its directory
	isPortFault(r.next(soon), deadPort, 0, r.slot+7)
	equal("place", r.space.place(), place(2))
	r.openTo(deadPort, 0)
	r.done(r.next(soon), 8)
	equal("place with a port", r.space.place(), 0)
	equal("no place with a port", r.space.move(place(2), false), 0)
}

// Strings to and from a small space, over pages that fault on the way.
func smallStrings() {
	const at, length = 0x00D00FF0, 0x2000
	r := newSmallRig(place(2))
	r.setWord(-64, 1)          // BR0: accept strings
	r.setWord(-68, length<<10) // BR1
	r.setWord(-72, at)         // BR2
	for i := range uint32(4) {
		store(pages+i*l4.PageSize, stamp(i))
	}
	r.enterIPC(l4.NilThread)
	r.regs.EDX, r.regs.ECX = uint32(l4.AnyThread), uint32(l4.Forever)
	r.start([]byte{0x0F, 0x34})
	waitState(r.id, l4.WaitingReceive)
	sender := spawn(func() {
		u := l4.MyUTCB()
		u.MR[1], u.MR[2] = length<<10, pages
		_, tag := l4.Ipc(r.id, l4.NilThread, l4.Forever, 2<<6)
		check(!tag.Failed(), "string to a small space fails")
		report(l4.OK)
	})
	for i := range uint32(3) {
		e := r.next(soon)
		if e.kind != pageFault || e.fault.Addr>>12 != at>>12+i {
			fatal(e.describe(describe("want a fault of the string, got ")))
		}
		r.mapTo(e.fault.Addr, large+(i+8)*l4.PageSize, l4.RWX)
	}
	reportOf(sender, l4.OK)
	r.done(r.next(soon), 2)
	for i := range uint32(2) {
		r.patterns()
		r.regs.EBX = at + i*l4.PageSize
		e := r.do(readEBX...)
		r.done(e, len(readEBX))
		equal("word of the string", e.regs.EAX, stamp(i))
	}
	equal("place", r.space.place(), place(2))
	for i := range uint32(3) {
		store(large+(i+8)*l4.PageSize, stamp(i+8)) // as other cases expect it
	}
}

// setWord stores a word of the rig's UTCB, at an offset from MR0.
func (r *rig) setWord(offset int8, value uint32) {
	r.patterns()
	r.regs.ECX = value
	r.done(r.do(0x65, 0x8B, 0x1D, 0, 0, 0, 0, 0x89, 0x4B, byte(offset)), 10) // mov ebx, gs:[0]; mov [ebx+offset], ecx
}

// Two small spaces call each other as fast as they can while a timer interrupts them everywhere: in the trampoline too.
func smallStorm() {
	slice := l4.Scheduling{Time: l4.TimeControl(l4.Microseconds(100), l4.Never), Processor: l4.Same, Priority: l4.Same, Preemption: l4.Same}
	for _, rigs := range [...][2]*rig{{newSmallRig(place(0)), newSmallRig(place(1))}, {newSmallRig(place(2)), newRigIn(nil)}} {
		for i, r := range rigs {
			_, _, err := l4.Schedule(r.id, slice)
			succeeds("timeslice", err)
			peer := uint32(rigs[1-i].id)
			r.enterIPC(l4.NilThread)
			end := r.slot + 27
			r.regs.EAX = peer * uint32(i) // the first one begins with waiting
			r.start([]byte{
				0xBA, byte(peer), byte(peer >> 8), byte(peer >> 16), byte(peer >> 24), // mov edx, peer
				0x31, 0xC9, 0x31, 0xF6, // xor ecx, ecx; xor esi, esi
				0x65, 0x8B, 0x3D, 0, 0, 0, 0, // mov edi, gs:[0]
				0xBB, byte(end), byte(end >> 8), byte(end >> 16), byte(end >> 24), // mov ebx, end
				0x89, 0xE5, 0x89, 0x37, 0x0F, 0x34, // mov ebp, esp; mov [edi], esi; sysenter
				0xB8, byte(peer), byte(peer >> 8), byte(peer >> 16), byte(peer >> 24), // end: mov eax, peer
				0xEB, 0xDE, // jmp to the start
			})
			if i == 0 {
				waitState(r.id, l4.WaitingReceive)
			}
		}
		l4.Sleep(l4.Milliseconds(200))
		for _, r := range rigs {
			succeeds("restart rig", l4.Start(r.id, parkAddress(), r.sp))
		}
		for _, r := range rigs {
			e := r.next(soon)
			check(e.kind == exception && e.regs.IP == parkAddress(), "a rig got lost in the storm")
			r.works()
		}
	}
}
