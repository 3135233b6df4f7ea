package kernel

import "pecan/arch/ia32"

// checkMemory returns what is wrong with the pool, the spaces and the mapping database, or "". It walks all of them: the host
// tests call it after each operation, a debug kernel can afford it now and then.
func checkMemory() string {
	var n pageTally
	for i := uint32(0); i < pool.pages; i++ {
		page := pool.base + i*ia32.PageSize
		d := descOf(page)
		if d.kind >= pageKinds {
			return "a pool page is of no kind"
		}
		n.kinds[d.kind]++
		wrong := ""
		switch d.kind {
		case pageDirectory:
			if descOf(d.owner).kind != pageSpace || spaceAt(d.owner).pdir != page {
				return "a page directory has no space"
			}
		case pageSpace:
			if s := spaceAt(page); descOf(s.pdir).kind != pageDirectory || descOf(s.pdir).owner != page {
				return "a space has no page directory"
			}
			if wrong = checkPlace(spaceAt(page)); wrong == "" {
				wrong = checkSpace(spaceAt(page), &n)
			}
		case pageNodes:
			n.usedNodes += uint32(d.used)
			wrong = checkNodePage(page, d)
		}
		if wrong != "" {
			return wrong
		}
	}
	for k := pageFree + 1; k < pageKinds; k++ {
		if n.kinds[k] != pool.count[k] {
			return "the pool's count of a kind of page is wrong"
		}
	}
	if n.kinds[pageFree] != pool.left || !freeListHas(pool.left) {
		return "the pool's count of free pages is wrong"
	}
	if wrong := checkFrames(&n); wrong != "" {
		return wrong
	}
	if wrong := checkSmall(); wrong != "" {
		return wrong
	}
	return n.check()
}

// pageTally counts what is referred to, to be compared with what is allocated.
type pageTally struct {
	kinds                                     [pageKinds]uint32
	tables, utcbs, nodes, usedNodes, listed   uint32
	frames, ioTables, ioParents, ioListedTabs uint32
}

// check compares references with allocations: a difference is a page or a node that nobody can name any more.
func (n *pageTally) check() string {
	tcbTabs, tcbs := uint32(0), uint32(0)
	for at := uint32(ia32.TCBArea); at < ia32.TCBEnd; at += ia32.LargeSize {
		if entry := *masterEntry(at); entry != 0 {
			tcbTabs++
			d, before := descOf(ia32.Virt(entry&ia32.PteFrame)), tcbs
			for i := uint32(0); i < 1024; i++ {
				if *word(ia32.Virt(entry&ia32.PteFrame) + 4*i)&ia32.PteFrame == ia32.Phys(ia32.ZeroPage()) {
					continue
				}
				if tcbs++; i < d.aux&0xFFFF || i > d.aux>>16 {
					return "a TCB page lies outside the bounds of its table"
				}
			}
			if uint32(d.used) != tcbs-before {
				return "a TCB table's use count is wrong"
			}
		}
	}
	timeoutPages := timeouts.capacity >> 10
	switch {
	case n.tables != n.kinds[pageTable] || n.tables != n.kinds[pageShadow]:
		return "page tables are lost"
	case n.utcbs != n.kinds[pageUTCB]:
		return "UTCB pages are lost"
	case n.nodes != n.usedNodes || n.nodes != n.listed:
		return "mapping nodes are lost"
	case n.frames != n.kinds[pageFrames]:
		return "tables of frame lists are lost"
	case tcbTabs != n.kinds[pageTCBTable] || tcbTabs+pool.reserve != tcbTables:
		return "TCB tables and their reserve disagree"
	case tcbs != n.kinds[pageTCB]:
		return "TCB pages are lost"
	case timeoutPages != n.kinds[pageTimeouts]:
		return "timeout pages are lost"
	case n.ioTables != n.kinds[pageIOTable] || 2*n.ioTables != n.kinds[pageIOBitmap] || n.ioParents != n.kinds[pageIOParents]:
		return "port pages are lost"
	}
	listed := uint32(0)
	for h := ioSpaces; h != 0 && listed <= n.ioTables; h = spaceAt(h).ioNext {
		listed++
	}
	if listed != n.ioTables {
		return "the list of spaces with ports is wrong"
	}
	return ""
}

func freeListHas(want uint32) bool {
	have := uint32(0)
	for page := pool.free; page != 0; page = descOf(page).next {
		if have++; have > want || descOf(page).kind != pageFree {
			return false
		}
	}
	return have == want
}

// checkSpace walks the user part of a directory.
func checkSpace(s *Space, n *pageTally) string {
	for i := uint32(0); i < userTables; i++ {
		pde := *word(s.pdir + 4*i)
		if pde == 0 {
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
		if wrong := checkTable(s, i<<22, table, n); wrong != "" {
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

// checkTable compares each entry of a page table with its node.
func checkTable(s *Space, base, table uint32, n *pageTally) string {
	shadow := descOf(table).aux
	for i := uint32(0); i < 1024; i++ {
		addr := base + i<<12
		pte, node := *word(table + 4*i), *word(shadow + 4*i)
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
			if addr == s.kipBase {
				if phys != ia32.Phys(ia32.KIPPage()) || pte&ia32.PteWrite != 0 {
					return "the kernel interface page is mapped wrongly"
				}
			} else {
				n.utcbs++
				if !inPool(phys) || descOf(ia32.Virt(phys)).kind != pageUTCB || descOf(ia32.Virt(phys)).owner != s.handle() {
					return "the UTCB area shows something else"
				}
			}
		case s.isSigma0:
			if node != 0 || phys != addr {
				return "sigma0 is not mapped to itself"
			}
		case !s.mappable(addr) || node == 0:
			return "a user page is mapped without node, or where none may be"
		default:
			n.nodes++
			if nodeAt(node).owner() != s || nodeAt(node).addr() != addr {
				return "a mapping node belongs to another page"
			}
		}
	}
	return ""
}

// checkFrames walks the lists of mappings by page frame.
func checkFrames(n *pageTally) string {
	for i, table := range frameTables {
		if table == 0 {
			continue
		}
		n.frames++
		used := uint32(0)
		for k := uint32(0); k < 1024; k++ {
			head := *word(table + 4*k)
			if head == 0 {
				continue
			}
			used++
			if wrong := checkFrame(uint32(i)<<22|k<<12, head, n); wrong != "" {
				return wrong
			}
		}
		if used == 0 || used != uint32(descOf(table).used) {
			return "a table of frame lists has a wrong count"
		}
	}
	return ""
}

// checkFrame walks the mappings of one frame: links and owners. Depths may have gaps where a flush was preempted: it takes parents
// before children; for the same reason rights may be beyond the source's for a while.
func checkFrame(frame, head uint32, n *pageTally) string {
	prev := uint32(0)
	for h := head; h != 0; h = nodeAt(h).next {
		c := nodeAt(h)
		if n.listed++; n.listed > n.kinds[pageNodes]*nodesPerPage {
			return "a frame's list of mappings has no end"
		}
		if c.prev != prev || c.depth == 0 {
			return "a frame's list of mappings is broken"
		}
		pte := c.pte()
		if pte == nil || *pte&ia32.PteFrame != frame || c.handle() != h {
			return "a mapping node is for another frame"
		}
		prev = h
	}
	return ""
}

// checkNodePage counts the free nodes of a page.
func checkNodePage(page uint32, d *pageDesc) string {
	free := uint32(0)
	for f := d.aux; f != 0; f = nodeAt(f).next {
		if f&^ia32.PageMask != page {
			return "a free node lies in another page"
		}
		if free++; free > nodesPerPage {
			return "a list of free nodes has no end"
		}
	}
	if free+uint32(d.used) != nodesPerPage || d.used == 0 {
		return "a node page's count is wrong"
	}
	return ""
}
