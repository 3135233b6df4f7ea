//go:build !pecan_kernel

package runtime

import "unsafe"

// The heap is an arena in .bss, handed out from its start and never taken back. So memory is always zero
// when it is handed out, a page is touched only once it is needed, and all state is one word.

func heapBounds() (start, end uintptr)

// heapNext is the first free address; 0 before the first allocation.
var heapNext uintptr

// zerobase is the address of everything that has no size.
var zerobase [8]byte

// allocate returns size zero bytes, aligned to 8 (sync/atomic promises that for the first word of an
// object). The pc is that of the code to blame when there is no room.
func allocate(size uintptr, pc uintptr) unsafe.Pointer {
	if size == 0 {
		return unsafe.Pointer(&zerobase)
	}
	start, end := heapBounds()
	for {
		old := heapNext
		p := max(old, start)
		if size > end-p || size+7 < size {
			throwAt(pc, "out of memory")
		}
		next := min(p+(size+7)&^7, end)
		if cas(&heapNext, old, next) {
			return unsafe.Add(nil, p)
		}
	}
}

//go:noinline
func newobject(typ *_type) unsafe.Pointer {
	return allocate(typ.size, callerPC(unsafe.Pointer(&typ)))
}

// mallocgc is called by compiled code for some closures and interface values.
//
//go:noinline
func mallocgc(size uintptr, typ *_type, needzero bool) unsafe.Pointer {
	return allocate(size, callerPC(unsafe.Pointer(&size)))
}

//go:noinline
func newarray(typ *_type, n int) unsafe.Pointer {
	size, ok := arraySize(typ.size, n)
	if !ok {
		panicmakeslicelen()
	}
	return allocate(size, callerPC(unsafe.Pointer(&typ)))
}

// arraySize returns the size of n elements, and whether there can be such an array.
func arraySize(element uintptr, n int) (uintptr, bool) {
	size := uint64(element) * uint64(uint32(n))
	return uintptr(size), n >= 0 && size < 1<<31
}
