//go:build !pecan_kernel

package runtime

import "unsafe"

// Floating point is done in software: the arithmetic is the file softfloat64.go of Go's own runtime, which the builder
// compiles into this package. Here is what it leaves open.

func f32equal(p, q unsafe.Pointer) bool { return *(*float32)(p) == *(*float32)(q) }
func f64equal(p, q unsafe.Pointer) bool { return *(*float64)(p) == *(*float64)(q) }

func c64equal(p, q unsafe.Pointer) bool  { return *(*complex64)(p) == *(*complex64)(q) }
func c128equal(p, q unsafe.Pointer) bool { return *(*complex128)(p) == *(*complex128)(q) }

func f32hash(p unsafe.Pointer, h uintptr) uintptr {
	return floatHash(float64(*(*float32)(p)), h)
}

func f64hash(p unsafe.Pointer, h uintptr) uintptr { return floatHash(*(*float64)(p), h) }

func c64hash(p unsafe.Pointer, h uintptr) uintptr {
	return f32hash(unsafe.Add(p, 4), f32hash(p, h))
}

func c128hash(p unsafe.Pointer, h uintptr) uintptr {
	return f64hash(unsafe.Add(p, 8), f64hash(p, h))
}

// floatHash: the two zeros are equal, and so are their hashes; a NaN equals nothing, so that any hash will do.
func floatHash(f float64, h uintptr) uintptr {
	if f == 0 {
		return mix(h)
	}
	return memhash(unsafe.Pointer(&f), h, unsafe.Sizeof(f))
}
