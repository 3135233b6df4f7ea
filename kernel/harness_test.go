//go:build !386

package kernel

import (
	"bytes"
	"testing"

	"pecan/arch/ia32"
)

// The harness boots the kernel on the simulated machine and acts for its user threads: whoever is current according to
// ESP0 enters the kernel with the registers a test gives, and finds its results in its frame and UTCB. After every entry
// all that must hold is checked.

const (
	testMemory = 8 << 20
	poolLow    = 2 << 20 // the pool of a patched boot: poolLow to poolLow + size
)

// world is a booted machine.
type world struct {
	t         testing.TB
	kip       []byte
	sigma0    *TCB
	root      *TCB
	unchecked bool          // leave out checkMemory, for long loops
	unwatched bool          // check nothing: time or accesses are being measured
	every     int           // check after each so many entries only; 0 means all
	entries   int           // so far
	step      func() string // a further check after each entry
	handler   *TCB          // takes interrupts of testLine, which preempt everything
	between   func()        // what the handler does before it acknowledges, or nil

	interrupts int  // taken by handler
	patient    bool // any number of them is right

	fpu fpuModel
}

// resetKernel puts all variables of the kernel into the state of a fresh image.
func resetKernel() {
	cpu = processor{}
	pool = pagePool{}
	timeouts.pages, timeouts.capacity, timeouts.count = [256]uint32{}, 0, 0
	frameTables, largeHeads = [1024]uint32{}, [1024]uint32{}
	threads, nodePages, mapGeneration = 0, 0, 0
	ioSpaces, dyingThreads, dyingSpaces = 0, 0, 0
	wiring, buses = ia32.Wiring{}, mpBuses{}
	clock, options, console = clockScale{}, bootOptions{}, consoleDevice{}
	plan, modules = memoryPlan{}, bootModules{}
	windowEnd, small = 0, smallRegion{}
}

// powerOn resets machine and kernel and builds the static part of the KIP, as boot/kip.S does.
func powerOn(memory uint32) {
	resetKernel()
	m := &ia32.Machine
	m.Reset(memory)
	m.OnFault = func(addr uint32) bool {
		f := ia32.Frame{Vector: ia32.VecPageFault}
		EnterNested(&f)
		return true
	}
	m.OnInterrupt = func(vector uint32) {
		f := ia32.Frame{Vector: vector}
		EnterNested(&f)
	}
	*kip(0) = 0x4BE6344C
	*kip(kipAPIVersion) = 0x84050000
	*kip(kipKernDesc) = 0x200
	*kip(0x200) = 0x50010000
	*kip(kipMemoryInfo) = 0x400<<16 | memoryCapacity
	*kip(kipProcDesc) = 0x120
}

// bootWorld boots with a KIP that a stock loader has patched, and a kernel pool of the given number of pages. sigma0 waits for
// messages; the root task runs.
func bootWorld(t testing.TB, poolPages uint32) *world { return bootWorldOn(t, poolPages, false) }

// bootWorldOn boots on a machine with 8259s, or with a local APIC and an I/O APIC of 24 pins as well.
func bootWorldOn(t testing.TB, poolPages uint32, apics bool) *world {
	return bootWorldWith(t, poolPages, func() {
		if apics {
			ia32.Machine.AddAPICs(24)
			usualMADT().install()
		}
	})
}

// bootWorldWith boots after prepare has been called on the machine that was just switched on.
func bootWorldWith(t testing.TB, poolPages uint32, prepare func()) *world {
	powerOn(testMemory)
	prepare()
	*kip(kipMemoryInfo) &^= 0xFFFF
	addMemory(memConventional, 0, testMemory-1)
	addMemory(memReserved, poolLow, poolLow+poolPages*ia32.PageSize-1)
	*kip(kipSigma0IP), *kip(kipSigma0Low), *kip(kipSigma0High) = 0x20000, 0x20000, 0x30000
	*kip(kipRootIP), *kip(kipRootLow), *kip(kipRootHigh) = 0x700000, 0x700000, 0x710000
	Start()
	w := &world{t: t, sigma0: lookup(sigma0ID), root: lookup(rootID)}
	w.kip = bytes.Clone(pageBytes(ia32.KIPPage()))
	w.check()
	if running() != w.sigma0 {
		t.Fatal("sigma0 is not the first to run")
	}
	w.ipc(nilThread, anyThread, 0, 0)
	if running() != w.root {
		t.Fatal("root does not run")
	}
	return w
}

func pageBytes(addr uint32) []byte {
	phys := ia32.Phys(addr)
	return ia32.Machine.Memory()[phys : phys+ia32.PageSize]
}

var zeroPage [ia32.PageSize]byte

// check fails the test if anything is wrong between two kernel entries.
func (w *world) check() {
	w.fpu.buried()
	w.entries++
	if w.unwatched || w.every != 0 && w.entries%w.every != 0 {
		return
	}
	wrong := checkInvariants()
	if wrong == "" && !w.unchecked {
		wrong = checkMemory()
	}
	if wrong == "" {
		wrong = ia32.Machine.Stale()
	}
	if wrong == "" && !bytes.Equal(pageBytes(ia32.ZeroPage()), zeroPage[:]) {
		wrong = "the zero page was written"
	}
	if wrong == "" && !bytes.Equal(pageBytes(ia32.KIPPage()), w.kip) {
		wrong = "the kernel interface page was written"
	}
	if wrong == "" && w.step != nil {
		wrong = w.step()
	}
	if wrong != "" {
		w.t.Helper()
		w.t.Fatalf("%s\n%s", wrong, describeThreads())
	}
}

// entered ends a kernel entry of the harness: checks, and takes interrupts that are due.
func (w *world) entered() {
	w.t.Helper()
	exitSmall()
	w.check()
	for {
		if running() == w.handler && w.handler != nil {
			w.acknowledge()
			return
		}
		vector, ok := ia32.Machine.Take()
		if !ok {
			return
		}
		if w.idle() {
			EnterIdle(vector)
		} else {
			t := running()
			leaveByTrap(t)
			t.Frame.Vector = vector
			trap(t)
		}
		exitSmall()
		w.check()
	}
}

// trap enters the kernel as the IDT says.
func trap(t *TCB) {
	if ia32.Machine.Limited {
		EnterSmallTrap(t)
	} else {
		EnterTrap(t)
	}
}

// exitSmall does what smallExit does to the thread that is to run.
func exitSmall() {
	if t := running(); ia32.Machine.Limited && t.number() != idleNumber && t.space().small() {
		t.Reasons |= ia32.ReasonAny
	}
}

// maxInterrupts bounds what a test can take: more means that some operation begins anew after each.
const maxInterrupts = 160000

// testLine is the interrupt line that tests raise at preemption points.
const testLine = 3

// handle makes a thread of the highest priority that handles testLine. From then on it runs, and acknowledges, whenever a
// preemption point with a raised line is met.
func (w *world) handle(id ThreadID) {
	w.t.Helper()
	h := w.newThread(id, id, 0)
	for _, t := range [2]*TCB{w.root, w.sigma0} {
		w.run(w.root)
		w.call(callSchedule, regs{ax: t.GlobalID, cx: 200, dx: unchanged, si: unchanged, di: unchanged})
	}
	if code := w.control(irqID(testLine), irqID(testLine), nilThread, h.id(), utcbUnchanged); code != errOK {
		w.t.Fatalf("associating the interrupt: error %d", code)
	}
	w.call(callSchedule, regs{ax: h.GlobalID, cx: 250, dx: unchanged, si: unchanged, di: unchanged})
	w.run(h)
	w.ipc(nilThread, irqID(testLine), 0, 0)
	w.handler = h
}

// acknowledge is the handler's work: it has been woken by an interrupt.
func (w *world) acknowledge() {
	w.t.Helper()
	if w.interrupts++; w.interrupts > maxInterrupts && !w.patient {
		w.t.Fatalf("a long operation makes no progress between interrupts; dying: threads %#x, spaces %#x\n%s", dyingThreads, dyingSpaces, describeThreads())
	}
	if w.between != nil {
		act, h := w.between, w.handler
		w.between, w.handler = nil, nil
		act()
		w.run(h)
		w.between, w.handler = act, h
	}
	w.ipc(irqID(testLine), irqID(testLine), 0, 0)
}

// raise lets the first preemption point from now on, and then every n-th, meet an interrupt.
func (w *world) raise(first, every uint64) {
	m := &ia32.Machine
	m.RaiseAt, m.RaiseEvery, m.RaiseLine = m.Polls+first, every, testLine
}

// leaveByTrap does what exitToUser and a later interrupt do to the frame of a thread that came by SYSENTER.
func leaveByTrap(t *TCB) {
	if t.Exit == ia32.ExitIPC {
		f := &t.Frame
		f.EDI, f.EBX, f.EBP = t.LocalID, *t.mr(1), *t.mr(2)
		setFrame(f, t.Fast.EIP, t.Fast.ESP)
	}
}

func (w *world) idle() bool { return running().number() == idleNumber }

// ipc is the Ipc system call of the running thread, whose message is in its UTCB but for the tag.
func (w *world) ipc(to, from ThreadID, times, tag uint32) *TCB {
	w.t.Helper()
	t := running()
	t.Fast.EIP, t.Fast.ESP = 0x1000, 0x2000
	*t.mr(0) = tag
	if ia32.Machine.Limited {
		EnterSmallIPC(t, uint32(to), uint32(from), times, tag)
	} else {
		EnterIPC(t, uint32(to), uint32(from), times, tag)
	}
	w.entered()
	return t
}

// regs are the registers of a system call by interrupt.
type regs struct{ ax, cx, dx, bx, si, di, bp uint32 }

// System-call vectors in the order of boot/kip.S.
const (
	callExchangeRegisters = ia32.VecSyscall + iota
	callThreadControl
	callThreadSwitch
	callSchedule
	callUnmap
	callSpaceControl
	callProcessorControl
	callMemoryControl
)

// call enters the kernel for the running thread.
func (w *world) call(vector uint32, r regs) *TCB {
	w.t.Helper()
	t := running()
	f := &t.Frame
	f.EAX, f.ECX, f.EDX, f.EBX, f.ESI, f.EDI, f.EBP = r.ax, r.cx, r.dx, r.bx, r.si, r.di, r.bp
	f.Vector, f.Error = vector, 0
	setFrame(f, 0x1000, 0x2000)
	trap(t)
	w.entered()
	if running() == t && f.EIP == 0x1000-lengthOfINT {
		return w.call(vector, r) // SpaceControl wants to come by the other entries
	}
	return t
}

// run makes t the running thread: it must be ready.
func (w *world) run(t *TCB) {
	w.t.Helper()
	if running() == t {
		return
	}
	if w.idle() {
		w.t.Fatal("nobody can run")
	}
	w.call(callThreadSwitch, regs{ax: t.GlobalID})
	if running() != t {
		w.t.Fatalf("ThreadSwitch does not run thread %d\n%s", t.number(), describeThreads())
	}
}

// finish lets t go on until it has completed the operation that a preemption has put off.
func (w *world) finish(t *TCB) {
	w.t.Helper()
	for tries := 0; t.op != opNone; tries++ {
		if tries == 10*maxInterrupts || w.idle() {
			w.t.Fatalf("an operation never ends\n%s", describeThreads())
		}
		if running() == w.root {
			w.call(callThreadSwitch, regs{ax: t.GlobalID})
		} else {
			w.call(callThreadSwitch, regs{ax: w.root.GlobalID})
		}
	}
}

// errorCode is the ErrorCode TCR.
func errorCode(t *TCB) uint32 { return *t.tcr(tcrErrorCode) }

func tid(number, version uint32) ThreadID { return ThreadID(number<<14 | version) }

// control is ThreadControl by the root task; it returns 0 or the error code.
func (w *world) control(dest, spec, scheduler, pager ThreadID, utcb uint32) uint32 {
	w.t.Helper()
	w.run(w.root)
	w.call(callThreadControl, regs{ax: uint32(dest), cx: uint32(pager), dx: uint32(scheduler), si: uint32(spec), di: utcb})
	if w.root.Frame.EAX != 0 {
		return errOK
	}
	return errorCode(w.root)
}

const (
	kipAt  = Fpage(0x00C000C0) // 0x00C00000, 4 KiB
	utcbAt = Fpage(0x00D000C0) // 0x00D00000, 4 KiB: eight threads
)

// newThread makes thread id active in the space of spec (id itself: a new one with areas), and starts it. The result
// is ready.
func (w *world) newThread(id, spec ThreadID, index uint32) *TCB {
	w.t.Helper()
	if spec == id {
		if code := w.control(id, id, rootID, nilThread, utcbUnchanged); code != errOK {
			w.t.Fatalf("creating %#x: error %d", id, code)
		}
		w.call(callSpaceControl, regs{ax: uint32(id), dx: uint32(kipAt), si: uint32(utcbAt)})
		if w.root.Frame.EAX == 0 {
			w.t.Fatalf("SpaceControl %#x: error %d", id, errorCode(w.root))
		}
	}
	if code := w.control(id, spec, rootID, rootID, utcbAt.base()+index*utcbSize); code != errOK {
		w.t.Fatalf("activating %#x: error %d", id, code)
	}
	w.start(id)
	return lookup(id)
}

// start sends the start message.
func (w *world) start(id ThreadID) {
	w.t.Helper()
	w.run(w.root)
	*w.root.mr(1), *w.root.mr(2) = 0x1000, 0x2000
	w.ipc(id, nilThread, 0, 2)
	if t := lookup(id); !t.ready() || t.Frame.EIP != 0x1000 {
		w.t.Fatalf("thread %#x did not start", id)
	}
}

// touch is a user access of the running thread; false if it faulted.
func (w *world) touch(addr uint32, write bool) bool {
	w.t.Helper()
	for tries := 0; ; tries++ {
		if tries == 4 {
			w.t.Fatalf("the kernel never settles the fault at %#x", addr)
		}
		t := running()
		s, small := t.space(), t.space().small()
		_, vector, code, ok := ia32.Machine.AccessIn(s.segment, s.limit, addr, write)
		if ok {
			return true
		}
		leaveByTrap(t)
		t.Frame.Vector, t.Frame.Error = vector, code
		trap(t)
		w.entered()
		if !small || running() != t || !t.ready() {
			return false
		}
		// The kernel may have settled it: in a small space it is tried again.
	}
}

// pass lets time go by and takes the timer interrupts that fall into it.
func (w *world) pass(us uint64) {
	w.t.Helper()
	m := &ia32.Machine
	end := m.TSC + us*uint64(m.KHz)/1000
	for m.TimerAt() != 0 && m.TimerAt() <= end {
		m.TSC = max(m.TSC, m.TimerAt())
		w.entered()
	}
	m.TSC = max(m.TSC, end)
	w.entered()
}
