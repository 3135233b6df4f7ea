//go:build !386

package kernel

import (
	"fmt"
	"math/rand"
	"testing"

	"pecan/arch/ia32"
)

// Chaos: every running thread does something arbitrary, valid or not; interrupts come at arbitrary preemption points and
// let others act in the middle of long operations. No results are predicted: the invariants must hold after every
// entry, and in the end all memory must be accounted for.

// dice yields random numbers from a fuzzer's data, and zeros when they are used up.
type dice struct{ data []byte }

func (d *dice) empty() bool { return len(d.data) == 0 }

func (d *dice) roll(n uint32) uint32 {
	if len(d.data) == 0 {
		return 0
	}
	v := uint32(d.data[0])
	d.data = d.data[1:]
	return v % n
}

type chaos struct {
	*world
	dice
	log []string
}

const (
	chaosFirst   = 60
	chaosThreads = 20
)

func (c *chaos) note(format string, args ...any) {
	if len(c.log) == 2000 {
		c.log = append(c.log[:0], c.log[1900:]...)
	}
	c.log = append(c.log, fmt.Sprintf("%d: ", running().number())+fmt.Sprintf(format, args...))
}

// id is the ID of some thread, of a thread that may not exist, or a special one.
func (c *chaos) id() ThreadID {
	switch c.roll(16) {
	case 0:
		return nilThread
	case 1:
		return rootID
	case 2:
		return sigma0ID
	case 3:
		return running().id()
	case 4:
		return irqID(testLine + c.roll(2))
	case 5:
		return ThreadID(utcbAt.base() + c.roll(8)*utcbSize + utcbMR0)
	case 6:
		return tid(chaosFirst+c.roll(chaosThreads), 2)
	}
	return c.threadID()
}

func (c *chaos) threadID() ThreadID {
	number := chaosFirst + c.roll(chaosThreads)
	if t := tcbRef(number).tcb(); t.exists() && t.version() != 0 {
		return t.id()
	}
	return tid(number, 1)
}

func (c *chaos) time() uint32 {
	return [6]uint32{0, timeZero, timeZero, 100, 0x03E8, 0x8000 | 50}[c.roll(6)]
}

func (c *chaos) page() uint32 { return 0x00BFC000 + c.roll(32)<<12 }

func (c *chaos) fpage() uint32 {
	rights := c.roll(8)
	switch c.roll(10) {
	case 0:
		return ioFpage(c.roll(4)*2048, c.roll(12)) | rights
	case 1:
		return 0x10 | rights
	case 2:
		return c.page() | 22<<4 | rights
	case 3:
		return c.page() | c.roll(64)<<4 | rights
	case 4:
		return c.roll(256)<<24 | c.roll(256)<<8 | c.roll(256)
	}
	return c.page() | (12+c.roll(4))<<4 | rights
}

// message fills the running thread's message registers and returns a tag.
func (c *chaos) message() uint32 {
	t := running()
	if t.UTCB == 0 {
		return 0
	}
	u, typed := c.roll(4), [6]uint32{0, 0, 2, 4, 3, 63}[c.roll(6)]
	for i := uint32(1); i <= u; i++ {
		*t.mr(i) = c.roll(256)
	}
	for i := u + 1; i+1 <= u+typed && i < 60; i += 2 {
		kind := [4]uint32{itemMap, itemMap, itemGrant, 7 - c.roll(2)*6}[c.roll(4)]
		*t.mr(i), *t.mr(i + 1) = c.page()|kind<<1, c.fpage()
	}
	*t.tcr(br0) = [4]uint32{0, 0x10, 0x10, c.fpage() &^ 0xF}[c.roll(4)]
	return u | typed<<6 | c.roll(16)<<12
}

// act lets the running thread do something.
func (c *chaos) act() {
	t := running()
	if c.roll(8) == 0 {
		c.note("float")
		c.float()
		return
	}
	if t == c.root || t == c.sigma0 {
		c.actServer(t)
		return
	}
	switch c.roll(12) {
	case 0, 1, 2, 3, 4:
		c.actIPC()
	case 5:
		c.note("switch")
		c.call(callThreadSwitch, regs{ax: uint32(c.id())})
	case 6:
		c.actUnmap()
	case 7, 8:
		addr, write := c.page(), c.roll(2) == 0
		c.note("touch %#x %v", addr, write)
		c.touch(addr, write)
	case 9:
		c.actExchange()
	case 10:
		c.actFault(t)
	case 11:
		c.actSchedule()
	}
}

func (c *chaos) actIPC() {
	to, from, times, tag := c.id(), c.id(), c.time()<<16|c.time(), c.message()
	if c.roll(2) == 0 {
		from = [3]ThreadID{anyThread, anyLocalThread, to}[c.roll(3)]
	}
	if t := running(); t == c.root || t == c.sigma0 {
		times = times&^0xFFFF | [2]uint32{timeZero, 100}[c.roll(2)]
		if times>>16 == 0 {
			times |= 100 << 16
		}
	}
	c.note("ipc to %#x from %#x times %#x tag %#x", to, from, times, tag)
	c.ipc(to, from, times, tag)
}

func (c *chaos) actUnmap() {
	t := running()
	n := c.roll(3)
	first := c.fpage()
	for i := uint32(1); i <= n; i++ {
		*t.mr(i) = c.fpage()
	}
	flush := c.roll(2) * 64
	c.note("unmap %d %#x flush %d", n, first, flush)
	c.call(callUnmap, regs{ax: n | flush, si: first})
}

func (c *chaos) actExchange() {
	dest, control := c.id(), c.roll(256)|c.roll(4)<<8
	if c.roll(3) != 0 {
		control &^= exHaltValid
	}
	if c.roll(4) == 0 {
		control |= gsKey << 16
	}
	c.note("exchange %#x control %#x", dest, control)
	pager := c.id()
	c.call(callExchangeRegisters, regs{ax: uint32(dest), cx: control, dx: 0x2000, si: 0x1000, di: c.roll(256), bp: uint32(pager)})
}

func (c *chaos) actFault(t *TCB) {
	*t.tcr(tcrExceptionHandler) = uint32(c.id())
	c.note("exception")
	leaveByTrap(t)
	t.Frame.Vector, t.Frame.Error = [3]uint32{0, 13, 6}[c.roll(3)], 0
	EnterTrap(t)
	c.entered()
}

func (c *chaos) actSchedule() {
	dest := c.id()
	r := regs{ax: uint32(dest), cx: unchanged, dx: unchanged, si: unchanged, di: unchanged}
	if c.roll(2) == 0 {
		r.cx = 90 + c.roll(20)
	}
	if c.roll(2) == 0 {
		r.dx = [3]uint32{0, 200, 500}[c.roll(3)]<<16 | [6]uint32{0, 0, timeZero, 20, 100, 1000}[c.roll(6)]
		if dest == rootID || dest == sigma0ID {
			r.dx &^= 0xFFFF // they are needed
		}
	}
	if c.roll(2) == 0 {
		r.di = c.roll(4)*30 | (90+c.roll(20))<<16
	}
	if t := running(); c.roll(2) == 0 && t != c.root && t != c.sigma0 {
		*t.tcr(tcrPreemptFlags) = c.roll(256)
		*t.tcr(tcrExceptionHandler) = uint32(c.id())
	}
	c.note("schedule %#x prio %#x time %#x preemption %#x", dest, r.cx, r.dx, r.di)
	c.call(callSchedule, r)
}

// actServer is what sigma0 and the root task do; neither ever waits without end.
func (c *chaos) actServer(t *TCB) {
	switch k := c.roll(10); {
	case k < 4:
		id := c.threadID()
		c.note("switch to %#x", id)
		c.call(callThreadSwitch, regs{ax: uint32(id)})
	case k < 6:
		c.actIPC()
	case k == 6:
		c.actServe()
	case t == c.sigma0:
		c.actUnmap()
	case k == 7:
		c.actSchedule()
	case k == 8:
		c.actCreate(c.roll(chaosThreads))
	default:
		c.actControl()
	}
}

// actCreate makes a thread that does not exist and starts it: in a space of its own, or in another's.
func (c *chaos) actCreate(i uint32) {
	id := tid(chaosFirst+i, 1)
	if tcbRef(id.number()).tcb().exists() || running() != c.root {
		return
	}
	spec := id
	if i%3 != 0 {
		spec = tid(chaosFirst+i/3*3, 1)
	}
	c.note("create %#x in %#x", id, spec)
	c.sequence(func() {
		if spec == id {
			c.call(callThreadControl, regs{ax: uint32(id), dx: uint32(rootID), si: uint32(id), di: utcbUnchanged})
		}
	}, func() {
		if spec == id {
			c.call(callSpaceControl, regs{ax: uint32(id), dx: uint32(kipAt), si: uint32(utcbAt)})
		}
	}, func() {
		c.call(callThreadControl, regs{ax: uint32(id), cx: uint32(rootID), dx: uint32(rootID), si: uint32(spec), di: utcbAt.base() + i%8*utcbSize})
	}, func() {
		*c.root.mr(1), *c.root.mr(2) = 0x1000, 0x2000
		c.ipc(id, nilThread, timeZero<<16, 2)
		if t := lookup(id); t != nil && t.active && i&1 != 0 {
			*t.tcr(tcrPager) = uint32(sigma0ID)
		}
	})
}

// actServe answers a thread that waits for the running server, if there is one, mostly with memory.
func (c *chaos) actServe() {
	t := running()
	to, skip := c.threadID(), c.roll(3)
	for number := uint32(chaosFirst); number < chaosFirst+chaosThreads; number++ {
		if x := tcbRef(number).tcb(); x.waits() && x.waitsFor() == t.id() {
			to = x.id()
			if skip--; skip > 2 {
				break
			}
		}
	}
	*t.mr(1), *t.mr(2) = c.page()|itemMap<<1, c.fpage()|7
	switch c.roll(4) {
	case 0:
		*t.mr(2) = ioFpage(2048*c.roll(4), c.roll(13))
	case 1, 2:
		*t.mr(2) = 20<<4 | c.page() | 7 // long enough for several preemption points
	}
	c.note("serve %#x: %#x", to, *t.mr(2))
	c.ipc(to, anyThread, timeZero<<16|timeZero, [4]uint32{2 << 6, 2 << 6, 0, 2}[c.roll(4)])
}

// sequence does one thing after the other as long as the root task runs.
func (c *chaos) sequence(steps ...func()) {
	for _, do := range steps {
		if running() != c.root {
			return
		}
		do()
	}
}

// disturb lets the root task act on a thread whose operation has been preempted, or on its partner.
func (c *chaos) disturb() {
	skip := c.roll(4)
	for number := uint32(chaosFirst); number < chaosFirst+chaosThreads; number++ {
		t := tcbRef(number).tcb()
		if t.op == opNone {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if t.op == opTransfer && c.roll(2) == 0 {
			t = t.sendTo.tcb()
		}
		c.note("disturb %#x", t.id())
		switch id := uint32(t.id()); c.roll(5) {
		case 0:
			c.call(callThreadControl, regs{ax: id})
		case 1:
			c.call(callThreadControl, regs{ax: id, si: uint32(c.threadID()), di: utcbUnchanged})
		case 2:
			c.call(callThreadControl, regs{ax: id ^ 3, si: id, di: utcbUnchanged})
		default:
			c.call(callExchangeRegisters, regs{ax: id, cx: exSend | exReceive | c.roll(4)<<3})
		}
		return
	}
}

// actControl is ThreadControl or SpaceControl with mostly sensible parameters.
func (c *chaos) actControl() {
	dest := c.threadID()
	spec, pager := dest, ThreadID(0)
	utcb := utcbAt.base() + c.roll(8)*utcbSize
	switch c.roll(8) {
	case 0, 1:
		spec = nilThread
	case 2:
		spec, utcb = c.threadID(), utcbUnchanged
	case 3:
		spec, pager = c.threadID(), rootID
		if c.roll(2) == 0 {
			utcb = utcbUnchanged
		}
	case 4:
		pager = c.id()
		if c.roll(2) == 0 {
			utcb = utcbUnchanged
		}
	case 5:
		dest = tid(dest.number(), 1+c.roll(3))
	case 6:
		c.note("space control %#x", dest)
		c.call(callSpaceControl, regs{ax: uint32(dest), dx: uint32(kipAt), si: uint32(utcbAt)})
		return
	case 7:
		if c.roll(4) == 0 {
			dest, pager = irqID(testLine+1+c.roll(2)), c.threadID()
			if c.roll(2) == 0 {
				pager = dest
			}
		}
	}
	c.note("thread control %#x spec %#x pager %#x utcb %#x", dest, spec, pager, utcb)
	c.call(callThreadControl, regs{ax: uint32(dest), cx: uint32(pager), dx: uint32([2]ThreadID{rootID, c.id()}[c.roll(2)]), si: uint32(spec), di: utcb})
}

// chaosSequence runs until the dice are used up, then takes everything down and looks at what is left.
func chaosSequence(t testing.TB, data []byte) {
	c := &chaos{dice: dice{data}}
	c.world = bootWorldOn(t, 256, c.roll(2) == 1)
	ia32.Machine.Void = true // sigma0 maps memory that is not there
	defer c.tell()
	c.run(c.root)
	for i := uint32(0); i < 8; i++ {
		c.actCreate(i)
	}
	c.run(c.root)
	c.call(callSchedule, regs{ax: uint32(rootID), cx: 100, dx: unchanged, si: unchanged, di: unchanged})
	if c.roll(2) == 0 {
		c.handle(handlerID)
		c.between = func() {
			id := c.threadID()
			if c.root.ready() && c.roll(2) == 0 {
				id = rootID
			}
			c.call(callThreadSwitch, regs{ax: uint32(id)})
			switch {
			case running().id() == handlerID || c.empty():
			case running() == c.root && c.roll(2) == 0:
				c.disturb()
			default:
				c.act()
			}
		}
		m := &ia32.Machine
		m.RaiseLine, m.RaiseAt, m.RaiseEvery = testLine, m.Polls+1+uint64(c.roll(8)), 1+uint64(c.roll(4))
	}
	for !c.empty() {
		if c.roll(4) == 0 {
			c.pass(uint64(c.roll(8)) * 50)
		}
		if c.roll(4) == 0 {
			line := testLine + 1 + c.roll(2)
			c.note("interrupt %d", line)
			ia32.Machine.Raise(line)
			c.entered()
		}
		if c.idle() {
			c.toRoot()
			continue
		}
		c.act()
	}
	c.between = nil
	c.takeDown()
}

// tell prints, when the test has failed or panics, what was done last. It is deferred.
func (c *chaos) tell() {
	if r := recover(); r != nil || c.t.Failed() {
		for _, l := range c.log[max(0, len(c.log)-60):] {
			c.t.Log(l)
		}
		if r != nil {
			panic(r)
		}
	}
}

// toRoot waits until the root task can run, and runs it.
func (c *chaos) toRoot() {
	for tries := 0; running() != c.root; tries++ {
		if tries == 100 {
			c.t.Fatalf("the root task never comes back\n%s", describeThreads())
		}
		if c.idle() {
			c.pass(100)
		} else {
			next := c.root
			if next.State == StateReceiving {
				next = next.peer.tcb() // its message comes first
			}
			c.call(callThreadSwitch, regs{ax: next.GlobalID})
			c.pass(100)
		}
	}
}

func (c *chaos) takeDown() {
	c.t.Helper()
	for number := uint32(chaosFirst); number < chaosFirst+chaosThreads; number++ {
		c.toRoot()
		c.note("delete %d", number)
		c.call(callThreadControl, regs{ax: uint32(tid(number, 1))})
		c.finish(c.root)
		if c.root.Frame.EAX == 0 {
			c.t.Fatalf("deleting %d: error %d", number, errorCode(c.root))
		}
	}
	n := uint32(2)
	if c.handler != nil {
		n++
	}
	for _, k := range [3]pageKind{pageSpace, pageDirectory, pageUTCB} {
		if pool.count[k] != n {
			c.t.Fatalf("%d pages of kind %d are left, want %d", pool.count[k], k, n)
		}
	}
}

func TestChaos(t *testing.T) {
	for seed := int64(0); seed < ipcSequences; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 400+r.Intn(3000))
		r.Read(data)
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { chaosSequence(t, data) }) {
			return
		}
	}
}

func FuzzChaos(f *testing.F) {
	for seed := int64(0); seed < 10; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 500)
		r.Read(data)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) <= 6000 {
			chaosSequence(t, data)
		}
	})
}
