package kernel

import "pecan/arch/ia32"

// Mappings of 4 KiB: entries, status, map and grant (semantics 5.3, 5.4). Loops over ranges are in maprange.go and
// unmaprange.go, mappings of 4 MiB in maplarge.go.

const (
	userPte    = ia32.PtePresent | ia32.PteUser
	touched    = ia32.PteAccessed | ia32.PteDirty
	attributes = ia32.PteThrough | ia32.PteUncached | ia32.PtePAT
)

// pteOf is the entry for a frame (with memory attributes) and rights; r and x cannot be told apart on this hardware.
func pteOf(frame, rights uint32) uint32 {
	if rights&rightW != 0 {
		return frame | userPte | ia32.PteWrite
	}
	return frame | userPte
}

func pteRights(pte uint32) uint32 {
	if pte&ia32.PteWrite != 0 {
		return rightRWX
	}
	return rightR | rightX
}

// Status is kept as accessed and dirty bits. entryStatus is all that an entry says: what was done through the mapping
// since it was last reset, and what its owner has been told but not its ancestors.
func entryStatus(entry uint32) uint32 { return (entry | entry>>ia32.PteSeen) & touched }

// remember keeps status in an entry for ancestors.
func remember(entry *uint32, status uint32) { *entry |= status << ia32.PteSeen }

// statusRights is status as Unmap reports it (abi 5.2): accessed is r and x, dirty r and w.
func statusRights(status uint32) (rights uint32) {
	if status&ia32.PteAccessed != 0 {
		rights = rightR | rightX
	}
	if status&ia32.PteDirty != 0 {
		rights |= rightR | rightW
	}
	return
}

// mapOne result.
const (
	mapDone  = iota // mapped or skipped: next page
	mapAgain        // preempted: same page again
	mapFull         // out of memory: no further page either
	mapClear        // 4 MiB: first flush what is there and shows other frames
	mapSmall        // 4 MiB: only page by page
)

// mapPage maps or grants one page of from at src to space to at dst.
func mapPage(from, to *Space, src, dst, rights uint32, grant bool, walk *treeWalk) int {
	if !to.mappable(dst) || to.isSigma0 {
		return mapDone
	}
	parent, source := sourceOf(from, src)
	rights &= pteRights(source)
	if source == 0 || rights == 0 || from == to && src == dst {
		return mapDone
	}
	grant = grant && parent != 0
	if grant && nodeAt(parent).isLarge() {
		if r := extract(parent, source, walk); r != mapDone {
			return r
		}
		parent, source = sourceOf(from, src)
	}
	if entry, value, old := to.find(dst); value != 0 {
		if (value^source)&ia32.PteFrame == 0 {
			switch {
			case grant:
				if isAncestor(old, parent) {
					// The receiver has it from of old; the sender's mapping just goes.
					if _, done := dropTree(parent, walk); !done {
						return mapAgain
					}
					return mapDone
				}
				rights |= pteRights(value) & pteRights(source)
			case rights&^pteRights(value) == 0:
				return mapDone
			default:
				switch relation(parent, old) {
				case relParent:
					return allowWrite(to, dst, entry)
				case relDerived, relSource:
					return mapDone
				}
			}
		}
		if !dropPage(old, value, walk) {
			return mapAgain
		}
		// The flush may have taken the source.
		if now, still := sourceOf(from, src); still == 0 || now != parent {
			return mapDone
		}
	}
	if to.makePTE(dst) == nil {
		return mapFull
	}
	if grant {
		if rights&rightW == 0 && !revokeWrite(parent, walk) {
			return mapAgain
		}
		moveNode(parent, to, dst, rights)
		return mapDone
	}
	return newMapping(to, dst, parent, source&(ia32.PteFrame|attributes), rights)
}

// sourceOf looks a source page up: its node (0 for sigma0, the root of everything) and page-table entry (0: no such page).
func sourceOf(s *Space, addr uint32) (parent, entry uint32) {
	if s.isSigma0 {
		entry = addr&ia32.PteFrame | userPte | ia32.PteWrite
		if addr < ia32.UserTop && !s.inArea(addr) {
			_, own, _ := s.find(addr)
			entry |= own & attributes
		}
		return 0, entry
	}
	if addr >= ia32.UserTop || s.inArea(addr) {
		return 0, 0
	}
	_, entry, parent = s.find(addr)
	return parent, entry
}

// allowWrite adds w to the mapping at dst, whose entry is given.
func allowWrite(to *Space, dst uint32, entry *uint32) int {
	if *to.pde(dst)&ia32.PteLarge != 0 {
		if entry = to.makePTE(dst); entry == nil {
			return mapFull
		}
	}
	*entry |= ia32.PteWrite
	to.flush(dst)
	return mapDone
}

// newMapping makes a small child of parent (0: a root). Precondition: dst has a page table, with nothing there.
func newMapping(to *Space, dst, parent, frame, rights uint32) int {
	depth := uint16(1)
	head := uint32(0)
	if parent != 0 {
		if nodeAt(parent).depth == maxDepth {
			return mapDone
		}
		depth = nodeAt(parent).depth + 1
	}
	if parent == 0 || nodeAt(parent).isLarge() {
		if head = makeHead(parent, frame); head == 0 {
			return mapFull
		}
	}
	h := allocNode()
	if h == 0 {
		if head != 0 {
			dropUnused(head)
		}
		return mapFull
	}
	n := nodeAt(h)
	n.depth = depth
	if head != 0 {
		linkHead(n, h, head)
	} else {
		linkBehind(n, h, parent)
	}
	putNode(n, h, to, dst, pteOf(frame, rights))
	mapGeneration++
	return mapDone
}

// putNode enters a small node's mapping at dst. Precondition: as newMapping.
func putNode(n *node, h uint32, to *Space, dst, entry uint32) {
	n.va, n.space = dst&^ia32.PageMask, to.number()
	table := to.table(dst)
	d := descOf(table)
	d.used++
	at := 4 * ptIndex(dst)
	*word(d.aux + at) = h
	*word(table + at) = entry
}

// takeNode is the reverse; it returns the entry.
func takeNode(n *node) (entry uint32) {
	s, addr := n.owner(), n.va
	table := s.table(addr)
	d := descOf(table)
	d.used--
	at := 4 * ptIndex(addr)
	*word(d.aux + at) = 0
	entry = *word(table + at)
	*word(table + at) = 0
	s.flush(addr)
	return entry
}

// dropUnused gives back a table of list heads that makeHead made for nothing.
func dropUnused(head uint32) {
	if table := head &^ ia32.PageMask; descOf(table).used == 0 {
		dropHeads(table)
	}
}

// moveNode grants: the small node goes to (to, dst) with its descendants. Precondition: these have no more than rights.
func moveNode(h uint32, to *Space, dst, rights uint32) {
	n := nodeAt(h)
	old := takeNode(n)
	entry := pteOf(old&(ia32.PteFrame|attributes), rights)
	remember(&entry, entryStatus(old))
	putNode(n, h, to, dst, entry)
	mapGeneration++
}
