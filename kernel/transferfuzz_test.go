//go:build !386

package kernel

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"

	"pecan/arch/ia32"
)

// The kernel against the model of transfermodel_test.go: random IPC with strings, map items, propagation and redirectors
// among six threads in three spaces, with interrupts at preemption points; pagers that answer or do not; cancellation,
// deletion, renaming, unmapping and passing time in every state. After each kernel entry, all message registers,
// results, states, queues, page tables and the contents of all frames must be the model's.

const xFrameBase = 0x00300000 // physical address of the first frame

// Pages of spaces 0 and 1 that strings use: over a 4 MiB boundary, with the KIP in the middle. Those of space 2.
const (
	xBase    = 0x00BFE000
	xPages   = 6
	xTop     = userTop - 0x1000
	xOther   = 0x007FF000 // two pages over another boundary
	xSources = 0x00400000
)

type xWorld struct {
	*world
	dice
	m   xModel
	log []string
}

func newXWorld(t testing.TB, data []byte) *xWorld {
	w := &xWorld{world: bootWorld(t, 256), dice: dice{data}}
	w.handle(handlerID)
	memory := ia32.Machine.Memory()
	for i := uint32(0); i < xFrames; i++ {
		frame := memory[xFrameBase+i<<12:][:ia32.PageSize]
		for k := range frame {
			frame[k] = byte(k) ^ byte(k>>8)*17 ^ byte(i)*31
		}
		w.m.frames[i] = bytes.Clone(frame)
	}
	w.m.frames[xKIP] = bytes.Clone(w.kip)
	for i := uint32(0); i < 6; i++ {
		w.create(i, 1)
	}
	w.step = w.compare
	w.unchecked = true
	return w
}

func (w *xWorld) note(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

// quietly lets the harness do several entries with nothing compared but invariants.
func (w *xWorld) quietly(do func()) {
	step := w.step
	w.step = nil
	do()
	w.step = step
}

// create makes and starts thread i. Its pager is of space 2, mostly.
func (w *xWorld) create(i, version uint32) {
	space := int(i / 2)
	x := &xThread{number: ipcFirst + i, version: version, space: space,
		local: ThreadID(utcbAt.base() + i*utcbSize + utcbMR0)}
	spec := x.id()
	for _, y := range w.m.threads {
		if y.space == space {
			spec = y.id()
		}
	}
	ia32.Machine.RaiseAt = 0
	w.quietly(func() { w.newThread(x.id(), spec, i) })
	t := lookup(x.id())
	if spec == x.id() {
		w.m.spaces[space] = xSpace{pages: map[uint32]xPage{kipAt.base() >> 12: {frame: xKIP}}}
		for k := uint32(0); space == xSource && k < xFrames; k++ {
			var walk treeWalk
			mapPage(w.sigma0.space(), t.space(), xFrameBase+k<<12, xSources+k<<12, rightRWX, false, &walk)
			w.m.spaces[space].pages[xSources>>12+k] = xPage{frame: int(k), write: true}
		}
	}
	pager := [8]ThreadID{4: tid(ipcFirst+5, 1), 5: tid(ipcFirst+5, 1), 6: tid(ipcFirst+2, 1), 7: nilThread}[w.roll(8)]
	if w.roll(2) == 0 {
		pager = tid(ipcFirst+4, 1)
	}
	x.pager = uint32(pager)
	*t.tcr(tcrPager) = x.pager
	for k := range x.mr {
		x.mr[k] = *t.mr(uint32(k))
	}
	w.m.threads = append(w.m.threads, x)
}

// settle lets the model do what the kernel has put off and done by now.
func (w *xWorld) settle() {
	for again := true; again; {
		again = false
		for _, x := range w.m.threads {
			c, t := x.call, tcbRef(x.number).tcb()
			if c == nil {
				continue
			}
			switch {
			case c.phase == callPending && t.op != opReceive:
				w.m.receiveNow(x)
			case c.phase == callReceive && t.op == opReceive:
				c.phase, c.deadline = callPending, 0 // the kernel looks again
			case c.phase == callAbort && t.op != opAbort:
				w.m.breakUp(c.tr, ipcAborted, ipcAborted)
			case c.phase == callCopy && t.op != opTransfer:
				w.m.goOn(x, noLimit, nil)
			case c.phase == callCopy && t.str.active:
				if c.tr.total == t.str.total {
					continue
				}
				w.m.goOn(x, t.str.total, nil)
			case c.phase == callCopy:
				// Put off before an item or in an item of pages.
				p, before := &t.prog, len(c.tr.plan)
				w.m.goOn(x, noLimit, func(s xStep) bool {
					return s.item > p[trIndex] || s.item == p[trIndex] && (p[trStarted] == 0 || s.kind == stepMap && s.page >= p[trOffset]>>12)
				})
				if len(c.tr.plan) == before {
					continue
				}
			default:
				continue
			}
			again = true
			break
		}
	}
}

func (w *xWorld) compare() string {
	w.settle()
	wrong := ""
	for _, x := range w.m.threads {
		t := tcbRef(x.number).tcb()
		if wrong = w.compareThread(x, t); wrong != "" {
			wrong = fmt.Sprintf("thread %d: %s (call %+v, outer %+v)", x.number, wrong, x.call, x.outer)
			break
		}
	}
	if wrong == "" {
		wrong = w.compareMemory()
	}
	if wrong != "" {
		for _, l := range w.log[max(0, len(w.log)-40):] {
			w.t.Log(l)
		}
	}
	return wrong
}

func (w *xWorld) compareThread(x *xThread, t *TCB) string {
	if t.id() != x.id() {
		return "wrong ID"
	}
	state, op := uint32(StateReady), uint8(opNone)
	timed := false
	if c := x.call; c != nil {
		state = [...]uint32{StateSend, StateReceive, StateReady, StateReady, StateReady, StateFaultWait, StateReceiving}[c.phase]
		op = [...]uint8{callPending: opReceive, callCopy: opTransfer, callAbort: opAbort, callLocked: opNone}[c.phase]
		tr := x.own().tr
		if c.phase == callAbort && t.heapIndex == 0 {
			tr.deadline = 0 // its end is certain: it needs no timeout
		}
		timed = c.deadline != 0 || tr != nil && tr.s == x && tr.deadline != 0
		if c.phase == callCopy && t.str.total != c.tr.total {
			return fmt.Sprintf("%d bytes are copied, want %d", t.str.total, c.tr.total)
		}
		if c.phase == callPending && t.partner == nilThread {
			c.who = nilThread // it has found somebody
		}
		if c.phase == callReceive && t.waitsFor() != c.who {
			return fmt.Sprintf("receives from %#x", t.waitsFor())
		}
	}
	switch {
	case t.visible() != state || t.op != op:
		return fmt.Sprintf("state is %s, op %d", stateNames[t.visible()], t.op)
	case t.nested != (x.outer != nil):
		return "nesting is wrong"
	case timed != (t.heapIndex != 0):
		return "timeout is wrong"
	}
	r := t.sendHead
	for _, q := range x.queue {
		if r == 0 || r.tcb().number() != q.number {
			return "send queue is wrong"
		}
		if r = r.tcb().sendNext; r == t.sendHead {
			r = 0
		}
	}
	if r != 0 {
		return "send queue is too long"
	}
	if x.ended {
		x.ended = false
		if t.Frame.EAX != x.ax || t.Frame.ESI != x.si {
			return fmt.Sprintf("results are %#x, %#x, want %#x, %#x", t.Frame.EAX, t.Frame.ESI, x.ax, x.si)
		}
	}
	for i, v := range x.mr {
		if *t.mr(uint32(i)) != v {
			return fmt.Sprintf("MR%d is %#x, want %#x", i, *t.mr(uint32(i)), v)
		}
	}
	for _, c := range [...]struct {
		name      string
		have, exp uint32
	}{{"ErrorCode", errorCode(t), x.err}, {"ActualSender", *t.tcr(tcrVirtualSender), x.virtual}, {"IntendedReceiver", *t.tcr(tcrIntended), x.intended}} {
		if c.have != c.exp {
			return fmt.Sprintf("%s is %#x, want %#x", c.name, c.have, c.exp)
		}
	}
	return ""
}

func (w *xWorld) compareMemory() string {
	memory := ia32.Machine.Memory()
	for i := uint32(0); i < xFrames; i++ {
		if !bytes.Equal(memory[xFrameBase+i<<12:][:ia32.PageSize], w.m.frames[i]) {
			return fmt.Sprintf("frame %d has wrong contents", i)
		}
	}
	for _, x := range w.m.threads {
		for i := uint32(0); i < 40; i++ {
			addr := [3]uint32{xBase, xOther, xTop}[i/16]&^0x7FFF + i%16<<12
			p, want := w.m.spaces[x.space].pages[addr>>12]
			pte := tcbRef(x.number).tcb().space().pte(addr)
			switch have := pte != nil && *pte != 0; {
			case have != want:
				return fmt.Sprintf("space %d, page %#x: mapped %v, want %v", x.space, addr, have, want)
			case have && p.frame != xKIP && (*pte&ia32.PteFrame != xFrameBase+uint32(p.frame)<<12 || p.write != (*pte&ia32.PteWrite != 0)):
				return fmt.Sprintf("space %d, page %#x: entry %#x, want %+v", x.space, addr, *pte, p)
			}
		}
	}
	return ""
}

// stringAddr is where a substring begins.
func (w *xWorld) stringAddr(space int) uint32 {
	if w.roll(40) == 0 {
		special := [5]uint32{0x10, userTop, 0xFFFFFFF0, kipAt.base() + 0xFF0, userTop - 16}
		return special[w.roll(uint32(5-space/2))]
	}
	off := [4]uint32{0, 0xFF0, 0xFFD, w.roll(256) << 4}[w.roll(4)]
	if space == xSource {
		return xSources + w.roll(4)<<12 + off
	}
	if w.roll(4) == 0 {
		return xOther + off
	}
	return xBase + w.roll(xPages-1)<<12 + off
}

func (w *xWorld) stringSize() uint32 {
	return [6]uint32{0, 1, w.roll(64), 3 + w.roll(64), 0x1000, 0x1100 + w.roll(256)}[w.roll(6)]
}

// descriptors writes one string from register i on, and returns the register behind it.
func (w *xWorld) descriptors(put func(i, v uint32), i, last uint32, space int, flags uint32) uint32 {
	for more := uint32(1); more != 0 && i < last; {
		n := uint32(1)
		if w.roll(2) == 0 {
			n += w.roll(3)
		}
		if i+n >= last {
			n = 1
		}
		if more = 0; w.roll(4) == 0 && i+n+2 < last {
			more = 1 << 9
		}
		if w.roll(60) == 0 {
			more ^= 1 << 9
		}
		put(i, w.stringSize()<<10|(n-1)<<4|more|flags)
		i++
		for ; n > 0; n-- {
			put(i, w.stringAddr(space))
			i++
		}
	}
	return i
}

// prepare gives x an acceptor and buffers, and a message for which it returns the tag.
func (w *xWorld) prepare(x *xThread, t *TCB) (tag uint32) {
	x.br = [33]uint32{}
	x.br[0] = [4]uint32{0, 1, 1, 1}[w.roll(4)]
	if x.space != xSource && w.roll(2) == 0 {
		x.br[0] |= 0x10
	}
	putBR := func(i, v uint32) { x.br[i] = v }
	for i := uint32(1); i < 30; {
		first := i
		if i = w.descriptors(putBR, i, 32, x.space, 0); w.roll(3) != 0 {
			break
		}
		x.br[first] |= 1
	}
	if w.roll(30) == 0 {
		x.br[1+w.roll(3)] |= itemNoString
	}
	for i, v := range x.br {
		*t.br(uint32(i)) = v
	}
	u := w.roll(4)
	putMR := func(i, v uint32) { x.mr[i] = v }
	for i := uint32(1); i <= u; i++ {
		x.mr[i] = w.roll(256)<<8 | x.number
	}
	i := u + 1
	for n := [4]uint32{0, 1, 1, 2}[w.roll(4)]; n > 0 && i < 40; n-- {
		switch k := w.roll(12); {
		case x.space == xSource && k < 4:
			x.mr[i], x.mr[i+1] = w.mapWords(xBase + w.roll(xPages)<<12)
			i += 2
		case k == 11:
			x.mr[i], x.mr[i+1] = 7<<1, 0
			i += 2
		default:
			i = w.descriptors(putMR, i, 60, x.space, 0)
		}
	}
	typed := i - u - 1
	switch w.roll(24) {
	case 0:
		typed = 63
	case 1:
		typed = max(typed, 1) - 1
	}
	x.virtual = uint32(w.name(x))
	tag = u | typed<<6 | w.roll(4)<<16
	if w.roll(4) == 0 {
		tag |= tagPropagated
	}
	return
}

func (w *xWorld) mapWords(dst uint32) (base, fpage uint32) {
	log2 := [4]uint32{12, 12, 13, 15}[w.roll(4)]
	return dst&^0xFFF | itemMap<<1, xSources + w.roll(xFrames)<<12 | log2<<4 | [4]uint32{7, 7, 7, 5}[w.roll(4)]
}

// name is an ID that x may use.
func (w *xWorld) name(x *xThread) ThreadID {
	y := w.m.threads[w.roll(uint32(len(w.m.threads)))]
	switch w.roll(16) {
	case 0:
		return y.local // of x's space, or of nobody
	case 1:
		return tid(ipcFirst+w.roll(6), 1+w.roll(2))
	}
	return y.id()
}

func (w *xWorld) time() uint32 { return [8]uint32{0, 0, 150, timeZero, 150, 250, 450, 950}[w.roll(8)] }

// act is an IPC of x, which is ready.
func (w *xWorld) act(x *xThread) {
	t := tcbRef(x.number).tcb()
	w.run(w.root)
	w.run(t)
	tag := w.prepare(x, t)
	to, from, times := w.name(x), w.name(x), w.time()<<16|w.time()
	switch w.roll(5) {
	case 0:
		from = nilThread
	case 1, 2:
		from = anyThread
	case 3:
		from = [2]ThreadID{to, anyLocalThread}[w.roll(2)]
	}
	waits := func(y *xThread) bool {
		return y.call != nil && y.call.phase == callReceive && (y.call.who == x.id() || y.call.who == anyThread)
	}
	var waiting, faulting *xThread
	for _, y := range w.m.threads {
		if y != x && waits(y) && (waiting == nil || w.roll(2) == 0) {
			waiting = y
		}
		if y.outer != nil && waits(y) && (faulting == nil || w.roll(2) == 0) {
			faulting = y
		}
	}
	switch {
	case w.roll(8) == 0:
	case faulting != nil:
		// A pager: it answers, mostly with the page, and waits for the next.
		to, from, times = faulting.id(), anyThread, 0
		if w.roll(8) != 0 {
			x.mr[1], x.mr[2] = w.mapWords(faulting.call.message[1])
			tag = 2 << 6
		}
	case x.space == xSource && w.roll(4) != 0:
		to, from, times = nilThread, anyThread, [2]uint32{0, 950}[w.roll(2)]
	case waiting != nil:
		to = waiting.id()
	case w.roll(2) == 0:
		to = nilThread
	}
	x.xfers = [4]uint32{0, 0, w.time() << 16, w.time()}[w.roll(4)]
	*t.tcr(tcrXferTimeouts) = x.xfers
	*t.tcr(tcrVirtualSender) = x.virtual
	for i, v := range x.mr {
		*t.mr(uint32(i)) = v
	}
	w.note("%d: ipc to %#x from %#x times %#x tag %#x as %#x: %#x, buffers %#x", x.number, to, from, times, tag, x.virtual, x.mr[1:1+min(tag&63+tag>>6&63, 12)], x.br[:8])
	w.m.ipc(x, to, from, times, tag)
	w.ipc(to, from, times, tag)
}

func (w *xWorld) operation() {
	if len(w.m.threads) == 0 {
		w.create(4, 1)
		return
	}
	m := &ia32.Machine
	m.RaiseAt, w.interrupts = 0, 0
	x := w.m.threads[w.roll(uint32(len(w.m.threads)))]
	t := tcbRef(x.number).tcb()
	if k := w.roll(3); k != 0 {
		w.raise(1+uint64(w.roll(3)), 1+uint64(w.roll(3)))
	}
	w.run(w.root)
	cpu.work = w.roll(stepsPerStretch)
	switch w.roll(48) {
	case 0, 1, 2, 3:
		us := uint64(1+w.roll(4)) * 100
		w.note("pass %d", us)
		w.quietly(func() { w.pass(us) })
		w.m.pass(us)
		w.check()
	case 4, 5:
		control := w.roll(4) << 1
		w.note("exchange %d control %d", x.number, control)
		state := w.m.state(x)
		if state&control != 0 {
			w.m.cancel(x, ipcCancelled)
		}
		*t.tcr(tcrPager) = uint32(rootID) // so that root may
		w.quietly(func() { w.call(callExchangeRegisters, regs{ax: uint32(x.id()), cx: control}) })
		if t.UTCB != 0 {
			*t.tcr(tcrPager) = x.pager
		}
		if w.root.Frame.ECX != state {
			w.t.Fatalf("ExchangeRegisters says state %#x of thread %d, want %#x: %+v %+v", w.root.Frame.ECX, x.number, state, x.call, x.outer)
		}
		w.check()
	case 6:
		if w.roll(2) == 0 {
			return
		}
		w.note("delete %d", x.number)
		w.m.remove(x)
		w.quietly(func() {
			w.call(callThreadControl, regs{ax: uint32(x.id())})
			w.finish(w.root)
		})
		w.check()
	case 7:
		version := 1 + w.roll(2)
		if version == x.version {
			return
		}
		w.note("rename %d to version %d", x.number, version)
		w.m.forget(x)
		x.version = version
		w.quietly(func() {
			w.call(callThreadControl, regs{ax: uint32(x.id()), si: uint32(x.id()), di: utcbUnchanged})
			w.finish(w.root)
		})
		w.check()
	case 8, 9, 10:
		if i := w.roll(6); !tcbRef(ipcFirst + i).tcb().exists() {
			w.note("create %d", i)
			w.create(i, 1)
		}
	case 11, 12, 13, 14:
		if x.call == nil {
			w.unmapPages(x, t)
		}
	case 15:
		rd := [3]ThreadID{anyThread, anyThread, w.name(x)}[w.roll(3)]
		if y := w.m.find(nil, rd); rd != anyThread && y == nil {
			return
		}
		w.note("redirector of space %d: %#x", x.space, rd)
		if w.m.spaces[x.space].redirector = rd; rd == anyThread {
			w.m.spaces[x.space].redirector = nilThread
		}
		w.call(callSpaceControl, regs{ax: uint32(x.id()), di: uint32(rd)})
	default:
		if x.call != nil && t.op == opNone {
			// One that can run, if there is any.
			for _, y := range w.m.threads {
				if tcbRef(y.number).tcb().ready() && (x.call != nil || w.roll(2) == 0) {
					x, t = y, tcbRef(y.number).tcb()
				}
			}
		}
		if x.call == nil {
			w.act(x)
		} else if t.op != opNone {
			w.note("%d goes on", x.number)
			w.call(callThreadSwitch, regs{ax: t.GlobalID})
		}
	}
}

// unmapPages: space 2 takes a page, or w, from the others, they give up their own.
func (w *xWorld) unmapPages(x *xThread, t *TCB) {
	w.run(t)
	if x.space == xSource {
		frame, rights := int(w.roll(xFrames)), [2]uint32{7, 2}[w.roll(2)]
		w.note("%d: unmap frame %d rights %d", x.number, frame, rights)
		for i := range w.m.spaces[:xSource] {
			for at, p := range w.m.spaces[i].pages {
				if p.frame == frame && rights == 7 {
					delete(w.m.spaces[i].pages, at)
				} else if p.frame == frame {
					w.m.spaces[i].pages[at] = xPage{frame: frame}
				}
			}
		}
		w.quietly(func() { w.call(callUnmap, regs{si: xSources + uint32(frame)<<12 | 12<<4 | rights, di: t.LocalID}) })
	} else {
		page := uint32(xBase) + w.roll(xPages)<<12
		if w.roll(4) == 0 {
			page = xOther + w.roll(2)<<12
		}
		w.note("%d: flush %#x", x.number, page)
		if xMappable(page >> 12) {
			delete(w.m.spaces[x.space].pages, page>>12)
		}
		w.quietly(func() { w.call(callUnmap, regs{ax: 64, si: page | 12<<4 | 7, di: t.LocalID}) })
	}
	w.quietly(func() { w.finish(t) })
	x.mr[0] = *t.mr(0)
	w.check()
}

func xSequence(t testing.TB, data []byte) {
	w := newXWorld(t, data)
	for n := 0; !w.empty(); n++ {
		w.operation()
		if n%16 == 0 {
			w.unchecked = false
			w.check()
			w.unchecked = true
		}
	}
}

func TestTransfersAgainstModel(t *testing.T) {
	for seed := int64(0); seed < transferSequences; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 400+r.Intn(3000))
		r.Read(data)
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { xSequence(t, data) }) {
			return
		}
	}
}

// FuzzIPC runs sequences for as long as it is let: go test -fuzz FuzzIPC ./kernel
func FuzzIPC(f *testing.F) {
	for seed := int64(0); seed < 10; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 800)
		r.Read(data)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) <= 6000 {
			xSequence(t, data)
		}
	})
}
