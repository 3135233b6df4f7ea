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
		case pageFree:
			if d.aux != 0 {
				for at := uint32(0); at < ia32.PageSize; at += 4 {
					if *word(page + at) != 0 {
						return "a page that is said to be clear is not"
					}
				}
			}
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
	if wrong := checkLists(&n); wrong != "" {
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
	case n.frames != n.kinds[pageHeads]:
		return "tables of list heads are lost"
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

// checkNodePage counts the free nodes of a page.
func checkNodePage(page uint32, d *pageDesc) string {
	free := uint32(0)
	for f := d.aux; f != 0 && f != lastFree; {
		next := nodeAt(f).next
		if next == 0 && f&ia32.PageMask != ia32.PageSize-16 {
			next = f + 16
		}
		if f&^ia32.PageMask != page {
			return "a free node lies in another page"
		}
		if free++; free > nodesPerPage {
			return "a list of free nodes has no end"
		}
		f = next
	}
	if free+uint32(d.used) != nodesPerPage || d.used == 0 {
		return "a node page's count is wrong"
	}
	return ""
}
