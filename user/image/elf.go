// Package image brings a program from its ELF file into a space, one page at a time. It is portable: the root task and
// the pager say where pages come from, this package says which bytes belong in them.
package image

import "pecan/user/l4"

// Error says what is wrong with an ELF file; OK (0) means nothing is.
type Error uint32

const (
	OK Error = iota
	NotELF
	WrongMachine
	HeaderBeyond
	TooManySegments
	SegmentBeyond
	SegmentAddress
	NoSegments
	BadEntry
)

// Error is a phrase that follows the name of the file.
func (e Error) Error() string {
	switch e {
	case NotELF:
		return "is not an ELF file"
	case WrongMachine:
		return "is not an executable for 32-bit x86"
	case HeaderBeyond:
		return "has no program headers in its first page"
	case TooManySegments:
		return "has too many segments"
	case SegmentBeyond:
		return "is shorter than its segments"
	case SegmentAddress:
		return "has a segment outside the user area"
	case NoSegments:
		return "has nothing to load"
	case BadEntry:
		return "has its entry point outside its segments"
	}
	return "is fine"
}

// userTop is the end of the addresses that a program may use; the areas of UTCBs and kernel interface page follow it.
const userTop = 0xBF000000

// maxSegments is the number of loadable segments that an image may have.
const maxSegments = 8

// Segment is a loadable part of a program.
type Segment struct {
	Addr, MemSize    uint32 // in memory
	Offset, FileSize uint32 // in the file; the rest of MemSize is zero
	Writable         bool
}

// Image is what the headers of an ELF file say.
type Image struct {
	Entry    uint32
	segments [maxSegments]Segment
	n        int
}

func half(b []byte, at uint32) uint32 { return uint32(b[at]) | uint32(b[at+1])<<8 }
func word(b []byte, at uint32) uint32 { return half(b, at) | half(b, at+2)<<16 }

// Parse reads the headers. Head is the beginning of the file, the first page or all of it if it is shorter; size is the
// length of the file in bytes.
func Parse(head []byte, size uint32) (im Image, err Error) {
	const (
		headerSize  = 52
		segmentSize = 32
		load        = 1
		writeFlag   = 2
	)
	if len(head) < headerSize || word(head, 0) != 0x464C457F {
		return im, NotELF
	}
	// class 32, little endian, ET_EXEC, EM_386
	if head[4] != 1 || head[5] != 1 || half(head, 16) != 2 || half(head, 18) != 3 {
		return im, WrongMachine
	}
	table, entry, count := word(head, 28), half(head, 42), half(head, 44)
	if entry < segmentSize || uint64(table)+uint64(entry)*uint64(count) > uint64(len(head)) {
		return im, HeaderBeyond
	}
	im.Entry = word(head, 24)
	inside := false
	for i := range count {
		h := head[table+i*entry:]
		s := Segment{
			Addr: word(h, 8), MemSize: word(h, 20),
			Offset: word(h, 4), FileSize: word(h, 16),
			Writable: word(h, 24)&writeFlag != 0,
		}
		if word(h, 0) != load || s.MemSize == 0 {
			continue
		}
		switch {
		case im.n == maxSegments:
			return im, TooManySegments
		case s.FileSize > s.MemSize || uint64(s.Offset)+uint64(s.FileSize) > uint64(size):
			return im, SegmentBeyond
		case s.Addr < l4.PageSize || uint64(s.Addr)+uint64(s.MemSize) > userTop:
			return im, SegmentAddress
		}
		inside = inside || im.Entry-s.Addr < s.FileSize
		im.segments[im.n] = s
		im.n++
	}
	if im.n == 0 {
		return im, NoSegments
	}
	if !inside {
		return im, BadEntry
	}
	return im, OK
}

// Bounds are the first page and the end of the last page of the image.
func (im *Image) Bounds() (low, high uint32) {
	low = userTop
	for _, s := range im.segments[:im.n] {
		low = min(low, s.Addr)
		high = max(high, s.Addr+s.MemSize)
	}
	return low &^ (l4.PageSize - 1), (high + l4.PageSize - 1) &^ (l4.PageSize - 1)
}

// piece is the part of the page at addr that segment s covers: n bytes from start, of which the first filled come
// from the file at offset.
type piece struct {
	start, n, filled, offset uint32
}

func (s *Segment) piece(addr uint32) (p piece, ok bool) {
	low, high := max(s.Addr, addr), min(s.Addr+s.MemSize, addr+l4.PageSize)
	if low >= high {
		return p, false
	}
	p.start, p.n = low-addr, high-low
	if at := low - s.Addr; at < s.FileSize {
		p.filled, p.offset = min(p.n, s.FileSize-at), s.Offset+at
	}
	return p, true
}

// Page says what belongs at the page-aligned address addr.
type Page struct {
	Exists   bool
	Writable bool
	// Direct: the page is a page of the file, at Offset, and needs no copy. Nobody writes to it.
	Direct bool
	Offset uint32
}

// Page describes the page at addr.
func (im *Image) Page(addr uint32) (p Page) {
	pieces := 0
	var last piece
	for i := range im.n {
		s := &im.segments[i]
		c, ok := s.piece(addr)
		if !ok {
			continue
		}
		pieces++
		last = c
		p.Exists = true
		p.Writable = p.Writable || s.Writable
	}
	// A direct page shows what the file holds before and behind the segment; nobody minds, it is the program's own file.
	if pieces == 1 && !p.Writable && last.filled == last.n && last.offset%l4.PageSize == last.start {
		p.Direct, p.Offset = true, last.offset-last.start
	}
	return p
}

// Fill copies what the file holds for the page at addr into page, which must be zero. Piece after piece is asked of
// file: the bytes from offset, at least n of them.
func (im *Image) Fill(addr uint32, page []byte, file func(offset, n uint32) []byte) {
	for i := range im.n {
		if p, ok := im.segments[i].piece(addr); ok && p.filled > 0 {
			copy(page[p.start:p.start+p.filled], file(p.offset, p.filled))
		}
	}
}
