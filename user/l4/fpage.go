package l4

import "math/bits"

// Rights are access rights to memory, and the status bits that Unmap reports. Abi 1.5, 5.2.
type Rights uint32

const (
	Execute Rights = 1
	Write   Rights = 2
	Read    Rights = 4
	RX             = Read | Execute
	RW             = Read | Write
	RWX            = Read | Write | Execute
)

// Page is log2 of the smallest page size in bytes.
const Page = 12

// PageSize is the smallest page size in bytes.
const PageSize = 1 << Page

// Fpage is a flexpage: a naturally aligned power-of-two region of the address space, with rights. Abi 1.5.
type Fpage uint32

const (
	// NilPage is the empty flexpage.
	NilPage Fpage = 0
	// Complete is the whole address space, without rights.
	Complete Fpage = 1 << 4
	// AnyBase is the base that, with a size, asks sigma0 for a region of that size anywhere: see AnyPage.
	AnyBase uint32 = 0xFFFFFC00
)

// NewFpage is the flexpage of 1<<log2 bytes that contains base. log2 is 12 or more for real pages (smaller ones can be
// encoded, but not mapped), at most 32.
func NewFpage(base uint32, log2 uint32, r Rights) Fpage {
	base &= ^uint32(0) << log2
	return Fpage(base&^0x3FF | log2&0x3F<<4 | uint32(r&RWX))
}

// PageAt is the smallest page that contains addr.
func PageAt(addr uint32, r Rights) Fpage { return NewFpage(addr, Page, r) }

// IsNil reports whether p is the empty flexpage.
func (p Fpage) IsNil() bool { return p == NilPage }

// IsComplete reports whether p is the whole address space, whatever its rights.
func (p Fpage) IsComplete() bool { return p&^0xF == Complete }

// IsIO reports whether p is an I/O flexpage; see IO.
func (p Fpage) IsIO() bool { return p>>4&0x3F == 2 }

// Log2 is log2 of the size in bytes: 32 for Complete.
func (p Fpage) Log2() uint32 {
	if p.IsComplete() {
		return 32
	}
	return uint32(p) >> 4 & 0x3F
}

// Size is the size in bytes; 0 for NilPage.
func (p Fpage) Size() uint64 {
	if p.IsNil() {
		return 0
	}
	return 1 << p.Log2()
}

// Base is the address of the first byte: what the kernel makes of the base field, aligned to the size.
func (p Fpage) Base() uint32 {
	return uint32(p) &^ 0x3FF & (^uint32(0) << p.Log2())
}

// Rights are the rights or status bits of p.
func (p Fpage) Rights() Rights { return Rights(p) & RWX }

// With is p with rights r instead of its own.
func (p Fpage) With(r Rights) Fpage { return p&^Fpage(RWX) | Fpage(r&RWX) }

// IO is the I/O flexpage behind p. Precondition: p.IsIO().
func (p Fpage) IO() IOFpage { return IOFpage(p) }

// Largest is the largest flexpage that begins at start, is naturally aligned and does not reach beyond end
// (exclusive, 0 means 4 GiB). Precondition: start and end are multiples of PageSize and start < end (or end is 0).
// Covering a range is a loop of Largest.
func Largest(start, end uint32, r Rights) Fpage {
	length := end - start // 0 means the complete 4 GiB
	log2 := uint32(32)
	if length != 0 {
		log2 = uint32(bits.Len32(length)) - 1
	}
	if start != 0 {
		log2 = min(log2, uint32(bits.TrailingZeros32(start)))
	}
	return NewFpage(start, log2, r)
}

// IOFpage is a naturally aligned power-of-two range of I/O ports. Abi 1.5.1.
type IOFpage uint32

// NewIOFpage is the range of 1<<log2 ports (log2 at most 16) that contains port.
func NewIOFpage(port uint16, log2 uint32, r Rights) IOFpage {
	base := uint32(port) & (^uint32(0) << log2)
	return IOFpage(base<<16 | log2&0x3F<<10 | 2<<4 | uint32(r&RWX))
}

// Log2 is log2 of the number of ports; values above 16 are invalid.
func (p IOFpage) Log2() uint32 { return uint32(p) >> 10 & 0x3F }

// Port is the first port, aligned to the size.
func (p IOFpage) Port() uint16 { return uint16(uint32(p) >> 16 & (^uint32(0) << p.Log2())) }

// Ports is the number of ports.
func (p IOFpage) Ports() uint32 { return 1 << p.Log2() }

// Fpage is the form in which p travels in map items and Unmap.
func (p IOFpage) Fpage() Fpage { return Fpage(p) }
