package main

import (
	"unsafe"

	"pecan/user/l4"
	"pecan/user/root/boot"
)

// reach is the end of the physical memory that the root task can see: it sees memory at its physical address, and its
// UTCB area begins here.
const reach = 0xBF000000

// fetch makes physical memory that is not free RAM, such as a boot module, accessible: sigma0 gives it on request only.
// Asking again for what is there already does no harm.
func fetch(addr, size uint32) bool {
	end := uint64(addr) + uint64(size)
	if end > reach {
		return false
	}
	last := uint32(end+l4.PageSize-1) &^ (l4.PageSize - 1)
	for at := addr &^ (l4.PageSize - 1); at < last; {
		p := l4.Largest(at, last, 0)
		if _, ok := l4.FromSigma0(sigma0, p, l4.DefaultMemory, l4.Complete); !ok {
			return false
		}
		at += uint32(p.Size())
	}
	return true
}

// bytes are size bytes of memory at addr. Precondition: they are accessible.
func bytes(addr, size uint32) []byte { return unsafe.Slice((*byte)(unsafe.Add(nil, addr)), size) }

// readBootInfo reads what the boot loader left.
func readBootInfo(k *l4.KIP) (info boot.Info, ok bool) {
	at := k.BootInfo
	if at == 0 || !fetch(at, boot.Header) {
		return info, false
	}
	size := boot.Size(bytes(at, boot.Header))
	if size == 0 || !fetch(at, size) {
		return info, false
	}
	return boot.Parse(bytes(at, size), k.Root.IP)
}

// moduleFile is a boot module as the source of a program's pages.
type moduleFile struct {
	start uint32
}

// File implements image.Source.
func (f *moduleFile) File(offset, n uint32) []byte {
	if !fetch(f.start+offset, n) {
		panic("sigma0 refuses a boot module")
	}
	return bytes(f.start+offset, n)
}

// FilePage implements image.Source.
func (f *moduleFile) FilePage(offset uint32) uint32 {
	if f.start%l4.PageSize != 0 || !fetch(f.start+offset, l4.PageSize) {
		return 0
	}
	return f.start + offset
}

// Frame implements image.Source.
func (f *moduleFile) Frame() (page []byte, addr uint32) {
	got, ok := l4.FromSigma0(sigma0, l4.AnyPage(l4.Page), l4.DefaultMemory, l4.Complete)
	if !ok || got.Base() >= reach {
		return nil, 0
	}
	page = bytes(got.Base(), l4.PageSize)
	clear(page)
	return page, got.Base()
}
