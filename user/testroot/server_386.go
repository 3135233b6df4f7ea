package main

import (
	"unsafe"

	"pecan/user/checks"
	"pecan/user/l4"
)

// The page server is a thread that pages the spaces of the cases: they see the root task's image, with its data, at
// the same addresses. Any other fault or exception it hears of fails the case.

var pageServer l4.ThreadID

// Memory for the cases to map, besides the image: at its physical address.
var (
	large uint32 // 4 MiB, aligned
	pages uint32 // 64 KiB, aligned
)

const (
	largeLog2 = 22
	pagesLog2 = 16
)

// takeMemory touches the whole image, which sigma0 gives to this thread only, and gets memory for the cases.
func takeMemory() {
	k := l4.Kernel()
	for at := k.Root.Low; at < k.Root.High; at += l4.PageSize {
		touch(at)
	}
	large = anyMemory(largeLog2)
	pages = anyMemory(pagesLog2)
	for i := range uint32(1 << (largeLog2 - l4.Page)) {
		store(large+i*l4.PageSize, stamp(i))
	}
}

// stamp is the first word of page i of large.
func stamp(i uint32) uint32 { return 0x57A30000 + i }

func anyMemory(log2 uint32) uint32 {
	p, ok := l4.FromSigma0(k0(), l4.AnyPage(log2), l4.DefaultMemory, l4.Complete)
	if !ok {
		panic("testroot: no memory from sigma0")
	}
	return p.Base()
}

func k0() l4.ThreadID { return l4.Kernel().Sigma0ID() }

// touch writes to the page at addr, what was there.
func touch(addr uint32) {
	p := (*uint32)(unsafe.Add(nil, addr))
	*(*uint32)(unsafe.Pointer(p)) = load(addr)
}

//go:noinline
func load(addr uint32) uint32 { return *(*uint32)(unsafe.Add(nil, addr)) }

//go:noinline
func store(addr, value uint32) { *(*uint32)(unsafe.Add(nil, addr)) = value }

func utcbAt(at l4.UTCBLocation) *l4.UTCB { return (*l4.UTCB)(unsafe.Add(nil, uint32(at))) }

func startPageServer() {
	version = 1
	pageServer = l4.Global(l4.Kernel().UserBase()+serverNumber, 1)
	err := l4.NewThread(&l4.Thread{
		ID: pageServer, Pager: self, Scheduler: self, UTCB: l4.MyUTCBLocation() + l4.UTCBSize,
		Stack: serverStack[:], Entry: servePages,
	})
	if err != l4.OK || l4.SetPriority(pageServer, serverPriority) != l4.OK {
		panic("testroot: no page server")
	}
}

var serverStack [16384]byte

// inImage reports whether addr lies in the root task's image.
func inImage(addr uint32) bool {
	k := l4.Kernel()
	return addr >= k.Root.Low && addr < k.Root.High
}

// supply makes m the answer to a fault in the image.
func supply(addr uint32, m *l4.Msg) {
	m.Start(0).AddMap(l4.MapItem{Base: addr &^ 0xFFFF, Fpage: l4.NewFpage(addr, 16, l4.RWX)})
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
		f, ok := m.PageFault()
		if ok && !from.IsLocal() && inImage(f.Addr) {
			supply(f.Addr, &m)
			to = from
			continue
		}
		complain(from, &m)
	}
}

// complain fails the case for a message that nobody expected.
func complain(from l4.ThreadID, m *l4.Msg) {
	t := describe("")
	t.ID(from)
	if f, ok := m.PageFault(); ok {
		t.Str(": unexpected ").Access(f.Access).Byte(' ').Hex(f.Addr).Str(" at ").Hex(f.IP)
	} else if f, ok := m.IOFault(); ok {
		t.Str(": unexpected access to port ").Hex(uint32(f.Ports)).Str(" at ").Hex(f.IP)
	} else if r, ok := m.Exception(); ok {
		t.Str(": unexpected exception ").Dec(uint64(r.Vector)).Str(" error ").Hex(r.ErrorCode).Str(" at ").Hex(r.IP)
	} else {
		t.Str(": unexpected message ").Hex(uint32(m.Tag()))
	}
	*reason = *t
	m.Start(checks.LabelFailed)
	l4.Send(self, m, moment)
}
