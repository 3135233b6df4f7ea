package kernel

import "pecan/arch/ia32"

// Unmap over a range of one space (semantics 5.5).

// unmapRange applies unmap, or an operation of attributes.go, to the mappings of s from *at to last, inclusive, and moves *at on; stage, 0 at first, is its own.
// Status is added to *status as accessed and dirty bits. It returns false after a preemption.
func unmapRange(s *Space, at, stage *uint32, last, rights uint32, flush bool, w *treeWalk, status *uint32) bool {
	const largeDone = 1 // the large mapping of the current 4 MiB: only small ones are left to do
	for *at <= last {
		addr := *at
		large := s.nodes[pdIndex(addr)]
		step := uint32(ia32.PageSize)
		var part uint32
		done, stepped := true, false
		switch {
		case *s.pde(addr) == 0:
			step = s.nextUsed(addr, min(last, addr+64*ia32.LargeSize-1)) - addr
			if addr+step-1 >= last {
				*at = last + 1
				return true
			}
		case large == 0 && s.vacant(addr), *stage == largeDone && s.allOne(addr):
			step = ia32.LargeSize - addr&ia32.LargeMask
		case large == 0 || *stage == largeDone:
			step, part, done = unmapRun(s, addr, last, rights, flush, w)
			cpu.work += step / ia32.PageSize
		case large != 0 && addr&ia32.LargeMask == 0 && last-addr >= ia32.LargeMask && *stage != largeDone:
			step = 0
			part, done = unmapLarge(large, rights, flush, w)
			if done && s.table(addr) != 0 {
				*stage = largeDone
			} else if done {
				step = ia32.LargeSize
			}
		default:
			h := uint32(0)
			if s.table(addr) != 0 {
				h = *s.nodeSlot(addr)
			}
			if n := nodeAt(large); h != 0 {
				part, done = unmapPage(h, rights, flush, w)
			} else if !flush && rights == rightRWX && n.table() != 0 && !n.hasLargeChildren() && s.allOne(addr) {
				step, part, done = unmapHeads(large, addr, last, w)
				cpu.work += step / ia32.PageSize
				stepped = true
			} else if flush || n.table() != 0 || n.hasLargeChildren() {
				part, done = unmapPart(large, n.memory()|addr&ia32.LargeMask, rights, flush, w)
			} else if s.allOne(addr) {
				step = ia32.LargeSize - addr&ia32.LargeMask // nothing is derived from it
			}
			if !done && !stepped {
				step = 0
			}
		}
		*status |= part
		if !done {
			*at = addr + step
			return false
		}
		if step != 0 && (addr+step)&ia32.LargeMask == 0 {
			*stage = 0
		}
		*at = addr + step
		if preempted() {
			return false
		}
	}
	return true
}

// unmapRun applies unmap to up to runPages small mappings of s from addr on, in one page table. step is how far it has come, also when it
// is not done, after a preemption.
func unmapRun(s *Space, addr, last, rights uint32, flush bool, w *treeWalk) (step, status uint32, done bool) {
	table := s.table(addr)
	at, shadow := table+4*ptIndex(addr), descOf(table).aux+4*ptIndex(addr)
	end := min(min(last-addr, ia32.LargeMask-addr&ia32.LargeMask)>>12+1, runPages) << 12
	for ; step < end; step += ia32.PageSize {
		if h := *word(shadow); h != 0 {
			var part uint32
			done = true
			n := nodeAt(h)
			if rights != rightRWX || flush {
				part, done = unmapPage(h, rights, flush, w)
			} else if c := n.next; c != 0 && nodeAt(c).depth > n.depth {
				if x := nodeAt(c); x.next == 0 || nodeAt(x.next).depth <= n.depth {
					part = removeNode(c) // an only child
					remember(word(at), part)
				} else {
					part, done = unmapPage(h, rights, flush, w)
				}
			}
			status |= part
			if !done {
				return
			}
		}
		at, shadow = at+4, shadow+4
	}
	return step, status, true
}

// unmapHeads takes up to runPages pages from addr on from everybody who has them from the large mapping h, from which no other large one is
// derived. Results are those of unmapRun.
func unmapHeads(h, addr, last uint32, w *treeWalk) (step, status uint32, done bool) {
	n := nodeAt(h)
	end := min(min(last-addr, ia32.LargeMask-addr&ia32.LargeMask)>>12+1, runPages) << 12
	memory := uint32(0)
	for ; step < end; step += ia32.PageSize {
		heads := n.table()
		if heads == 0 {
			return end, status, true
		}
		c := *word(heads + 4*ptIndex(addr+step))
		if c == 0 {
			continue
		}
		var part uint32
		done = true
		if nodeAt(c).next == 0 {
			part = removeNode(c)
		} else {
			part, done = flushList(h, addr+step, w)
		}
		if part != 0 {
			if memory == 0 {
				memory = n.memory()
			}
			tell(h, memory|(addr+step)&ia32.LargeMask, part)
		}
		status |= part
		if !done {
			return
		}
	}
	return step, status, true
}

// allOne reports whether the 4 MiB around addr hold no small mapping.
func (s *Space) allOne(addr uint32) bool {
	table := s.table(addr)
	return table == 0 || descOf(table).used == 0
}

// unmapPage applies unmap to one small mapping of the caller.
func unmapPage(h, rights uint32, flush bool, w *treeWalk) (status uint32, done bool) {
	n := nodeAt(h)
	s := n.owner()
	entry := s.pte(n.va)
	if rights == rightRWX {
		status, done = flushChildren(h, w)
	} else {
		status, done = reduceChildren(h|walkReduce, n.next, n.depth, rights, w)
	}
	if done && flush {
		if rights == rightRWX {
			parent, value := parentOf(h), *entry
			removeNode(h)
			if parent != 0 {
				tell(parent, value, status|entryStatus(value))
			}
			return status | value&touched, true
		}
		status |= reduceOwn(s, n.va, entry, rights)
	}
	remember(entry, status)
	return
}

// reduceOwn takes rights from a mapping of the caller's and returns its own status, which from now on only its ancestors see.
func reduceOwn(s *Space, addr uint32, entry *uint32, rights uint32) (status uint32) {
	if rights&leaveStatus != 0 {
		return reduceEntry(s, addr, entry, rights)
	}
	status = *entry & touched
	value := *entry&^touched | status<<ia32.PteSeen
	if rights&rightW != 0 {
		value &^= ia32.PteWrite
	}
	if value != *entry {
		*entry = value
		if entry == s.pde(addr) {
			s.flushLarge(addr)
		} else {
			s.flush(addr)
		}
	}
	return status
}

// unmapLarge applies unmap to a large mapping of the caller, all of it.
func unmapLarge(h, rights uint32, flush bool, w *treeWalk) (status uint32, done bool) {
	const own = walkReduce | walkList // the walk over the caller's own pages
	index := uint32(0)
	if w.resumeLarge(h | own) {
		index = w.index
	} else {
		if rights == rightRWX {
			status, done = flushLargeChildren(h, w)
		} else {
			status, done = reduceLargeChildren(h, 0, rights, w)
		}
		rememberLarge(h, status)
		if !done || !flush {
			return
		}
	}
	n := nodeAt(h)
	if rights == rightRWX {
		parent := parentOf(h)
		part, gone := removeLarge(h)
		if parent != 0 {
			rememberLarge(parent, entryStatus(part))
		}
		return status | part&touched, gone
	}
	s := n.owner()
	table := s.table(n.va)
	if table == 0 {
		return status | reduceOwn(s, n.va, s.pde(n.va), rights), true
	}
	for ; index < 1024; index++ {
		if entry := word(table + 4*index); *entry != 0 && *word(descOf(table).aux + 4*index) == 0 {
			status |= reduceOwn(s, n.addr()+index<<12, entry, rights)
		}
		if index&15 == 15 && preempted() {
			w.stopLarge(h|own, h, index+1)
			return status, false
		}
	}
	return status, true
}

// unmapPart applies unmap to the page with frame phys of the caller's large mapping h.
func unmapPart(h, phys, rights uint32, flush bool, w *treeWalk) (status uint32, done bool) {
	if rights == rightRWX {
		status, done = flushPart(h, phys, w)
	} else {
		status, done = reducePart(h, phys, rights, w)
	}
	n := nodeAt(h)
	entry := n.ownPage(phys)
	if entry == nil {
		return
	}
	remember(entry, status)
	if !done || !flush {
		return
	}
	if rights == rightRWX {
		parent, value := parentOf(h), *entry
		_, _, done = cutPage(h, phys, w)
		if parent != 0 {
			tell(parent, phys, entryStatus(value))
		}
		return status | value&touched, done
	}
	return status | reduceOwnPage(n, entry, phys, rights), true
}

// reduceOwnPage is reduceOwn for a page of a large mapping. Without memory to break it up, w goes from the whole mapping, and the
// status is left as it is.
func reduceOwnPage(n *node, entry *uint32, phys, rights uint32) uint32 {
	s := n.owner()
	if s.table(n.va) == 0 {
		value := *entry
		revoke := rights&rightW != 0 && value&ia32.PteWrite != 0
		if (value&touched == 0 || rights&leaveStatus != 0) && !revoke && !otherType(value, rights) {
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
			return value & touched
		}
		entry = n.ownPage(phys)
	}
	return reduceOwn(s, n.pageAddr(phys), entry, rights)
}
