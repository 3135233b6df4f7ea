// Panics dies in every way that the runtime reports. The test finds the expected message in the comment at the end of
// the line that panics.
package main

import (
	"unsafe"

	"pecan/tools/mk/testdata/host"
)

var (
	numbers = []int{1, 2, 3}
	zero    int
	zero64  uint64
	nothing any
	table   map[string]int
	thing   any = 7
	shift       = -1
	huge        = 1 << 30
	pointer *thick
	short   = numbers[:1]
	nobody  namer
)

type namer interface{ Name() string }

type thick struct{ a, b int }

func (t thick) Name() string { return "thick" }

type oops int

func (o oops) Error() string { return "oops" }

type color int

func inlined(i int) int { return numbers[i] }

//go:noinline
func endless(n int) int {
	var pad [100]int
	pad[n%100] = n
	return endless(n+1) + pad[(n+1)%100]
}

func main() {
	host.Try(func() { zero = numbers[zero+3] })             // index or slice bounds out of range
	host.Try(func() { numbers = numbers[zero+2 : zero+1] }) // index or slice bounds out of range
	host.Try(func() { zero = inlined(5) })                  // index or slice bounds out of range
	host.Try(func() { zero = 1 / zero })                    // integer divide by zero
	host.Try(func() { zero64 = 1 / zero64 })                // integer divide by zero
	host.Try(func() { zero = 1 << shift })                  // negative shift amount
	host.Try(func() { table["x"] = 1 })                     // assignment to entry in nil map
	host.Try(func() { panic("text") })                      // text
	host.Try(func() { panic(oops(1)) })                     // oops
	host.Try(func() { panic(-42) })                         // -42
	host.Try(func() { panic(color(5)) })                    // 5
	host.Try(func() { panic(uint8(200)) })                  // 200
	host.Try(func() { panic(thick{1, 2}) })                 // (main.thick)
	host.Try(func() { zero = len(thing.(string)) })         // interface conversion: interface is int, not string
	host.Try(func() { zero = len(nothing.(string)) })       // interface conversion: interface is nil, not string
	host.Try(func() { nobody = thing.(namer) })             // interface conversion: int is not main.namer: missing method
	host.Try(func() { nobody = nothing.(namer) })           // interface conversion: interface is nil, not main.namer
	host.Try(func() { zero = nobody.(*thick).a })           // interface conversion: interface is nil, not *main.thick
	host.Try(func() { numbers = make([]int, shift) })       // makeslice: len out of range
	host.Try(func() { numbers = make([]int, huge/8) })      // out of memory
	host.Try(func() { _ = unsafe.Slice(&zero, shift) })     // unsafe.Slice: len out of range
	host.Try(func() { _ = [3]int(short) })                  // index or slice bounds out of range
	host.Try(func() { mapOf(0) })                           // hash of a type that has no ==: []int
	host.Try(func() { zero = endless(0) })                  // stack overflow
}

// mapOf inserts a key that no map can have.
func mapOf(v int) {
	m := map[any]int{}
	m[[]int{v}] = 1
}
