//go:build !pecan_kernel

package runtime

import "unsafe"

// Deferred calls run when their function returns. A panic ends the program without running them, and there is
// no recover. Most functions run their deferred calls by themselves; these serve defer in a loop and other
// cases where the compiler can not count them.

func getg() *g

// deferprocStack queues a record in the frame of the function that defers.
//
//go:noinline
func deferprocStack(d *_defer) {
	gp := getg()
	d.heap = false
	d.rangefunc = false
	d.sp = uintptr(unsafe.Pointer(&d))
	d.pc = callerPC(unsafe.Pointer(&d))
	d.head = nil
	d.link = gp.deferred
	gp.deferred = d
}

// deferproc queues a record from the heap.
//
//go:noinline
func deferproc(fn func()) {
	gp := getg()
	gp.deferred = &_defer{
		heap: true,
		sp:   uintptr(unsafe.Pointer(&fn)),
		pc:   callerPC(unsafe.Pointer(&fn)),
		fn:   fn,
		link: gp.deferred,
	}
}

// deferreturn is in user_386.s: it finds the stack pointer and calls runDeferred.
func deferreturn()

// runDeferred runs what the function with the stack pointer sp deferred, the last first.
func runDeferred(sp uintptr) {
	gp := getg()
	for d := gp.deferred; d != nil && d.sp == sp; d = gp.deferred {
		gp.deferred = d.link
		d.fn()
	}
}
