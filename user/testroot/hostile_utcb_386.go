package main

import (
	"unsafe"

	"pecan/user/l4"
)

// Random UTCBs and random registers for every system call, from a fixed start: the same in every run.

var utcbCases = []testCase{
	{"abi-2.2-scribbled-utcb-child", scribbleChild},
	{"abi-2.2-scribbled-utcb-root", scribbleRoot},
	{"abi-2.2-scribbled-while-waiting", scribbleWaiting},
	{"abi-2.2-forged-global-id", forgedID},
	{"abi-4.1-random-int", randomInt},
	{"abi-4.1-random-sysenter", randomSysenter},
	{"abi-4.1-random-instructions", randomInstructions},
}

// prng is a xorshift generator.
type prng uint32

func (p *prng) next() uint32 {
	x := uint32(*p)
	x ^= x << 13
	x ^= x >> 17
	x ^= x << 5
	*p = prng(x)
	return x
}

// word is a random word: often one that means something. Nothing in it names a thread that must live.
func (p *prng) word() uint32 {
	x := p.next()
	switch x >> 28 {
	case 0:
		return 0
	case 1:
		return 0xFFFFFFFF
	case 2:
		return 0xFFFFFFC0
	case 3:
		return 1 << (x & 31)
	case 4:
		return uint32(l4.UTCBAreaHere().Base()) + x&0x1FFFF
	case 5:
		return 0xC0000000 + x&0x3FFFFFFF
	case 6:
		return x & 0xFFF
	case 7:
		return uint32(l4.Global(300000&0x3FFFF+x&0xFF, 1))
	case 8:
		return uint32(l4.Global(x&15, 1))
	case 9:
		return kipAddress() + x&0xFFF
	case 10:
		return 0xFFFFFFFF << (x & 31)
	}
	return x
}

// Times for IPCs of random threads: zero or short, so that they come back.
func (p *prng) times() uint32 {
	t := [...]uint32{0x0400, 0x0001, 0x0410, 0x8000 | 5, 0x0C01, 0x0400, 0x0400, 0x0400}
	x := p.next()
	return t[x&7]<<16 | t[x>>3&7]
}

// scribble is what the rig executes: it overwrites its UTCB (from image), loads all registers (POPA frame), makes the call, and
// repairs what it needs to come back.
var scribble struct {
	utcb [128]uint32
	regs [8]uint32 // in the order of POPA: EDI ESI EBP - EBX EDX ECX EAX
}

// scribbleCode is: mov esi, image; mov edi, gs:[0]; sub edi, 256; mov ecx, 128; rep movsd; mov esp, regs; popa;
// mov esp, sp; the call; mov ebx, gs:[0]; mov [ebx-44], handler; mov [ebx-48], handler.
func (r *rig) scribbleCode(call func(at uint32) []byte) []byte {
	le := func(op []byte, w uint32) []byte {
		return append(op, byte(w), byte(w>>8), byte(w>>16), byte(w>>24))
	}
	address := func(p unsafe.Pointer) uint32 { return uint32(uintptr(p)) }
	code := le([]byte{0xBE}, address(unsafe.Pointer(&scribble.utcb)))
	code = append(code, 0x65, 0x8B, 0x3D, 0, 0, 0, 0)
	code = le(append(code, 0x81, 0xEF), 256)
	code = le(append(code, 0xB9), 128)
	code = append(code, 0xF3, 0xA5)
	code = le(append(code, 0xBC), address(unsafe.Pointer(&scribble.regs)))
	code = append(code, 0x61)
	code = le(append(code, 0xBC), r.sp)
	code = append(code, call(r.slot+uint32(len(code)))...)
	code = append(code, 0x65, 0x8B, 0x1D, 0, 0, 0, 0)
	id := uint32(me())
	code = le(append(code, 0xC7, 0x43, 0xD4), id)
	return le(append(code, 0xC7, 0x43, 0xD0), id)
}

// scribbleRound is one round: a call with everything random.
func (r *rig) scribbleRound(p *prng, link uint32) {
	for i := range scribble.utcb {
		scribble.utcb[i] = p.word()
	}
	// Descriptor word of Go code and, in case of a fault before the end, the way back.
	scribble.utcb[64-11], scribble.utcb[64-12] = uint32(me()), uint32(me())
	if p.next()&3 == 0 {
		scribble.utcb[64-11], scribble.utcb[64-12] = p.word(), p.word()
	}
	for i := range scribble.regs {
		scribble.regs[i] = p.word()
	}
	if link == linkIpc || link == linkLipc {
		scribble.regs[6] = p.times()
	}
	if link == linkIpc || link == linkLipc || link == linkUnmap || link == linkMemoryControl {
		scribble.regs[0] = r.local0 // the stubs store through it
	}
	r.patterns()
	e := r.doFor(l4.Microseconds(500), r.scribbleCode(func(at uint32) []byte { return callCode(at, link) })...)
	if e.kind != exception {
		r.rescue()
	}
}

// rescue brings a rig back whose UTCB may hold anything.
func (r *rig) rescue() {
	x := l4.ThreadRegisters{IP: parkAddress(), SP: r.sp, Pager: me()}
	if r.space.id == self {
		u := utcbAt(l4.UTCBLocation(r.local0 - 256))
		u.ExceptionHandler, u.Pager = me(), me()
		succeeds("rescue", l4.Start(r.id, parkAddress(), r.sp))
		r.is(r.next(soon), vecInvalid, parkAddress(), 0)
		return
	}
	// Its Pager may say that the case has no right any more: then only a new one helps.
	_, _, err := l4.ExchangeRegisters(r.id, l4.SetHalt|l4.CancelIPC|l4.SetIP|l4.SetSP|l4.SetPager, &x)
	e := event{}
	if err == l4.OK {
		e = r.next(l4.Microseconds(500))
	}
	if e.kind != exception {
		r.renew()
		r.local0 = r.local()
	}
}

func scribbleWith(r *rig, links []uint32, rounds uint32) {
	p := prng(0x5CA1AB1E)
	r.local0 = r.local()
	for n := range rounds {
		for _, link := range links {
			stepNumber("round", n<<8|link)
			r.scribbleRound(&p, link)
		}
	}
}

var allLinks = [...]uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}

// harmlessLinks are those with which a privileged thread cannot take the system away from under the test.
var harmlessLinks = [...]uint32{linkProcessorControl, linkIpc, linkLipc, linkSystemClock, linkThreadSwitch}

func scribbleChild() { scribbleWith(newRigIn(nil), allLinks[:], 150) }

func scribbleRoot() { scribbleWith(newRig(), harmlessLinks[:], 150) }

// The UTCB of a thread that waits is overwritten by its space; messages, replies and timeouts arrive all the same.
func scribbleWaiting() {
	p := prng(0xBADCAB1E)
	for range 60 {
		here := marked()
		id := spawn(func() {
			var m l4.Msg
			l4.Receive(controller, &m, l4.Milliseconds(1))
			l4.Suspend()
		})
		waitState(id, l4.WaitingReceive)
		for i := range 128 {
			store(uint32(l4.OtherID(id))-256+4*uint32(i), p.word())
		}
		if p.next()&1 == 0 {
			var m l4.Msg
			m.Start(1).Add(2)
			if p.next()&1 == 0 {
				m.AddMap(l4.MapItem{Base: hole, Fpage: largePage(0, l4.RX)})
			}
			l4.Send(id, &m, l4.Zero)
		} else {
			l4.Sleep(l4.Microseconds(300))
		}
		remove(id)
		here.rewind()
	}
	l4.UnmapPage(l4.NewFpage(large, largeLog2, l4.RWX), false)
}

// What a thread writes into its MyGlobalId convinces nobody.
func forgedID() {
	id := spawn(func() {
		u := l4.MyUTCB()
		mine := u.MyGlobalID
		u.MyGlobalID = self
		u.Processor = 99
		var m l4.Msg
		l4.Send(controller, m.Start(1), soon)
		u.MyGlobalID = mine
		sleeper()
	})
	local := l4.OtherID(id)
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	arrives("message", err)
	equalID("sender", from, local)
	// An unprivileged thread that says it is the root.
	s := spawnSpace(func() {
		u := l4.MyUTCB()
		mine := u.MyGlobalID
		u.MyGlobalID = self
		err := l4.DeleteThread(id)
		u.MyGlobalID = mine
		report(l4.IPCError(err))
	})
	reportOf(s.id, l4.IPCError(l4.ErrPrivilege))
}
