//go:build !386

package kernel

import (
	"bytes"
	"encoding/binary"
	"math/rand"
	"strings"
	"testing"

	"pecan/arch/ia32"
)

// Direct boot from a fabricated multiboot block with ELF modules in simulated memory, and the same with hostile data.

// loader lays out what a multiboot loader leaves.
type loader struct {
	info    [128]byte
	cmdline string
	mmap    []byte
	table   []byte
	mapAt   uint32
	tableAt uint32
	names   uint32
}

const loaderTables = 0x9000 // low memory, where loaders put theirs

func newLoader() *loader {
	return &loader{mapAt: loaderTables, tableAt: loaderTables + 0x1000, names: loaderTables + 0x2000}
}

func (l *loader) ram(base, length uint64, kind uint32) {
	e := make([]byte, 24)
	binary.LittleEndian.PutUint32(e, 20)
	binary.LittleEndian.PutUint64(e[4:], base)
	binary.LittleEndian.PutUint64(e[12:], length)
	binary.LittleEndian.PutUint32(e[20:], kind)
	l.mmap = append(l.mmap, e...)
}

// module puts contents at an address and announces it.
func (l *loader) module(at uint32, contents []byte, name string) {
	m := ia32.Machine.Memory()
	copy(m[at:], contents)
	copy(m[l.names:], name+"\x00")
	for _, v := range [4]uint32{at, at + uint32(len(contents)), l.names, 0} {
		l.table = binary.LittleEndian.AppendUint32(l.table, v)
	}
	l.names += uint32(len(name)) + 1
}

// install writes everything to where start.S would have saved it.
func (l *loader) install() {
	m := ia32.Machine.Memory()
	copy(m[l.mapAt:], l.mmap)
	copy(m[l.tableAt:], l.table)
	put := func(offset int, v uint32) { binary.LittleEndian.PutUint32(l.info[offset:], v) }
	put(mbFlags, mbHasMmap|mbHasModules)
	put(mbModsCount, uint32(len(l.table)/16))
	put(mbModsAddr, l.tableAt)
	put(mbMmapLen, uint32(len(l.mmap)))
	put(mbMmapAddr, l.mapAt)
	block := ia32.Phys(ia32.BootBlock())
	*word(ia32.BootBlock() + blockMagic) = bootMagic
	copy(m[block+blockInfo:], l.info[:])
	copy(m[block+blockCmdline:], l.cmdline+"\x00")
}

// executable is an ELF file with one segment of memsz bytes at paddr whose contents are given.
func executable(paddr, memsz uint32, contents []byte) []byte {
	b := make([]byte, elfHeaderSize+elfPhdrSize, elfHeaderSize+elfPhdrSize+len(contents))
	put := func(offset int, v uint32) { binary.LittleEndian.PutUint32(b[offset:], v) }
	copy(b, "\x7fELF\x01\x01\x01")
	put(16, 2|3<<16)
	put(24, paddr+4)
	put(28, elfHeaderSize)
	put(40, elfHeaderSize|elfPhdrSize<<16)
	put(44, 1)
	p := elfHeaderSize
	put(p, ptLoad)
	put(p+4, elfHeaderSize+elfPhdrSize)
	put(p+8, paddr)
	put(p+12, paddr)
	put(p+16, uint32(len(contents)))
	put(p+20, memsz)
	return append(b, contents...)
}

// standard is a machine of 16 MiB with sigma0, root and one more module.
func standard() *loader {
	powerOn(16 << 20)
	l := newLoader()
	l.ram(0, 0x9FC00, 1)
	l.ram(0x100000, 15<<20, 1)
	l.ram(0xFFFC0000, 0x40000, 2)
	l.module(0x200000, executable(0x20000, 0x3000, bytes.Repeat([]byte("sigma0! "), 1000)), "sigma0.elf")
	l.module(0x240000, executable(0x400000, 0x8000, bytes.Repeat([]byte("root....."), 3000)), "root.elf exit=0xF4")
	l.module(0x300000, []byte("some file"), "file one two")
	l.cmdline = "pecan.elf kmem=2M"
	return l
}

func TestBootDirect(t *testing.T) {
	l := standard()
	l.install()
	Start()
	m := ia32.Machine.Memory()
	if !bytes.HasPrefix(m[0x20000:], []byte("sigma0! sigma0! ")) || !bytes.HasPrefix(m[0x400000:], []byte("root....")) {
		t.Error("servers are not loaded")
	}
	if !bytes.Equal(m[0x20000+8000:0x20000+0x3000], make([]byte, 0x3000-8000)) {
		t.Error("sigma0's bss is not cleared")
	}
	if *kip(kipSigma0IP) != 0x20004 || *kip(kipRootIP) != 0x400004 || *kip(kipRootLow) != 0x400000 || *kip(kipRootHigh) != 0x408000 {
		t.Error("the servers' fields in the KIP are wrong")
	}
	if pool.pages != 512 {
		t.Errorf("the pool has %d pages", pool.pages)
	}
	if wrong := checkInvariants() + checkMemory(); wrong != "" {
		t.Error(wrong)
	}
	checkDescriptors(t)
	if info := *kip(kipBootInfo); info == 0 || *word(ia32.Virt(info)) != infoMagic || *word(ia32.Virt(info) + 16) != 3 {
		t.Error("no boot information")
	}
	if running().id() != sigma0ID {
		t.Error("sigma0 does not run")
	}
}

// checkDescriptors checks that what the KIP says is used for different things does not overlap.
func checkDescriptors(t testing.TB) {
	t.Helper()
	var used []span
	kinds := map[int]uint32{}
	for i := uint32(0); i < memoryCount(); i++ {
		kind, low, high := memoryAt(i)
		if low > high {
			t.Errorf("memory descriptor %d: %#x to %#x", i, low, high)
		}
		switch kind {
		case memReserved, memServer, memModule:
			kinds[len(used)] = kind
			used = append(used, span{low, high + 1})
		}
	}
	for i, a := range used {
		for k, b := range used[:i] {
			if a.overlaps(b) {
				t.Errorf("%#x (%#x) and %#x (%#x) overlap", a, kinds[i], b, kinds[k])
			}
		}
	}
}

// bootOrRefuse starts the kernel; it must boot or say in one line why not. It returns whether it booted.
func bootOrRefuse(t testing.TB) (booted bool) {
	t.Helper()
	ia32.Machine.Void = true
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		s, ok := r.(ia32.Stopped)
		if !ok && mapLies() {
			return // memory that is not there: nothing can be asked of the kernel
		}
		if !ok {
			panic(r)
		}
		if !strings.Contains(s.Output, "pecan: cannot boot: ") && !strings.Contains(s.Output, "kernel command line: cannot use") {
			t.Fatalf("stopped without reason: %q", s.Output)
		}
	}()
	Start()
	ia32.Machine.Void = false
	if mapLies() {
		return true
	}
	if wrong := checkInvariants() + checkMemory(); wrong != "" {
		t.Fatal(wrong)
	}
	checkDescriptors(t)
	return true
}

// mapLies reports whether the loader's map has RAM that the machine does not have.
func mapLies() bool {
	for _, r := range plan.ram[:plan.rams] {
		if r.high > uint32(len(ia32.Machine.Memory())) {
			return true
		}
	}
	return false
}

func TestBootRefusals(t *testing.T) {
	for name, spoil := range map[string]func(l *loader){
		"no modules":       func(l *loader) { l.table = nil },
		"one module":       func(l *loader) { l.table = l.table[:16] },
		"no map":           func(l *loader) { l.mmap = nil },
		"backward module":  func(l *loader) { binary.LittleEndian.PutUint32(l.table[4:], 0x100000) },
		"tiny memory":      func(l *loader) { l.mmap = nil; l.ram(0, 0x200000, 1) },
		"pool too large":   func(l *loader) { l.cmdline = "pecan kmem=1G" },
		"pool too small":   func(l *loader) { l.cmdline = "pecan kmem=4K" },
		"unknown word":     func(l *loader) { l.cmdline = "pecan frobnicate" },
		"module in kernel": func(l *loader) { binary.LittleEndian.PutUint32(l.table[32:], 0x100000) },
		"sigma0 in kernel": func(l *loader) { l.replace(0, executable(0x101000, 0x1000, nil)) },
		"root over sigma0": func(l *loader) { l.replace(1, executable(0x21000, 0x1000, nil)) },
		"root in page 0":   func(l *loader) { l.replace(1, executable(0x100, 0x1000, nil)) },
		"root outside RAM": func(l *loader) { l.replace(1, executable(0x8000000, 0x1000, nil)) },
		"root wraps":       func(l *loader) { l.replace(1, executable(0xFFFFF000, 0x2000, nil)) },
		"root not ELF":     func(l *loader) { l.replace(1, make([]byte, 200)) },
		"root truncated":   func(l *loader) { binary.LittleEndian.PutUint32(l.table[20:], 0x240000+60) },
		"too many modules": func(l *loader) { l.table = append(l.table, make([]byte, 16*30)...) },
		"slow TSC":         func(l *loader) { ia32.Machine.KHz = 100 },
		"missing feature":  func(l *loader) { ia32.Machine.Missing = "imagination" },
	} {
		t.Run(name, func(t *testing.T) {
			l := standard()
			spoil(l)
			l.install()
			if bootOrRefuse(t) {
				t.Error("booted")
			}
		})
	}
}

// replace exchanges the contents of a module, in place.
func (l *loader) replace(n int, contents []byte) {
	at := binary.LittleEndian.Uint32(l.table[16*n:])
	copy(ia32.Machine.Memory()[at:], contents)
	binary.LittleEndian.PutUint32(l.table[16*n+4:], at+uint32(len(contents)))
}

// Modules where images go must move out of the way, whatever their place and size.
func TestBootModulesAnywhere(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	booted := 0
	for i := 0; i < hostileBoots/4; i++ {
		powerOn(16 << 20)
		l := newLoader()
		l.ram(0, 0x9FC00, 1)
		l.ram(0x100000, 15<<20, 1)
		at := uint32(0x140000) + uint32(r.Intn(64))<<12
		place := func(size int) uint32 {
			p := at
			at += uint32(size) + uint32(r.Intn(3000))
			return p
		}
		sigma0 := bytes.Repeat([]byte{0xAA, 1, 2, 3, 4, 5, 6}, 1000+r.Intn(20000))
		root := bytes.Repeat([]byte{0xBB, 6, 5, 4, 3, 2, 1}, 1000+r.Intn(200000))
		file := make([]byte, 1+r.Intn(1<<20))
		r.Read(file)
		sigma0At, rootAt := uint32(0x20000), uint32(0x400000)
		if r.Intn(2) == 0 {
			sigma0At, rootAt = 0x150000+uint32(r.Intn(64))<<12, 0x400000+uint32(r.Intn(256))<<12
		}
		e0, e1 := executable(sigma0At, uint32(len(sigma0)+r.Intn(9999)), sigma0), executable(rootAt, uint32(len(root)+r.Intn(99999)), root)
		l.module(place(len(e0)), e0, "sigma0")
		l.module(place(len(e1)), e1, "root")
		l.module(place(len(file)), file, "file")
		l.install()
		if !bootOrRefuse(t) {
			continue
		}
		booted++
		m := ia32.Machine.Memory()
		if !bytes.Equal(m[sigma0At:][:len(sigma0)], sigma0) || !bytes.Equal(m[rootAt:][:len(root)], root) {
			t.Fatalf("round %d: an image is damaged", i)
		}
		if s := modules.list[2]; !bytes.Equal(m[s.low:s.high], file) {
			t.Fatalf("round %d: the file is damaged", i)
		}
	}
	if booted < hostileBoots/8 {
		t.Errorf("only %d of %d booted", booted, hostileBoots/4)
	}
}

func FuzzELF(f *testing.F) {
	f.Add(executable(0x400000, 0x1000, []byte("contents")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 1<<16 {
			l := standard()
			l.replace(1, data)
			l.install()
			bootOrRefuse(t)
		}
	})
}

func FuzzMultiboot(f *testing.F) {
	l := standard()
	f.Add(l.mmap, l.table, "pecan kmem=2M")
	f.Fuzz(func(t *testing.T, mmap, table []byte, cmdline string) {
		if len(mmap) > 4000 || len(table) > 4000 || len(cmdline) > 1000 {
			return
		}
		l := standard()
		l.mmap, l.table, l.cmdline = mmap, table, cmdline
		l.install()
		bootOrRefuse(t)
	})
}

// The same without a fuzzer: good data with some bytes changed.
func TestBootHostile(t *testing.T) {
	r := rand.New(rand.NewSource(6))
	booted := 0
	for i := 0; i < hostileBoots; i++ {
		l := standard()
		spoil := func(b []byte) {
			for n := r.Intn(4); n > 0 && len(b) > 0; n-- {
				b[r.Intn(len(b))] = [4]byte{0, 0xFF, byte(r.Intn(256)), 1 << r.Intn(8)}[r.Intn(4)]
			}
		}
		switch r.Intn(4) {
		case 0:
			e := executable(0x400000, 0x8000, bytes.Repeat([]byte("root"), 3000))
			spoil(e[:elfHeaderSize+elfPhdrSize])
			l.replace(r.Intn(2), e)
		case 1:
			spoil(l.mmap)
		case 2:
			spoil(l.table)
		case 3:
			spoil(l.mmap)
			spoil(l.table)
		}
		l.install()
		if bootOrRefuse(t) {
			booted++
		}
	}
	if booted == 0 || booted == hostileBoots {
		t.Errorf("%d of %d booted", booted, hostileBoots)
	}
}
