package main

import (
	"unsafe"

	"pecan/user/checks"
	"pecan/user/l4"
)

// Memory of cases. Regions are 4 MiB of this space each, at their physical addresses. Every puppet has one of them behind
// its zone: page x of the zone, when it is mapped, shows page x of the region. So the case sees at once what a
// puppet has in memory, and takes pages away from it by unmapping them from the region.

const (
	regionLog2 = 22
	regionSize = 1 << regionLog2
	// zone is where the puppets' zones begin, in all spaces; no other memory is there.
	zone = 0x60000000
)

var regions [2]uint32 // aligned

// Usual roles.
const (
	source = 0
	target = 1
)

// High is device memory above the user area, as PCs have it (the timer chip HPET), shown at highWindow.
const (
	high       = 0xFED00000
	highWindow = 0x50000000
)

// Ports that no device has, which this space has from sigma0: ownPort and 15 more.
const ownPort = 0x5550

var pageServer l4.ThreadID

// takeMemory touches the whole image, which sigma0 gives to this thread only, and gets the regions.
func takeMemory() {
	k := l4.Kernel()
	for at := k.Root.Low; at < k.Root.High; at += l4.PageSize {
		store(at, load(at))
	}
	for i := range regions {
		p, ok := l4.FromSigma0(k.Sigma0ID(), l4.AnyPage(regionLog2), l4.DefaultMemory, l4.Complete)
		if !ok {
			panic("conformance: no memory from sigma0")
		}
		regions[i] = p.Base()
		for at := uint32(0); at < regionSize; at += l4.PageSize {
			store(regions[i]+at, 0)
		}
	}
	if _, ok := l4.FromSigma0(k.Sigma0ID(), l4.PageAt(high, l4.RWX), l4.DefaultMemory, l4.PageAt(highWindow, 0)); !ok {
		panic("conformance: no device memory from sigma0")
	}
	if _, ok := l4.FromSigma0(k.Sigma0ID(), l4.NewIOFpage(ownPort, 4, l4.RW).Fpage(), l4.DefaultMemory, l4.Complete); !ok {
		panic("conformance: no ports from sigma0")
	}
}

// takeRegions takes all pages from all zones.
func takeRegions() {
	for i := range regions {
		l4.UnmapPage(l4.NewFpage(regions[i], regionLog2, l4.RWX), false)
	}
}

//go:noinline
func load(addr uint32) uint32 { return *(*uint32)(unsafe.Add(nil, addr)) }

//go:noinline
func store(addr, value uint32) { *(*uint32)(unsafe.Add(nil, addr)) = value }

func bytesAt(addr, n uint32) []byte { return unsafe.Slice((*byte)(unsafe.Add(nil, addr)), n) }

// pattern is the byte at position i of stream seed.
func pattern(seed, i uint32) byte { return byte(i*7 + i>>8*13 + i>>16*31 + seed*101 + 1) }

// fill writes n bytes of stream seed, from its position from, at addr.
func fill(addr, n, seed, from uint32) {
	b := bytesAt(addr, n)
	for i := range b {
		b[i] = pattern(seed, from+uint32(i))
	}
}

// holds fails the case unless the n bytes at addr are those of the stream seed from position from.
func holds(what string, addr, n, seed, from uint32) {
	b := bytesAt(addr, n)
	for i := range b {
		if b[i] != pattern(seed, from+uint32(i)) {
			fatal(describe(what).Str(": byte ").Dec(uint64(i)).Str(" is ").Hex(uint32(b[i])))
		}
	}
}

// blank is what memory holds that no transfer may touch.
const blank = 0xE5

// clear makes n bytes blank, and untouched fails the case unless they still are.
func clear(addr, n uint32) {
	b := bytesAt(addr, n)
	for i := range b {
		b[i] = blank
	}
}

func untouched(what string, addr, n uint32) {
	b := bytesAt(addr, n)
	for i := range b {
		if b[i] != blank {
			fatal(describe(what).Str(": byte ").Dec(uint64(i)).Str(" has been written"))
		}
	}
}

// inImage reports whether addr lies in the root task's image.
func inImage(addr uint32) bool {
	k := l4.Kernel()
	return addr >= k.Root.Low && addr < k.Root.High
}

// supply makes m the answer to a fault in the image.
func supply(addr uint32, m *l4.Msg) {
	m.Start(0).AddMap(l4.MapItem{Base: addr &^ 0xFFFF, Fpage: l4.NewFpage(addr, 16, l4.RWX)})
}

var serverStack [16384]byte

// startPageServer starts the pager and exception handler of threads that need none of their own: it shows them the root
// task's image. Anything else that it hears of fails the case.
func startPageServer() {
	version = 1
	pageServer = l4.Global(l4.Kernel().UserBase()+serverNumber, 1)
	err := l4.NewThread(&l4.Thread{
		ID: pageServer, Pager: self, Scheduler: self, UTCB: l4.MyUTCBLocation() + l4.UTCBSize,
		Stack: serverStack[:], Entry: servePages,
	})
	if err != l4.OK || l4.SetPriority(pageServer, serverPriority) != l4.OK {
		panic("conformance: no page server")
	}
}

func servePages() {
	var m l4.Msg
	to := l4.NilThread
	for {
		from, err := l4.ReplyWait(to, &m, l4.Never)
		to = l4.NilThread
		if err != l4.OK {
			continue
		}
		if f, ok := m.PageFault(); ok && !from.IsLocal() && inImage(f.Addr) {
			supply(f.Addr, &m)
			to = from
			continue
		}
		*reason = *complaint(from, &m)
		m.Start(checks.LabelFailed)
		l4.Send(self, &m, moment)
	}
}

// complaint describes a message that nobody expected.
func complaint(from l4.ThreadID, m *l4.Msg) *l4.Text {
	t := describe("")
	t.ID(from)
	if f, ok := m.PageFault(); ok {
		t.Str(": unexpected ").Access(f.Access).Byte(' ').Hex(f.Addr).Str(" at ").Hex(f.IP)
	} else if r, ok := m.Exception(); ok {
		t.Str(": unexpected exception ").Dec(uint64(r.Vector)).Str(" error ").Hex(r.ErrorCode).Str(" at ").Hex(r.IP)
	} else {
		t.Str(": unexpected message ").Hex(uint32(m.Tag())).Byte(' ').Hex(m.Word(1))
	}
	return t
}
