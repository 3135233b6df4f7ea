package kernel

import "pecan/arch/ia32"

// treeWalk remembers where a walk over the descendants of a mapping was preempted. It may go on there if it is a walk below
// the same mapping and the database has not changed since; else it starts again.
type treeWalk struct {
	root uint32 // handle of the mapping, or another number that is no handle
	next uint32 // node to go on with, 0 none
	// Generation of the database when the walk stopped, low and high half.
	low, high uint32
}

// stop remembers that c comes next below root.
func (w *treeWalk) stop(root, c uint32) {
	w.root, w.next = root, c
	w.low, w.high = uint32(mapGeneration), uint32(mapGeneration>>32)
}

// resume returns the node that stop remembered, once, or otherwise.
func (w *treeWalk) resume(root, otherwise uint32) uint32 {
	next := w.next
	w.next = 0
	if next != 0 && w.root == root && w.low == uint32(mapGeneration) && w.high == uint32(mapGeneration>>32) {
		return next
	}
	return otherwise
}

// reduceChildren takes rights from all nodes from first on that are deeper than depth, the descendants of root, and resets their
// status, which it returns. done is false after a preemption.
func reduceChildren(root, first uint32, depth uint16, rights uint32, w *treeWalk) (status uint32, done bool) {
	for c := w.resume(root, first); c != 0 && nodeAt(c).depth > depth; {
		status |= reduceNode(nodeAt(c), rights)
		c = nodeAt(c).next
		if preempted() && c != 0 {
			w.stop(root, c)
			return status, false
		}
	}
	return status, true
}

// revokeWrite takes w from all descendants of the node h and leaves their status alone. It returns false after a
// preemption.
func revokeWrite(h uint32, w *treeWalk) bool {
	n := nodeAt(h)
	for c := w.resume(h, n.next); c != 0 && nodeAt(c).depth > n.depth; {
		d := nodeAt(c)
		if pte := d.pte(); *pte&ia32.PteWrite != 0 {
			*pte &^= ia32.PteWrite
			d.owner().flush(d.addr())
		}
		c = d.next
		if preempted() && c != 0 {
			w.stop(h, c)
			return false
		}
	}
	return true
}
