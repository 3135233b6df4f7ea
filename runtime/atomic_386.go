package runtime

import "unsafe"

// sync/atomic leaves the operations on pointers to the runtime, for the sake of a garbage collector's barriers. The
// others are in internal/runtime/atomic, which is Go's own.

// cas stores new at p if the word there is old, and reports whether it was.
//
//go:noescape
func cas(p *uintptr, old, new uintptr) bool

// swap stores new at p and returns what was there.
//
//go:noescape
func swap(p *uintptr, new uintptr) uintptr

//go:linkname storePointer sync/atomic.StorePointer
//go:nosplit
func storePointer(p *unsafe.Pointer, new unsafe.Pointer) {
	swap((*uintptr)(unsafe.Pointer(p)), uintptr(new))
}

//go:linkname swapPointer sync/atomic.SwapPointer
//go:nosplit
func swapPointer(p *unsafe.Pointer, new unsafe.Pointer) unsafe.Pointer {
	return unsafe.Add(nil, swap((*uintptr)(unsafe.Pointer(p)), uintptr(new)))
}

//go:linkname casPointer sync/atomic.CompareAndSwapPointer
//go:nosplit
func casPointer(p *unsafe.Pointer, old, new unsafe.Pointer) bool {
	return cas((*uintptr)(unsafe.Pointer(p)), uintptr(old), uintptr(new))
}
