package kernel

import "pecan/arch/ia32"

// Taking mappings away, and rights from them (semantics 5.5), in trees of small nodes. Trees of large nodes are in
// largeflush.go.

// removeNode takes one small mapping away and returns its status. Its children become those of its parent.
//
// This is takeNode, unlinkNode and freeNode in one, because unmapping consists of it.
func removeNode(h uint32) uint32 {
	n := nodeAt(h)
	s := n.owner()
	addr := n.va
	table := ia32.Virt(*word(s.pdir + addr>>22*4) & ia32.PteFrame)
	d := descOf(table)
	at := addr >> 10 & 0xFFC
	*word(d.aux + at) = 0
	d.used--
	pte := word(table + at)
	entry := *pte
	*pte = 0
	s.flush(addr)
	next, prev := n.next, n.prev
	if prev&headTag == 0 {
		nodeAt(prev).next = next
		if next != 0 {
			nodeAt(next).prev = prev
		}
	} else if next != 0 {
		*word(prev &^ headTag) = next
		nodeAt(next).prev = prev
	} else {
		*word(prev &^ headTag) = 0
		if d = descOf(prev &^ ia32.PageMask); d.used > 1 {
			d.used--
		} else {
			dropHeads(prev &^ ia32.PageMask)
		}
	}
	if d = descOf(h &^ ia32.PageMask); d.aux != 0 && d.used > 1 {
		n.next = d.aux
		d.aux = h
		d.used--
	} else {
		freeNode(h)
	}
	mapGeneration++
	return (entry | entry>>ia32.PteSeen) & touched
}

// flushChildren removes all descendants of the small node h, leaves first, so that the tree is whole after every step. done is
// false after a preemption: call again; walk saves going down again.
func flushChildren(h uint32, walk *treeWalk) (status uint32, done bool) {
	n := nodeAt(h)
	if n.next == 0 || nodeAt(n.next).depth <= n.depth {
		return 0, true
	}
	at := h
	if walk.root == h {
		at = walk.resume(h, h)
	}
	for down := 1; ; down++ {
		p := nodeAt(at)
		if next := p.next; next != 0 && nodeAt(next).depth > p.depth {
			if x := nodeAt(next); x.next == 0 || nodeAt(x.next).depth <= x.depth {
				status |= removeNode(next) // a leaf
				if preempted() {
					walk.stop(h, at)
					return status, false
				}
				continue
			}
			at = next
			if down&7 == 0 && preempted() {
				walk.stop(h, at)
				return status, false
			}
			continue
		}
		if p == n {
			return status, true
		}
		leaf := at
		// The predecessor of a first leaf is its parent.
		at = p.prev
		status |= removeNode(leaf)
		if preempted() {
			walk.stop(h, at)
			return status, false
		}
	}
}

// flushTree removes the small node h and all its descendants.
func flushTree(h uint32, walk *treeWalk) (status uint32, done bool) {
	if status, done = flushChildren(h, walk); done {
		status |= removeNode(h)
	}
	return
}

// flushList removes all small nodes of frame phys below the large node h (0: sigma0).
func flushList(h, phys uint32, walk *treeWalk) (status uint32, done bool) {
	for {
		first := firstSmall(h, phys)
		if first == 0 {
			return status, true
		}
		head := nodeAt(first).prev &^ headTag
		for {
			n := nodeAt(first)
			part, whole := uint32(0), true
			next := n.next
			if next == 0 || nodeAt(next).depth <= n.depth {
				part = removeNode(first) // a leaf
			} else {
				part, whole = flushTree(first, walk)
				next = 1 // unknown
			}
			status |= part
			if !whole {
				return status, false
			}
			if preempted() {
				return status, next == 0
			}
			if next <= 1 {
				break
			}
			if first = *word(head); first == 0 {
				break
			}
		}
	}
}

// dropTree is flushTree, or flushLarge, where no ancestor has asked for it: their knowledge of accesses is kept.
func dropTree(h uint32, walk *treeWalk) (status uint32, done bool) {
	parent := parentOf(h)
	if n := nodeAt(h); n.isLarge() {
		status, done = flushLarge(h, walk)
		if parent != 0 {
			rememberLarge(parent, status)
		}
	} else {
		entry := *n.owner().pte(n.va)
		status, done = flushTree(h, walk)
		if parent != 0 && status != 0 {
			tell(parent, entry, status)
		}
	}
	return
}

// dropPage takes the page with the given page-table entry from the mapping h, with all derived from it.
func dropPage(h, entry uint32, walk *treeWalk) (done bool) {
	if !nodeAt(h).isLarge() {
		_, done = dropTree(h, walk)
		return
	}
	_, done = dropPart(h, entry, walk)
	return
}

// tell keeps status for the ancestors of mapping h, at the page with the given entry if h is large and broken up.
func tell(h, phys, status uint32) {
	n := nodeAt(h)
	var entry *uint32
	if n.isLarge() {
		entry = n.ownPage(phys)
	} else {
		entry = n.owner().pte(n.va)
	}
	if entry != nil {
		remember(entry, status)
	}
}

// reduceEntry takes rights from a mapping of s at addr and resets its status, which it returns. revoke may also hold
// the operations of attributes.go.
func reduceEntry(s *Space, addr uint32, entry *uint32, revoke uint32) (status uint32) {
	value := *entry
	if revoke&leaveStatus == 0 {
		status = entryStatus(value)
		value &^= touched | touched<<ia32.PteSeen
	}
	if revoke&rightW != 0 {
		value &^= ia32.PteWrite
	}
	large := entry == s.pde(addr)
	if revoke&setAttribute != 0 {
		value = withAttribute(value, revoke, large)
	}
	if value != *entry {
		*entry = value
		if large {
			s.flushLarge(addr)
		} else {
			s.flush(addr)
		}
	}
	return status
}

// reduceChildren takes rights from all nodes from first on that are deeper than depth and resets their
// status, which it returns. name is that of the walk. done is false after a preemption.
func reduceChildren(name, first uint32, depth uint16, rights uint32, w *treeWalk) (status uint32, done bool) {
	for c := w.resume(name, first); c != 0; {
		n := nodeAt(c)
		if n.depth <= depth {
			break
		}
		s := n.owner()
		status |= reduceEntry(s, n.va, s.pte(n.va), rights)
		c = n.next
		if preempted() && c != 0 {
			w.stop(name, c)
			return status, false
		}
	}
	return status, true
}

// revokeWrite takes w from all descendants of the node h and leaves their status alone. It returns false after a
// preemption.
func revokeWrite(h uint32, w *treeWalk) (done bool) {
	n := nodeAt(h)
	if n.isLarge() {
		_, done = reduceLargeChildren(h, 0, rightW|leaveStatus, w)
	} else {
		_, done = reduceChildren(h|walkReduce, n.next, n.depth, rightW|leaveStatus, w)
	}
	return
}
