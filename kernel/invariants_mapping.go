package kernel

import "pecan/arch/ia32"

// Invariants of user page tables and of the mapping database.

// checkSpace walks the user part of a directory.
func checkSpace(s *Space, n *pageTally) string {
	for i := uint32(0); i < userTables; i++ {
		pde, large := *word(s.pdir + 4*i), s.nodes[i]
		if large != 0 {
			n.nodes++
			if c := nodeAt(large); !c.isLarge() || c.owner() != s || pdIndex(c.addr()) != i || s.areaWithin(i<<22) {
				return "a large mapping node belongs to other memory, or where none may be"
			}
		}
		if pde == 0 {
			if large != 0 {
				return "a large mapping node has no directory entry"
			}
			continue
		}
		if pde&ia32.PteLarge != 0 {
			if large == 0 || pde&userPte != userPte || pde&(ia32.LargeMask&ia32.PteFrame&^ia32.PdePAT|ia32.PteGlobal) != 0 {
				return "a 4 MiB page has no node, or a wrong entry"
			}
			continue
		}
		table := ia32.Virt(pde & ia32.PteFrame)
		if !inPool(ia32.Phys(table)) || descOf(table).kind != pageTable || descOf(table).owner != s.handle() {
			return "a directory entry leads to no page table of the space"
		}
		if descOf(descOf(table).aux).kind != pageShadow {
			return "a page table has no shadow"
		}
		n.tables++
		if wrong := checkTable(s, i<<22, table, large, n); wrong != "" {
			return wrong
		}
	}
	if s.ioTable == 0 {
		return ""
	}
	n.ioTables++
	for _, page := range s.ioParents {
		if page != 0 {
			n.ioParents++
		}
	}
	return ""
}

// checkTable compares each entry of a page table with its node; large is that of the 4 MiB if they are broken up, or 0.
func checkTable(s *Space, base, table, large uint32, n *pageTally) string {
	d := descOf(table)
	used := uint32(0)
	for i := uint32(0); i < 1024; i++ {
		addr := base + i<<12
		pte, node := *word(table + 4*i), *word(d.aux + 4*i)
		if node != 0 {
			used++
		}
		if pte == 0 && node == 0 {
			continue
		}
		phys := pte & ia32.PteFrame
		switch {
		case pte == 0:
			return "a mapping node has no page"
		case s.inArea(addr):
			if node != 0 {
				return "a kernel page in an area has a mapping node"
			}
			if wrong := checkAreaPage(s, addr, pte, n); wrong != "" {
				return wrong
			}
		case s.isSigma0:
			if node != 0 || phys != addr {
				return "sigma0 is not mapped to itself"
			}
		case node == 0 && large != 0:
			if phys != d.next&^ia32.LargeMask+i<<12 || i < d.next&ia32.LargeMask {
				return "a page of a large mapping shows other memory"
			}
		case !s.mappable(addr) || node == 0:
			return "a user page is mapped without node, or where none may be"
		default:
			n.nodes++
			if nodeAt(node).isLarge() || nodeAt(node).owner() != s || nodeAt(node).va != addr {
				return "a mapping node belongs to another page"
			}
		}
	}
	if used != uint32(d.used) {
		return "a page table has a wrong count of nodes"
	}
	return ""
}

// checkAreaPage looks at a page of the KIP or UTCB area.
func checkAreaPage(s *Space, addr, pte uint32, n *pageTally) string {
	phys := pte & ia32.PteFrame
	if addr == s.kipBase {
		if phys != ia32.Phys(ia32.KIPPage()) || pte&ia32.PteWrite != 0 {
			return "the kernel interface page is mapped wrongly"
		}
		return ""
	}
	n.utcbs++
	if !inPool(phys) || descOf(ia32.Virt(phys)).kind != pageUTCB || descOf(ia32.Virt(phys)).owner != s.handle() {
		return "the UTCB area shows something else"
	}
	return ""
}

// checkLists walks all lists of mappings.
func checkLists(n *pageTally) string {
	for i := range frameTables {
		phys := uint32(i) << 22
		if wrong := checkHeads(0, phys, n); wrong != "" {
			return wrong
		}
		prev := phys | headTag
		for h := largeHeads[i]; h != 0; h = nodeAt(h).next {
			c := nodeAt(h)
			if n.listed++; n.listed > n.kinds[pageNodes]*nodesPerPage {
				return "a list of large mappings has no end"
			}
			if !c.isLarge() || c.prev != prev || c.depth == 0 || c.memory() != phys || c.owner().nodes[pdIndex(c.va)] != h {
				return "a list of large mappings is broken"
			}
			if wrong := checkHeads(h, phys, n); wrong != "" {
				return wrong
			}
			prev = h
		}
	}
	return ""
}

// checkHeads walks the lists of small mappings below the large node h (0: sigma0).
func checkHeads(h, phys uint32, n *pageTally) string {
	table := headTable(h, phys)
	if table == 0 {
		return ""
	}
	d := descOf(table)
	if d.kind != pageHeads || d.owner != h || d.next != phys>>22 {
		return "a table of list heads belongs to another mapping"
	}
	n.frames++
	depth := uint16(0)
	if h != 0 {
		depth = nodeAt(h).depth
	}
	used := uint32(0)
	for k := uint32(0); k < 1024; k++ {
		head := *word(table + 4*k)
		if head == 0 {
			continue
		}
		if used++; k < d.aux {
			return "a list of mappings is below where there should be one"
		}
		if wrong := checkFrame(phys|k<<12, table+4*k, depth, n); wrong != "" {
			return wrong
		}
	}
	if used == 0 || used != uint32(d.used) {
		return "a table of list heads has a wrong count"
	}
	return ""
}

// checkFrame walks the small mappings of one frame from a list head: links and owners. While a revocation is preempted, rights may be
// beyond the source's.
func checkFrame(frame, head uint32, depth uint16, n *pageTally) string {
	prev := head | headTag
	last := depth
	for h := *word(head); h != 0; h = nodeAt(h).next {
		c := nodeAt(h)
		if n.listed++; n.listed > n.kinds[pageNodes]*nodesPerPage {
			return "a frame's list of mappings has no end"
		}
		if c.isLarge() || c.prev != prev || c.depth <= depth || c.depth > last+1 {
			return "a frame's list of mappings is broken"
		}
		s := c.owner()
		pte := s.pte(c.va)
		if pte == nil || *pte&ia32.PteFrame != frame || *s.nodeSlot(c.va) != h {
			return "a mapping node is for another frame"
		}
		prev, last = h, c.depth
	}
	return ""
}
