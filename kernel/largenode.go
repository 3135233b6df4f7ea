package kernel

import "pecan/arch/ia32"

// Large nodes: mappings of 4 MiB, and tables of the lists of small nodes below them (docs/mapping-database.md).
//
// In node.va of a large node bit 0 is set, and bits 4 to 19 are the window page number of its table, 0 if it has none.
// A table (pageHeads) has 1024 list heads, one per frame. Its descriptor: owner is the large node, 0 for sigma0; next the
// number of its 4 MiB of physical memory; used the lists that are not empty; aux an index below which all are.
//
// A large node whose directory entry leads to a page table is broken up: entries without a node of their own are its pages
// or holes. The table's descriptor has in next the physical address of the 4 MiB and an index below which all are holes.

const (
	nodeLarge  = 1
	tableShift = 4
	tableMask  = 0xFFFF << tableShift
)

// largeHeads are the heads of the lists of large nodes, frameTables sigma0's tables of list heads, both per 4 MiB of
// physical memory.
var largeHeads, frameTables [1024]uint32

func (n *node) isLarge() bool { return n.va&nodeLarge != 0 }

// addr is the user address of the mapping.
func (n *node) addr() uint32 {
	if n.isLarge() {
		return n.va &^ ia32.LargeMask
	}
	return n.va
}

// table is the kernel address of a large node's table of list heads, or 0.
func (n *node) table() uint32 {
	if t := n.va & tableMask; t != 0 {
		return ia32.Window + t<<(12-tableShift)
	}
	return 0
}

// headTable is the table of the large node h (0: sigma0) for the 4 MiB around phys, or 0.
func headTable(h, phys uint32) uint32 {
	if h == 0 {
		return frameTables[phys>>22]
	}
	return nodeAt(h).table()
}

// firstSmall is the first small node of frame phys below the large node h (0: sigma0), or 0.
func firstSmall(h, phys uint32) uint32 {
	if table := headTable(h, phys); table != 0 {
		return *word(table + 4*ptIndex(phys))
	}
	return 0
}

// makeHead is the address of a list head, in a table made if there is none; 0 without memory.
func makeHead(h, phys uint32) uint32 {
	table := headTable(h, phys)
	if table == 0 {
		if table = allocPage(pageHeads, h); table == 0 {
			return 0
		}
		descOf(table).next = phys >> 22
		setHeadTable(h, phys, table)
	}
	return table + 4*ptIndex(phys)
}

func setHeadTable(h, phys, table uint32) {
	if h == 0 {
		frameTables[phys>>22] = table
		return
	}
	n := nodeAt(h)
	n.va &^= tableMask
	if table != 0 {
		n.va |= (table - ia32.Window) >> (12 - tableShift)
	}
}

// linkHead puts a new small node at the head of a list.
func linkHead(n *node, self, head uint32) {
	n.next, n.prev = *word(head), head|headTag
	if n.next != 0 {
		nodeAt(n.next).prev = self
	} else {
		newHead(head)
	}
	*word(head) = self
}

// newHead counts that a list of a table is no longer empty.
func newHead(head uint32) {
	d := descOf(head &^ ia32.PageMask)
	d.used++
	d.aux = min(d.aux, head&ia32.PageMask/4)
}

// emptyHead counts that a list of a table has become empty; a table without lists is given back.
func emptyHead(table uint32) {
	d := descOf(table)
	if d.used--; d.used == 0 {
		dropHeads(table)
	}
}

// dropHeads gives back a table of empty lists.
func dropHeads(table uint32) {
	d := descOf(table)
	setHeadTable(d.owner, d.next<<22, 0)
	freeClean(table)
}

// linkLarge puts a new large node behind its parent, or at the head of the list of 4 MiB at phys.
func linkLarge(n *node, self, parent, phys uint32) {
	if parent != 0 {
		linkBehind(n, self, parent)
		return
	}
	n.next, n.prev = largeHeads[phys>>22], phys&^ia32.LargeMask|headTag
	largeHeads[phys>>22] = self
	if n.next != 0 {
		nodeAt(n.next).prev = self
	}
}

// below returns where the large nodes derived from h (0: sigma0) begin, and the depth that they exceed.
func below(h, phys uint32) (first uint32, depth uint16) {
	if h == 0 {
		return largeHeads[phys>>22], 0
	}
	return nodeAt(h).next, nodeAt(h).depth
}

// hasLargeChildren reports whether large nodes are derived from the large node n.
func (n *node) hasLargeChildren() bool { return n.next != 0 && nodeAt(n.next).depth > n.depth }

// memory is the physical address of the 4 MiB that a large node maps.
func (n *node) memory() uint32 {
	s := n.owner()
	if table := s.table(n.va); table != 0 {
		return descOf(table).next &^ ia32.LargeMask
	}
	return *s.pde(n.va) &^ ia32.LargeMask
}

// breakUp replaces the directory entry of a 4 MiB page by a page table with the same pages. It returns false without memory.
func (s *Space) breakUp(addr uint32) bool {
	pde := s.pde(addr)
	shadow := allocPage(pageShadow, s.handle())
	if shadow == 0 {
		return false
	}
	table := allocPage(pageTable, s.handle())
	if table == 0 {
		freeClean(shadow)
		return false
	}
	value := *pde
	d := descOf(table)
	d.aux, d.next = shadow, value&^ia32.LargeMask
	value = smallEntry(value)
	// By 16 in a row, and interrupts are noted before and after: nobody sees the table yet.
	poll()
	for i := uint32(0); i < ia32.PageSize; i += 64 {
		at := (*[16]uint32)(ia32.Ptr(table + i))
		at[0] = value + 0<<12
		at[1] = value + 1<<12
		at[2] = value + 2<<12
		at[3] = value + 3<<12
		at[4] = value + 4<<12
		at[5] = value + 5<<12
		at[6] = value + 6<<12
		at[7] = value + 7<<12
		at[8] = value + 8<<12
		at[9] = value + 9<<12
		at[10] = value + 10<<12
		at[11] = value + 11<<12
		at[12] = value + 12<<12
		at[13] = value + 13<<12
		at[14] = value + 14<<12
		at[15] = value + 15<<12
		value += 16 << 12
	}
	poll()
	*pde = ia32.Phys(table) | kernelPte | ia32.PteUser
	s.flush(addr)
	longStep()
	return true
}

// dropTable takes the page table of addr away. Precondition: its entries are 0.
func (s *Space) dropTable(addr, table uint32) {
	*s.pde(addr) = 0
	freeClean(descOf(table).aux)
	freeClean(table)
	s.flushLarge(addr)
}

// smallEntry turns the directory entry of a 4 MiB page into the page-table entry of its first page.
func smallEntry(pde uint32) uint32 {
	if pde&ia32.PdePAT != 0 {
		return pde&^ia32.PdePAT | ia32.PtePAT
	}
	return pde &^ ia32.PteLarge
}

// headOwner is the large node whose table the list head with that address (and headTag) lies in, 0 for sigma0.
func headOwner(head uint32) uint32 { return descOf(head &^ ia32.PageMask).owner }
