package kernel

import "pecan/arch/ia32"

// I/O ports under the same model as memory (semantics 5.6): a port maps to itself only, so a space has each port at most
// once and the tree of a port is told by "who gave it to me" per space: a 16-bit space number, 0 not had, portRoot from
// sigma0. Access is the bitmap behind the TSS, one clear bit per port had.

const (
	portRoot      = 0xFFFF
	parentsPage   = 2048 // ports whose parents fit in a page
	portsPerWord  = 32
	portsPerPage  = 8 * ia32.PageSize
	allPorts      = 1 << 16
	ioTableBitmap = 1 // index of the first bitmap page in the page table at IOArea
)

// ioSpaces lists the spaces that have had ports, through ioNext.
var ioSpaces uint32

func (s *Space) number() uint16 { return uint16((s.handle() - ia32.Window) >> 12) }

// portParent is the slot of a port's giver, or nil if the space has nothing near.
func (s *Space) portParent(port uint32) *uint16 {
	page := s.ioParents[port/parentsPage]
	if page == 0 {
		return nil
	}
	return (*uint16)(ia32.Ptr(page + port%parentsPage*2))
}

func (s *Space) hasPort(port uint32) bool {
	p := s.portParent(port)
	return p != nil && *p != 0
}

// setPort records the giver and opens the port; clearPort the reverse. Precondition: makePorts covers it.
func (s *Space) setPort(port uint32, giver uint16) {
	*s.portParent(port) = giver
	*s.portWord(port) &^= 1 << (port % portsPerWord)
}

func (s *Space) clearPort(port uint32) {
	*s.portParent(port) = 0
	*s.portWord(port) |= 1 << (port % portsPerWord)
}

func (s *Space) portWord(port uint32) *uint32 {
	return word(s.ioBitmap[port/portsPerPage] + port%portsPerPage/portsPerWord*4)
}

// makePorts prepares a space to hold the given port; false without memory.
func (s *Space) makePorts(port uint32) bool {
	if s.ioTable == 0 {
		if !canAlloc(3) {
			return false
		}
		handle := s.handle()
		s.ioTable = allocPage(pageIOTable, handle)
		entry := word(s.pdir + 4*pdIndex(ia32.IOArea))
		ia32.Copy(s.ioTable, ia32.Virt(*entry&ia32.PteFrame), ia32.PageSize)
		debugString(3 * ia32.PageSize) // with the bitmaps
		for i := range s.ioBitmap {
			s.ioBitmap[i] = allocPage(pageIOBitmap, handle)
			bitmap := word(s.ioTable + uint32(ioTableBitmap+i)*4)
			ia32.Copy(s.ioBitmap[i], ia32.Virt(*bitmap&ia32.PteFrame), ia32.PageSize) // all denied
			*bitmap = ia32.Phys(s.ioBitmap[i]) | kernelPte
		}
		*entry = ia32.Phys(s.ioTable) | kernelPte
		s.flush(ia32.BitmapAt)
		s.flush(ia32.BitmapAt + ia32.PageSize)
		s.ioNext, ioSpaces = ioSpaces, handle
		mapGeneration++
	}
	page := &s.ioParents[port/parentsPage]
	if *page == 0 {
		*page = allocPage(pageIOParents, s.handle())
	}
	return *page != 0
}

// grantBusy in the progress of mapPorts: the grant of the current port has begun.
const grantBusy = 1 << 31

// mapPorts maps or grants those ports of the fpage that from has. It returns false after a preemption; *done is the number
// of ports dealt with, and grantBusy.
//
// A grant begins as a map; then the granter's other children become the receiver's, one by one, and at last the receiver takes the
// granter's place: all that is a correct tree at any time.
func mapPorts(from, to *Space, f Fpage, grant bool, done *uint32, w *treeWalk) bool {
	if to.isSigma0 || from == to {
		return true
	}
	base, count := f.ports()
	giver := from.number()
	busy := *done&grantBusy != 0
	*done &^= grantBusy
	for port := base + *done; port < base+count; port++ {
		if !busy {
			if !from.isSigma0 && from.ioParents[port/parentsPage] == 0 {
				port |= parentsPage - 1
				continue
			}
			if preempted() {
				*done = port - base
				return false
			}
			if !from.isSigma0 && !from.hasPort(port) || to.hasPort(port) {
				continue
			}
			if !to.makePorts(port) {
				return true
			}
			if from.isSigma0 {
				to.setPort(port, portRoot)
				continue
			}
			to.setPort(port, giver)
		}
		busy = false
		if !grant {
			continue
		}
		if !adoptPort(from, to, port, w) {
			*done = port - base | grantBusy
			return false
		}
		if from.hasPort(port) && to.hasPort(port) { // nobody has taken it meanwhile
			to.setPort(port, *from.portParent(port))
			from.clearPort(port)
		}
	}
	return true
}

// walkPorts, beside a port << 4, names the walk over the spaces with ports.
const walkPorts = 8

// adoptPort makes the children of from for a port those of to, which is one of them. It returns false after a preemption.
func adoptPort(from, to *Space, port uint32, w *treeWalk) bool {
	old, heir := from.number(), to.number()
	name := port<<4 | walkPorts | walkReduce
	for h := w.resume(name, ioSpaces); h != 0; h = spaceAt(h).ioNext {
		if preempted() {
			w.stop(name, h)
			return false
		}
		if s := spaceAt(h); s != to {
			if p := s.portParent(port); p != nil && *p == old {
				*p = heir
			}
		}
	}
	return true
}

// unmapPorts takes ports from everybody who has them from s, and with flush from s itself. It returns false after a
// preemption; *done is the number of ports dealt with.
func unmapPorts(s *Space, base, count uint32, flush bool, done *uint32, w *treeWalk) bool {
	owner := s.number()
	for port := base + *done; port < base+count; port++ {
		if !s.isSigma0 && s.ioParents[port/parentsPage] == 0 {
			port |= parentsPage - 1
			continue
		}
		if preempted() {
			*done = port - base
			return false
		}
		if !s.isSigma0 && !s.hasPort(port) {
			continue
		}
		giver := owner
		if s.isSigma0 {
			giver = portRoot
		}
		if !dropPort(giver, port, w) {
			*done = port - base
			return false
		}
		if flush && !s.isSigma0 {
			s.clearPort(port)
		}
	}
	return true
}

// dropPort takes a port from all descendants of giver: those whose giver no longer has it follow in the
// next round. It returns false after a preemption: what is gone is gone.
func dropPort(giver uint16, port uint32, w *treeWalk) bool {
	const once, again = 0, 1 // in the low bits of the walk's name: whether a further round is needed
	name := port<<4 | walkPorts
	round := uint32(once)
	h := ioSpaces
	if at := w.resume(name|again, 0); at != 0 {
		h, round = at, again
	} else {
		h = w.resume(name, h)
	}
	for {
		for ; h != 0; h = spaceAt(h).ioNext {
			if preempted() {
				w.stop(name|round, h)
				return false
			}
			s := spaceAt(h)
			if !s.hasPort(port) {
				continue
			}
			from := *s.portParent(port)
			if from == giver || from != portRoot && !spaceAt(ia32.Window+uint32(from)<<12).hasPort(port) {
				s.clearPort(port)
				round = again
			}
		}
		if round == once {
			return true
		}
		round, h = once, ioSpaces
	}
}

// destroyPorts gives back everything about ports; false after a preemption.
func (s *Space) destroyPorts() bool {
	if s.ioTable == 0 {
		return true
	}
	// Also for ports that it has lost meanwhile: an unmap that never ended may have left children, and this space's
	// number must not live on in them.
	for ; s.ioCursor < allPorts; s.ioCursor++ {
		if s.ioParents[s.ioCursor/parentsPage] == 0 {
			s.ioCursor |= parentsPage - 1
			continue
		}
		if s.hasPort(s.ioCursor) {
			s.clearPort(s.ioCursor)
		}
		if !dropPort(s.number(), s.ioCursor, &s.walk) {
			return false
		}
		if preempted() {
			s.ioCursor++ // this one is done: an interrupt at every preemption point must not undo that
			return false
		}
	}
	link := &ioSpaces
	for *link != s.handle() {
		link = &spaceAt(*link).ioNext
	}
	*link = s.ioNext
	mapGeneration++ // walks over the list begin again
	for _, page := range s.ioParents {
		if page != 0 {
			freePage(page)
		}
	}
	freePage(s.ioBitmap[0])
	freePage(s.ioBitmap[1])
	freePage(s.ioTable)
	s.ioTable = 0
	return true
}
