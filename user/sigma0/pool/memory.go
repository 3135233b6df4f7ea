package pool

import "pecan/user/l4"

// pages is the number of pages in 4 GiB.
const pages = 1 << (32 - l4.Page)

// Memory says whose the pages of physical memory are.
type Memory struct {
	Map
}

// Init begins with all 4 GiB free, but not as RAM.
func (m *Memory) Init(s *Store) { m.Map.Init(s, pages, Other) }

// bounds are the first page and the page behind the last of the bytes low to high, rounded outwards.
func bounds(low, high uint32) (lo, hi uint32) { return low >> l4.Page, high>>l4.Page + 1 }

// Describe applies a memory descriptor: its range becomes what its type says, whatever it was. Descriptors of virtual
// memory say nothing here. Precondition: two spare runs.
func (m *Memory) Describe(d *l4.MemoryDescriptor) {
	if d.Virtual() || d.High() < d.Low() {
		return
	}
	o := Nobody
	switch d.Type().Class() {
	case l4.Conventional:
		o = Conventional
	case l4.Reserved:
		o = Kernel
	case l4.Dedicated, l4.BootLoader, l4.Architecture:
		o = Other
	case l4.Shared:
		o = Anybody
	}
	lo, hi := bounds(d.Low(), d.High())
	m.Set(lo, hi, o)
}

// Server gives a server the free pages of its image, of which high is the first byte behind it; 0 means that there is
// no such server. Precondition: two spare runs.
func (m *Memory) Server(low, high uint32, o Owner) {
	if high > low {
		lo, hi := bounds(low, high-1)
		m.take(lo, hi, o)
	}
}

// Fault finds the page at addr for o: it must be free RAM, or o's already, or anybody's. Precondition: two spare runs.
func (m *Memory) Fault(addr uint32, o Owner) bool {
	n := addr >> l4.Page
	switch m.Owner(n) {
	case Conventional:
		m.Set(n, n+1, o)
		return true
	case o, Anybody:
		return true
	}
	return false
}

// Request finds page p for o: each part must be free, o's already, or anybody's. Precondition: two spare runs.
func (m *Memory) Request(p l4.Fpage, o Owner) bool {
	if p.Log2() < l4.Page || p.Log2() > 32 || p.IsComplete() {
		return false
	}
	lo := p.Base() >> l4.Page
	return m.Claim(lo, lo+uint32(p.Size()>>l4.Page), o)
}

// Any finds the lowest 1<<log2 bytes of free RAM for o, aligned to their size. Precondition: two spare runs.
func (m *Memory) Any(log2 uint32, o Owner) (addr uint32, ok bool) {
	if log2 < l4.Page || log2 > 32 {
		return 0, false
	}
	size := uint32(1) << (log2 - l4.Page)
	lo, ok := m.Find(0, size, Conventional)
	if ok {
		m.Set(lo, lo+size, o)
	}
	return lo << l4.Page, ok
}
