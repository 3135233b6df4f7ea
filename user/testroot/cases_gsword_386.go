package main

import "pecan/user/l4"

// The word at gs:0 (docs/gs-word.md): a thread may have it changed; the kernel never believes it.

var gsWordCases = []testCase{
	{"abi-5.3-gs-word-default", gsWordDefault},
	{"abi-5.3-gs-word-set-by-another", gsWordSet},
	{"abi-5.3-gs-word-set-by-itself", gsWordSelf},
	{"abi-5.3-gs-word-rights", gsWordRights},
	{"abi-5.3-gs-word-key", gsWordKey},
	{"abi-5.3-gs-word-hostile-values", gsWordHostile},
	{"abi-5.3-gs-word-switches", gsWordSwitches},
	{"abi-5.3-gs-word-migration", gsWordMigration},
	{"abi-5.3-gs-word-new-thread", gsWordNew},
	{"abi-5.3-gs-word-limit", gsWordLimit},
}

// readGS loads EAX with the word at gs:0.
var readGS = []byte{0x65, 0xA1, 0, 0, 0, 0}

// sees checks what a rig reads at gs:0.
func (r *rig) sees(word uint32) {
	r.patterns()
	e := r.do(readGS...)
	r.done(e, len(readGS))
	equal("gs:0", e.regs.EAX, word)
}

// localOf is the local ID of a rig, from ExchangeRegisters, or from where its UTCB must be if it lives elsewhere.
func (r *rig) localOf() uint32 {
	l := r.id
	if r.space.id == self {
		return uint32(l4.OtherID(l))
	}
	var regs l4.ThreadRegisters
	other, _, err := l4.ExchangeRegisters(l, 0, &regs) // we are its pager
	succeeds("other ID", err)
	return uint32(other)
}

// setGS sets the word of a rig and checks the old one.
func (r *rig) setGS(word, old uint32) {
	got, err := l4.SetGSWord(r.id, word)
	succeeds("set the word at gs:0", err)
	equal("old word", got, old)
	got, err = l4.GSWord(r.id)
	succeeds("read the word at gs:0", err)
	equal("new word", got, word)
}

func gsWordDefault() {
	for _, r := range fpuPair() {
		word, err := l4.GSWord(r.id)
		succeeds("read", err)
		equal("word", word, r.localOf())
		r.sees(word)
	}
	word, err := l4.GSWord(me())
	succeeds("read", err)
	equal("word of the case", word, uint32(l4.MyLocalID()))
}

func gsWordSet() {
	for _, r := range fpuPair() {
		local := r.localOf()
		var regs l4.ThreadRegisters
		regs.UserDefinedHandle = 0x4A4B4C4D
		_, _, err := l4.ExchangeRegisters(r.id, l4.SetHandle, &regs)
		succeeds("set handle", err)
		r.setGS(0x12345678, local)
		r.sees(0x12345678)
		r.setGS(0, 0x12345678)
		r.sees(0)
		_, _, err = l4.ExchangeRegisters(r.id, 0, &regs)
		succeeds("read handle", err)
		equal("handle", regs.UserDefinedHandle, 0x4A4B4C4D)
		r.setGS(local, 0)
		r.sees(local)
	}
}

// A thread's own new word is there at its next instruction.
func gsWordSelf() {
	for _, r := range fpuPair() {
		local := r.localOf()
		for _, id := range [...]uint32{uint32(r.id), local} {
			r.patterns()
			r.regs.EAX, r.regs.ECX, r.regs.EBX = id, 0x6773<<16|0x40, 0xBEEF0000
			e := r.do(append(callCode(r.slot, linkExchangeRegisters), readGS...)...)
			r.done(e, callLength+len(readGS))
			equal("old word", e.regs.EBX, local)
			equal("gs:0", e.regs.EAX, 0xBEEF0000)
			r.setGS(local, 0xBEEF0000)
		}
	}
}

// Neither strangers nor words for threads without UTCB.
func gsWordRights() {
	r := newRigIn(nil)
	local := r.localOf()
	stranger := newRigIn(nil)
	stranger.patterns()
	stranger.regs.EAX, stranger.regs.ECX, stranger.regs.EBX = uint32(r.id), 0x6773<<16|0x40, 0xBEEF0000
	e := stranger.call(linkExchangeRegisters)
	stranger.done(e, callLength)
	equal("result for a stranger", e.regs.EAX, 0)
	r.sees(local)
	id := newID()
	succeeds("create", l4.ThreadControl(id, self, self, l4.NilThread, home.location()))
	_, err := l4.SetGSWord(id, 1)
	refused("inactive", err, l4.ErrThread)
	_, err = l4.SetGSWord(l4.Global(100000, 1), 1)
	refused("nobody", err, l4.ErrThread)
}

// Every other value of the bits that X.2 ignores is ignored.
func gsWordKey() {
	r := newRig()
	local := r.localOf()
	for bit := range uint32(16) {
		for _, key := range [...]uint32{0x6773 ^ 1<<bit, 1 << bit, 0xFFFF ^ 1<<bit, 0xFFFF} {
			stepNumber("key", key)
			regs := l4.ThreadRegisters{UserDefinedHandle: key}
			_, _, err := l4.ExchangeRegisters(r.id, l4.ExchangeFlags(key<<16)|l4.SetHandle, &regs)
			succeeds("exchange", err)
			_, _, err = l4.ExchangeRegisters(r.id, 0, &regs)
			succeeds("exchange", err)
			equal("handle", regs.UserDefinedHandle, key)
		}
	}
	r.sees(local)
}

// Whatever is at gs:0, system calls, faults and exceptions find the thread's own UTCB.
func gsWordHostile() {
	victim := newRig()
	fillUTCB(victim.utcb())
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		local := r.localOf()
		old := local
		for _, word := range [...]uint32{0, 1, 0xFFFFFFFF, 0xC0000000, 0xD0100000, 0xF0C00000, hole, uint32(l4.OtherID(victim.id)), local + 4} {
			stepNumber("word", word)
			r.setGS(word, old)
			old = word
			r.sees(word)
			r.ipc(l4.NilThread, l4.AnyThread, l4.NewTimeouts(l4.Zero, l4.Zero), 0)
			r.regs.EDI = local
			e := r.call(linkIpc)
			r.done(e, callLength)
			equal("EDI after Ipc", e.regs.EDI, local)
			check(e.regs.ESI&0x8000 != 0, "Ipc does not fail")
			r.patterns()
			r.regs.EBX = hole
			isFault(r.do(readEBX...), hole, r.slot, l4.Read)
			r.again()
			r.sees(word)
			r.patterns()
			r.start([]byte{0xEB, 0xFE})
			equal("event", r.next(l4.Milliseconds(1)).kind, nothing)
			r.again()
			r.sees(word)
		}
	}
	checkUTCB(victim.utcb())
}

// Threads with different words are preempted in the middle of looking at them.
func gsWordSwitches() {
	rigs := [...]*rig{newRig(), newRigIn(nil), newRig()}
	for i, r := range rigs {
		word := 0x50000000 + uint32(i)
		if i != 2 {
			r.setGS(word, r.localOf())
		} else {
			word = r.localOf()
		}
		_, _, err := l4.Schedule(r.id, l4.Scheduling{Time: l4.TimeControl(l4.Microseconds(300), l4.Never), Processor: same, Priority: same, Preemption: same})
		succeeds("schedule", err)
		r.patterns()
		r.regs.ECX = word
		// again: mov eax, gs:[0]; cmp eax, ecx; je again
		r.start([]byte{0x65, 0xA1, 0, 0, 0, 0, 0x39, 0xC8, 0x74, 0xF6})
	}
	for i, r := range rigs {
		stepNumber("rig", uint32(i))
		equal("event", r.next(l4.Milliseconds(5)).kind, nothing)
		r.again()
	}
}

func gsWordMigration() {
	from, other := newRigIn(nil), newRigIn(nil)
	for _, set := range [...]uint32{0, 0x1234} {
		stepNumber("word", set)
		a := newRigIn(from.space)
		local := a.localOf()
		want := local
		if set != 0 {
			a.setGS(set, local)
			want = set
		}
		succeeds("migrate", l4.ThreadControl(a.id, other.id, l4.NilThread, l4.NilThread, l4.Unchanged))
		a.space = other.space
		a.again()
		a.sees(want)
		equal("local ID", a.localOf(), local)
		remove(a.id)
		from.space.utcbs--
	}
}

// Nothing is left for the next thread with the same ID and UTCB.
func gsWordNew() {
	r := newRigIn(nil)
	for i := range uint32(3) {
		stepNumber("life", i)
		local := r.localOf()
		r.sees(local)
		r.setGS(0x99999990+i, local)
		r.renew()
	}
}

// Only the one word is there, read-only. QEMU's interpreter knows no limits: then nothing else is on the page.
func gsWordLimit() {
	r := newRig()
	r.setGS(pages, r.localOf())
	interpreted := interpreter(r)
	for _, at := range [...]byte{1, 4, 8, 252} {
		r.patterns()
		e := r.do(0x65, 0xA1, at, 0, 0, 0)
		if !interpreted {
			r.is(e, vecProtection, r.slot, 0)
		} else if at >= 4 {
			r.done(e, 6)
			equal("behind the word", e.regs.EAX, 0)
		}
	}
	r.patterns()
	e := r.do(0x65, 0xA3, 0, 0, 0, 0) // mov gs:[0], eax
	check(e.kind == exception && e.regs.IP == r.slot, "the word can be written")
	check(e.regs.Vector == vecProtection || interpreted && e.regs.Vector == vecPageFault, "vector of a write")
	r.sees(pages)
}
