package kernel

import "pecan/arch/ia32"

// treeWalk remembers where a walk over the descendants of a mapping was preempted. It may go on there if the database has
// not changed since; else it starts again.
type treeWalk struct {
	next uint32 // node to go on with
	// Generation of the database when the walk stopped, low and high half: next counts only if it is still the same.
	low, high uint32
}

// first is the node to begin or go on with below n.
func (w *treeWalk) first(n *node) uint32 {
	next := w.next
	w.next = 0
	if next != 0 && w.low == uint32(mapGeneration) && w.high == uint32(mapGeneration>>32) {
		return next
	}
	return n.next
}

// resume is where flushing below n goes on: a descendant whose own subtree is under way, or n itself.
func (w *treeWalk) resume(n *node) *node {
	next := w.next
	w.next = 0
	if next != 0 && w.low == uint32(mapGeneration) && w.high == uint32(mapGeneration>>32) {
		return nodeAt(next)
	}
	return n
}

// stop remembers that c comes next.
func (w *treeWalk) stop(c uint32) {
	w.next, w.low, w.high = c, uint32(mapGeneration), uint32(mapGeneration>>32)
}

// reduceChildren takes rights from all descendants of n and resets their status, which it returns. done is false after a
// preemption.
func reduceChildren(n *node, rights uint32, w *treeWalk) (status uint32, done bool) {
	for c := w.first(n); c != 0 && nodeAt(c).depth > n.depth; {
		status |= reduceNode(nodeAt(c), rights)
		c = nodeAt(c).next
		if preempted() && c != 0 {
			w.stop(c)
			return status, false
		}
	}
	return status, true
}

// revokeWrite takes w from all descendants of n and leaves their status alone. It returns false after a preemption.
func revokeWrite(n *node, w *treeWalk) bool {
	for c := w.first(n); c != 0 && nodeAt(c).depth > n.depth; {
		d := nodeAt(c)
		if pte := d.pte(); *pte&ia32.PteWrite != 0 {
			*pte &^= ia32.PteWrite
			d.owner().flush(d.addr())
		}
		c = d.next
		if preempted() && c != 0 {
			w.stop(c)
			return false
		}
	}
	return true
}
