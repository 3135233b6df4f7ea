package kernel

import (
	"unsafe"

	"pecan/arch/ia32"
)

// The mapping database (semantics 5.1): for each page frame the list of its mappings, in preorder of the tree of who
// got it from whom, with depths. The descendants of a node are the nodes behind it that are deeper. Roots, depth 1, come
// from sigma0, which owns everything and has no nodes (docs/mapping-database.md).

// node is one mapping, 16 bytes. The frame and the rights are in the page-table entry.
type node struct {
	va    uint32 // user page; low bits: status collected from removed or reset descendants (rightR|rightX, rightW)
	space uint16 // window page number of the space
	depth uint16
	next  uint32 // kernel addresses; prev is 0 at the head of the frame's list
	prev  uint32
}

var _ [16 - unsafe.Sizeof(node{})]byte

const (
	// maxDepth bounds how far a flush may have to go down before it removes something. Mappings beyond are not made.
	maxDepth     = 2047
	nodesPerPage = ia32.PageSize / 16
)

func nodeAt(addr uint32) *node { return (*node)(ia32.Ptr(addr)) }

func (n *node) owner() *Space  { return spaceAt(ia32.Window + uint32(n.space)<<12) }
func (n *node) addr() uint32   { return n.va &^ ia32.PageMask }
func (n *node) pte() *uint32   { return n.owner().pte(n.addr()) }
func (n *node) handle() uint32 { return *n.owner().nodeSlot(n.addr()) }

// nodePages lists the node pages that have room, doubly linked through next and owner; a page's free nodes hang on
// aux through node.next. A page without nodes goes back to the pool at once.
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

func allocNode() uint32 {
	if nodePages == 0 {
		page := allocPage(pageNodes, 0)
		if page == 0 {
			return 0
		}
		d := descOf(page)
		for i := uint32(0); i < nodesPerPage; i++ {
			nodeAt(page + i*16).next = d.aux
			d.aux = page + i*16
		}
		linkNodePage(page, d)
	}
	d := descOf(nodePages)
	n := d.aux
	d.aux = nodeAt(n).next
	d.used++
	if d.aux == 0 {
		unlinkNodePage(d)
	}
	return n
}

func freeNode(n uint32) {
	page := n &^ ia32.PageMask
	d := descOf(page)
	if d.aux == 0 {
		linkNodePage(page, d)
	}
	nodeAt(n).next = d.aux
	d.aux = n
	if d.used--; d.used == 0 {
		unlinkNodePage(d)
		freePage(page)
	}
}

// frameTables holds, per 4 MiB of physical memory, a page of list heads, one per frame, made on demand.
var frameTables [1024]uint32

// frameHead is the slot with the first node of a frame, or nil if the table does not exist.
func frameHead(phys uint32) *uint32 {
	table := frameTables[phys>>22]
	if table == 0 {
		return nil
	}
	return word(table + 4*ptIndex(phys))
}

func makeFrameHead(phys uint32) *uint32 {
	if frameTables[phys>>22] == 0 {
		frameTables[phys>>22] = allocPage(pageFrames, 0)
	}
	return frameHead(phys)
}

// insertNode links a new node for frame phys behind parent (0: at the head, as a root).
func insertNode(n *node, self, parent, phys uint32) {
	head := frameHead(phys)
	if *head == 0 {
		descOf(frameTables[phys>>22]).used++
	}
	if parent == 0 {
		n.next, n.prev = *head, 0
		*head = self
	} else {
		p := nodeAt(parent)
		n.next, n.prev = p.next, parent
		p.next = self
	}
	if n.next != 0 {
		nodeAt(n.next).prev = self
	}
}

// unlinkNode takes a node out of the list of frame phys.
func unlinkNode(n *node, phys uint32) {
	if n.prev != 0 {
		nodeAt(n.prev).next = n.next
	} else {
		*frameHead(phys) = n.next
	}
	if n.next != 0 {
		nodeAt(n.next).prev = n.prev
	}
	if n.prev == 0 && n.next == 0 {
		d := descOf(frameTables[phys>>22])
		if d.used--; d.used == 0 {
			freePage(frameTables[phys>>22])
			frameTables[phys>>22] = 0
		}
	}
}
