package kernel

import "pecan/arch/ia32"

// checkSmall returns what is wrong with the region of small spaces (docs/small-spaces.md), or "".
func checkSmall() string {
	dirty, tables := uint32(0), uint32(0)
	for i := uint32(0); i < smallUnits; i++ {
		at := ia32.SmallArea + i<<22
		pde := *masterEntry(at)
		if pde != 0 {
			if table := pde & ia32.PteFrame; !inPool(table) || descOf(ia32.Virt(table)).kind != pageSmall || pde&ia32.PteUser == 0 {
				return "the region of small spaces has a wrong page table"
			}
			tables++
		}
		u := small.unit[i]
		switch {
		case u == unitDirty:
			dirty++
		case u != unitFree && (!inPool(ia32.Phys(u)) || descOf(u).kind != pageSpace || !spaceAt(u).hasUnit(i)):
			return "a unit belongs to no small space"
		}
		if wrong := checkUnit(at, u); wrong != "" {
			return wrong
		}
	}
	switch {
	case tables != pool.count[pageSmall]:
		return "page tables of the region are lost"
	case dirty != small.dirty:
		return "the count of dirty units is wrong"
	case small.spaces != 0 && !small.armed || small.armed && !small.limited:
		return "small spaces without limits"
	}
	return ""
}

// hasUnit reports whether unit i of the region is one of s.
func (s *Space) hasUnit(i uint32) bool {
	return s.small() && ia32.SmallArea+i<<22-ia32.SegmentBase(s.segment) < s.size()
}

// checkUnit: what a unit shows is what its space has, with no more rights, and nobody's units show nothing.
func checkUnit(at, u uint32) string {
	table := smallTable(at)
	if table == 0 || u == unitDirty {
		return ""
	}
	used := uint32(0)
	for i := uint32(0); i < 1024; i++ {
		e := *word(table + 4*i)
		if e == 0 {
			continue
		}
		used++
		if u == unitFree {
			return "a unit without space shows a page"
		}
		s := spaceAt(u)
		_, own, _ := s.find(at + i<<12 - ia32.SegmentBase(s.segment))
		const written = ia32.PteWrite | ia32.PteDirty
		switch {
		case own&(userPte|ia32.PteAccessed) != userPte|ia32.PteAccessed || (own^e)&(ia32.PteFrame|attributes) != 0:
			return "a unit shows a page that its space does not have"
		case e&ia32.PteWrite != 0 && own&written != written:
			return "a unit lets its space write what it may not, or unnoticed"
		}
	}
	if used != uint32(descOf(table).used) {
		return "a table of the region has a wrong count"
	}
	return ""
}

// checkPlace: a space is small where the units say so.
func checkPlace(s *Space) string {
	want := ia32.Phys(s.pdir)
	if s.small() {
		want |= smallDirectory
		unit := (ia32.SegmentBase(s.segment) - ia32.SmallArea) >> 22
		for i := uint32(0); i < s.size()>>22; i++ {
			if small.unit[unit+i] != s.handle() {
				return "a small space does not have its units"
			}
		}
		if s.ready && !s.fits(s.size()) && s.ioTable == 0 {
			return "the areas of a small space are beyond its size"
		}
	}
	if s.shown != want && s.threads != 0 {
		return "a space is not shown where it is"
	}
	return ""
}
