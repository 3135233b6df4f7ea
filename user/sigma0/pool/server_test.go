package pool

import (
	"testing"
	"unsafe"

	"pecan/user/l4"
)

const (
	rootID  = l4.ThreadID(0x000C8001)
	otherID = l4.ThreadID(0x000CC002)
	selfID  = l4.ThreadID(0x000C0001)
)

// kip is a kernel interface page with the given memory descriptors, sigma0 in pages 0x20 to 0x28 and the root task in
// 0x30 to 0x3F.
func kip(descriptors ...l4.MemoryDescriptor) *l4.KIP {
	page := new(struct {
		l4.KIP
		descriptors [128]l4.MemoryDescriptor
	})
	page.ThreadInfo = 0x03001012
	page.MemoryInfo = uint32(unsafe.Offsetof(page.descriptors))<<16 | uint32(copy(page.descriptors[:], descriptors))
	page.Sigma0 = l4.ServerImage{Low: 0x20000, High: 0x28800}
	page.Root = l4.ServerImage{Low: 0x30400, High: 0x3F001}
	return &page.KIP
}

// memory is a descriptor for the bytes low to high.
func memory(t l4.MemoryType, low, high uint32) l4.MemoryDescriptor {
	return l4.MemoryDescriptor{low&^0x3FF | uint32(t), high &^ 0x3FF}
}

// machine is a usual description: RAM in pages 0 to 0x9F and from 0x100 to 0x1FF, kernel in 0x100 to 0x13F.
func machine() *l4.KIP {
	return kip(
		memory(l4.Shared, 0, 0xFFFFFFFF),
		memory(l4.Conventional, 0, 0x9FBFF),
		memory(l4.Architecture|2<<4, 0x9FC00, 0x9FFFF),
		memory(l4.Conventional, 0x100000, 0x1FFFFF),
		l4.MemoryDescriptor{0x00000201, 0xBFFFFC00},
		memory(l4.Dedicated, 0xFE000000, 0xFE000FFF),
		memory(l4.Undefined, 0xFF000000, 0xFF000FFF),
		memory(l4.InitialServer, 0x20000, 0x28BFF),
		memory(l4.InitialServer, 0x30400, 0x3F3FF),
		memory(l4.BootModule, 0x1F0000, 0x1F43FF),
		memory(l4.Reserved, 0, 0xFFF),
		memory(l4.Reserved, 0x100000, 0x13FFFF),
	)
}

func newServer(k *l4.KIP, runs int) *Server {
	s := &Server{
		Grow:      func(uint32) []Run { return make([]Run, 300) },
		Attribute: func(l4.Fpage, l4.Attribute) bool { return true },
	}
	s.Init(k, make([]Run, runs))
	return s
}

// ask sends a request of the given label and words and returns the answer.
func ask(t *testing.T, s *Server, from l4.ThreadID, label uint16, words ...uint32) l4.MapItem {
	t.Helper()
	var m l4.Msg
	m.Start(label)
	for _, w := range words {
		m.Add(w)
	}
	if !s.Handle(from, &m) {
		t.Fatalf("%#x %#x: no reply", label, words)
	}
	item, ok := m.FirstMap()
	if m.Tag() != 0x80 || !ok {
		t.Fatalf("%#x %#x: reply tag %#x", label, words, uint32(m.Tag()))
	}
	if item.IsNil() && (m.Word(1) != 8 || m.Word(2) != 0) {
		t.Fatalf("refusal is %#x %#x", m.Word(1), m.Word(2))
	}
	return item
}

func (s *Server) fault(t *testing.T, from l4.ThreadID, addr uint32) l4.MapItem {
	return ask(t, s, from, 0xFFE2, addr, 0x400000)
}

func (s *Server) rpc(t *testing.T, from l4.ThreadID, p l4.Fpage) l4.MapItem {
	return ask(t, s, from, 0xFFA0, uint32(p), 0)
}

func want(t *testing.T, what string, got l4.MapItem, base uint32, p l4.Fpage) {
	t.Helper()
	if got.Base != base || got.Fpage != p {
		t.Errorf("%s: base %#x page %#x, want %#x %#x", what, got.Base, uint32(got.Fpage), base, uint32(p))
	}
}

func refused(t *testing.T, what string, got l4.MapItem) {
	t.Helper()
	want(t, what, got, 0, 0)
}

func TestPoolsFromDescriptors(t *testing.T) { // boot.md 6.1
	s := newServer(machine(), 200)
	for _, c := range []struct {
		page uint32
		want Owner
	}{
		{0, Kernel}, {1, Conventional}, {0x9E, Conventional}, {0x9F, Other}, {0xA0, Anybody},
		{0x1F, Conventional}, {0x20, Owner(selfID)}, {0x28, Owner(selfID)}, {0x29, Conventional},
		{0x30, Owner(rootID)}, {0x3F, Owner(rootID)}, {0x40, Conventional},
		{0x100, Kernel}, {0x13F, Kernel}, {0x140, Conventional}, {0x1F0, Other}, {0x1F4, Other}, {0x1F5, Conventional},
		{0xFE000, Other}, {0xFE001, Anybody}, {0xFF000, Nobody}, {0xFFFFF, Anybody},
	} {
		if got := s.Memory.Owner(c.page); got != c.want {
			t.Errorf("page %#x: owner %#x, want %#x", c.page, got, c.want)
		}
	}
	checkList(t, &s.Memory.Map)
}

func TestServerImagesDoNotOverrideReserved(t *testing.T) {
	s := newServer(kip(memory(l4.Reserved, 0x38000, 0x38FFF)), 200)
	if got := s.Memory.Owner(0x38); got != Kernel {
		t.Errorf("reserved page inside the root image: %#x", got)
	}
	if got := s.Memory.Owner(0x39); got != Owner(rootID) {
		t.Errorf("page behind it: %#x", got)
	}
}

func TestPageFaults(t *testing.T) { // boot.md 6.2
	s := newServer(machine(), 200)
	want(t, "free RAM", s.fault(t, rootID, 0x40ABC), 0x40000, 0x400C7)
	want(t, "again", s.fault(t, rootID, 0x40FFF), 0x40000, 0x400C7)
	refused(t, "another's", s.fault(t, otherID, 0x40000))
	want(t, "own image", s.fault(t, rootID, 0x30400), 0x30000, 0x300C7)
	refused(t, "another's image", s.fault(t, otherID, 0x30400))
	refused(t, "reserved", s.fault(t, rootID, 0x100000))
	refused(t, "page 0", s.fault(t, rootID, 0))
	refused(t, "module", s.fault(t, rootID, 0x1F0000))
	want(t, "shared", s.fault(t, rootID, 0xB8000), 0xB8000, 0xB80C7)
	want(t, "shared by another", s.fault(t, otherID, 0xB8000), 0xB8000, 0xB80C7)
	refused(t, "undefined", s.fault(t, rootID, 0xFF000000))
	want(t, "top of memory", s.fault(t, rootID, 0xFFFFFFFF), 0xFFFFF000, 0xFFFFF0C7)
	m := ask(t, s, rootID, 0xFFE5, 0x41000, 0x400000, 99) // three words are accepted too
	want(t, "three words", m, 0x41000, 0x410C7)
}

func TestRequests(t *testing.T) { // boot.md 6.2
	s := newServer(machine(), 200)
	want(t, "module", s.rpc(t, rootID, l4.NewFpage(0x1F0000, 14, 0)), 0x1F0000, l4.NewFpage(0x1F0000, 14, l4.RWX))
	want(t, "module again", s.rpc(t, rootID, l4.NewFpage(0x1F0000, 12, 0)), 0x1F0000, l4.NewFpage(0x1F0000, 12, l4.RWX))
	refused(t, "another's", s.rpc(t, otherID, l4.NewFpage(0x1F0000, 12, 0)))
	want(t, "mixed pools", s.rpc(t, rootID, l4.NewFpage(0x1F0000, 16, 0)), 0x1F0000, l4.NewFpage(0x1F0000, 16, l4.RWX))
	refused(t, "partly another's", s.rpc(t, otherID, l4.NewFpage(0x1E0000, 17, 0)))
	want(t, "and nothing was taken", s.rpc(t, rootID, l4.NewFpage(0x1E0000, 17, 0)), 0x1E0000, l4.NewFpage(0x1E0000, 17, l4.RWX))
	refused(t, "partly reserved", s.rpc(t, rootID, l4.NewFpage(0, 22, 0)))
	refused(t, "everything", s.rpc(t, rootID, l4.NewFpage(0, 32, 0)))
	refused(t, "complete", s.rpc(t, rootID, l4.Complete))
	refused(t, "nil page", s.rpc(t, rootID, l4.NilPage))
	refused(t, "too small", s.rpc(t, rootID, l4.NewFpage(0x50000, 11, 0)))
	refused(t, "absurd size", s.rpc(t, rootID, l4.Fpage(0x50000|60<<4)))
	want(t, "4 MiB of shared memory", s.rpc(t, rootID, l4.NewFpage(0x400000, 22, 0)), 0x400000, 0x00400167)
	want(t, "unaligned base", s.rpc(t, rootID, l4.Fpage(0x40C00|14<<4)), 0x40000, l4.NewFpage(0x40000, 14, l4.RWX))

	p := uint32(l4.NewFpage(0x50000, 12, 0)) | 8
	want(t, "bit 3, no third word", ask(t, s, rootID, 0xFFA0, p, 0), 0x50000, 0x500C7)
	want(t, "bit 3, below 4 GiB", ask(t, s, rootID, 0xFFA0, p, 0, 0), 0x50000, 0x500C7)
	refused(t, "above 4 GiB", ask(t, s, rootID, 0xFFA0, p, 0, 1))
}

func TestAny(t *testing.T) { // boot.md 6.2
	s := newServer(machine(), 200)
	want(t, "lowest page", s.rpc(t, rootID, l4.AnyPage(12)), 0x1000, 0x010C7)
	want(t, "next page", s.rpc(t, otherID, l4.AnyPage(12)), 0x2000, 0x020C7)
	want(t, "aligned", s.rpc(t, rootID, l4.AnyPage(16)), 0x10000, l4.NewFpage(0x10000, 16, l4.RWX))
	want(t, "a gap stays usable", s.rpc(t, rootID, l4.AnyPage(12)), 0x3000, 0x030C7)
	want(t, "stock form", ask(t, s, rootID, 0xFFA0, 0xFFFFFCCF, 0, 0xFFFFFFFF), 0x4000, 0x040C7)
	want(t, "512 KiB", s.rpc(t, rootID, l4.AnyPage(18)), 0x40000, l4.NewFpage(0x40000, 18, l4.RWX))
	refused(t, "too much", s.rpc(t, rootID, l4.AnyPage(22)))
	refused(t, "too small", s.rpc(t, rootID, l4.AnyPage(11)))
	n := 0
	for !s.rpc(t, rootID, l4.AnyPage(12)).IsNil() {
		n++
	}
	for i := range uint32(pages) {
		if i < 0x200 && s.Memory.Owner(i) == Conventional {
			t.Fatalf("page %#x left", i)
		}
	}
	if n < 100 {
		t.Errorf("only %d pages", n)
	}
}

func TestPorts(t *testing.T) { // boot.md 6.2, abi 6.7
	s := newServer(machine(), 200)
	com1 := l4.NewIOFpage(0x3F8, 3, 0)
	want(t, "I/O fault", ask(t, s, rootID, 0xFF86, uint32(l4.NewIOFpage(0x3FD, 0, 0)), 1), 0, l4.NewIOFpage(0x3FD, 0, l4.RWX).Fpage())
	want(t, "RPC", s.rpc(t, rootID, com1.Fpage()), 0, l4.NewIOFpage(0x3F8, 3, l4.RWX).Fpage())
	refused(t, "another's", s.rpc(t, otherID, com1.Fpage()))
	refused(t, "all ports", s.rpc(t, otherID, l4.NewIOFpage(0, 16, 0).Fpage()))
	want(t, "all ports for the owner", s.rpc(t, rootID, l4.NewIOFpage(0, 16, 0).Fpage()), 0, l4.NewIOFpage(0, 16, l4.RWX).Fpage())
	refused(t, "any ports", s.rpc(t, rootID, l4.Fpage(0xFFFFFC20)))
	refused(t, "I/O fault on memory", ask(t, s, rootID, 0xFF86, 0x500C0, 1))
	checkList(t, &s.Ports)
}

func TestAttributes(t *testing.T) { // boot.md 6.2
	s := newServer(machine(), 200)
	var page l4.Fpage
	var attribute l4.Attribute
	answer := false
	s.Attribute = func(p l4.Fpage, a l4.Attribute) bool {
		page, attribute = p, a
		return answer
	}
	refused(t, "attribute fails", ask(t, s, rootID, 0xFFA0, 0xFE0000C0, 4))
	answer = true
	want(t, "attribute", ask(t, s, rootID, 0xFFA0, 0xFE0000C0, 4), 0xFE000000, 0xFE0000C7)
	if page != 0xFE0000C0 || attribute != l4.Uncacheable {
		t.Errorf("page %#x, attribute %d", uint32(page), attribute)
	}
}

func TestDroppedMessages(t *testing.T) { // boot.md 6.2
	s := newServer(machine(), 200)
	dumps := 0
	s.Dump = func() { dumps++ }
	var m l4.Msg
	for _, c := range []struct {
		from l4.ThreadID
		tag  l4.MsgTag
		word uint32
	}{
		{rootID, 0xFFE20001, 0},
		{rootID, 0xFFE20004, 0},
		{rootID, 0xFFE20082, 0}, // typed words
		{rootID, 0xFFD00002, 0},
		{rootID, 0x00000002, 0},
		{0xBF000100, 0xFFE20002, 0x50000}, // local ID
		{otherID, 0xC1700002, 1},
		{rootID, 0xC1700002, 99},
	} {
		m.SetTag(c.tag)
		m[1], m[2] = c.word, 7
		if s.Handle(c.from, &m) {
			t.Errorf("tag %#x from %#x: got a reply", uint32(c.tag), uint32(c.from))
		}
	}
	m.SetTag(0xC1700002)
	m[1], m[2] = 1, 3
	if s.Handle(rootID, &m) || s.Verbosity != 3 {
		t.Errorf("verbosity %d", s.Verbosity)
	}
	for n, reply := range []bool{false, true} {
		m.SetTag(0xC1700002)
		m[1], m[2] = 2, uint32(n)
		if s.Handle(rootID, &m) != reply || dumps != n+1 || reply && m.Tag() != 0 {
			t.Errorf("dump: %d dumps, tag %#x", dumps, uint32(m.Tag()))
		}
	}
	kernel := l4.Global(16, 1)
	refused(t, "kernel thread", s.rpc(t, kernel, l4.AnyPage(12)))
}

func TestBookkeepingGrows(t *testing.T) {
	s := newServer(machine(), 40)
	var grown []uint32
	s.Grow = func(addr uint32) []Run {
		grown = append(grown, addr)
		return make([]Run, 10)
	}
	for page := uint32(0x41); page < 0x9E; page += 2 { // every second page: a run each
		want(t, "page", s.fault(t, rootID, page<<12), page<<12, l4.PageAt(page<<12, l4.RWX))
	}
	if len(grown) == 0 {
		t.Fatal("never grew")
	}
	for _, addr := range grown {
		if addr == 0 || s.Memory.Owner(addr>>12) != Owner(selfID) {
			t.Errorf("bookkeeping at %#x, owner %#x", addr, s.Memory.Owner(addr>>12))
		}
	}
	checkList(t, &s.Memory.Map)
}

func TestOutOfBookkeeping(t *testing.T) {
	s := newServer(kip(memory(l4.Dedicated, 0, 0xFFFFFFFF)), 40) // no RAM to grow from
	s.Grow = func(uint32) []Run { t.Fatal("grew"); return nil }
	ok := uint32(0)
	for page := uint32(0x101); page < 0x1FF; page += 2 {
		if !s.rpc(t, rootID, l4.PageAt(page<<12, 0)).IsNil() {
			ok++
		}
	}
	if ok < 10 || ok > 20 {
		t.Errorf("%d requests served from 40 runs", ok)
	}
	checkList(t, &s.Memory.Map)
}
