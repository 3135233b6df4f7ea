package kernel

// treeWalk remembers where a walk over the descendants of a mapping was preempted. It may go on there if it is a walk below
// the same mapping and the database has not changed since; else it starts again.
type treeWalk struct {
	root uint32 // what names the walk over a list of small nodes, 0 none
	next uint32 // node to go on with
	// The walk over large nodes around it: its name, 0 none; node to go on with; index of a table, or page.
	outer, at, index uint32
	// Generation of the database when the walk stopped, low and high half.
	low, high uint32
}

// mapGeneration counts changes of the database.
var mapGeneration uint64

// Names of walks: the handle of the mapping that is at the root, with these low bits for walks that are not a flush of
// all that is below it.
const (
	walkPart   = 1 // one page of a large node
	walkReduce = 2
	walkList   = 4 // the list of a page below a large node; sigma0 has handle 0
)

func (w *treeWalk) forget() { w.root, w.outer = 0, 0 }

func (w *treeWalk) current() bool {
	return w.low == uint32(mapGeneration) && w.high == uint32(mapGeneration>>32)
}

// stop remembers that the walk over small nodes named root goes on with next.
func (w *treeWalk) stop(root, next uint32) {
	w.root, w.next = root, next
	w.low, w.high = uint32(mapGeneration), uint32(mapGeneration>>32)
}

// resume returns the node that stop remembered, once, or otherwise.
func (w *treeWalk) resume(root, otherwise uint32) uint32 {
	if w.root != root || !w.current() {
		return otherwise
	}
	w.root = 0
	return w.next
}

// stopLarge remembers that the walk over large nodes named outer goes on with node at, at index.
func (w *treeWalk) stopLarge(outer, at, index uint32) {
	if !w.current() {
		w.root = 0
	}
	w.outer, w.at, w.index = outer, at, index
	w.low, w.high = uint32(mapGeneration), uint32(mapGeneration>>32)
}

// resumeLarge returns whether stopLarge remembered a place in the walk named outer; it is in at and index then.
func (w *treeWalk) resumeLarge(outer uint32) bool {
	if w.outer != outer || !w.current() {
		return false
	}
	w.outer = 0
	return true
}
