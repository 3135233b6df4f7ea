package kernel

import "pecan/arch/ia32"

// The user part of a space's page tables.

// pde is the directory entry of a user address.
func (s *Space) pde(addr uint32) *uint32 { return word(s.pdir + 4*pdIndex(addr)) }

// table is the kernel address of the page table for a user address, or 0: nothing there, or a 4 MiB page.
func (s *Space) table(addr uint32) uint32 {
	pde := *s.pde(addr)
	if pde&(ia32.PtePresent|ia32.PteLarge) != ia32.PtePresent {
		return 0
	}
	return ia32.Virt(pde & ia32.PteFrame)
}

// pte is the page-table entry of a user address, or nil if there is no table.
func (s *Space) pte(addr uint32) *uint32 {
	table := s.table(addr)
	if table == 0 {
		return nil
	}
	return word(table + 4*ptIndex(addr))
}

// makePTE is pte with a table made if there is none, from a 4 MiB page if one is there; nil without memory.
func (s *Space) makePTE(addr uint32) *uint32 {
	pde := s.pde(addr)
	switch {
	case *pde == 0:
		if !canAlloc(2) {
			return nil
		}
		table := allocPage(pageTable, s.handle())
		descOf(table).aux = allocPage(pageShadow, s.handle())
		*pde = ia32.Phys(table) | kernelPte | ia32.PteUser
	case *pde&ia32.PteLarge != 0:
		if !s.breakUp(addr) {
			return nil
		}
	}
	return word(ia32.Virt(*pde&ia32.PteFrame) + 4*ptIndex(addr))
}

// nodeSlot is where the small mapping node of a user page is kept. Precondition: the page has a table.
func (s *Space) nodeSlot(addr uint32) *uint32 {
	return word(descOf(s.table(addr)).aux + 4*ptIndex(addr))
}

// find returns the mapping of a user page: its page-table or directory entry, its value as a page-table entry, and its
// node, large or small. value is 0 if nothing is mapped; entry may be nil then. Pages of the areas, and sigma0's, have no node.
func (s *Space) find(addr uint32) (entry *uint32, value, h uint32) {
	pde := s.pde(addr)
	if *pde&ia32.PteLarge != 0 {
		return pde, smallEntry(*pde) | addr&ia32.LargeMask&ia32.PteFrame, s.nodes[pdIndex(addr)]
	}
	if *pde == 0 {
		return nil, 0, 0
	}
	table := ia32.Virt(*pde & ia32.PteFrame)
	entry = word(table + 4*ptIndex(addr))
	if *entry == 0 {
		return entry, 0, 0
	}
	if h = *word(descOf(table).aux + 4*ptIndex(addr)); h == 0 {
		h = s.nodes[pdIndex(addr)]
	}
	return entry, *entry, h
}

// ownPage is the entry of a page of the large node n, a directory entry if it is not broken up; nil if the page is a hole.
func (n *node) ownPage(phys uint32) *uint32 {
	s := n.owner()
	table := s.table(n.va)
	if table == 0 {
		return s.pde(n.va)
	}
	at := 4 * ptIndex(phys)
	if *word(table + at) == 0 || *word(descOf(table).aux + at) != 0 {
		return nil
	}
	return word(table + at)
}

// nextUsed is the first address from addr on, below end, whose directory entry is not empty: addr itself, or the beginning of
// 4 MiB; end or more if there is none.
func (s *Space) nextUsed(addr, end uint32) uint32 {
	for at := s.pdir + 4*pdIndex(addr); addr < end; at += 4 {
		if *word(at) != 0 {
			return addr
		}
		addr = addr&^ia32.LargeMask + ia32.LargeSize
	}
	return addr
}

// vacant reports whether the 4 MiB around addr have no mapping nodes, so that a walk can pass over them. s's areas and
// sigma0's own pages have none.
func (s *Space) vacant(addr uint32) bool {
	if s.nodes[pdIndex(addr)] != 0 {
		return false
	}
	table := s.table(addr)
	return table == 0 || descOf(table).used == 0
}

// flush drops a stale translation if this space is the loaded one, or small; others lose theirs when they are loaded. Of a 4 MiB
// page all goes, but not what the region of small spaces shows of it.
func (s *Space) flush(addr uint32) {
	if x := int32(s.shown ^ cpu.pdir); x > 0 {
		return
	} else if x < 0 {
		s.flushSmall(addr)
		return
	}
	ia32.FlushPage(addr)
}

// flushLarge drops all translations of the 4 MiB around addr; others of user pages may go as well.
func (s *Space) flushLarge(addr uint32) {
	if ia32.Phys(s.pdir) == cpu.pdir {
		ia32.LoadCR3(cpu.pdir)
	}
	if addr &^= ia32.LargeMask; s.small() && addr < s.size() {
		clearEntries(ia32.SegmentBase(s.segment) + addr)
	}
}

// fetch reads n (1 to 4) bytes of the user's memory at addr with the user's rights, by walking the page tables: it
// cannot fault. It returns the bytes in the low end, and how many could be read.
func (s *Space) fetch(addr, n uint32) (value, got uint32) {
	for ; got < n && addr < ia32.UserTop; got++ {
		_, pte, _ := s.find(addr)
		if pte&(ia32.PtePresent|ia32.PteUser) != ia32.PtePresent|ia32.PteUser {
			return
		}
		phys := pte&ia32.PteFrame | addr&ia32.PageMask
		if addr&ia32.PageMask <= ia32.PageSize-4 && phys < windowEnd {
			// The rest lies in this page.
			n -= got
			value |= *word(ia32.Virt(phys)) & (1<<(8*n) - 1) << (8 * got)
			return value, got + n
		}
		var b byte
		if phys < windowEnd {
			b = *(*byte)(ia32.Ptr(ia32.Virt(phys)))
		} else {
			b = ia32.PeekByte(phys)
		}
		value |= uint32(b) << (8 * got)
		addr++
	}
	return
}
