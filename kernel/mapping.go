package kernel

import "pecan/arch/ia32"

// Map, grant and unmap on single pages (semantics 5.3 to 5.5). Loops over ranges are in maprange.go and unmap.go.

// mapGeneration counts changes of the database, so that a walk that was preempted knows whether it may go on where it was.
var mapGeneration uint64

const userPte = ia32.PtePresent | ia32.PteUser

// pteOf is the entry for a frame with rights; r and x cannot be told apart on this hardware.
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

// pteStatus derives referenced, written, executed from the accessed and dirty bits (abi 5.2).
func pteStatus(pte uint32) (status uint32) {
	if pte&ia32.PteAccessed != 0 {
		status = rightR | rightX
	}
	if pte&ia32.PteDirty != 0 {
		status |= rightR | rightW
	}
	return
}

// removeNode takes one mapping away and returns its status bits. Its children become those of its parent.
func removeNode(n *node) uint32 {
	s := n.owner()
	addr := n.addr()
	pte := s.pte(addr)
	slot := s.nodeSlot(addr)
	status := pteStatus(*pte) | n.va&rightRWX
	unlinkNode(n, *pte&ia32.PteFrame)
	*pte = 0
	s.flush(addr)
	handle := *slot
	*slot = 0
	freeNode(handle)
	mapGeneration++
	return status
}

// flushChildren removes all descendants of the node h, leaves first, so that the tree is whole after every step. done is
// false after a preemption: call again; walk saves going down again.
func flushChildren(h uint32, walk *treeWalk) (status uint32, done bool) {
	n := nodeAt(h)
	at := walk.resume(h, h)
	for down := 1; ; down++ {
		p := nodeAt(at)
		if p.next != 0 && nodeAt(p.next).depth > p.depth {
			at = p.next
			if down&7 == 0 && preempted() {
				walk.stop(h, at)
				return status, false
			}
			continue
		}
		if p == n {
			return status, true
		}
		// The predecessor of a first leaf is its parent.
		at = p.prev
		status |= removeNode(p)
		if preempted() {
			walk.stop(h, at)
			return status, false
		}
	}
}

// flushTree removes the node h and all its descendants.
func flushTree(h uint32, walk *treeWalk) (status uint32, done bool) {
	status, done = flushChildren(h, walk)
	if done {
		status |= removeNode(nodeAt(h))
	}
	return
}

// reduceNode takes the rights revoked from one mapping and resets its status, which it returns.
func reduceNode(n *node, revoke uint32) uint32 {
	pte := n.pte()
	status := pteStatus(*pte) | n.va&rightRWX
	n.va &^= rightRWX
	value := *pte &^ (ia32.PteAccessed | ia32.PteDirty)
	if revoke&rightW != 0 {
		value &^= ia32.PteWrite
	}
	if value != *pte {
		*pte = value
		n.owner().flush(n.addr())
	}
	return status
}

// mapOne result.
const (
	mapDone  = iota // mapped or skipped: next page
	mapAgain        // preempted: same page again
	mapFull         // out of memory: no further page either
)

// mapPage maps or grants one page of from at src to space to at dst.
func mapPage(from, to *Space, src, dst, rights uint32, grant bool, walk *treeWalk) int {
	if !to.mappable(dst) || to.isSigma0 {
		return mapDone
	}
	parent, frame, have := sourceOf(from, src)
	rights &= have
	if rights == 0 || from == to && src == dst {
		return mapDone
	}
	pte := to.makePTE(dst)
	if pte == nil {
		return mapFull
	}
	if *pte != 0 {
		old := *to.nodeSlot(dst)
		if *pte&ia32.PteFrame == frame {
			switch {
			case grant && parent != 0:
				if isAncestor(old, parent) {
					// The receiver has it from of old; the sender's mapping just goes.
					if _, done := flushTree(parent, walk); !done {
						return mapAgain
					}
					return mapDone
				}
				rights |= pteRights(*pte) & have
			case rights&^pteRights(*pte) == 0:
				return mapDone
			default:
				switch relation(parent, old) {
				case relParent:
					*pte |= ia32.PteWrite
					to.flush(dst)
					return mapDone
				case relDerived, relSource:
					return mapDone
				}
			}
		}
		if _, done := flushTree(old, walk); !done {
			return mapAgain
		}
		// The flush may have taken the source.
		if now, _, still := sourceOf(from, src); still == 0 || now != parent {
			return mapDone
		}
	}
	if grant && parent != 0 {
		if rights&rightW == 0 && !revokeWrite(parent, walk) {
			return mapAgain
		}
		moveNode(parent, to, dst, rights)
		return mapDone
	}
	return newMapping(to, dst, parent, frame, rights)
}

// sourceOf looks a source page up: its node (0 for sigma0, the root of everything), frame and rights (0: no such page).
func sourceOf(s *Space, addr uint32) (parent, frame, rights uint32) {
	if s.isSigma0 {
		return 0, addr &^ ia32.PageMask, rightRWX
	}
	if addr >= ia32.UserTop || s.inArea(addr) {
		return 0, 0, 0
	}
	pte := s.pte(addr)
	if pte == nil || *pte == 0 {
		return 0, 0, 0
	}
	return *s.nodeSlot(addr), *pte & ia32.PteFrame, pteRights(*pte)
}

// relationSteps bounds a search for relatives, of whom relationsPerStep cost as much as another step of a long operation.
const (
	relationSteps    = 256
	relationsPerStep = 64
)

// Relations of an existing mapping to the source of a new one for the same frame.
const (
	relParent  = iota // the source is its direct parent: rights may grow
	relDerived        // the source is a farther ancestor: never more than its parent has
	relSource         // the source is derived from it, or it is the source: leave it alone
	relOther
)

func relation(parent, old uint32) int {
	if parent == 0 {
		if nodeAt(old).depth == 1 {
			return relParent
		}
		return relDerived
	}
	if isAncestor(old, parent) {
		return relSource
	}
	if isAncestor(parent, old) {
		if nodeAt(old).depth == nodeAt(parent).depth+1 {
			return relParent
		}
		return relDerived
	}
	return relOther
}

// isAncestor reports whether a is n or an ancestor of n. It walks back over n's elder relatives, a bounded
// number: beyond that it says no, and the caller over-maps, which is always allowed.
func isAncestor(a, n uint32) bool {
	depth := nodeAt(n).depth
	for steps := uint32(0); n != a; steps++ {
		d := nodeAt(n)
		if d.depth < depth {
			depth = d.depth
		}
		if steps == relationSteps || depth <= nodeAt(a).depth || d.prev == 0 {
			cpu.work += steps / relationsPerStep
			return false
		}
		n = d.prev
	}
	return true
}

// newMapping makes a child of parent (0: a root).
func newMapping(to *Space, dst, parent, frame, rights uint32) int {
	depth := uint16(1)
	if parent != 0 {
		if nodeAt(parent).depth == maxDepth {
			return mapDone
		}
		depth = nodeAt(parent).depth + 1
	} else if makeFrameHead(frame) == nil {
		return mapFull
	}
	h := allocNode()
	if h == 0 {
		dropEmptyFrames(frame)
		return mapFull
	}
	n := nodeAt(h)
	n.va, n.space, n.depth = dst&^ia32.PageMask, uint16((to.handle()-ia32.Window)>>12), depth
	insertNode(n, h, parent, frame)
	*to.nodeSlot(dst) = h
	*to.pte(dst) = pteOf(frame, rights)
	mapGeneration++
	return mapDone
}

// dropEmptyFrames gives back a table of list heads that makeFrameHead made for nothing.
func dropEmptyFrames(phys uint32) {
	table := frameTables[phys>>22]
	if table != 0 && descOf(table).used == 0 {
		freePage(table)
		frameTables[phys>>22] = 0
	}
}

// moveNode grants: the node goes to (to, dst) with its descendants. Precondition: these have no more than rights.
func moveNode(h uint32, to *Space, dst, rights uint32) {
	n := nodeAt(h)
	from, addr := n.owner(), n.addr()
	pte := from.pte(addr)
	value := *pte
	*pte = 0
	from.flush(addr)
	*from.nodeSlot(addr) = 0
	n.va = dst&^ia32.PageMask | n.va&rightRWX | pteStatus(value)
	n.space = uint16((to.handle() - ia32.Window) >> 12)
	*to.nodeSlot(dst) = h
	*to.pte(dst) = pteOf(value&ia32.PteFrame, rights)
	mapGeneration++
}
