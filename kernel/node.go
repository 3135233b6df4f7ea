package kernel

import (
	"unsafe"

	"pecan/arch/ia32"
)

// The mapping database (semantics 5.1): for each page frame lists of its mappings, in preorder of the tree of who
// got it from whom, with depths. The descendants of a node are the nodes behind it that are deeper. Roots, depth 1, come
// from sigma0, which owns everything and has no nodes (docs/mapping-database.md).

// node is one mapping, 16 bytes. Frame, rights, memory type and status are in the page-table or directory entry.
type node struct {
	va    uint32 // user page; large nodes: see largenode.go
	space uint16 // window page number of the space
	depth uint16
	next  uint32 // kernel address, 0 at the end
	// prev is the kernel address of the node before; at the head of a list the address of the head (large nodes: the
	// 4 MiB of physical memory) with headTag.
	prev uint32
}

var _ [16 - unsafe.Sizeof(node{})]byte

const (
	// maxDepth bounds how far a flush may have to go down before it removes something. Mappings beyond are not made.
	maxDepth     = 2047
	nodesPerPage = ia32.PageSize / 16
	headTag      = 1
)

func nodeAt(addr uint32) *node { return (*node)(ia32.Ptr(addr)) }

func (n *node) owner() *Space { return spaceAt(ia32.Window + uint32(n.space)<<12) }

// nodePages lists the node pages that have room, doubly linked through next and owner; a page's free nodes hang on
// aux through node.next. A page without nodes goes back to the pool at once, but for the last.
var nodePages uint32

func linkNodePage(page uint32, d *pageDesc) {
	d.next, d.owner = nodePages, 0
	if nodePages != 0 {
		descOf(nodePages).owner = page
	}
	nodePages = page
}

func unlinkNodePage(d *pageDesc) {
	if d.owner != 0 {
		descOf(d.owner).next = d.next
	} else {
		nodePages = d.next
	}
	if d.next != 0 {
		descOf(d.next).owner = d.owner
	}
	d.next, d.owner = 0, 0
}

// Free nodes of a page: next is the kernel address of the next one, lastFree, or 0 for the one behind in the page, as in a
// fresh page.
const lastFree = 1

func allocNode() uint32 {
	if nodePages == 0 {
		page := allocPage(pageNodes, 0)
		if page == 0 {
			return 0
		}
		d := descOf(page)
		d.aux = page
		linkNodePage(page, d)
	}
	return takeFree(descOf(nodePages))
}

// takeFree takes a free node of the page with descriptor d, the first of nodePages.
func takeFree(d *pageDesc) uint32 {
	h := d.aux
	next := nodeAt(h).next
	switch next {
	case 0:
		if next = h + 16; next&ia32.PageMask == 0 {
			next = 0
		}
	case lastFree:
		next = 0
	}
	d.aux = next
	d.used++
	if next == 0 {
		unlinkNodePage(d)
	}
	return h
}

func freeNode(n uint32) {
	page := n &^ ia32.PageMask
	d := descOf(page)
	next := d.aux
	if next == 0 {
		linkNodePage(page, d)
		next = lastFree
	}
	nodeAt(n).next = next
	d.aux = n
	if d.used--; d.used == 0 {
		unlinkNodePage(d)
		freePage(page)
	}
}

// linkBehind puts a new node behind node p of its list: the first child of p.
func linkBehind(n *node, self, p uint32) {
	before := nodeAt(p)
	n.next, n.prev = before.next, p
	before.next = self
	if n.next != 0 {
		nodeAt(n.next).prev = self
	}
}

// unlinkNode takes a node out of its list. The last of a small list may take the table of heads with it.
func unlinkNode(n *node) {
	if n.next != 0 {
		nodeAt(n.next).prev = n.prev
	}
	switch {
	case n.prev&headTag == 0:
		nodeAt(n.prev).next = n.next
	case n.isLarge():
		largeHeads[n.prev>>22] = n.next
	default:
		*word(n.prev &^ headTag) = n.next
		if n.next == 0 {
			emptyHead(n.prev &^ ia32.PageMask)
		}
	}
}
