package kernel

import "pecan/arch/ia32"

// Small spaces (docs/small-spaces.md): the region in which they lie, and how they get in and out.

const smallUnits = (ia32.SmallEnd - ia32.SmallArea) / ia32.LargeSize

// Values of smallRegion.unit other than the handle of the space that has the unit.
const (
	unitFree  = 0
	unitDirty = 1 // nobody's, with entries that have not been cleared yet
)

type smallRegion struct {
	unit   [smallUnits]uint32
	spaces uint32 // small spaces
	dirty  uint32 // dirty units
	at     uint32 // clean: unit and entry to go on with, unit << 10 | entry
	// Limits are in force: other entries than usual are used. armed: also by the entry that runs now.
	limited, armed bool
}

var small smallRegion

// smallDirectory in Space.shown: the space is small.
const smallDirectory = 1 << 31

// smallPlace decodes a small-space id (abi 5.5): first unit, log2 of their number. ok is false for what does not fit.
func smallPlace(id uint32) (unit, k uint32, ok bool) {
	for id>>k&1 == 0 {
		k++
	}
	unit = id &^ (1 << k) >> 1 // offset is this << 22
	return unit, k, unit+1<<k <= smallUnits
}

// smallID is the reverse for a space that is small; 0 for a large one.
func (s *Space) smallID() uint32 {
	if !s.small() {
		return 0
	}
	return (ia32.SegmentBase(s.segment)-ia32.SmallArea)>>21 | s.size()>>22
}

func (s *Space) small() bool { return int32(s.segment) < 0 }

// size of a small space in bytes.
func (s *Space) size() uint32 { return ia32.LimitSize(s.limit) }

// fits reports whether the areas of s lie within size bytes, and nothing else keeps it from being small.
func (s *Space) fits(size uint32) bool {
	return s.kipEnd <= size && s.utcbEnd <= size && s.ioTable == 0
}

// freeFor reports whether no other space than s has one of the units.
func freeFor(s *Space, unit, k uint32) bool {
	for i := unit; i < unit+1<<k; i++ {
		if u := small.unit[i]; u > unitDirty && u != s.handle() {
			return false
		}
	}
	return true
}

// Results of moveSpace.
const (
	moveDone    = iota
	moveRefused // nothing has changed
	moveAgain   // preempted: call again
	moveRetry   // the thread has to come by the other entries: its system call is to be executed again
)

// moveSpace makes s small, large (id 0), or small elsewhere.
func moveSpace(s *Space, id uint32) int {
	if id == 0 {
		if s.small() {
			moveOut(s)
		}
		return moveDone
	}
	unit, k, ok := smallPlace(id)
	if !ok || !s.fits(ia32.LargeSize<<k) || !freeFor(s, unit, k) {
		return moveRefused
	}
	if id == s.smallID() {
		return moveDone
	}
	if !small.limited || !small.armed {
		if !small.limited {
			small.limited = true
			ia32.LimitSegments(true)
		}
		return moveRetry
	}
	if s.small() {
		moveOut(s)
	}
	if !cleanUnits() {
		return moveAgain
	}
	for i := unit; i < unit+1<<k; i++ {
		small.unit[i] = s.handle()
	}
	small.spaces++
	s.segment, s.limit = ia32.SegmentAt(unit<<22), ia32.LimitOf(ia32.LargeSize<<k)
	s.shown |= smallDirectory
	return moveDone
}

// moveOut makes a small space large. Its units stay limited to nobody until they are clean.
func moveOut(s *Space) {
	unit := (ia32.SegmentBase(s.segment) - ia32.SmallArea) >> 22
	n := s.size() >> 22
	for i := unit; i < unit+n; i++ {
		small.unit[i] = unitDirty
	}
	small.dirty += n
	small.spaces--
	s.segment, s.limit = ia32.LargeSegment, ia32.LargeLimit
	s.shown &^= smallDirectory
}

// cleanedPerStep is in entries; a step is up to 100 instructions.
const cleanedPerStep = 6

// cleanUnits clears what dirty units still show. It returns false after a preemption.
func cleanUnits() bool {
	for small.dirty != 0 {
		cleanEntries(cleanedPerStep)
		if preempted() {
			return false
		}
	}
	return true
}

// cleanEntries goes on clearing for n entries or until a unit is clean.
func cleanEntries(n uint32) {
	for small.unit[small.at>>10] != unitDirty {
		small.at = (small.at>>10 + 1) % smallUnits << 10
	}
	unit := small.at >> 10
	if table := *masterEntry(ia32.SmallArea + unit<<22); table != 0 {
		d := descOf(ia32.Virt(table & ia32.PteFrame))
		for ; d.used != 0; n-- {
			if n == 0 {
				return
			}
			clearEntry(ia32.SmallArea + small.at<<12)
			small.at++
		}
	}
	small.unit[unit] = unitFree
	small.dirty--
	small.at = unit << 10
}

// limitsDone ends the limits when nobody needs them any more.
func limitsDone() {
	if small.limited && small.spaces|small.dirty == 0 {
		small.limited, small.armed = false, false
		ia32.LimitSegments(false)
	}
}

// Entries of the region's page tables.

// smallTable is the page table of an address in the region, 0 if there is none.
func smallTable(addr uint32) uint32 {
	pde := *masterEntry(addr)
	if pde == 0 {
		return 0
	}
	return ia32.Virt(pde & ia32.PteFrame)
}

// makeSmallTable is smallTable, with a table made if there is none; 0 without memory. Tables are never freed: any directory may
// have copied their entry.
func makeSmallTable(addr uint32) uint32 {
	if pde := masterEntry(addr); *pde == 0 {
		table := allocPage(pageSmall, 0)
		if table == 0 {
			return 0
		}
		*pde = ia32.Phys(table) | kernelPte | ia32.PteUser
	}
	return smallTable(addr)
}

// clearEntry forgets one page of the region.
func clearEntry(addr uint32) {
	table := smallTable(addr)
	if table == 0 {
		return
	}
	if e := word(table + 4*ptIndex(addr)); *e != 0 {
		*e = 0
		descOf(table).used--
		ia32.FlushPage(addr)
	}
}

// clearEntries forgets 4 MiB of the region.
func clearEntries(addr uint32) {
	table := smallTable(addr)
	if table == 0 {
		return
	}
	for d := descOf(table); d.used != 0 && addr&ia32.LargeMask != ia32.LargeSize-ia32.PageSize; addr += ia32.PageSize {
		clearEntry(addr)
	}
	clearEntry(addr)
	longStep()
}

// showSmall resolves a fault of a thread in a small space at one of its own addresses, if the space has the page. It
// returns false if the fault is one for the pager. Without memory for a table the space becomes large, which resolves it too.
func (s *Space) showSmall(addr uint32, write bool) bool {
	own, value, _ := s.find(addr)
	if value&userPte != userPte || write && value&ia32.PteWrite == 0 {
		return false
	}
	at := ia32.SegmentBase(s.segment) + addr
	table := makeSmallTable(at)
	if table == 0 {
		moveOut(s)
		return true
	}
	*own |= ia32.PteAccessed
	if write {
		*own |= ia32.PteDirty
	}
	clearEntry(at)
	const written = ia32.PteWrite | ia32.PteDirty
	e := value&(ia32.PteFrame|attributes|userPte) | ia32.PteAccessed | ia32.PteGlobal
	if *own&written == written {
		e |= written
	}
	*word(table + 4*ptIndex(at)) = e
	descOf(table).used++
	*word(ia32.Virt(cpu.pdir) + 4*pdIndex(at)) = *masterEntry(at)
	return true
}

// flushSmall drops what is shown of a page of a small space, in its own directory and in the region.
func (s *Space) flushSmall(addr uint32) {
	if ia32.Phys(s.pdir) == cpu.pdir {
		ia32.FlushPage(addr)
	}
	if s.small() && addr < s.size() {
		clearEntry(ia32.SegmentBase(s.segment) + addr)
	}
}

// leaveRegion moves a dying space out and cleans up behind it. It returns false after a preemption.
func (s *Space) leaveRegion() bool {
	if s.small() {
		moveOut(s)
		s.shown |= smallDirectory // until the units are clean
	}
	if !cleanUnits() {
		return false
	}
	s.shown &^= smallDirectory
	limitsDone()
	return true
}
