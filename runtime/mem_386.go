package runtime

import "unsafe"

// The functions without a body are in mem_386.s; the compiler calls them.

//go:noescape
func memmove(to, from unsafe.Pointer, n uintptr)

//go:noescape
func memclrNoHeapPointers(ptr unsafe.Pointer, n uintptr)

//go:noescape
func memequal(a, b unsafe.Pointer, size uintptr) bool

//go:noescape
func memequal_varlen(a, b unsafe.Pointer) bool

//go:noescape
func cmpstring(a, b string) int

func duffzero()
func duffcopy()

// Without a garbage collector, memory with pointers is like any other.

//go:nosplit
func memclrHasPointers(ptr unsafe.Pointer, n uintptr) { memclrNoHeapPointers(ptr, n) }

//go:nosplit
func typedmemmove(typ *_type, dst, src unsafe.Pointer) { memmove(dst, src, typ.size) }

//go:nosplit
func typedmemclr(typ *_type, ptr unsafe.Pointer) { memclrNoHeapPointers(ptr, typ.size) }

//go:nosplit
func typedslicecopy(typ *_type, to unsafe.Pointer, toLen int, from unsafe.Pointer, fromLen int) int {
	return slicecopy(to, toLen, from, fromLen, typ.size)
}

//go:nosplit
func slicecopy(to unsafe.Pointer, toLen int, from unsafe.Pointer, fromLen int, width uintptr) int {
	n := min(toLen, fromLen)
	if n > 0 && width > 0 {
		memmove(to, from, uintptr(n)*width)
	}
	return n
}
