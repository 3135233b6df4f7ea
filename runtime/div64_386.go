package runtime

import "unsafe"

// Division of 64-bit integers by 64-bit integers; the compiler calls it where the divisor is no constant.

// udivmod is in div64_386.s. Precondition: d is not 0.
func udivmod(n, d uint64) (q, r uint64)

//go:nosplit
//go:noinline
func uint64div(n, d uint64) uint64 {
	if d == 0 {
		throwAt(callerPC(unsafe.Pointer(&n)), reasons[whyDivide])
	}
	q, _ := udivmod(n, d)
	return q
}

//go:nosplit
//go:noinline
func uint64mod(n, d uint64) uint64 {
	if d == 0 {
		throwAt(callerPC(unsafe.Pointer(&n)), reasons[whyDivide])
	}
	_, r := udivmod(n, d)
	return r
}

//go:nosplit
//go:noinline
func int64div(n, d int64) int64 {
	if d == 0 {
		throwAt(callerPC(unsafe.Pointer(&n)), reasons[whyDivide])
	}
	q, _ := udivmod(magnitude(n), magnitude(d))
	if (n < 0) != (d < 0) {
		return -int64(q)
	}
	return int64(q)
}

// The remainder has the sign of the dividend.
//
//go:nosplit
//go:noinline
func int64mod(n, d int64) int64 {
	if d == 0 {
		throwAt(callerPC(unsafe.Pointer(&n)), reasons[whyDivide])
	}
	_, r := udivmod(magnitude(n), magnitude(d))
	if n < 0 {
		return -int64(r)
	}
	return int64(r)
}

//go:nosplit
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
