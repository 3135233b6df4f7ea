package kernel

import (
	"pecan/arch/ia32"
)

// Start is the kernel's life before the first user instruction. boot/start.S enters it, through arch/ia32, on the boot stack
// with the first 4 MiB mapped.
func Start() {
	parseOptions(text(ia32.BootBlock() + blockCmdline))
	if !console.off {
		ia32.InitUART()
	}
	if missing := ia32.MissingFeature(); missing != "" {
		startLine()
		console.print("cannot boot: this processor has no ")
		console.print(missing)
		console.put('\n')
		stopMachine(exitRefused)
	}
	ia32.BuildRegion()
	cpu.pdir = ia32.Phys(ia32.MasterPD())
	ia32.InstallTables()
	windowEnd = ia32.WindowMax
	initInterrupts() // reads firmware tables: before anything is moved

	kernel := span{1 << 20, ia32.Phys(ia32.KernelEnd())}
	if *kip(kipSigma0High) != 0 {
		bootPatched(kernel)
	} else if *word(ia32.BootBlock() + blockMagic) == bootMagic {
		bootDirect(kernel)
	} else {
		refuse("neither a multiboot loader nor a patched kernel interface page")
	}
	describeKernel(kernel)

	kHz, scale, longest := ia32.Calibrate()
	if kHz < 2000 || scale == 0 {
		refuse("the timer does not count")
	}
	initClock(kHz)
	initTimer(scale, longest)
	describeClock()
	cpu.top = -1
	ia32.ProtectImage() // also ends the temporary views: directories copy what they find
	initKernelThreads()
	startServers()
	ia32.StartTimer()
	debugStart()
	leave(nil)
}

// bootPatched takes over from a stock L4 loader, which has loaded the servers and written the KIP. The
// kernel pool is the largest physical reserved block inside the window.
func bootPatched(kernel span) {
	var best span
	for i := uint32(0); i < memoryCount(); i++ {
		kind, low, high := memoryAt(i)
		if kind != memReserved {
			continue
		}
		s := span{low, high + 1}
		// Loaders may reserve in pieces: join those that follow each other.
		for j := uint32(0); j < memoryCount(); j++ {
			if k, l, h := memoryAt(j); k == memReserved && l == s.high {
				s.high = h + 1
			}
		}
		s = s.without(memServer & 15)
		s.low = (max(s.low, 1<<20) + ia32.PageMask) &^ ia32.PageMask
		s.high = min(s.high, ia32.WindowMax) &^ ia32.PageMask
		if s.low < s.high && !s.overlaps(kernel) && s.high-s.low > best.high-best.low {
			best = s
		}
	}
	if best.high-best.low < poolMin {
		refuse("the boot loader has reserved no memory for the kernel below 256 MiB")
	}
	for _, at := range [2]uint32{kipSigma0Low, kipRootLow} {
		s := span{*kip(at), *kip(at + 4)}
		if s.high != 0 && (s.overlaps(kernel) || s.overlaps(best)) {
			refuse("a server image overlaps the kernel's memory")
		}
	}
	initPool(best.low, best.high)
}

// without cuts off s what descriptors of the given type (low nibble) take of it: boot loaders may put modules and tables into
// the block they reserve. The larger part remains.
func (s span) without(kind uint32) span {
	for i := uint32(0); i < memoryCount(); i++ {
		k, low, high := memoryAt(i)
		if k&15 != kind || k&memVirtual != 0 || low >= s.high || high < s.low {
			continue
		}
		if low > s.low && low-s.low >= s.high-min(high, s.high-1) {
			s.high = low
		} else {
			s.low = min(high, s.high-1) + 1
		}
	}
	return s
}

// describeKernel appends what only the kernel knows: the size of user space, its own image, page 0, interrupt controllers.
func describeKernel(kernel span) {
	ok := addMemory(memConventional|memVirtual, 0, ia32.UserTop-1)
	ok = addMemory(memReserved, kernel.low, kernel.high-1) && ok
	ok = addMemory(memReserved, 0, ia32.PageSize-1) && ok
	ok = addMemory(memReserved, 0xFEC00000, 0xFECFFFFF) && ok // I/O APICs
	ok = addMemory(memReserved, 0xFEE00000, 0xFEEFFFFF) && ok // local APICs, and interrupts as messages
	if *kip(kipBootInfo) == ia32.Phys(infoPage()) {
		info := ia32.Phys(infoPage())
		ok = addMemory(memBootTables, info, info+ia32.PageMask) && ok
	}
	if !ok {
		refuse("more than 128 memory descriptors")
	}
}

// initKernelThreads makes the idle thread and the interrupt threads.
func initKernelThreads() {
	for n := uint32(0); n <= idleNumber; n++ {
		if !growTimeouts(threads+1) || !backTCB(n) {
			refuse("too little memory for the kernel pool")
		}
		t := tcbRef(n).tcb()
		initTCB(t, irqID(n))
		t.PDir = cpu.pdir
		t.Exit = ia32.ExitIdle
	}
	tcbRef(idleNumber).tcb().GlobalID = idleNumber << 14 // no ID: nobody can name it
	ia32.SetESP0(uint32(tcbRef(idleNumber)) + esp0Offset)
}

// Areas of the initial servers (boot.md 5): programs expect these addresses.
const (
	serverUTCBArea = Fpage(0xBF000110)
	serverKIPArea  = Fpage(0xBFF000C0)
	serverUTCB     = 0xBF000000
	serverPriority = 255
)

func startServers() {
	s0 := startServer(sigma0ID, nilThread, *kip(kipSigma0IP), *kip(kipSigma0SP))
	s0.isSigma0 = true
	if *kip(kipSigma1High) != 0 {
		startServer(sigma1ID, sigma0ID, *kip(kipSigma1IP), *kip(kipSigma1SP))
	}
	if *kip(kipRootHigh) != 0 {
		startServer(rootID, sigma0ID, *kip(kipRootIP), *kip(kipRootSP))
	}
}

// startServer makes a running thread in a new privileged space.
func startServer(id, pager ThreadID, ip, sp uint32) *Space {
	s := newSpace()
	if s == nil || s.initialise(serverKIPArea, serverUTCBArea) != errOK || !growTimeouts(threads+1) || !backTCB(id.number()) {
		refuse("too little memory for the kernel pool")
		return nil
	}
	s.privileged = true
	t := tcbRef(id.number()).tcb()
	initTCB(t, id)
	t.scheduler = rootID
	t.setPriority(serverPriority)
	t.utcbUser = serverUTCB
	s.addThread(t)
	block := s.allocUTCB(serverUTCB)
	if block == 0 {
		refuse("too little memory for the kernel pool")
	}
	attachUTCB(t, block)
	*t.tcr(tcrPager) = uint32(pager)
	setFrame(&t.Frame, ip, sp)
	t.State = StateReady
	enqueue(t)
	return s
}
