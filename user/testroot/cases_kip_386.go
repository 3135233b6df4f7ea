package main

import (
	"unsafe"

	"pecan/user/l4"
)

// The kernel interface page (abi 3).

var kipCases = []testCase{
	{"abi-3.1-kernel-interface-registers", kernelInterfaceRegisters},
	{"abi-3.1-kernel-interface-straddles-pages", kernelInterfaceStraddles},
	{"abi-3.1-kernel-interface-in-child", kernelInterfaceInChild},
	{"abi-3.2-fixed-part", kipFixedPart},
	{"abi-3.2-servers", kipServers},
	{"abi-3.2-read-only", kipReadOnly},
	{"abi-3.3-links", kipLinks},
	{"abi-3.4-memory-descriptors", kipMemory},
	{"abi-3.5-kernel-description", kipDescription},
	{"abi-3.6-empty-feature-list", kipFeatures},
	{"abi-3.7-processor-descriptor", kipProcessor},
	{"abi-3.2-kip-elsewhere", kipElsewhere},
}

func kipAddress() uint32 { return uint32(uintptr(unsafe.Pointer(l4.Kernel()))) }

func kipWord(offset uint32) uint32 { return load(kipAddress() + offset) }

func kernelInterfaceRegisters() {
	for _, flags := range [...]uint32{0x202, 0x202 | 0x8D5} {
		r := newRig()
		r.patterns()
		r.regs.Flags = flags
		e := r.do(0xF0, 0x90)
		r.done(e, 2)
		equal("EAX, the page", e.regs.EAX, kipAddress())
		equal("ECX, API version", e.regs.ECX, kipWord(4))
		equal("EDX, API flags", e.regs.EDX, kipWord(8))
		equal("ESI, kernel ID", e.regs.ESI, kipWord(kipWord(12)))
		equal("EBX", e.regs.EBX, 0xB1B2B3B4)
		equal("EDI", e.regs.EDI, 0x61626364)
		equal("EBP", e.regs.EBP, 0x71727374)
		equal("ESP", e.regs.ESP, r.sp)
		equal("EFLAGS", e.regs.Flags&^flagRF, flags)
		remove(r.id)
	}
}

// The two bytes may lie on different pages.
func kernelInterfaceStraddles() {
	r := newRig()
	at := (uint32(uintptr(unsafe.Pointer(&codePool))) + 3*l4.PageSize) &^ (l4.PageSize - 1)
	for i, b := range []byte{0xF0, 0x90, 0x0F, 0x0B} {
		storeByte(at-1+uint32(i), b)
	}
	r.patterns()
	r.regs.IP = at - 1
	r.resume()
	e := r.next(soon)
	r.is(e, vecInvalid, at+1, 0)
	equal("EAX", e.regs.EAX, kipAddress())
}

func kernelInterfaceInChild() {
	r := newRigIn(nil)
	r.patterns()
	e := r.do(0xF0, 0x90)
	r.done(e, 2)
	equal("EAX", e.regs.EAX, kipAddress())
	equal("ECX", e.regs.ECX, kipWord(4))
}

func kipFixedPart() {
	for _, w := range [...][2]uint32{
		{0x00, 0x4BE60000 | 0x344C}, {0x04, 0x84050000}, {0x08, 0},
		{0x30, 0}, {0x34, 0}, {0x38, 0}, {0x3C, 0}, // sigma1
		{0x50, 0},
		{0x60, 0}, {0x64, 0}, {0x78, 0}, {0x7C, 0}, {0x80, 0}, {0x84, 0}, {0x88, 0}, {0x8C, 0},
		{0x90, 0}, {0x94, 0}, {0x98, 0}, {0x9C, 0}, {0xA0, 0}, {0xA4, 0},
		{0xA8, 0x000C2401}, {0xAC, 12}, {0xB0, 0}, {0xB4, 0},
		{0xCC, 0x40000000},
		{0xFC, 0}, {0x100, 0}, {0x104, 0}, {0x108, 0}, {0x10C, 0},
	} {
		stepNumber("offset", w[0])
		equal("word", kipWord(w[0]), w[1])
	}
	about.Reset()
	page := kipWord(0xC8)
	check(page&(1<<12) != 0 && page&3 == 2 && page&0x3FF&^7 == 0, "PageInfo: 4 KiB pages, w separate, x not")
}

func kipServers() {
	k := l4.Kernel()
	for _, s := range [...]l4.ServerImage{k.Sigma0, k.Root} {
		check(s.Low < s.High && s.Low <= s.IP && s.IP < s.High, "image of a server without its entry")
	}
	equalID("root", self, k.RootID())
	check(k.SystemBase() == 16 || k.SystemBase() == 24, "system base: neither two 8259s nor one I/O APIC")
	equal("user base", k.UserBase(), k.SystemBase()+32)
	equal("bits of thread numbers", k.ThreadBits(), 18)
	check(inImage(parkAddress()), "this program is not in the root image")
	check(k.BootInfo != 0, "no boot information")
}

// A write to the page is an exception: no pager can help.
func kipReadOnly() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		r.patterns()
		r.regs.EBX = kipAddress()
		e := r.do(0x89, 0x03) // mov [ebx], eax
		r.is(e, vecPageFault, r.slot, 7)
		equal("magic", kipWord(0), l4.KIPMagic())
		e = r.do(0x8B, 0x03) // mov eax, [ebx]
		r.done(e, 2)
		equal("magic as read", e.regs.EAX, l4.KIPMagic())
	}
}

// Links point to different code inside the page.
func kipLinks() {
	k := l4.Kernel()
	for i, link := range k.Links {
		stepNumber("link", uint32(i))
		check(link >= 0x120 && link < l4.PageSize, "not inside the page")
		for j, other := range k.Links[:i] {
			lipc := i == linkLipc && j == linkIpc
			check(link != other || lipc, "same as another")
		}
	}
	for i := uint32(0); i < 4; i++ {
		link := kipWord(0x110 + 4*i)
		check(link < l4.PageSize, "architecture link outside the page")
	}
}

func kipMemory() {
	k := l4.Kernel()
	n := k.MemoryInfo & 0xFFFF
	at := k.MemoryInfo >> 16
	check(n > 0 && at >= 0x120 && at+8*n <= l4.PageSize, "descriptors do not fit the page")
	var ram, user, kernel, root, page0 bool
	for _, d := range k.MemoryDescriptors() {
		check(d.Low() < d.High(), "empty descriptor")
		check(!d.Virtual() || d.Type() != l4.Reserved, "virtual reserved memory (abi 3.6)")
		ram = ram || !d.Virtual() && d.Type() == l4.Conventional && d.Low() <= 0x100000 && d.High() >= 0x1000000
		user = user || d.Virtual() && d.Type() == l4.Conventional && d.Low() == 0 && d.High() == 0xBFFFFFFF
		kernel = kernel || !d.Virtual() && d.Type() == l4.Reserved && d.Low() == 0x100000
		page0 = page0 || !d.Virtual() && d.Type() == l4.Reserved && d.Low() == 0 && d.High() >= l4.PageSize-1
		root = root || d.Type() == l4.InitialServer && d.Low() == k.Root.Low
	}
	check(ram, "no conventional memory")
	check(user, "no user address space")
	check(kernel, "kernel image not reserved")
	check(root, "root image not described")
	check(page0, "physical page 0 not reserved")
}

func kipDescription() {
	at := kipWord(12)
	check(at >= 0x120 && at+20 < l4.PageSize, "not inside the page")
	check(kipWord(at) != 0, "no kernel ID")
	date := kipWord(at + 4)
	day, month := date&31, date>>5&15
	check(day >= 1 && month >= 1 && month <= 12 && date>>9 >= 24 && date>>9 < 100, "no generation date")
	check(kipWord(at+8) != 0, "no kernel version")
	for i := uint32(0); i < 4; i++ {
		c := kipWord(at+12) >> (8 * i) & 0xFF
		check(c >= ' ' && c < 127, "supplier is not text")
	}
	check(len(l4.Kernel().Version()) > 0, "no version string")
}

func kipFeatures() {
	at := kipWord(12) + 16 + uint32(len(l4.Kernel().Version())) + 1
	equal("byte behind the version string", load(kipAddress()+at)&0xFF, 0)
}

func kipProcessor() {
	at := kipWord(0xBC)
	check(at >= 0x120 && at+16 <= l4.PageSize, "not inside the page")
	check(kipWord(at+4) >= 1000, "core slower than 1 MHz")
	check(kipWord(at) <= kipWord(at+4), "bus faster than core")
}

// The page may lie anywhere, and its code runs there.
func kipElsewhere() {
	id := newID()
	succeeds("create space", l4.NewSpace(&l4.Space{
		ID: id, Pager: me(), Scheduler: self,
		KIPArea: l4.NewFpage(0x10000000, 12, 0), UTCBArea: l4.NewFpage(0x20000000, 12, 0),
	}))
	r := startRig(id, &space{id: id, utcbs: 1})
	r.patterns()
	e := r.do(0xF0, 0x90)
	r.done(e, 2)
	equal("EAX", e.regs.EAX, 0x10000000)
	r.regs.EBX = 0x10000000
	r.done(r.do(0x8B, 0x03), 2)
	equal("magic there", r.regs.EAX, l4.KIPMagic())
	r.regs.EBX = 0x20000000 + 256
	r.regs.EAX = 0
	e = r.do(0x65, 0xA1, 0, 0, 0, 0) // mov eax, gs:[0]
	r.done(e, 6)
	equal("UTCB", e.regs.EAX, 0x20000100)
	clock := 0x10000000 + l4.Kernel().Links[linkSystemClock]
	r.regs.EBX = clock
	r.regs.ESP = r.sp
	e = r.do(0xFF, 0xD3) // call ebx
	r.done(e, 2)
	check(e.regs.EAX != 0 || e.regs.EDX != 0, "clock stub at another address")
	r.regs.EBX = kipAddress()
	e = r.do(0x8B, 0x03)
	check(e.kind == pageFault && e.fault.Addr == kipAddress(), "the usual place is an ordinary page there")
}
