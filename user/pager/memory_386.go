package main

import (
	"unsafe"

	"pecan/user/l4"
)

// framesAddr is where frames from sigma0 are mapped, one behind the other. The files that the root task maps lie above.
const (
	framesAddr = 0x20000000
	framesEnd  = 0x40000000
)

// chunk is log2 of the memory asked from sigma0 at a time.
const chunk = 16

// memory is the source of the client's pages.
type memory struct {
	file, size uint32 // where the client's ELF file is, and its length
	next, end  uint32 // frames in hand; all up to end are mapped
	single     bool   // sigma0 has no whole chunks any more
}

func bytes(addr, size uint32) []byte { return unsafe.Slice((*byte)(unsafe.Add(nil, addr)), size) }

var touched byte

// touch makes sure that the page at addr is mapped here, so that it can be mapped on.
func touch(addr uint32) { touched = *(*byte)(unsafe.Add(nil, addr)) }

// File implements image.Source.
func (s *memory) File(offset, n uint32) []byte { return bytes(s.file+offset, n) }

// FilePage implements image.Source.
func (s *memory) FilePage(offset uint32) uint32 {
	if s.file%l4.PageSize != 0 {
		return 0
	}
	return s.file + offset
}

// Frame implements image.Source.
func (s *memory) Frame() (page []byte, addr uint32) {
	if s.next == s.end && !s.grow() {
		return nil, 0
	}
	addr = s.next
	s.next += l4.PageSize
	page = bytes(addr, l4.PageSize)
	clear(page)
	return page, addr
}

// grow asks sigma0 for a chunk, or a single page if that is all there is.
func (s *memory) grow() bool {
	if s.end == 0 {
		s.next, s.end = framesAddr, framesAddr
	}
	for {
		log2 := uint32(chunk)
		if s.single {
			log2 = l4.Page
		}
		if s.end > framesEnd-1<<log2 {
			return false
		}
		if _, ok := l4.FromSigma0(l4.Kernel().Sigma0ID(), l4.AnyPage(log2), l4.DefaultMemory, l4.NewFpage(s.end, log2, 0)); ok {
			s.end += 1 << log2
			return true
		}
		if s.single {
			return false
		}
		s.single = true
	}
}
