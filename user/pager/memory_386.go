package main

import (
	"unsafe"

	"pecan/user/frames"
	"pecan/user/l4"
)

// framesAddr is where frames from sigma0 are mapped, one behind the other. The files that the root task maps lie above.
const (
	framesAddr = 0x20000000
	framesEnd  = 0x40000000
)

// memory is the source of the client's pages.
type memory struct {
	frames.Source
	file, size uint32 // where the client's ELF file is, and its length
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
