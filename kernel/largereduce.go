package kernel

import "pecan/arch/ia32"

// Rights and status of all 4 MiB of a large node h, or of sigma0 (0), and of everything derived.

// reduceLargeChildren takes rights from everything derived from h and resets the status, which it returns. done is false
// after a preemption.
func reduceLargeChildren(h, phys, rights uint32, w *treeWalk) (status uint32, done bool) {
	const own = 1 // in place of a node: the lists of h itself
	c, index := uint32(own), uint32(0)
	if w.resumeLarge(h | walkReduce) {
		c, index = w.at, w.index
	}
	first, depth := below(h, phys)
	for {
		var part uint32
		var whole bool
		if c == own {
			part, index, whole = reduceLists(h, phys, 0, index, rights, w)
			status |= part
		} else {
			part, index, whole = reduceLarge(c, index, rights, w)
			status |= part
		}
		if whole {
			if c == own {
				c = first
			} else {
				c = nodeAt(c).next
			}
			if c == 0 || nodeAt(c).depth <= depth {
				return status, true
			}
			index = 0
			whole = !preempted()
		}
		if !whole {
			w.stopLarge(h|walkReduce, c, index)
			return status, false
		}
	}
}

// reduceLarge takes rights from the large mapping h and the small ones below it, from page index on; next is where to go
// on after a preemption.
func reduceLarge(h, index, rights uint32, w *treeWalk) (status, next uint32, done bool) {
	n := nodeAt(h)
	s := n.owner()
	pages := s.table(n.va)
	if pages == 0 && index == 0 {
		status = reduceEntry(s, n.va, s.pde(n.va), rights)
	}
	part, next, done := reduceLists(h, 0, pages, index, rights, w)
	return status | part, next, done
}

// reduceLists takes rights from the small mappings below h, and from h's own pages in the page table pages (0: none).
func reduceLists(h, phys, pages, index, rights uint32, w *treeWalk) (status, next uint32, done bool) {
	heads := headTable(h, phys)
	if heads == 0 && pages == 0 {
		return 0, 0, true
	}
	var s *Space
	var depth uint16
	if h != 0 {
		depth = nodeAt(h).depth
		s = nodeAt(h).owner()
	}
	for ; index < 1024; index++ {
		if heads != 0 && *word(heads + 4*index) != 0 {
			head := heads + 4*index
			part, whole := reduceChildren(head|walkReduce, *word(head), depth, rights, w)
			status |= part
			if !whole {
				return status, index, false
			}
		}
		if pages != 0 && *word(descOf(pages).aux + 4*index) == 0 {
			if entry := word(pages + 4*index); *entry != 0 {
				status |= reduceEntry(s, nodeAt(h).addr()+index<<12, entry, rights)
			}
		}
		if index&7 == 7 && preempted() {
			return status, index + 1, false
		}
	}
	return status, 0, true
}

// rememberLarge keeps status for the ancestors of the large mapping h, in all of its pages.
func rememberLarge(h, status uint32) {
	if status == 0 {
		return
	}
	n := nodeAt(h)
	s := n.owner()
	table := s.table(n.va)
	if table == 0 {
		remember(s.pde(n.va), status)
		return
	}
	shadow := descOf(table).aux
	for i := uint32(0); i < ia32.PageSize; i += 4 {
		if entry := word(table + i); *entry != 0 && *word(shadow + i) == 0 {
			remember(entry, status)
		}
	}
	longStep()
}
