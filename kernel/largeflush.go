package kernel

import "pecan/arch/ia32"

// Taking mappings and rights away below large nodes. h is a large node, or 0 for sigma0, the large node of all memory; phys
// an address in the 4 MiB, or the frame of a page (an entry will do: low bits do not matter).

// flushLargeChildren removes everything derived from the large node h, leaves first.
func flushLargeChildren(h uint32, w *treeWalk) (status uint32, done bool) {
	at := h
	if w.resumeLarge(h) {
		at = w.at
	}
	for down := 1; ; down++ {
		p := nodeAt(at)
		if p.hasLargeChildren() {
			at = p.next
			if down&7 == 0 && preempted() {
				w.stopLarge(h, at, 0)
				return status, false
			}
			continue
		}
		part, whole := flushTable(at, 0, w)
		status |= part
		if at == h && whole {
			return status, true
		}
		back := p.prev // its parent
		if whole {
			part, whole = removeLarge(at)
			status |= entryStatus(part)
		}
		if !whole {
			w.stopLarge(h, at, 0)
			return status, false
		}
		at = back
		if preempted() {
			w.stopLarge(h, at, 0)
			return status, false
		}
	}
}

// flushLarge removes the large node h and everything derived from it.
func flushLarge(h uint32, w *treeWalk) (status uint32, done bool) {
	if status, done = flushLargeChildren(h, w); done {
		var last uint32
		last, done = removeLarge(h)
		status |= entryStatus(last)
	}
	return
}

// flushTable removes all small nodes below h.
func flushTable(h, phys uint32, w *treeWalk) (status uint32, done bool) {
	for {
		table := headTable(h, phys)
		if table == 0 {
			return status, true
		}
		d := descOf(table)
		first := uint32(0)
		for first == 0 {
			if first = *word(table + 4*d.aux); first == 0 {
				if d.aux++; d.aux&15 == 0 && preempted() {
					return status, false
				}
			}
		}
		part, whole := flushTree(first, w)
		status |= part
		if !whole || preempted() {
			return status, false
		}
	}
}

// removeLarge takes a large mapping away and returns its entry's, or entries', status bits. Its large children become those of its parent. Precondition: it has
// no small ones. done is false after a preemption: then it has holes.
func removeLarge(h uint32) (status uint32, done bool) {
	n := nodeAt(h)
	s := n.owner()
	if table := s.table(n.va); table == 0 {
		pde := s.pde(n.va)
		status = *pde & (touched | touched<<ia32.PteSeen)
		*pde = 0
		s.flushLarge(n.va)
	} else {
		if status, done = takePages(table); done && descOf(table).used == 0 {
			s.dropTable(n.va, table)
		} else {
			s.flushLarge(n.va)
		}
		if !done {
			return status, false
		}
	}
	s.nodes[pdIndex(n.va)] = 0
	unlinkNode(n)
	freeNode(h)
	mapGeneration++
	return status, true
}

// takePages clears the entries of a page table that belong to its large node and returns their status bits. The caller drops
// the translations.
func takePages(table uint32) (status uint32, done bool) {
	d := descOf(table)
	for i := d.next & ia32.LargeMask; i < 1024; {
		for end := i + 16; i < end; i++ {
			if *word(d.aux + 4*i) == 0 {
				status |= *word(table + 4*i) & (touched | touched<<ia32.PteSeen)
				*word(table + 4*i) = 0
			}
		}
		d.next = d.next&^ia32.LargeMask | i
		if i < 1024 && preempted() {
			return status, false
		}
	}
	return status, true
}

// flushRoots removes everything that sigma0 has given away of the 4 MiB around phys.
func flushRoots(phys uint32, w *treeWalk) (status uint32, done bool) {
	for largeHeads[phys>>22] != 0 {
		part, whole := flushLarge(largeHeads[phys>>22], w)
		status |= part
		if !whole || preempted() {
			return status, false
		}
	}
	part, done := flushTable(0, phys, w)
	return status | part, done
}
