package kernel

import (
	"unsafe"

	"pecan/arch/ia32"
)

// Space is an address space. It lies in the page beside its page directory: first the large mapping nodes of the
// directory's user entries, then the rest. Its handle is the kernel address of that page.
type Space struct {
	nodes [userTables]uint32

	segment uint32 // what its threads' segments are while limits are in force (ia32.SegmentAt); the exit code reads it
	limit   uint32

	pdir       uint32 // kernel address of the page directory
	shown      uint32 // its physical address; smallDirectory set: pages may be shown in the region of small spaces as well
	threads    uint32 // how many live here
	threadHead Ref
	kipBase    uint32
	kipEnd     uint32 // first address behind the KIP area; the page is at its base
	utcbBase   uint32
	utcbEnd    uint32   // first address behind the UTCB area (fits: below UserTop)
	ready      bool     // SpaceControl has set the areas
	redirector ThreadID // gets what its threads send to others, 0 none
	watched    bool     // all threads that join are told of a redirector; all have been while there is one
	isSigma0   bool     // owns all memory: sources are physical addresses
	privileged bool

	ioTable   uint32 // own page table at IOArea, 0 = the shared deny-all one
	ioBitmap  [2]uint32
	ioParents [32]uint32 // per 2048 ports: page of 16-bit parents
	ioNext    uint32     // list of spaces with ports
	ioCursor  uint32     // destroyPorts: next port
	cursor    uint32     // destroy: next 4 MiB
	index     uint32     // destroy: next entry of their page table
	walk      treeWalk   // destroy: within the tree of that page
}

const userTables = ia32.UserTop / ia32.LargeSize

var (
	_ [ia32.PageSize - unsafe.Sizeof(Space{})]byte
	_ [ia32.SpaceSegment - unsafe.Offsetof(Space{}.segment)]byte
	_ [unsafe.Offsetof(Space{}.segment) - ia32.SpaceSegment]byte
	_ [ia32.SpaceLimit - unsafe.Offsetof(Space{}.limit)]byte
	_ [unsafe.Offsetof(Space{}.limit) - ia32.SpaceLimit]byte
)

func spaceAt(handle uint32) *Space { return (*Space)(ia32.Ptr(handle)) }

// handle is the reverse of spaceAt: the directory's descriptor knows it.
func (s *Space) handle() uint32 { return descOf(s.pdir).owner }

// directory is the kernel address of the page directory.
func (s *Space) directory() uint32 { return s.pdir }

// newSpace makes an empty space with the kernel's part of the directory, or returns nil without memory.
func newSpace() *Space {
	if !canAlloc(2) {
		return nil
	}
	handle := allocPage(pageSpace, 0)
	pdir := allocPage(pageDirectory, handle)
	s := spaceAt(handle)
	s.pdir, s.shown = pdir, ia32.Phys(pdir)
	s.segment, s.limit = ia32.LargeSegment, ia32.LargeLimit
	first := 4 * pdIndex(ia32.UserTop)
	ia32.Copy(pdir+first, ia32.MasterPD()+first, ia32.PageSize-first)
	return s
}

// inArea reports whether a user address lies in the KIP or UTCB area, which no mapping may touch.
func (s *Space) inArea(addr uint32) bool {
	return s.ready && (addr-s.kipBase < s.kipEnd-s.kipBase || addr-s.utcbBase < s.utcbEnd-s.utcbBase)
}

// mappable reports whether a user page may be mapped at addr: not page 0 (Go's nil checks rest on it), not the areas, not the kernel.
func (s *Space) mappable(addr uint32) bool {
	return addr >= ia32.PageSize && addr < ia32.UserTop && !s.inArea(addr)
}

// windowEnd is the first physical address that the window does not show.
var windowEnd uint32

// initialise sets the areas of a space and maps the KIP. It returns an error code (abi 5.5); all is checked and
// allocated before anything changes.
func (s *Space) initialise(kip, utcb Fpage) uint32 {
	if utcb.log2() < 12 || utcb.log2() > 30 || utcb.base() > ia32.UserTop-utcb.size() || utcb.base() == 0 {
		return errUTCBArea
	}
	if kip.log2() < 12 || kip.log2() > 30 || kip.base() > ia32.UserTop-kip.size() || kip.base() == 0 {
		return errKIPArea
	}
	if kip.base() < utcb.base()+utcb.size() && utcb.base() < kip.base()+kip.size() {
		return errKIPArea
	}
	pte := s.makePTE(kip.base())
	if pte == nil {
		return errMemory
	}
	*pte = ia32.Phys(ia32.KIPPage()) | ia32.PtePresent | ia32.PteUser | ia32.PteAccessed
	s.kipBase, s.kipEnd = kip.base(), kip.base()+kip.size()
	s.utcbBase, s.utcbEnd = utcb.base(), utcb.base()+utcb.size()
	s.ready = true
	return errOK
}

// UTCBs: frames of the kernel pool, seen by users at their own addresses and by the kernel through the window.

// utcbAlias is the kernel address of the block at user address block, or 0 if no thread has made its page.
func (s *Space) utcbAlias(block uint32) uint32 {
	if !s.ready || block-s.utcbBase >= s.utcbEnd-s.utcbBase {
		return 0
	}
	pte := s.pte(block)
	if pte == nil || *pte&ia32.PtePresent == 0 {
		return 0
	}
	return ia32.Virt(*pte&ia32.PteFrame) + block&ia32.PageMask
}

// validUTCB reports whether block may be the UTCB block of a thread of this space.
func (s *Space) validUTCB(block uint32) bool {
	return s.ready && block&utcbMask == 0 && block-s.utcbBase < s.utcbEnd-s.utcbBase
}

// utcbTaken reports whether another thread of the space has this block.
func (s *Space) utcbTaken(block uint32) bool {
	alias := s.utcbAlias(block)
	return alias != 0 && descOf(alias&^ia32.PageMask).aux&(1<<(alias&ia32.PageMask/utcbSize)) != 0
}

// allocUTCB gives the cleared block at user address block to a thread; 0 without memory. Precondition: valid, not taken.
func (s *Space) allocUTCB(block uint32) uint32 {
	pte := s.makePTE(block)
	if pte == nil {
		return 0
	}
	if *pte == 0 {
		page := allocPage(pageUTCB, s.handle())
		if page == 0 {
			return 0
		}
		*pte = ia32.Phys(page) | kernelPte | ia32.PteUser
	}
	alias := ia32.Virt(*pte&ia32.PteFrame) + block&ia32.PageMask
	ia32.Zero(alias, utcbSize) // users may have written to it
	d := descOf(alias &^ ia32.PageMask)
	d.aux |= 1 << (alias & ia32.PageMask / utcbSize)
	return alias
}

// freeUTCB takes a block back; the last of a page takes the page.
func (s *Space) freeUTCB(block uint32) {
	alias := s.utcbAlias(block)
	page := alias &^ ia32.PageMask
	d := descOf(page)
	d.aux &^= 1 << (alias & ia32.PageMask / utcbSize)
	if d.aux == 0 {
		*s.pte(block) = 0
		s.flush(block)
		freePage(page)
	}
}

// addThread and removeThread keep the list of a space's threads.
func (s *Space) addThread(t *TCB) {
	t.Space = s.handle()
	t.PDir = ia32.Phys(s.pdir)
	t.spaceNext, t.spacePrev = s.threadHead, 0
	if s.threadHead != 0 {
		s.threadHead.tcb().spacePrev = t.ref()
	}
	s.threadHead = t.ref()
	s.threads++
	s.noteRedirector(t)
	showTCB(s, t.number())
}

// noteRedirector keeps the threads of a space with a redirector off the fast path, which knows nothing of spaces.
func (s *Space) noteRedirector(t *TCB) {
	t.Reasons &^= ia32.ReasonRedirect
	if s.watched {
		t.Reasons |= ia32.ReasonRedirect
	}
}

func (s *Space) removeThread(t *TCB) {
	if t.spacePrev != 0 {
		t.spacePrev.tcb().spaceNext = t.spaceNext
	} else {
		s.threadHead = t.spaceNext
	}
	if t.spaceNext != 0 {
		t.spaceNext.tcb().spacePrev = t.spacePrev
	}
	t.spaceNext, t.spacePrev = 0, 0
	s.threads--
}

// destroy gives back a space without threads. It returns false when it wants to be called again after a
// preemption: what is gone is gone, the rest is consistent.
func (s *Space) destroy() bool {
	if int32(s.shown^cpu.pdir) <= 0 || cpu.reload {
		if s.shown&smallDirectory != 0 && !s.leaveRegion() {
			return false
		}
		cpu.reload = false
		cpu.pdir = ia32.Phys(ia32.MasterPD())
		ia32.LoadCR3(cpu.pdir)
	}
	for s.cursor < ia32.UserTop {
		// A quarter of the directory at a time: looking through all of it is too long.
		end := s.cursor&^(1<<30-1) + 1<<30
		s.cursor = s.nextUsed(s.cursor, end)
		if s.cursor < end && !s.destroyLarge() || interrupted() {
			return false
		}
	}
	if !s.destroyPorts() {
		return false
	}
	handle, pdir := s.handle(), s.pdir
	first := 4 * pdIndex(ia32.UserTop)
	ia32.Zero(pdir+first, ia32.PageSize-first)
	freeClean(pdir)
	ia32.Zero(handle+userTables*4, (uint32(unsafe.Sizeof(*s))+3)&^3-userTables*4)
	freeClean(handle)
	return true
}

// destroyLarge unmaps the 4 MiB at the cursor, with everything derived from them, and frees the page table.
func (s *Space) destroyLarge() bool {
	addr := s.cursor
	if h := s.nodes[pdIndex(addr)]; h != 0 {
		if _, done := dropTree(h, &s.walk); !done {
			return false
		}
	}
	table := s.table(addr)
	if table == 0 {
		return true
	}
	d := descOf(table)
	for d.used != 0 {
		if h := *word(d.aux + 4*s.index); h != 0 {
			if _, done := dropTree(h, &s.walk); !done {
				return false
			}
		}
		s.index++
		if preempted() {
			return false
		}
	}
	s.index = 0
	*s.pde(addr) = 0
	freeClean(d.aux)
	// UTCB pages went with their threads.
	if s.isSigma0 {
		freePage(table)
		return true
	}
	if s.kipBase-addr < ia32.LargeSize {
		*word(table + 4*ptIndex(s.kipBase)) = 0
	}
	freeClean(table)
	return true
}
