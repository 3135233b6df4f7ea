package main

import (
	"unsafe"

	"pecan/user/l4"
)

// A rig is a thread under remote control: the case is its pager and its exception handler. It waits in an exception; the
// case answers with all registers and an instruction pointer to a few bytes of machine code, and learns by the next
// message what became of it: the code ends with an undefined instruction, which reports all registers, unless something
// else happened before.
type rig struct {
	id    l4.ThreadID
	space *space
	stack []byte
	slot  uint32       // address of its code
	sp    uint32       // a good stack pointer
	regs  l4.Registers // as it waits in an exception; what to go on with

	local0 uint32 // its local ID, if it was asked for
}

// Kinds of events.
const (
	nothing   = iota // it blocks, or is halted
	exception        // regs hold what it says
	pageFault        // outside the image
	ioFault
)

// event is what happened to a rig.
type event struct {
	kind  uint32
	fault l4.PageFault
	io    l4.IOFault
	regs  l4.Registers
	tag   l4.MsgTag
}

const codeSize = 128 // bytes for the code of a rig

// codePool is where the code of rigs lies: aligned, so that it can be placed exactly.
var codePool [4 * l4.PageSize]byte

func park()
func parkAddress() uint32

var ud2 = []byte{0x0F, 0x0B}

// Bits of EFLAGS.
const (
	flagTF = 1 << 8
	flagIF = 1 << 9
	flagDF = 1 << 10
	flagNT = 1 << 14
	flagRF = 1 << 16
	flagAC = 1 << 18
	flagID = 1 << 21
)

// vectors
const (
	vecDebug      = 1
	vecBreakpoint = 3
	vecOverflow   = 4
	vecBound      = 5
	vecInvalid    = 6
	vecNotPresent = 11
	vecStack      = 12
	vecProtection = 13
	vecPageFault  = 14
	vecAlignment  = 17
)

// newRig makes a rig in this space.
func newRig() *rig {
	id := newID()
	succeeds("create rig", l4.ThreadControl(id, self, self, me(), home.location()))
	return startRig(id, &home)
}

// newRigIn makes a rig in another space; nil means a new one.
func newRigIn(s *space) *rig {
	if s == nil {
		s = newSpace(me())
		return startRig(s.id, s)
	}
	id := newID()
	succeeds("create rig", l4.ThreadControl(id, s.id, self, me(), s.location()))
	return startRig(id, s)
}

func startRig(id l4.ThreadID, s *space) *rig { return startRigOn(id, s, newStack()) }

func startRigOn(id l4.ThreadID, s *space, stack []byte) *rig {
	base := uint32(uintptr(unsafe.Pointer(&codePool)))
	r := &rig{id: id, space: s, stack: stack, slot: (base + codeSize*(id.Number()-l4.Kernel().UserBase()-firstWorker+1)) &^ 15}
	r.sp = uint32(uintptr(unsafe.Pointer(&stack[0]))) + stackSize - 256
	handler := me()
	ip, sp := l4.PrepareThread(stack[:stackSize-512], func() {
		l4.MyUTCB().ExceptionHandler = handler
		park()
	})
	succeeds("start rig", l4.Start(id, ip, sp))
	e := r.next(soon)
	check(e.kind == exception && e.regs.IP == parkAddress(), "rig does not start")
	return r
}

// renew puts a rig that had a space of its own, whatever has become of it, into a new one.
func (r *rig) renew() {
	remove(r.id)
	succeeds("new space for rig", l4.NewSpace(&l4.Space{
		ID: r.id, Pager: me(), Scheduler: self, KIPArea: l4.KIPAreaHere(), UTCBArea: l4.UTCBAreaHere(),
	}))
	*r = *startRigOn(r.id, &space{id: r.id, utcbs: 1}, r.stack)
}

// next waits for the next event. Faults in the image are served on the way.
func (r *rig) next(limit l4.Time) event {
	var m l4.Msg
	for {
		if err := l4.Receive(r.id, &m, limit); err != l4.OK {
			ipcFails("wait for rig", err, receiveTimeout)
			return event{kind: nothing}
		}
		e := event{tag: m.Tag()}
		var ok bool
		if e.fault, ok = m.PageFault(); ok {
			if r.space.id != self && inImage(e.fault.Addr) {
				supply(e.fault.Addr, &m)
				arrives("page for rig", l4.Send(r.id, &m, l4.Zero))
				continue
			}
			e.kind = pageFault
			return e
		}
		if e.io, ok = m.IOFault(); ok {
			e.kind = ioFault
			return e
		}
		e.regs, ok = m.Exception()
		if !ok {
			fatal(describe("unknown message from rig ").Hex(uint32(m.Tag())))
		}
		e.kind = exception
		r.regs = e.regs
		return e
	}
}

// put places code, followed by an undefined instruction.
func (r *rig) put(code []byte) {
	check(len(code) <= codeSize-2, "code too long")
	for i, b := range code {
		storeByte(r.slot+uint32(i), b)
	}
	storeByte(r.slot+uint32(len(code)), 0x0F)
	storeByte(r.slot+uint32(len(code))+1, 0x0B)
}

//go:noinline
func storeByte(addr uint32, b byte) { *(*byte)(unsafe.Add(nil, addr)) = b }

// resume lets the waiting rig go on with r.regs.
func (r *rig) resume() {
	var m l4.Msg
	arrives("answer rig", l4.Send(r.id, m.SetException(&r.regs), l4.Zero))
}

// start lets the rig execute code with r.regs, but for IP.
func (r *rig) start(code []byte) {
	r.put(code)
	r.regs.IP = r.slot
	r.resume()
}

// do is start and the event that follows.
func (r *rig) do(code ...byte) event {
	r.start(code)
	return r.next(soon)
}

// doFor is do with another limit.
func (r *rig) doFor(limit l4.Time, code ...byte) event {
	r.start(code)
	return r.next(limit)
}

// done checks that e is the end of n bytes of code.
func (r *rig) done(e event, n int) {
	r.is(e, vecInvalid, r.slot+uint32(n), 0)
}

// is checks that e is an exception.
func (r *rig) is(e event, vector, ip, code uint32) {
	if e.kind != exception || e.regs.Vector != vector || e.regs.IP != ip || e.regs.ErrorCode != code {
		t := describe("want exception ").Dec(uint64(vector)).Str(" at ").Hex(ip).Str(" code ").Hex(code).Str(", got ")
		fatal(e.describe(t))
	}
}

// describe appends what e is.
func (e *event) describe(t *l4.Text) *l4.Text {
	switch e.kind {
	case nothing:
		return t.Str("nothing")
	case pageFault:
		return t.Str("page fault, ").Access(e.fault.Access).Byte(' ').Hex(e.fault.Addr).Str(" at ").Hex(e.fault.IP)
	case ioFault:
		return t.Str("I/O fault ").Hex(uint32(e.io.Ports)).Str(" at ").Hex(e.io.IP)
	}
	return t.Str("exception ").Dec(uint64(e.regs.Vector)).Str(" at ").Hex(e.regs.IP).Str(" code ").Hex(e.regs.ErrorCode)
}

// again brings the rig back to its parking place, whatever it does.
func (r *rig) again() {
	succeeds("restart rig", l4.Start(r.id, parkAddress(), r.sp))
	e := r.next(soon)
	r.is(e, vecInvalid, parkAddress(), 0)
}

// patterns puts a known value into every general register; SP is good.
func (r *rig) patterns() {
	r.regs.EAX, r.regs.EBX, r.regs.ECX, r.regs.EDX = 0xA1A2A3A4, 0xB1B2B3B4, 0xC1C2C3C4, 0xD1D2D3D4
	r.regs.ESI, r.regs.EDI, r.regs.EBP, r.regs.ESP = 0x51525354, 0x61626364, 0x71727374, r.sp
	r.regs.Flags = 0x202
}

// call lets the rig call the kernel interface page at one of its links, with r.regs.
func (r *rig) call(link uint32) event {
	return r.callFor(link, soon)
}

func (r *rig) callFor(link uint32, limit l4.Time) event {
	r.start(callCode(r.slot, link))
	return r.next(limit)
}

// callCode is a call of the link, for address at.
func callCode(at, link uint32) []byte {
	to := uint32(uintptr(unsafe.Pointer(l4.Kernel()))) + l4.Kernel().Links[link]
	rel := to - (at + 5)
	return []byte{0xE8, byte(rel), byte(rel >> 8), byte(rel >> 16), byte(rel >> 24)}
}

const callLength = 5

// Links, as indices of KIP.Links.
const (
	linkSpaceControl = iota
	linkThreadControl
	linkProcessorControl
	linkMemoryControl
	linkIpc
	linkLipc
	linkUnmap
	linkExchangeRegisters
	linkSystemClock
	linkThreadSwitch
	linkSchedule
)

// utcb is the UTCB of a rig of this space.
func (r *rig) utcb() *l4.UTCB { return utcbOf(r.id) }
