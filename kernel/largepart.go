package kernel

import "pecan/arch/ia32"

// One page of what is derived from a large node h, or from sigma0 (0). phys names its frame; low bits do not matter, so it can be
// an entry. Holes do not stop these walks: what is derived through a page that is no longer there goes as well.

// pageAddr is the user address at which large node n shows (or showed) frame phys.
func (n *node) pageAddr(phys uint32) uint32 {
	return n.va&^ia32.LargeMask | phys&ia32.LargeMask&ia32.PteFrame
}

// resumePart is the large node to go on with in the walk named outer over page phys, or first.
func (w *treeWalk) resumePart(outer, phys, first uint32) uint32 {
	if w.resumeLarge(outer) && w.index == phys&ia32.PteFrame {
		return w.at
	}
	return first
}

// flushPart takes the page from everything derived from h.
func flushPart(h, phys uint32, w *treeWalk) (status uint32, done bool) {
	first, depth := below(h, phys)
	for c := w.resumePart(h|walkPart, phys, first); c != 0; {
		n := nodeAt(c)
		if n.depth <= depth {
			break
		}
		prev := n.prev
		part, whole := flushList(c, phys, w)
		status |= part
		gone := false
		if whole {
			part, gone, whole = cutPage(c, phys, w)
			status |= part
		}
		if whole {
			switch {
			case !gone:
				c = n.next
			case prev&headTag != 0:
				c = largeHeads[phys>>22]
			default:
				c = nodeAt(prev).next
			}
			whole = c == 0 || !preempted()
		}
		if !whole {
			// If the flush of all of c was stopped, its place is the one to keep: what is before c is done with quickly.
			if c == 0 || w.outer != c || !w.current() {
				w.stopLarge(h|walkPart, c, phys&ia32.PteFrame)
			}
			return status, false
		}
	}
	part, done := flushList(h, phys, w)
	return status | part, done
}

// cutPage makes the page a hole of large node h itself. Without memory for that the whole mapping goes, with all that is derived
// from it: gone is true then. Precondition: nothing is derived from the page.
func cutPage(h, phys uint32, w *treeWalk) (status uint32, gone, done bool) {
	n := nodeAt(h)
	s := n.owner()
	if n.ownPage(phys) == nil {
		return 0, false, true
	}
	if s.table(n.va) == 0 && !s.breakUp(n.addr()) {
		status, done = flushLarge(h, w)
		return status, done, done
	}
	entry := n.ownPage(phys)
	status = entryStatus(*entry)
	*entry = 0
	s.flush(n.pageAddr(phys))
	mapGeneration++
	return status, false, true
}

// dropPart is dropTree for the page of h.
func dropPart(h, phys uint32, w *treeWalk) (status uint32, done bool) {
	parent := parentOf(h)
	status, done = flushPart(h, phys, w)
	if done {
		part, _, whole := cutPage(h, phys, w)
		status, done = status|part, whole
	}
	if parent != 0 && status != 0 {
		tell(parent, phys, status)
	}
	return
}

// reducePart takes rights from the page in everything derived from h and resets the status, which it returns.
func reducePart(h, phys, rights uint32, w *treeWalk) (status uint32, done bool) {
	const name = walkPart | walkReduce
	first, depth := below(h, phys)
	for c := w.resumePart(h|name, phys, first); c != 0; {
		n := nodeAt(c)
		if n.depth <= depth {
			break
		}
		part, whole := reduceList(c, phys, rights, w)
		status |= part
		if whole {
			status |= reducePage(n, phys, rights)
			c = n.next
			whole = c == 0 || !preempted()
		}
		if !whole {
			w.stopLarge(h|name, c, phys&ia32.PteFrame)
			return status, false
		}
	}
	part, done := reduceList(h, phys, rights, w)
	return status | part, done
}

// reduceList is reducePart for the small nodes directly below h.
func reduceList(h, phys, rights uint32, w *treeWalk) (status uint32, done bool) {
	table := headTable(h, phys)
	if table == 0 {
		return 0, true
	}
	depth := uint16(0)
	if h != 0 {
		depth = nodeAt(h).depth
	}
	head := table + 4*ptIndex(phys)
	return reduceChildren(head|walkReduce, *word(head), depth, rights, w)
}

// reducePage takes rights from the page of n itself. Without memory to break it up, w goes from the whole mapping, and the
// status is left as it is.
func reducePage(n *node, phys, rights uint32) (status uint32) {
	entry := n.ownPage(phys)
	if entry == nil {
		return 0
	}
	s := n.owner()
	if s.table(n.va) == 0 {
		if rights&leaveStatus == 0 {
			status = entryStatus(*entry)
		}
		revoke := rights&rightW != 0 && *entry&ia32.PteWrite != 0
		if status == 0 && !revoke && !otherType(*entry, rights) {
			return 0
		}
		if !s.breakUp(n.addr()) {
			if rights&setAttribute != 0 {
				return attributeFailed
			}
			if revoke {
				*entry &^= ia32.PteWrite
				s.flushLarge(n.va)
			}
			return status
		}
		entry = n.ownPage(phys)
	}
	return reduceEntry(s, n.pageAddr(phys), entry, rights)
}
