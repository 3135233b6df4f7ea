package runtime

import "unsafe"

// Equality, as the compiler asks for it: by size for plain memory, by kind for the rest.

//go:nosplit
func memequal0(p, q unsafe.Pointer) bool { return true }

//go:nosplit
func memequal8(p, q unsafe.Pointer) bool { return *(*int8)(p) == *(*int8)(q) }

//go:nosplit
func memequal16(p, q unsafe.Pointer) bool { return *(*int16)(p) == *(*int16)(q) }

//go:nosplit
func memequal32(p, q unsafe.Pointer) bool { return *(*int32)(p) == *(*int32)(q) }

//go:nosplit
func memequal64(p, q unsafe.Pointer) bool { return *(*int64)(p) == *(*int64)(q) }

//go:nosplit
func memequal128(p, q unsafe.Pointer) bool { return *(*[2]int64)(p) == *(*[2]int64)(q) }

//go:nosplit
func strequal(p, q unsafe.Pointer) bool { return *(*string)(p) == *(*string)(q) }

//go:nosplit
func interequal(p, q unsafe.Pointer) bool {
	x, y := (*iface)(p), (*iface)(q)
	return x.tab == y.tab && ifaceeq(x.tab, x.data, y.data)
}

//go:nosplit
func nilinterequal(p, q unsafe.Pointer) bool {
	x, y := (*eface)(p), (*eface)(q)
	return x._type == y._type && efaceeq(x._type, x.data, y.data)
}

// ifaceeq compares the values of two interfaces that have the same table.
//
//go:nosplit
func ifaceeq(tab *itab, x, y unsafe.Pointer) bool {
	return tab == nil || efaceeq(tab.typ, x, y)
}

// efaceeq compares two interface values that have the same type.
//
//go:nosplit
func efaceeq(t *_type, x, y unsafe.Pointer) bool {
	if t == nil {
		return true
	}
	equal := t.equal
	if equal == nil {
		throw("comparing values of a type that has no ==")
	}
	if t.tflag&tflagDirectIface != 0 {
		return x == y
	}
	return equal(x, y)
}
