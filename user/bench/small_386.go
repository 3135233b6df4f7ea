package main

import "pecan/user/l4"

// Small spaces (abi 5.5), which are optional. With only=beside a small space exists all the time, and the figures of the other
// groups are printed as beside_small/NAME.

// Places of areas in a small space, behind the program, within its 16 MiB.
const (
	smallKIP   = 0x00E00000
	smallUTCBs = 0x00E20000
	smallWord  = 1 << 31 // the request; in its result: it took effect
)

// smallPlace is the id of the n-th place of 16 MiB.
func smallPlace(n uint32) uint32 { return 1<<2 | n<<3 }

// newSmall is newSpace for a small one at the n-th place; ok is false if the kernel has none. F must not call package l4
// but for what needs no system call: its calls go to the kernel interface page of large spaces.
func newSmall(n uint32, f func()) (id l4.ThreadID, ok bool) {
	i := slot()
	id = number(i)
	check(l4.NewSpace(&l4.Space{ID: id, Pager: thePager, Scheduler: l4.MyGlobalID(),
		KIPArea: l4.NewFpage(smallKIP, l4.Kernel().KIPAreaLog2(), 0), UTCBArea: l4.NewFpage(smallUTCBs, 17, 0)}))
	check(l4.SetPriority(id, topPriority))
	old, err := l4.SpaceControl(id, smallWord|smallPlace(n), 0, 0, l4.NilThread)
	if err != l4.OK || old&smallWord == 0 {
		remove(id)
		return id, false
	}
	start(id, stacks[i][:], f)
	return id, true
}

// besideSmall makes a small space that stays.
func besideSmall() {
	id, ok := newSmall(0, echo(0))
	if !ok {
		fails("beside_small", "no small spaces", 0)
		return
	}
	keep(id)
	prefix = "beside_small/"
}

// goBetween answers the root task's calls, and makes a call to server of n rounds between the question and the answer. It leaves the
// time of the last ones in measured.
func goBetween(root, server l4.ThreadID, rounds *uint32) func() {
	return func() {
		ask, inner := call(root, 0), call(server, 0)
		for {
			repeat(ask, 1)
			measured = repeat(inner, *rounds)
		}
	}
}

// rounds is what goBetween is told.
var rounds uint32

// smallPair makes a go-between and a server in small spaces; ok is false if there are none.
func smallPair() (between l4.ThreadID, ok bool) {
	server, ok := newSmall(1, echo(0))
	if !ok {
		return server, false
	}
	rounds = 1
	between, ok = newSmall(2, goBetween(l4.MyGlobalID(), server, &rounds))
	var m l4.Msg
	l4.Receive(between, &m, l4.Never) // it asks first
	return between, ok
}

// smalls measures IPC with small spaces. They are there as long as the rows are measured.
func smalls() {
	between, ok := smallPair()
	if !ok {
		fails("rpc_small", "no small spaces", 0)
		return
	}
	server, _ := newSmall(3, echo(0))
	settle()
	measure("rpc_large_to_small", call(server, 0))
	r := call(between, 0)
	report("rpc_small", best(func(n uint32) uint64 {
		rounds = n
		once(r) // after this the go-between makes n calls, and asks again
		once(r)
		return measured
	}))
}
