//go:build !pecan_kernel

package runtime

import "unsafe"

// Maps are those of Go itself: package internal/runtime/maps, as it is. This file is the layer between it and the
// compiler, which in Go's own runtime is runtime/map.go. Maps, map types and iterators pass through untouched.

type mapping struct{}
type mapType struct{ _type }
type mapIter struct{}

//go:linkname newMap internal/runtime/maps.NewMap
func newMap(t *mapType, hint uintptr, m *mapping, maxAlloc uintptr) *mapping

//go:linkname newEmptyMap internal/runtime/maps.NewEmptyMap
func newEmptyMap() *mapping

//go:linkname mapDelete internal/runtime/maps.(*Map).Delete
func mapDelete(m *mapping, t *mapType, key unsafe.Pointer)

//go:linkname mapClear internal/runtime/maps.(*Map).Clear
func mapClear(m *mapping, t *mapType)

//go:linkname iterInit internal/runtime/maps.(*Iter).Init
func iterInit(it *mapIter, t *mapType, m *mapping)

//go:linkname iterNext internal/runtime/maps.(*Iter).Next
func iterNext(it *mapIter)

func mapaccess1(t *mapType, m *mapping, key unsafe.Pointer) unsafe.Pointer

const maxAlloc = 1 << 31

func makemap_small() *mapping { return newEmptyMap() }

func makemap(t *mapType, hint int, m *mapping) *mapping {
	return newMap(t, uintptr(max(hint, 0)), m, maxAlloc)
}

func makemap64(t *mapType, hint int64, m *mapping) *mapping {
	if int64(int(hint)) != hint {
		hint = 0
	}
	return makemap(t, int(hint), m)
}

func mapdelete(t *mapType, m *mapping, key unsafe.Pointer) { mapDelete(m, t, key) }

func mapclear(t *mapType, m *mapping) { mapClear(m, t) }

func mapIterStart(t *mapType, m *mapping, it *mapIter) {
	iterInit(it, t, m)
	iterNext(it)
}

func mapIterNext(it *mapIter) { iterNext(it) }

// mapaccess1_fat and mapaccess2_fat serve elements larger than zeroVal.

func mapaccess1_fat(t *mapType, m *mapping, key, zero unsafe.Pointer) unsafe.Pointer {
	e := mapaccess1(t, m, key)
	if e == unsafe.Pointer(&zeroVal) {
		return zero
	}
	return e
}

func mapaccess2_fat(t *mapType, m *mapping, key, zero unsafe.Pointer) (unsafe.Pointer, bool) {
	e := mapaccess1(t, m, key)
	if e == unsafe.Pointer(&zeroVal) {
		return zero, false
	}
	return e, true
}

// What internal/runtime/maps takes from here.

//go:linkname mapsErrNilAssign internal/runtime/maps.errNilAssign
var mapsErrNilAssign error = plainError("assignment to entry in nil map")

//go:linkname mapsFatal internal/runtime/maps.fatal
func mapsFatal(s string) { throw(s) }

//go:linkname mapsRand internal/runtime/maps.rand
func mapsRand() uint64 { return rand() }

//go:linkname mapsTypedmemmove internal/runtime/maps.typedmemmove
func mapsTypedmemmove(t *_type, dst, src unsafe.Pointer) { memmove(dst, src, t.size) }

//go:linkname mapsTypedmemclr internal/runtime/maps.typedmemclr
func mapsTypedmemclr(t *_type, p unsafe.Pointer) { memclrNoHeapPointers(p, t.size) }

//go:linkname mapsNewarray internal/runtime/maps.newarray
func mapsNewarray(t *_type, n int) unsafe.Pointer { return newarray(t, n) }

//go:linkname mapsNewobject internal/runtime/maps.newobject
func mapsNewobject(t *_type) unsafe.Pointer { return newobject(t) }

//go:linkname mapsTypeString internal/runtime/maps.typeString
func mapsTypeString(t *_type) string { return typeString(t) }
