package kernel

// Who got what from whom: searches back through the lists of the mapping database, all of a bounded length.

const relationSteps = 256

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

// before is the node before n in preorder of the tree of n's frame, 0 none: at the head of a list of small nodes the
// large node that the list belongs to.
func (n *node) before() uint32 {
	switch {
	case n.prev&headTag == 0:
		return n.prev
	case n.isLarge():
		return 0
	}
	return headOwner(n.prev)
}

// isAncestor reports whether a is n or an ancestor of n. It walks back over n's elder relatives, a bounded
// number: beyond that it says no, and the caller over-maps, which is always allowed.
func isAncestor(a, n uint32) bool {
	depth := nodeAt(n).depth
	limit := nodeAt(a).depth
	for steps := 0; n != a; steps++ {
		d := nodeAt(n)
		depth = min(depth, d.depth)
		if steps == relationSteps || depth <= limit {
			return false
		}
		if n = d.before(); n == 0 {
			return false
		}
	}
	return true
}

// parentOf is the mapping from which h was made, 0 if that is sigma0, or too far away to be found.
func parentOf(h uint32) uint32 {
	n := nodeAt(h)
	depth := n.depth
	if depth == 1 {
		return 0
	}
	for steps := 0; steps < relationSteps; steps++ {
		p := n.before()
		if p == 0 {
			return 0
		}
		if n = nodeAt(p); n.depth < depth {
			return p
		}
	}
	return 0
}
