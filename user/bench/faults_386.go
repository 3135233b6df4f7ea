package main

import (
	"unsafe"

	"pecan/user/l4"
)

// target are pages that a thread in another space touches one by one.
const targetPages = 256

var target [targetPages * l4.PageSize]byte

// The outcome of what a helper measured. Helpers in other spaces see the same memory.
var measured uint64

// at is the address of v.
func at[T any](v *T) uint32 { return uint32(uintptr(unsafe.Pointer(v))) }

// toucher waits for a message, touches all of target, and answers.
func toucher() {
	for {
		var m l4.Msg
		from, _ := l4.Wait(&m, l4.Never)
		measured = touch(at(&target), targetPages) - fixed
		l4.Send(from, m.Start(0), l4.Never)
	}
}

// takeTarget unmaps target from all other spaces.
func takeTarget() {
	for a := at(&target); a < at(&target)+targetPages*l4.PageSize; a += l4.PageSize {
		l4.UnmapPage(l4.PageAt(a, l4.RWX), false)
	}
}

// faultRound is the cost of a page fault, whose pager lives in this space.
func faultRound(faulter l4.ThreadID) uint64 {
	var m l4.Msg
	takeTarget()
	l4.Call(faulter, m.Start(0), l4.Forever)
	return measured / targetPages
}

// faults measures page faults and exceptions.
func faults() {
	faulter := newSpace(toucher)
	faultRound(faulter) // its own code and stack fault as well
	report("page_fault", min(faultRound(faulter), faultRound(faulter)))

	handler := newThread(func() { serveExceptions(link(callIpc)) })
	thrower := newThread(func() {
		l4.MyUTCB().ExceptionHandler = handler
		for {
			var m l4.Msg
			from, _ := l4.Wait(&m, l4.Never)
			measured = best(raise)
			l4.Send(from, m.Start(0), l4.Never)
		}
	})
	settle()
	var m l4.Msg
	l4.Call(thrower, m.Start(0), l4.Forever)
	report("exception", measured)
}
