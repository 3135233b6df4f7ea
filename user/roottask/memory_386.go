// Package roottask is what root tasks have in common: what the boot loader left, memory from sigma0, how to serve
// programs that have no console server, and how a machine ends.
package roottask

import (
	"unsafe"

	"pecan/user/l4"
	"pecan/user/root/boot"
)

// Reach is the end of the physical memory that a root task can see: it sees memory at its physical address, and its
// UTCB area begins here.
const Reach = 0xBF000000

// Fetch makes physical memory that is not free RAM, such as a boot module, accessible: sigma0 gives it on request only.
// Asking again for what is there already does no harm. It returns false if sigma0 refuses or the memory is out of Reach.
func Fetch(addr, size uint32) bool {
	end := uint64(addr) + uint64(size)
	if end > Reach {
		return false
	}
	sigma0 := l4.Kernel().Sigma0ID()
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

// Bytes are size bytes of memory at addr. Precondition: they are accessible.
func Bytes(addr, size uint32) []byte { return unsafe.Slice((*byte)(unsafe.Add(nil, addr)), size) }

// ReadBootInfo reads what the boot loader left. It returns false if that is nothing.
func ReadBootInfo() (info boot.Info, ok bool) {
	k := l4.Kernel()
	at := k.BootInfo
	if at == 0 || !Fetch(at, boot.Header) {
		return info, false
	}
	size := boot.Size(Bytes(at, boot.Header))
	if size == 0 || !Fetch(at, size) {
		return info, false
	}
	return boot.Parse(Bytes(at, size), k.Root.IP)
}

// ModuleFile is the boot module at physical address Start as the source of a program's pages.
type ModuleFile struct {
	Start uint32
}

// File implements image.Source.
func (f *ModuleFile) File(offset, n uint32) []byte {
	if !Fetch(f.Start+offset, n) {
		panic("sigma0 refuses a boot module")
	}
	return Bytes(f.Start+offset, n)
}

// FilePage implements image.Source.
func (f *ModuleFile) FilePage(offset uint32) uint32 {
	if f.Start%l4.PageSize != 0 || !Fetch(f.Start+offset, l4.PageSize) {
		return 0
	}
	return f.Start + offset
}

// Frame implements image.Source.
func (f *ModuleFile) Frame() (page []byte, addr uint32) {
	got, ok := l4.FromSigma0(l4.Kernel().Sigma0ID(), l4.AnyPage(l4.Page), l4.DefaultMemory, l4.Complete)
	if !ok || got.Base() >= Reach {
		return nil, 0
	}
	page = Bytes(got.Base(), l4.PageSize)
	clear(page)
	return page, got.Base()
}
