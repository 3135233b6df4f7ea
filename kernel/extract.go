package kernel

// Extraction: one page of a large mapping becomes a small node, and so do those of all large mappings derived from it. What is
// mapped where, and from whom, stays the same. It prepares the grant of a part.

// extractLimit bounds how many large descendants follow a page that is granted; beyond, they lose it.
const extractLimit = 64

// extract makes the page with the given entry of the large mapping h a small node. Descendants for which there is no memory
// lose the page. It returns mapFull if that is so for h itself.
func extract(h, entry uint32, w *treeWalk) int {
	for {
		last, many := lastWith(h, entry)
		if many {
			if _, done := flushPart(h, entry, w); !done {
				return mapAgain
			}
			break
		}
		if last == 0 {
			break
		}
		if !extractPage(last, entry) {
			if _, done := dropPart(last, entry, w); !done {
				return mapAgain
			}
		}
		if preempted() {
			return mapAgain
		}
	}
	if !extractPage(h, entry) {
		return mapFull
	}
	return mapDone
}

// lastWith is the last large descendant of h that has the page; many says that there are too many to tell.
func lastWith(h, phys uint32) (last uint32, many bool) {
	depth := nodeAt(h).depth
	count := 0
	for c := nodeAt(h).next; c != 0; c = nodeAt(c).next {
		n := nodeAt(c)
		if n.depth <= depth {
			break
		}
		if count++; count > extractLimit {
			return 0, true
		}
		if n.ownPage(phys) != nil {
			last = c
		}
	}
	return last, false
}

// extractPage does it for h alone. Precondition: none of its large descendants has the page.
func extractPage(h, phys uint32) bool {
	n := nodeAt(h)
	parent := parentOf(h)
	if parent == 0 && n.depth != 1 {
		return false
	}
	tail := firstSmall(h, phys)
	if tail != 0 {
		steps := 0
		for ; nodeAt(tail).next != 0; tail = nodeAt(tail).next {
			if steps++; steps > relationSteps {
				return false
			}
		}
	}
	s, addr := n.owner(), n.pageAddr(phys)
	if s.table(n.va) == 0 && !s.breakUp(n.addr()) {
		return false
	}
	head := makeHead(parent, phys)
	if head == 0 {
		return false
	}
	small := allocNode()
	if small == 0 {
		dropUnused(head)
		return false
	}
	entry := *n.ownPage(phys)
	x := nodeAt(small)
	x.depth = n.depth
	linkHead(x, small, head)
	if tail != 0 {
		// The list below h goes behind the new node.
		old := n.table() + 4*ptIndex(phys)
		first := *word(old)
		*word(old) = 0
		emptyHead(n.table())
		nodeAt(tail).next = x.next
		if x.next != 0 {
			nodeAt(x.next).prev = tail
		}
		x.next = first
		nodeAt(first).prev = small
	}
	putNode(x, small, s, addr, entry)
	mapGeneration++
	return true
}
