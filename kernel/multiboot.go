package kernel

import "pecan/arch/ia32"

// Direct boot by a multiboot loader: the kernel does a stock L4 loader's work (boot.md 7). start.S has saved the
// information structure and the kernel's command line; everything else is read through physical memory, once,
// before anything is moved.

// Offsets in the boot block that start.S fills.
const (
	blockMagic   = 0
	blockInfo    = 16
	blockCmdline = blockInfo + 128
	bootMagic    = 0x2BADB002
)

// Multiboot information: offsets and flags.
const (
	mbFlags     = 0
	mbMemUpper  = 8
	mbModsCount = 20
	mbModsAddr  = 24
	mbMmapLen   = 44
	mbMmapAddr  = 48

	mbHasMemory  = 1 << 0
	mbHasModules = 1 << 3
	mbHasMmap    = 1 << 6
)

const maxModules = 32

// module is a boot module; name is the physical address of its string, 0 none.
type module struct {
	span
	name uint32
}

type bootModules struct {
	list  [maxModules]module
	count int
}

// Boot-time state is static: it is too large for the stack.
var (
	plan    memoryPlan
	modules bootModules
)

func mbInfo(offset uint32) uint32 { return *word(ia32.BootBlock() + blockInfo + offset) }

// readMap turns the loader's memory map into KIP descriptors and the plan's RAM list.
func readMap() {
	*kip(kipMemoryInfo) &^= 0xFFFF // held the capacity
	addMemory(memShared, 0, 0xFFFFFFFF)
	flags := mbInfo(mbFlags)
	switch {
	case flags&mbHasMmap != 0 && mbInfo(mbMmapLen) >= 24:
		// Memory first: whatever else an entry says of the same place wins.
		walkMap(true)
		walkMap(false)
	case flags&mbHasMemory != 0:
		readMapEntry(0, 0, 0xA0000, 0, 1)
		readMapEntry(1<<20, 0, mbInfo(mbMemUpper)<<10, 0, 1)
	}
	// Below 1 MiB only what is surely RAM counts, whatever the map says.
	addMemory(memShared, 0xA0000, 0xFFFFF)
	plan.addBusy(span{0xA0000, 1 << 20})
}

// walkMap goes over the loader's map and takes the entries that are memory, or the others.
func walkMap(memory bool) {
	at, end := mbInfo(mbMmapAddr), mbInfo(mbMmapAddr)+mbInfo(mbMmapLen)
	for n := 0; at+24 <= end && n < 64; n++ {
		size := physWord(at)
		if kind := physWord(at + 20); (kind == 1) == memory {
			readMapEntry(physWord(at+4), physWord(at+8), physWord(at+12), physWord(at+16), kind)
		}
		if size < 20 || size > 1024 {
			break
		}
		at += size + 4
	}
}

// readMapEntry takes one range, given as 64-bit base and length in halves.
func readMapEntry(low, lowHigh, length, lengthHigh, kind uint32) {
	if lowHigh != 0 || length == 0 && lengthHigh == 0 {
		return
	}
	end := uint64(low) + uint64(length) + uint64(lengthHigh)<<32
	if end > 0xFFFFF000 {
		end = 0xFFFFF000
	}
	high := uint32(end)
	if kind == 1 {
		if options.maxmem != 0 && high > options.maxmem {
			high = options.maxmem
		}
		if low >= high {
			return
		}
		plan.addRAM(span{low, high})
		addMemory(memConventional|1<<4, low, high-1)
		return
	}
	if low < high {
		plan.addBusy(span{low, high})
		addMemory(0xF|kind&15<<4, low, high-1)
	}
}

// readModules copies the module table.
func readModules() {
	if mbInfo(mbFlags)&mbHasModules == 0 {
		return
	}
	count, table := mbInfo(mbModsCount), mbInfo(mbModsAddr)
	if count > maxModules {
		refuse("more than 32 modules")
	}
	for i := uint32(0); i < count; i++ {
		at := table + 16*i
		m := module{span{physWord(at), physWord(at + 4)}, physWord(at + 8)}
		if m.high < m.low {
			refuseModule(i, "has a broken descriptor")
		}
		modules.list[i] = m
	}
	modules.count = int(count)
}

// bootDirect places and loads everything; afterwards the KIP says what a stock loader would have said.
func bootDirect(kernel span) {
	readMap()
	readModules()
	if plan.rams == 0 {
		refuse("the boot loader gives no memory map")
	}
	if modules.count < 2 {
		refuse("no modules: module 0 must be sigma0, module 1 the root task")
	}
	buildBootInfo() // before anything moves: reads the strings
	sigma0 := parseELF(0, modules.list[0].span)
	root := parseELF(1, modules.list[1].span)
	checkTarget(0, &sigma0, kernel)
	checkTarget(1, &root, kernel)
	if pagesOf(sigma0.target).overlaps(pagesOf(root.target)) {
		refuseModule(1, "overlaps module 0 in memory")
	}
	plan.addBusy(kernel)
	plan.addBusy(span{0, ia32.PageSize})
	plan.addBusy(pagesOf(sigma0.target))
	plan.addBusy(pagesOf(root.target))
	for i := range modules.list[:modules.count] {
		plan.addBusy(modules.list[i].span)
	}
	block := choosePool()
	plan.addBusy(block)
	makeRoom(&sigma0, &root, kernel, block)
	sigma0.load()
	root.load()

	addMemory(memReserved, block.low, block.high-1)
	describeServer(kipSigma0IP, &sigma0)
	describeServer(kipRootIP, &root)
	for _, m := range modules.list[2:modules.count] {
		if !m.empty() {
			addMemory(memModule, m.low, m.high-1)
		}
	}
	fillBootInfo(&sigma0, &root)
	initPool(block.low, block.high)
}

func pagesOf(s span) span {
	return span{s.low &^ ia32.PageMask, (s.high + ia32.PageMask) &^ ia32.PageMask}
}

func checkTarget(n uint32, e *image, kernel span) {
	if e.target.overlaps(kernel) {
		refuseModule(n, "overlaps the kernel in memory")
	}
	if e.target.low < ia32.PageSize || !plan.isRAM(e.target) {
		refuseModule(n, "is linked where this machine has no memory")
	}
}

// Limits of the kernel pool in bytes; by default it gets a sixth of memory.
const (
	poolMin     = 1 << 20
	poolDefault = 64 << 20
	poolShare   = 6
)

func choosePool() span {
	size := options.kmem
	if size == 0 {
		total := uint32(0)
		for _, r := range plan.ram[:plan.rams] {
			total += (r.high - r.low) / poolShare
		}
		size = min(max(total, poolMin), poolDefault)
	}
	size = (size + ia32.PageMask) &^ ia32.PageMask
	if size < poolMin {
		refuse("kmem is less than 1M")
	}
	s, ok := plan.place(size, windowEnd)
	if !ok {
		refuse("too little memory for the kernel pool")
	}
	return s
}

// makeRoom moves modules that lie where an image is loaded, or that do not begin on a page, to free memory.
func makeRoom(sigma0, root *image, kernel, block span) {
	for i := range modules.list[:modules.count] {
		m := &modules.list[i]
		if m.empty() {
			continue
		}
		if m.overlaps(kernel) {
			refuseModule(uint32(i), "overlaps the kernel in memory")
		}
		if !m.overlaps(pagesOf(sigma0.target)) && !m.overlaps(pagesOf(root.target)) && m.low&ia32.PageMask == 0 && m.low >= 1<<20 {
			continue
		}
		size := m.high - m.low
		s, ok := plan.place((size+ia32.PageMask)&^ia32.PageMask, 0xFFFFF000)
		if !ok {
			refuseModule(uint32(i), "cannot be moved: too little memory")
		}
		physCopy(s.low, m.low, size)
		plan.addBusy(s)
		m.low, m.high = s.low, s.low+size
		switch i {
		case 0:
			sigma0.source = m.span
		case 1:
			root.source = m.span
		}
	}
}

// describeServer writes IP, low and high of a server and its memory descriptor.
func describeServer(at uint32, e *image) {
	*kip(at) = e.entry
	*kip(at + 4) = e.target.low
	*kip(at + 8) = e.target.high
	addMemory(memServer, e.target.low, e.target.high-1)
}
