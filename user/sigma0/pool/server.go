package pool

import "pecan/user/l4"

// allPorts is the number of I/O ports.
const allPorts = 1 << 16

// Reserve is the number of spare runs that a request may need, with the page that Grow takes: without them
// requests are refused.
const Reserve = 4 * setRuns

// Server answers the sigma0 protocol. Fill in the functions, then call Init.
type Server struct {
	Store  Store
	Memory Memory
	Ports  Map

	// Grow turns a page of free RAM at addr, now sigma0's own, into runs.
	Grow func(addr uint32) []Run
	// Attribute sets a memory attribute; see l4.MemoryControl.
	Attribute func(p l4.Fpage, a l4.Attribute) bool
	// Dump prints the pools.
	Dump func()

	// Verbosity is what the root task set it to; 0 is silence.
	Verbosity uint32

	self, root  l4.ThreadID
	firstKernel l4.ThreadID // raw IDs from here to self are kernel threads'
}

// Init builds the pools from what the kernel interface page says. Initial runs come from runs, at least Reserve.
func (s *Server) Init(k *l4.KIP, runs []Run) {
	s.self, s.root, s.firstKernel = k.Sigma0ID(), k.RootID(), l4.Global(k.SystemBase(), 1)
	s.Store.Add(runs)
	s.Memory.Init(&s.Store)
	s.Ports.Init(&s.Store, allPorts, Other)
	// Until all is described nothing may be taken for bookkeeping: the runs given must do for 128 descriptors.
	d := k.MemoryDescriptors()
	for i := range d {
		if s.Store.Spare() < Reserve {
			panic("sigma0: too many memory descriptors")
		}
		s.Memory.Describe(&d[i])
	}
	s.Memory.Server(k.KdebugLow, k.KdebugHigh, Kernel)
	s.Memory.Server(k.Sigma0.Low, k.Sigma0.High, Owner(s.self))
	s.Memory.Server(k.Sigma1.Low, k.Sigma1.High, Owner(k.Sigma1ID()))
	s.Memory.Server(k.Root.Low, k.Root.High, Owner(s.root))
}

// ready makes sure that a request has the runs it may need, from a page of free RAM if it must be. Page 0 is never
// used.
func (s *Server) ready() bool {
	if s.Store.Spare() >= Reserve {
		return true
	}
	if s.Store.Spare() < setRuns {
		return false
	}
	n, ok := s.Memory.Find(1, 1, Conventional)
	if !ok {
		return s.Store.Spare() >= 2*setRuns
	}
	s.Memory.Set(n, n+1, Owner(s.self))
	s.Store.Add(s.Grow(n << l4.Page))
	return true
}

// isKernel reports whether id is a kernel thread's.
func (s *Server) isKernel(id l4.ThreadID) bool { return id >= s.firstKernel && id < s.self }

// Handle answers the request m from from: m becomes the reply, to be sent if it returns true. What is no request is
// dropped.
func (s *Server) Handle(from l4.ThreadID, m *l4.Msg) (reply bool) {
	t := m.Tag()
	if !from.IsGlobal() || t.Typed() != 0 || t.Untyped() != 2 && t.Untyped() != 3 {
		return false
	}
	switch t.Protocol() {
	case l4.PageFaultProtocol, l4.IOFaultProtocol, l4.Sigma0Protocol:
		item := l4.MapItem{}
		if !s.isKernel(from) && s.ready() {
			item = s.find(Owner(from), m)
		}
		m.Start(0).AddMap(item)
		return true
	case l4.Sigma0ExtraProtocol:
		return (s.isKernel(from) || from == s.root) && s.extra(m)
	}
	return false
}

// find is the map item for a request, nil if it is refused.
func (s *Server) find(o Owner, m *l4.Msg) l4.MapItem {
	var none l4.MapItem
	p := l4.Fpage(m.Word(1))
	switch protocol := m.Tag().Protocol(); {
	case protocol == l4.PageFaultProtocol:
		if addr := m.Word(1); s.Memory.Fault(addr, o) {
			return page(addr, l4.Page)
		}
		return none
	case p.IsIO():
		return s.ports(p.IO(), o)
	case protocol == l4.IOFaultProtocol:
		return none
	}
	item := s.memory(p, m, o)
	if a := l4.Attribute(m.Word(2)); a != l4.DefaultMemory && !item.IsNil() && !s.Attribute(item.Fpage.With(0), a) {
		return none
	}
	return item
}

// memory is the map item for a request for p.
func (s *Server) memory(p l4.Fpage, m *l4.Msg, o Owner) l4.MapItem {
	const bit3 = 8 // a third word holds the upper half of a 64-bit address
	if p.IsAny() {
		if addr, ok := s.Memory.Any(p.Log2(), o); ok {
			return page(addr, p.Log2())
		}
		return l4.MapItem{}
	}
	above4G := p&bit3 != 0 && m.Tag().Untyped() == 3 && m.Word(3) != 0
	if above4G || !s.Memory.Request(p, o) {
		return l4.MapItem{}
	}
	return page(p.Base(), p.Log2())
}

// page is the map item for a region of memory.
func page(addr, log2 uint32) l4.MapItem {
	p := l4.NewFpage(addr, log2, l4.RWX)
	return l4.MapItem{Base: p.Base(), Fpage: p}
}

// ports is the map item for a range of ports.
func (s *Server) ports(p l4.IOFpage, o Owner) l4.MapItem {
	if p.Log2() > 16 {
		return l4.MapItem{}
	}
	lo := uint32(p.Port())
	if !s.Ports.Claim(lo, lo+p.Ports(), o) {
		return l4.MapItem{}
	}
	return l4.MapItem{Fpage: l4.NewIOFpage(p.Port(), p.Log2(), l4.RWX).Fpage()}
}

// extra handles the extended protocol.
func (s *Server) extra(m *l4.Msg) (reply bool) {
	const setVerbosity, dumpPools = 1, 2
	switch m.Word(1) {
	case setVerbosity:
		s.Verbosity = m.Word(2)
	case dumpPools:
		reply = m.Word(2) != 0
		s.Dump()
		m.Start(0)
	}
	return reply
}
