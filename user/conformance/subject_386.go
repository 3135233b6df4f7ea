package main

import (
	"unsafe"

	"pecan/user/l4"
)

// subject is a thread whose pager and exception handler is the case. It executes a few bytes of machine code at a time,
// behind which there is an undefined instruction, and then waits in the exception that came first.
type subject struct {
	id    l4.ThreadID
	utcb  *l4.UTCB     // only of a subject of this space
	code  uint32       // where its code is
	sp    uint32       // a good stack pointer
	regs  l4.Registers // what it goes on with; what it said last
	tag   l4.MsgTag    // of its last message
	fault l4.PageFault // if that was one
	kind  int
}

// What a subject can say.
const (
	saysNothing = iota // it blocks or is halted
	saysException
	saysFault // outside the image
)

const (
	subjects    = 8
	subjectCode = 64 // bytes
)

// Vectors.
const (
	vecDivide     = 0
	vecDebug      = 1
	vecBreakpoint = 3
	vecOverflow   = 4
	vecInvalid    = 6
	vecProtection = 13
	vecPageFault  = 14
	vecX87        = 16
	vecSIMD       = 19
)

const (
	flagTF = 1 << 8
	flagRF = 1 << 16
)

var subjectCodes [subjects + 1][subjectCode]byte

// newSubject makes a subject in this space, or in a new one if there is true. Its code is that of subject number n.
func newSubject(n int, there bool) *subject {
	x := &subject{code: uint32(uintptr(unsafe.Pointer(&subjectCodes[n])))}
	if there {
		x.id = newSpace(controller).id
	} else {
		x.id = newID()
		at := home.location()
		succeeds("create subject", l4.ThreadControl(x.id, self, self, controller, at))
		x.utcb = (*l4.UTCB)(unsafe.Add(nil, uint32(at)))
	}
	stack := newStack()
	x.sp = uint32(uintptr(unsafe.Pointer(&stack[0]))) + stackSize - 256
	ip, sp := l4.PrepareThread(stack[:stackSize-512], func() {
		l4.MyUTCB().ExceptionHandler = controller
		undefined()
	})
	arrives("start subject", l4.SendStart(x.id, ip, sp))
	x.listen(soon)
	check(x.kind == saysException && x.regs.Vector == vecInvalid, "subject does not start")
	return x
}

// subjectPair is one here and one elsewhere.
func subjectPair() [2]*subject { return [...]*subject{newSubject(0, false), newSubject(1, true)} }

// undefined executes an undefined instruction.
func undefined()

// listen waits for what the subject says next; faults in the image are answered on the way.
func (x *subject) listen(limit l4.Time) {
	for {
		var m l4.Msg
		if err := l4.Receive(x.id, &m, limit); err != l4.OK {
			ipcFails("wait for subject", err, receiveTimeout)
			x.kind = saysNothing
			return
		}
		x.tag = m.Tag()
		var ok bool
		if x.fault, ok = m.PageFault(); ok {
			if inImage(x.fault.Addr) {
				supply(x.fault.Addr, &m)
				arrives("page for subject", l4.Send(x.id, &m, l4.Zero))
				continue
			}
			x.kind = saysFault
			return
		}
		if x.regs, ok = m.Exception(); !ok {
			fatal(describe("unknown message from subject ").Hex(uint32(m.Tag())))
		}
		x.kind = saysException
		return
	}
}

// usual sets all registers to known values.
func (x *subject) usual() {
	x.regs = l4.Registers{Flags: 0x202, EAX: 0xA1A2A3A4, EBX: 0xB1B2B3B4, ECX: 0xC1C2C3C4, EDX: 0xD1D2D3D4,
		ESI: 0x51525354, EDI: 0x61626364, EBP: 0x71727374, ESP: x.sp}
}

// put places code.
func (x *subject) put(code []byte) {
	check(len(code) <= subjectCode-2, "code is too long")
	at := bytesAt(x.code, subjectCode)
	n := copy(at, code)
	at[n], at[n+1] = 0x0F, 0x0B
}

// answer lets the subject go on with x.regs.
func (x *subject) answer() {
	var m l4.Msg
	arrives("answer", l4.Send(x.id, m.SetException(&x.regs), l4.Zero))
}

// do executes code with x.regs but for IP, and listens.
func (x *subject) do(code ...byte) { x.doFor(soon, code...) }

func (x *subject) doFor(limit l4.Time, code ...byte) {
	x.put(code)
	x.regs.IP = x.code
	x.answer()
	x.listen(limit)
}

// raised fails the case unless the subject waits in an exception at offset at of its code.
func (x *subject) raised(vector, at, code uint32) {
	if x.kind != saysException || x.regs.Vector != vector || x.regs.IP != x.code+at || x.regs.ErrorCode != code {
		t := describe("want exception ").Dec(uint64(vector)).Str(" at ").Hex(x.code + at).Str(" code ").Hex(code)
		fatal(t.Str(", got ").Dec(uint64(x.kind)).Str(": ").Dec(uint64(x.regs.Vector)).Str(" at ").Hex(x.regs.IP).Str(" code ").Hex(x.regs.ErrorCode))
	}
}

// reached fails the case unless the subject has executed n bytes of code without an exception.
func (x *subject) reached(n int) { x.raised(vecInvalid, uint32(n), 0) }

// halted fails the case unless the subject is halted.
func (x *subject) halted() {
	check(x.kind == saysNothing, "the subject has something to say")
	waitState(x.id, l4.Inactive)
}
