package main

import (
	"unsafe"

	"pecan/user/l4"
)

// What operations cost while small spaces exist (abi 5.5). Measured threads run this program in small spaces, where the
// kernel interface page has to lie within the size, so all call the kernel through a copy of its stubs.

var stubs [2 * 4096]byte

// The areas of the small spaces lie behind this program, within 16 MiB.
const (
	smallSize = 2 // log2 of 4 MiB
	smallKIP  = l4.Fpage(0x00E00000 | 12<<4)
	smallUTCB = l4.Fpage(0x00E20000 | 17<<4)
	asSmall   = 1 << 31
)

// small prints the rows of other operations again, with names that begin with "small": servers inter in another space and
// intra in this one are large.
func small(pager, inter, intra l4.ThreadID) {
	page := uint32(uintptr(unsafe.Pointer(&stubs)))&^4095 + 4096
	kip := uintptr(unsafe.Pointer(l4.Kernel()))
	for i := uintptr(0); i < 4096; i++ {
		*(*byte)(unsafe.Add(nil, uintptr(page)+i)) = *(*byte)(unsafe.Add(nil, kip+i))
	}
	l4.UseStubs(page)
	server := newSmall(5, pager, echo)
	rpc("small_rpc_large_to_small", server)
	rpc("small_rpc_large_to_large", inter)
	rpc("small_rpc_intra_large", intra)
	client := newSmall(6, pager, func() {
		from, _ := l4.Ipc(l4.NilThread, l4.AnyThread, l4.Forever, 0)
		rpc("small_rpc_small_to_small", server)
		rpc("small_rpc_small_to_large", inter)
		l4.Ipc(from, from, l4.Forever, 0)
	})
	l4.Ipc(client, client, l4.Forever, 0)
	var m l4.Msg
	l4.Call(newSmall(7, pager, touch), m.Start(0), l4.Forever)
	report("small_page_fault_round_trip", m.Word64(1)/uint64(len(target)/4096))
	for _, i := range [...]uint32{5, 6, 7} {
		check(l4.DeleteThread(number(i)))
	}
}

// newSmall starts f in a small space.
func newSmall(i uint32, pager l4.ThreadID, f func()) l4.ThreadID {
	id := number(i)
	check(l4.NewSpace(&l4.Space{ID: id, Pager: pager, Scheduler: l4.MyGlobalID(), KIPArea: smallKIP, UTCBArea: smallUTCB}))
	old, err := l4.SpaceControl(id, asSmall|1<<smallSize|i<<(smallSize+1), 0, 0, l4.NilThread)
	check(err)
	if old != asSmall {
		panic("bench: no small space")
	}
	check(l4.SetPriority(id, 255))
	ip, sp := l4.PrepareThread(stacks[i][:], f)
	check(l4.Start(id, ip, sp))
	return id
}
