package main

import "pecan/user/l4"

// puppet is a thread that does one IPC whenever it is told to, or something else (probe_386.go). All arguments are here
// before, all results afterwards.
type puppet struct {
	id    l4.ThreadID
	local l4.ThreadID // its local ID
	utcb  l4.UTCBLocation
	space *space
	zone  uint32 // where it has its strings
	back  uint32 // region behind the zone

	// Arguments.
	to, from l4.ThreadID
	times    l4.Timeouts
	lipc     bool
	quiet    bool // does not tell the case when it is done: see wait
	tag      l4.MsgTag
	mr       [64]uint32
	br       [33]uint32
	xfer     l4.Timeouts
	virtual  l4.ThreadID
	pager    l4.ThreadID // during the IPC; nil means the case
	work     func()      // instead of an IPC
	probing  bool        // instead of an IPC: does the access below
	probe    [4]uint32   // kind, address, value in and out, whether it went well

	// Results.
	busy     bool // has something to do and, unless quiet, has not told the case that it is done
	inIPC    bool
	sender   l4.ThreadID
	result   l4.MsgTag
	code     l4.IPCError
	got      [64]uint32
	brs      [33]uint32
	actual   l4.ThreadID
	intended l4.ThreadID
	words    [3]uint32 // ThreadWords and ErrorCode
	start    uint64    // clock before and after
	end      uint64
}

const maxPuppets = 12

var (
	puppets     [maxPuppets]puppet
	puppetCount int
)

func resetPuppets() { puppetCount = 0 }

// Labels of messages between the case and its puppets.
const (
	labelGo   = 0x601
	labelTake = 0x602 // only the map items in it count
	labelDone = 0x603
)

// unusedMR is what registers hold that no message may touch.
func unusedMR(i uint32) uint32 { return 0xEEEE0000 + i }

// unusedError is the ErrorCode of a puppet that had no error.
const unusedError = 0x55AA55A

// newPuppet makes a puppet in s: nil means a space of its own, &home this one. Region is behind its zone.
func newPuppet(s *space, region int) *puppet {
	check(puppetCount < maxPuppets, "too many puppets")
	p := &puppets[puppetCount]
	puppetCount++
	*p = puppet{zone: zone + uint32(region)*regionSize, back: regions[region]}
	if s == nil {
		s = newSpace(controller)
		p.id, p.utcb = s.id, l4.UTCBLocation(l4.UTCBAreaHere().Base())
	} else {
		p.id = newID()
		p.utcb = s.location()
		succeeds("create thread", l4.ThreadControl(p.id, s.id, self, controller, p.utcb))
	}
	p.space, p.local = s, p.utcb.LocalID()
	ip, sp := l4.PrepareThread(newStack(), p.loop)
	arrives("start puppet", l4.SendStart(p.id, ip, sp))
	p.clean()
	p.busy = true
	p.finish() // serves its faults until it is in its loop
	p.run()    // an IPC without phases, so that the parts of the image that it needs are mapped
	return p
}

// clean sets all arguments to "nothing".
func (p *puppet) clean() {
	p.to, p.from, p.times, p.tag, p.xfer, p.virtual = l4.NilThread, l4.NilThread, 0, 0, 0, l4.NilThread
	p.lipc, p.quiet, p.pager, p.work, p.probing = false, false, l4.NilThread, nil, false
	for i := range p.mr {
		p.mr[i] = unusedMR(uint32(i))
	}
	p.br = [33]uint32{}
}

// loop is the puppet's life.
func (p *puppet) loop() {
	u := l4.MyUTCB()
	u.ExceptionHandler = controller
	for {
		if p.inIPC = false; p.quiet {
			p.busy = false
		} else {
			l4.Ipc(controller, l4.NilThread, 0, l4.NewTag(labelDone, 0, 0))
		}
		p.listen(u)
		if u.Pager = p.pager; p.pager == l4.NilThread {
			u.Pager = controller
		}
		switch {
		case p.probing:
			p.probe[2], p.probe[3] = probe(p.probe[0], p.probe[1], p.probe[2])
		case p.work != nil:
			p.work()
		default:
			p.perform(u)
		}
		u.XferTimeouts, u.Pager = 0, pageServer
	}
}

// listen waits for its turn.
func (p *puppet) listen(u *l4.UTCB) {
	for {
		u.SetAcceptor(l4.AcceptAll)
		_, t := l4.Ipc(l4.NilThread, controller, 0, 0)
		if !t.Failed() && t.Label() == labelGo {
			return
		}
	}
}

// perform does the IPC.
func (p *puppet) perform(u *l4.UTCB) {
	for i, w := range p.br {
		u.SetBR(uint32(i), w)
	}
	copy(u.MR[1:], p.mr[1:])
	u.XferTimeouts, u.VirtualSender = p.xfer, p.virtual
	u.ThreadWord0, u.ThreadWord1 = 0x77770000, 0x77770001
	u.IntendedReceiver, u.ErrorCode = 0, unusedError
	p.start = l4.SystemClock()
	if p.lipc {
		p.sender, p.result = l4.Lipc(p.to, p.from, p.times, p.tag)
	} else {
		p.sender, p.result = l4.Ipc(p.to, p.from, p.times, p.tag)
	}
	p.end = l4.SystemClock()
	p.code = l4.OK
	if p.result.Failed() {
		p.code = l4.IPCError(u.ErrorCode)
	}
	copy(p.got[:], u.MR[:])
	for i := range p.brs {
		p.brs[i] = u.BR(uint32(i))
	}
	p.actual, p.intended = u.VirtualSender, u.IntendedReceiver
	p.words = [3]uint32{u.ThreadWord0, u.ThreadWord1, u.ErrorCode}
}

// begin lets the puppet do its IPC.
func (p *puppet) begin() {
	check(!p.busy, "puppet is busy")
	p.busy, p.inIPC = true, true
	var m l4.Msg
	p.tell(m.Start(labelGo))
}

func (p *puppet) tell(m *l4.Msg) {
	arrives("message to a puppet", l4.Send(p.id, m, soon))
}

// block is begin, until the puppet is in the given state.
func (p *puppet) block(state l4.ThreadState) {
	p.begin()
	waitState(p.id, state)
}

// run is begin and finish.
func (p *puppet) run() {
	p.begin()
	p.finish()
}

// event is what a puppet says: that it is done, or a fault in its zone, or anything else outside the image.
type event struct {
	p     *puppet // nil for none
	done  bool
	fault l4.PageFault
	// refused: a puppet that does an access has raised an exception or an I/O fault.
	refused bool
}

// next is the next event. Faults in the image are answered on the way. ok is false when none comes in time.
func next(limit l4.Time) (e event, ok bool) {
	for {
		var m l4.Msg
		from, err := l4.Wait(&m, limit)
		if err == receiveTimeout {
			return event{}, false
		}
		if err != l4.OK {
			fatal(describe("case waits for its puppets: IPC error ").Hex(uint32(err)))
		}
		p := puppetOf(from)
		if p != nil && m.Tag() == l4.NewTag(labelDone, 0, 0) {
			p.busy = false
			return event{p: p, done: true}, true
		}
		f, isFault := m.PageFault()
		if p != nil && p.probing && !isFault {
			return event{p: p, refused: true}, true
		}
		if p == nil || !isFault {
			fatal(complaint(from, &m))
		}
		if inImage(f.Addr) && p.space != &home {
			supply(f.Addr, &m)
			l4.Send(from, &m, l4.Zero)
			continue
		}
		return event{p: p, fault: f}, true
	}
}

func puppetOf(id l4.ThreadID) *puppet {
	for i := range puppets[:puppetCount] {
		p := &puppets[i]
		if p.id == id || p.space == &home && p.local == id {
			return p
		}
	}
	return nil
}

// finish waits until the puppets are done; faults fail the case.
func finish(list ...*puppet) {
	for _, p := range list {
		for p.busy {
			e, ok := next(soon)
			if !ok {
				fatal(describe("a puppet is not done; state ").Dec(uint64(l4.State(p.id))))
			}
			if !e.done {
				fatal(describe("unexpected ").Access(e.fault.Access).Byte(' ').Hex(e.fault.Addr).Str(" of puppet ").Dec(uint64(e.p.number())))
			}
		}
	}
}

func (p *puppet) finish() { finish(p) }

func (p *puppet) number() int {
	for i := range puppets {
		if p == &puppets[i] {
			return i
		}
	}
	return -1
}

// stillBusy fails the case unless the puppet goes on waiting.
func (p *puppet) stillBusy(what string) {
	if e, ok := next(moment); ok {
		t := describe(what).Str(": it does not wait any more")
		if !e.done {
			t.Str(", fault at ").Hex(e.fault.Addr)
		}
		fatal(t)
	}
	check(p.inIPC, what)
}

// wait waits for a quiet puppet.
func (p *puppet) wait() {
	for range 1000 {
		if !p.busy {
			return
		}
		l4.Sleep(tick)
	}
	fatal(describe("a quiet puppet is not done; state ").Dec(uint64(l4.State(p.id))))
}

// want fails the case unless the IPC ended with the error (or l4.OK).
func (p *puppet) want(what string, want l4.IPCError) {
	if p.code != want {
		fatal(describe(what).Str(": IPC error ").Hex(uint32(p.code)).Str(", want ").Hex(uint32(want)))
	}
}

// Arguments of usual IPCs.

// sends sets up a send without receive phase.
func (p *puppet) sends(to l4.ThreadID, tag l4.MsgTag) *puppet {
	p.to, p.from, p.tag, p.times = to, l4.NilThread, tag, l4.NewTimeouts(soon, l4.Never)
	return p
}

// receives sets up a receive.
func (p *puppet) receives(from l4.ThreadID) *puppet {
	p.to, p.from, p.tag, p.times = l4.NilThread, from, 0, l4.NewTimeouts(l4.Never, soon)
	return p
}

// calls sets up a call.
func (p *puppet) calls(to l4.ThreadID, tag l4.MsgTag) *puppet {
	p.to, p.from, p.tag, p.times = to, to, tag, l4.NewTimeouts(soon, soon)
	return p
}

// in sets the timeouts of the IPC that was set up.
func (p *puppet) in(snd, rcv l4.Time) *puppet {
	p.times = l4.NewTimeouts(snd, rcv)
	return p
}

// set sets message registers from MR1 onward.
func (p *puppet) set(words ...uint32) *puppet {
	copy(p.mr[1:], words)
	return p
}

// accepts sets the acceptor and the buffer registers from BR1 onward.
func (p *puppet) accepts(a l4.Acceptor, words ...uint32) *puppet {
	p.br[0] = uint32(a)
	copy(p.br[1:], words)
	return p
}

// pair makes a sender and a receiver in spaces of their own, and near in this space.
func pair() (s, r *puppet) { return newPuppet(nil, source), newPuppet(nil, target) }

func near() (s, r *puppet) { return newPuppet(&home, source), newPuppet(&home, target) }

// full maps all pages of the regions.
func full(list ...*puppet) {
	for _, p := range list {
		p.give(0, regionLog2)
	}
}

// give maps 1<<log2 bytes of the zone from offset x on, before an IPC.
func (p *puppet) give(x, log2 uint32) { p.giveRights(x, log2, l4.RWX) }

func (p *puppet) giveRights(x, log2 uint32, r l4.Rights) {
	var m l4.Msg
	p.tell(m.Start(labelTake).AddMap(l4.MapItem{Base: p.zone + x, Fpage: l4.NewFpage(p.back+x, log2, r)}))
}

// take takes the page at offset x away from all zones that the region is behind.
func (p *puppet) take(x uint32) { l4.UnmapPage(l4.PageAt(p.back+x, l4.RWX), false) }

// faults waits for a fault of p at the address, with the access: Write of a receiver, Read of a sender.
func (p *puppet) faults(addr uint32, access l4.Rights) l4.PageFault {
	e, ok := next(soon)
	if !ok {
		fatal(describe("no fault at ").Hex(addr).Str("; state ").Dec(uint64(l4.State(p.id))))
	}
	if e.done {
		fatal(describe("puppet ").Dec(uint64(e.p.number())).Str(" is done, with error ").Hex(uint32(e.p.code)).Str(", instead of a fault at ").Hex(addr))
	}
	f := e.fault
	if e.p != p || f.Addr != addr || f.Access&access == 0 {
		t := describe("puppet ").Dec(uint64(e.p.number())).Str(": ").Access(f.Access).Byte(' ').Hex(f.Addr)
		fatal(t.Str(", want ").Access(access).Byte(' ').Hex(addr).Str(" of puppet ").Dec(uint64(p.number())))
	}
	return f
}

// answer answers a fault at addr with the page.
func (p *puppet) answer(addr uint32) { p.answerRights(addr, l4.RWX) }

func (p *puppet) answerRights(addr uint32, r l4.Rights) {
	var m l4.Msg
	m.Start(0).AddMap(l4.MapItem{Base: addr, Fpage: l4.PageAt(p.back+addr-p.zone, r)})
	p.reply(&m)
}

func (p *puppet) reply(m *l4.Msg) {
	arrives("answer to a fault", l4.Send(p.id, m, l4.Zero))
}
