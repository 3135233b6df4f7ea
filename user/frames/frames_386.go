// Package frames gets memory from sigma0 and hands it out page by page, for pagers.
package frames

import (
	"unsafe"

	"pecan/user/l4"
)

// chunk is log2 of the memory asked from sigma0 at a time.
const chunk = 16

// Source hands out page frames. They are mapped one behind the other from Base on, as they are needed, and never
// beyond End; both are multiples of 64 KiB.
type Source struct {
	Base, End uint32

	next, end uint32 // frames in hand; all from Base to end are mapped
	single    bool   // sigma0 has no whole chunks any more
}

// Frame is a fresh page of zeros, and its address; nil when memory is used up.
func (s *Source) Frame() (page []byte, addr uint32) {
	if s.next == s.end && !s.grow() {
		return nil, 0
	}
	addr = s.next
	s.next += l4.PageSize
	page = unsafe.Slice((*byte)(unsafe.Add(nil, addr)), l4.PageSize)
	clear(page)
	return page, addr
}

// grow asks sigma0 for a chunk, or a single page if that is all there is.
func (s *Source) grow() bool {
	if s.end == 0 {
		s.next, s.end = s.Base, s.Base
	}
	for {
		log2 := uint32(chunk)
		if s.single {
			log2 = l4.Page
		}
		if s.end > s.End-1<<log2 {
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
