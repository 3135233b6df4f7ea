package kernel

import (
	"unsafe"

	"pecan/arch/ia32"
)

// The kernel pool: all dynamic kernel memory, a fixed range of physical memory inside the window, in pages. Every page
// has a descriptor that names its owner. Running out is an error for the caller and for nobody else.

// pageKind says what a pool page is used for.
type pageKind uint16

const (
	pageFree pageKind = iota
	pageDescriptors
	pageTCB
	pageTCBTable
	pageDirectory
	pageSpace
	pageTable
	pageShadow
	pageUTCB
	pageNodes
	pageFrames
	pageIOTable
	pageIOBitmap
	pageIOParents
	pageTimeouts
	pageSmall // page table of the region of small spaces
	pageKinds
)

// pageDesc describes one pool page, 16 bytes.
type pageDesc struct {
	kind  pageKind
	used  uint16 // objects in it (TCBs, UTCBs, nodes, entries)
	owner uint32 // handle of the space, or 0
	aux   uint32 // pageTable: its shadow page; pageNodes: free list
	next  uint32 // kernel address of the next page in a list
}

var _ [16 - unsafe.Sizeof(pageDesc{})]byte

type pagePool struct {
	base  uint32 // kernel address of the first page
	pages uint32
	descs uint32 // kernel address of the descriptors
	free  uint32 // list through next
	left  uint32 // free pages
	// reserve is kept back for page tables of the TCB array: making one cannot fail.
	reserve uint32
	count   [pageKinds]uint32
}

var pool pagePool

// tcbTables is the number of page tables that the whole TCB array can need.
const tcbTables = (ia32.TCBEnd - ia32.TCBArea) / ia32.LargeSize

// initPool takes over physical memory [low, high), page aligned and inside the window. Descriptors take its first pages.
func initPool(low, high uint32) {
	// The last page of the window is nobody's: as a space it would have the number that stands for sigma0 (ioports.go).
	high = min(high, ia32.WindowMax-ia32.PageSize)
	pool = pagePool{base: ia32.Virt(low), pages: (high - low) / ia32.PageSize, reserve: tcbTables}
	pool.descs = pool.base
	own := (pool.pages*16 + ia32.PageMask) / ia32.PageSize
	ia32.Zero(pool.base, own*ia32.PageSize)
	for i := pool.pages; i > 0; i-- {
		page := pool.base + (i-1)*ia32.PageSize
		if i-1 < own {
			descOf(page).kind = pageDescriptors
			continue
		}
		descOf(page).next = pool.free
		pool.free = page
		pool.left++
	}
	pool.count[pageDescriptors] = own
}

// descOf is the descriptor of the pool page at kernel address page.
func descOf(page uint32) *pageDesc {
	return (*pageDesc)(ia32.Ptr(pool.descs + (page-pool.base)>>12<<4))
}

// inPool reports whether physical address p is a pool page.
func inPool(p uint32) bool {
	return ia32.Virt(p)-pool.base < pool.pages*ia32.PageSize && p < ia32.WindowMax
}

// allocPage returns the kernel address of a zeroed page, or 0.
func allocPage(kind pageKind, owner uint32) uint32 {
	if pool.left <= pool.reserve {
		return 0
	}
	return takePage(kind, owner)
}

// takePage takes a page even from the reserve. Precondition: one is left.
func takePage(kind pageKind, owner uint32) uint32 {
	page := pool.free
	d := descOf(page)
	pool.free = d.next
	pool.left--
	*d = pageDesc{kind: kind, owner: owner}
	pool.count[kind]++
	ia32.Zero(page, ia32.PageSize)
	debugString(ia32.PageSize)
	return page
}

// freePage gives a page back.
func freePage(page uint32) {
	d := descOf(page)
	if d.kind == pageFree || d.kind == pageDescriptors {
		die("freePage: page is not allocated")
		return
	}
	pool.count[d.kind]--
	*d = pageDesc{next: pool.free}
	pool.free = page
	pool.left++
}

// canAlloc reports whether n pages can be had.
func canAlloc(n uint32) bool { return pool.left >= pool.reserve+n }
