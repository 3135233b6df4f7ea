package main

import (
	"unsafe"

	"pecan/user/l4"
)

// Page faults in mid transfer (semantics 4.1, 3.2).

var faultCases = []testCase{
	{"fault-sender", "4.1.1 4.1.3 4.1.5 3.2.1", faultSender},
	{"fault-receiver", "4.1.2 4.1.3 4.1.5 3.2.2", faultReceiver},
	{"fault-both", "4.1.1 4.1.2 4.1.3 4.1.4", faultBoth},
	{"fault-offsets", "4.1.3", faultOffsets},
	{"fault-same-space", "4.1.1 4.1.2", faultSameSpace},
	{"fault-many", "4.1.4", faultMany},
	{"fault-vanishing-page", "4.1.4", faultVanishing},
	{"fault-useless-answers", "4.1.4 3.2.2", faultUseless},
	{"fault-read-only-source", "3.2.1", faultReadOnlySource},
	{"fault-read-only-target", "3.2.2 4.1.2", faultReadOnlyTarget},
	{"fault-several-strings", "4.1.3 4.1.5", faultSeveral},
	{"fault-then-overflow", "4.1.1 4.1.2 3.1.6", faultOverflow},
	{"fault-on-reply-and-wait", "4.1.5", faultReplyWait},
	{"fault-no-pager", "4.1.1 4.1.2", faultNoPager},
	{"fault-special-pages", "3.2.3", faultSpecialPages},
	{"fault-registers-change", "4.1.5", faultRegistersChange},
}

// untouchedRegisters fails the case if a fault has changed registers of p that its message is not in.
func (p *puppet) untouchedRegisters(what string) {
	for i := range p.br {
		if p.brs[i] != p.br[i] {
			fatal(describe(what).Str(": BR").Dec(uint64(i)).Str(" is ").Hex(p.brs[i]))
		}
	}
	equal("ThreadWord0", p.words[0], 0x77770000)
	equal("ThreadWord1", p.words[1], 0x77770001)
	equal("ErrorCode", p.words[2], unusedError)
	equalID("ActualSender", p.actual, p.virtual)
	equalID("IntendedReceiver", p.intended, l4.NilThread)
}

// sameRegisters checks all message registers of a sender.
func (p *puppet) sameRegisters() {
	for i := uint32(1); i < 64; i++ {
		if p.got[i] != p.mr[i] {
			fatal(describe("sender's MR").Dec(uint64(i)).Str(": got ").Hex(p.got[i]))
		}
	}
	p.untouchedRegisters("sender")
}

// launch lets r wait and s send.
func launch(s, r *puppet, t l4.MsgTag) {
	r.receives(s.id)
	s.sends(r.id, t)
	r.begin()
	s.begin()
}

// arrived waits for the end of a transfer without errors.
func arrived(s, r *puppet) {
	finish(s, r)
	s.want("sender", l4.OK)
	r.want("receiver", l4.OK)
}

func faultSender() {
	s, r := pair()
	full(r)
	fill(s.back, 0x4000, 1, 0)
	clear(r.back, 0x4000)
	s.set(0x11, 0x22, item(0x2020), s.zone+0xFF0)
	r.accepts(strings, item(0x3000), r.zone+0x100)
	launch(s, r, tag(2, 2))
	for _, at := range [...]uint32{0xFF0, 0x1000, 0x2000, 0x3000} {
		s.faults(s.zone+at, l4.Read)
		s.answer(s.zone + at)
	}
	arrived(s, r)
	holds("string", r.back+0x100, 0x2020, 1, 0xFF0)
	untouched("behind", r.back+0x2120, 0x100)
	s.sameRegisters()
	sameWords(s, r, 4)
	r.untouchedRegisters("receiver")
}

func faultReceiver() {
	s, r := pair()
	full(s)
	fill(s.back, 0x4000, 2, 0)
	clear(r.back, 0x4000)
	s.set(0x11, 0x22, item(0x2020), s.zone+0x100)
	r.accepts(strings, item(0x3000), r.zone+0xFF0)
	launch(s, r, tag(2, 2))
	for _, at := range [...]uint32{0xFF0, 0x1000, 0x2000, 0x3000} {
		f := r.faults(r.zone+at, l4.Write)
		equal("MR2", f.IP, 0xFFFFFFFF)
		equal("access", uint32(f.Access), uint32(l4.Write))
		r.answer(r.zone + at)
	}
	arrived(s, r)
	untouched("before", r.back, 0xFF0)
	holds("string", r.back+0xFF0, 0x2020, 2, 0x100)
	untouched("behind", r.back+0x3010, 0x100)
	s.sameRegisters()
	sameWords(s, r, 4)
	r.untouchedRegisters("receiver")
}

// side is what is expected of the faults of one side: at is the next address, last the last byte.
type side struct {
	p        *puppet
	at, last uint32
	access   l4.Rights
	count    uint32
}

// serve answers faults of both sides until both are done, and checks that they come in order, each at the first byte
// needed of its page.
func serve(sides ...*side) {
	for {
		busy := false
		for i := range sides {
			busy = busy || sides[i].p.busy
		}
		if !busy {
			return
		}
		e, ok := next(soon)
		if !ok {
			fatal(describe("no fault and no end; states ").Dec(uint64(l4.State(sides[0].p.id))).Byte(' ').Dec(uint64(l4.State(sides[1].p.id))))
		}
		if e.done {
			continue
		}
		for _, x := range sides {
			if x.p == e.p {
				if e.fault.Addr != x.at || e.fault.Access&x.access == 0 || x.at > x.last {
					t := describe("puppet ").Dec(uint64(e.p.number())).Str(": ").Access(e.fault.Access).Byte(' ').Hex(e.fault.Addr)
					fatal(t.Str(", want ").Hex(x.at))
				}
				x.p.answer(x.at)
				x.at = x.at&^(l4.PageSize-1) + l4.PageSize
				x.count++
			}
		}
	}
}

// sidesOf are the faults of a string of n bytes from offset from of the sender's zone to offset to of the receiver's.
func sidesOf(s, r *puppet, from, to, n uint32) (*side, *side) {
	return &side{p: s, at: s.zone + from, last: s.zone + from + n - 1, access: l4.Read},
		&side{p: r, at: r.zone + to, last: r.zone + to + n - 1, access: l4.Write}
}

// faultTransfer transfers a string of n bytes with a fault at every page of both sides.
func faultTransfer(s, r *puppet, from, to, n uint32) {
	s.set(item(n), s.zone+from)
	r.accepts(strings, item(n), r.zone+to)
	launch(s, r, tag(0, 2))
	x, y := sidesOf(s, r, from, to, n)
	serve(x, y)
	s.want("sender", l4.OK)
	r.want("receiver", l4.OK)
	pages := func(at uint32) uint32 { return (at+n-1)>>12 - at>>12 + 1 }
	equal("faults of the sender", x.count, pages(from))
	equal("faults of the receiver", y.count, pages(to))
}

// takeAll takes the first n pages from all zones.
func takeAll(n uint32, list ...*puppet) {
	for _, p := range list {
		for x := range n {
			p.take(x * l4.PageSize)
		}
	}
}

func faultBoth() {
	s, r := pair()
	fill(s.back, 0x10000, 3, 0)
	for _, c := range [...][3]uint32{{0, 0, 0x8000}, {0x123, 0xABC, 0x9000}, {0xFFF, 0xFFE, 3}, {0xFFF, 0, 0x1001}, {0x10, 0xFF0, 0x2000}} {
		stepNumber("from", c[0])
		clear(r.back, 0x10000)
		faultTransfer(s, r, c[0], c[1], c[2])
		untouched("before", r.back, c[1])
		holds("string", r.back+c[1], c[2], 3, c[0])
		untouched("behind", r.back+c[1]+c[2], 16)
		s.sameRegisters()
		r.untouchedRegisters("receiver")
		takeAll(16, s, r)
	}
}

// All relative positions of a word and a page end.
func faultOffsets() {
	s, r := pair()
	fill(s.back, 0x3000, 4, 0)
	for from := uint32(0xFFC); from <= 0x1000; from++ {
		for to := uint32(0xFFC); to <= 0x1000; to++ {
			for _, n := range [...]uint32{1, 3, 4, 5, 8, 13} {
				about.Reset().Dec(uint64(n)).Str(" bytes from ").Hex(from).Str(" to ").Hex(to).Str(": ")
				clear(r.back+0xFE0, 64)
				faultTransfer(s, r, from, to, n)
				untouched("before", r.back+0xFE0, to-0xFE0)
				holds("string", r.back+to, n, 4, from)
				untouched("behind", r.back+to+n, 8)
				takeAll(2, s, r)
			}
		}
	}
}

func faultSameSpace() {
	s, r := near()
	fill(s.back, 0x5000, 5, 0)
	clear(r.back, 0x5000)
	faultTransfer(s, r, 0x123, 0x321, 0x4000)
	holds("string", r.back+0x321, 0x4000, 5, 0x123)
	s.sameRegisters()
	r.untouchedRegisters("receiver")
}

// 4 MiB - 1: a fault for each page of both sides.
func faultMany() {
	s, r := pair()
	for i := uint32(0); i < regionSize; i += 4 {
		store(s.back+i, i*0x85EBCA6B)
		store(r.back+i, 0)
	}
	faultTransfer(s, r, 0, 0, l4.MaxString)
	for i := uint32(0); i < regionSize-4; i += 4 {
		if load(r.back+i) != i*0x85EBCA6B {
			fatal(describe("offset ").Hex(i).Str(": got ").Hex(load(r.back + i)))
		}
	}
}

// The page is gone again before the copy resumes.
func faultVanishing() {
	s, r := pair()
	fill(s.back, 0x3000, 6, 0)
	clear(r.back, 0x3000)
	s.set(item(0x2000), s.zone)
	r.accepts(strings, item(0x2000), r.zone)
	launch(s, r, tag(0, 2))
	for i, p := range [...]*puppet{s, r, s, r} {
		access, at := l4.Read, p.zone+uint32(i/2)*0x1000
		if p == r {
			access = l4.Write
		}
		for range 5 {
			p.faults(at, access)
			p.answer(at)
			p.take(at - p.zone) // the case has the higher priority: nothing has run since
		}
		p.faults(at, access)
		p.answer(at)
	}
	arrived(s, r)
	holds("string", r.back, 0x2000, 6, 0)
	// Pages that the copy has left behind may go.
	takeAll(3, s, r)
	clear(r.back, 0x3000)
	s.set(item(0x3000), s.zone)
	r.accepts(strings, item(0x3000), r.zone)
	launch(s, r, tag(0, 2))
	for x := uint32(0); x < 0x3000; x += 0x1000 {
		s.faults(s.zone+x, l4.Read)
		s.answer(s.zone + x)
		r.faults(r.zone+x, l4.Write)
		if x != 0 {
			s.take(x - 0x1000)
			r.take(x - 0x1000)
		}
		r.answer(r.zone + x)
	}
	arrived(s, r)
	holds("string", r.back, 0x3000, 6, 0)
}

// Answers that do not help: empty, words, the wrong page, too few rights, a string.
func faultUseless() {
	s, r := pair()
	fill(s.back, 0x1000, 7, 0)
	s.set(item(0x800), s.zone)
	r.accepts(strings, item(0x800), r.zone)
	launch(s, r, tag(0, 2))
	var m l4.Msg
	for _, p := range [...]*puppet{s, r} {
		access := l4.Read
		if p == r {
			access = l4.Write
		}
		p.faults(p.zone, access)
		p.reply(m.Start(0))
		p.faults(p.zone, access)
		p.reply(m.Start(0).Add(1).Add(2).Add(3))
		p.faults(p.zone, access)
		p.reply(m.Start(0).AddMap(l4.MapItem{}))
		p.faults(p.zone, access)
		p.reply(m.Start(0).AddMap(l4.MapItem{Base: p.zone + 0x10000, Fpage: l4.PageAt(p.back, l4.RWX)}))
		p.faults(p.zone, access)
		if p == r {
			p.answerRights(p.zone, l4.Read)
			p.faults(p.zone, access)
		}
		p.answer(p.zone)
	}
	arrived(s, r)
	holds("string", r.back, 0x800, 7, 0)
	s.sameRegisters()
	r.untouchedRegisters("receiver")
}

func faultReadOnlySource() {
	s, r := pair()
	full(r)
	s.giveRights(0, regionLog2, l4.Read)
	fill(s.back, 0x3000, 8, 0)
	s.set(item(0x3000), s.zone)
	r.accepts(strings, item(0x3000), r.zone)
	transfers(s, r, tag(0, 2))
	holds("string", r.back, 0x3000, 8, 0)
}

func faultReadOnlyTarget() {
	s, r := pair()
	full(s)
	r.giveRights(0, regionLog2, l4.Read)
	fill(s.back, 0x3000, 9, 0)
	clear(r.back, 0x4000)
	s.set(item(0x2000), s.zone)
	r.accepts(strings, item(0x2000), r.zone+0x800)
	launch(s, r, tag(0, 2))
	r.faults(r.zone+0x800, l4.Write)
	untouched("read-only page", r.back, 0x1000)
	r.answer(r.zone + 0x800)
	r.faults(r.zone+0x1000, l4.Write)
	untouched("read-only page", r.back+0x1000, 0x1000)
	r.answer(r.zone + 0x1000)
	r.faults(r.zone+0x2000, l4.Write)
	r.answer(r.zone + 0x2000)
	arrived(s, r)
	holds("string", r.back+0x800, 0x2000, 9, 0)
}

// Faults in the second string and the second piece; words, map item and strings in one message.
func faultSeveral() {
	s, r := pair()
	fill(s.back, 0x10000, 10, 0)
	clear(r.back, 0x10000)
	w := []uint32{0xAB, item(100), s.zone + 0xFC0}
	w = substrings(w, 0x900, 3, s.zone+0x2000, 0x1800, false)
	s.set(w...)
	b := []uint32{chained(200), r.zone + 0xFB0}
	b = substrings(b, 0xE00, 2, r.zone+0x4000, 0x1800, false)
	r.accepts(strings, b...)
	launch(s, r, tag(1, uint32(len(w)-1)))
	faultAt := func(p *puppet, at uint32) {
		access := l4.Read
		if p == r {
			access = l4.Write
		}
		p.faults(p.zone+at, access)
		p.answer(p.zone + at)
	}
	faultAt(s, 0xFC0)
	faultAt(r, 0xFB0)
	faultAt(s, 0x1000) // 0x40 bytes further: the receiver's page ends 0x10 later
	faultAt(r, 0x1000)
	faultAt(s, 0x2000) // second string
	faultAt(r, 0x4000)
	faultAt(s, 0x3800) // second piece, 0x900 bytes in
	faultAt(r, 0x5800) // second piece of the buffer, 0x500 bytes later
	faultAt(s, 0x4000)
	finishAny(s, r)
	s.want("sender", l4.OK)
	r.want("receiver", l4.OK)
	holds("first", r.back+0xFB0, 100, 10, 0xFC0)
	got := func(i uint32) uint32 {
		if i < 0xE00 {
			return r.back + 0x4000 + i
		}
		return r.back + 0x5800 + i - 0xE00
	}
	for i := range uint32(3 * 0x900) {
		from := 0x2000 + i/0x900*0x1800 + i%0x900
		equal("byte", uint32(bytesAt(got(i), 1)[0]), uint32(pattern(10, from)))
	}
	s.sameRegisters()
	sameWords(s, r, uint32(len(w)))
	r.untouchedRegisters("receiver")
}

// finishAny answers all faults until the puppets are done.
func finishAny(list ...*puppet) {
	for _, p := range list {
		for p.busy {
			e, ok := next(soon)
			if !ok {
				fatal(describe("a puppet is not done; state ").Dec(uint64(l4.State(p.id))))
			}
			if !e.done {
				e.p.answer(e.fault.Addr)
			}
		}
	}
}

func faultOverflow() {
	s, r := pair()
	fill(s.back, 0x10000, 11, 0)
	clear(r.back, 0x10000)
	s.set(item(0x3000), s.zone+8)
	r.accepts(strings, item(0x1800), r.zone+0x10)
	launch(s, r, tag(0, 2))
	finishAny(s, r)
	s.want("sender", sendError(l4.Overflow, 0x1800))
	r.want("receiver", receiveError(l4.Overflow, 0x1800))
	holds("string", r.back+0x10, 0x1800, 11, 8)
	untouched("behind", r.back+0x1810, 0x100)
}

// A server's reply and wait: the next sender is queued while the reply has faults.
func faultReplyWait() {
	s, r := pair()
	third := newPuppet(nil, source)
	fill(s.back, 0x2000, 12, 0)
	third.sends(s.id, tag(1, 0)).set(0x333)
	third.block(l4.PendingSend)
	s.set(item(0x1000), s.zone+0x800)
	s.to, s.from, s.tag, s.times = r.id, l4.AnyThread, tag(0, 2), l4.NewTimeouts(l4.Zero, soon)
	r.accepts(strings, item(0x1000), r.zone+0x800).receives(s.id)
	r.block(l4.WaitingReceive)
	s.begin()
	finishAny(r, s, third)
	s.want("server", l4.OK)
	r.want("client", l4.OK)
	third.want("next client", l4.OK)
	equalID("next client", s.sender, third.id)
	equal("its word", s.got[1], 0x333)
	for i := uint32(2); i < 64; i++ {
		equal("server's registers", s.got[i], s.mr[i])
	}
	s.untouchedRegisters("server")
	holds("string", r.back+0x800, 0x1000, 12, 0x800)
}

// A fault that nobody can be asked about ends the transfer.
func faultNoPager() {
	s, r := pair()
	fill(s.back, 0x2000, 1, 0)
	nobody := l4.Global(100000, 1)
	s.give(0, 12)
	r.give(0, 12)
	for _, pager := range [...]l4.ThreadID{nobody, l4.AnyThread} {
		s.pager, r.pager = pager, l4.NilThread
		s.set(item(0x1000), s.zone+0x800)
		r.accepts(strings, item(0x1000), r.zone)
		transfer(s, r, tag(0, 2))
		s.want("sender faults", sendError(l4.Aborted, 0x800))
		r.want("sender faults", receiveError(l4.Aborted, 0x800))
		s.pager, r.pager = l4.NilThread, pager
		s.set(item(0x1000), s.zone)
		r.accepts(strings, item(0x1000), r.zone+0x900)
		transfer(s, r, tag(0, 2))
		s.want("receiver faults", sendError(l4.Aborted, 0x700))
		r.want("receiver faults", receiveError(l4.Aborted, 0x700))
	}
}

// KIP and UTCBs: readable, the KIP is not writable; parts of the UTCB area without threads cannot be supplied.
func faultSpecialPages() {
	s, r := near()
	full(s, r)
	kip := l4.KIPAreaHere().Base()
	step("KIP as source")
	clear(r.back, 0x2000)
	s.set(item(256), kip)
	r.accepts(strings, item(256), r.zone)
	transfers(s, r, tag(0, 2))
	for i := uint32(0); i < 256; i += 4 {
		equal("word", load(r.back+i), load(kip+i))
	}
	step("KIP as target")
	before := load(kip)
	s.set(item(256), s.zone)
	r.accepts(strings, item(256), kip)
	transfer(s, r, tag(0, 2))
	s.want("sender", sendError(l4.Aborted, 0))
	r.want("receiver", receiveError(l4.Aborted, 0))
	equal("KIP", load(kip), before)
	step("UTCB as source")
	s.set(0, 0, 0, item(64), uint32(s.local)+8)
	r.accepts(strings, item(256), r.zone)
	transfers(s, r, tag(3, 2))
	equal("word", load(r.back+8), item(64))
	step("UTCB as target")
	fill(s.back, 256, 1, 0)
	s.set(item(64), s.zone)
	r.accepts(strings, item(64), uint32(r.local)+40*4)
	transfers(s, r, tag(0, 2))
	for i := uint32(0); i < 64; i++ {
		equal("byte", r.got[40+i/4]>>(8*(i%4))&0xFF, uint32(pattern(1, i)))
	}
	step("page 0 and free UTCB pages")
	for _, at := range [...]uint32{0, uint32(l4.UTCBAreaHere().Base()) + 0x1F000} {
		s.set(item(64), at)
		r.accepts(strings, item(64), r.zone)
		transfer(s, r, tag(0, 2))
		s.want("sender", sendError(l4.Aborted, 0))
		r.want("receiver", receiveError(l4.Aborted, 0))
		s.set(item(64), s.zone)
		r.accepts(strings, item(64), at)
		transfer(s, r, tag(0, 2))
		s.want("sender", sendError(l4.Aborted, 0))
		r.want("receiver", receiveError(l4.Aborted, 0))
	}
}

// Another thread rewrites both UTCBs in mid transfer. What was read counts, what was not is what it is now, and nobody
// else notices.
func faultRegistersChange() {
	s, r := near()
	fill(s.back, 0x10000, 13, 0)
	clear(r.back, 0x10000)
	su, ru := utcbOf(s), utcbOf(r)
	s.set(l4.StringHeader(0x1800, 2, false), s.zone, s.zone+0x4000, item(10), s.zone)
	r.accepts(strings, chained(0x8000), r.zone, item(100), r.zone+0x9000)
	launch(s, r, tag(0, 5))
	s.faults(s.zone, l4.Read)
	su.MR[0], su.MR[1], su.MR[2] = 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF // have been read
	ru.SetBR(0, 0)
	ru.SetBR(1, 0xFFFFFFFF)
	ru.SetBR(2, 0xFFFFFFFF)
	su.MR[3] = s.zone + 0x6000 // has not
	su.MR[4] = item(20)
	ru.SetBR(3, item(50))
	s.answer(s.zone)
	r.faults(r.zone, l4.Write)
	r.answer(r.zone)
	s.faults(s.zone+0x1000, l4.Read)
	s.answer(s.zone + 0x1000)
	r.faults(r.zone+0x1000, l4.Write)
	r.answer(r.zone + 0x1000)
	s.faults(s.zone+0x6000, l4.Read)
	su.MR[3] = 0xFFFFFFFF
	finishRest(s, r)
	s.want("sender", l4.OK)
	r.want("receiver", l4.OK)
	holds("first piece", r.back, 0x1800, 13, 0)
	holds("second piece", r.back+0x1800, 0x1800, 13, 0x6000)
	holds("second string", r.back+0x9000, 20, 13, 0)
	equal("its descriptor", r.got[4], item(20))
	step("everything becomes all ones")
	takeAll(16, s, r)
	s.set(l4.StringHeader(0x1800, 2, false), s.zone, s.zone+0x4000, item(10), s.zone)
	launch(s, r, tag(0, 5))
	s.faults(s.zone, l4.Read)
	for i := range uint32(64) {
		su.MR[i], ru.MR[i] = 0xFFFFFFFF, 0xFFFFFFFF
	}
	for i := range uint32(33) {
		su.SetBR(i, 0xFFFFFFFF)
		ru.SetBR(i, 0xFFFFFFFF)
	}
	finishRest(s, r)
	s.want("sender", sendError(l4.Overflow, 0x1800))
	r.want("receiver", receiveError(l4.Overflow, 0x1800))
}

// finishRest answers the fault that was taken last, and all others.
func finishRest(s, r *puppet) {
	var m l4.Msg
	l4.Send(s.id, m.Start(0), l4.Zero) // it will fault again
	finishAny(s, r)
}

// utcbOf is the UTCB of a puppet in this space.
func utcbOf(p *puppet) *l4.UTCB { return (*l4.UTCB)(unsafe.Add(nil, uint32(p.utcb))) }
