package main

import "pecan/user/l4"

func floatSwitch(n, threadSwitch, dest uint32) (ticks uint64)
func floatAlways(threadSwitch, dest uint32)

// fpu measures what lazy switching costs who uses the FPU: the first FPU instruction after others have run, when they have not
// used it (fpu_back) and when they have (fpu_switch).
func fpu() {
	me := uint32(l4.MyGlobalID())
	calls := link(callThreadSwitch)
	other := newThread(func() { switchAlways(calls, me) })
	r := &registers{address: calls, eax: uint32(other)}
	plain := best(func(n uint32) uint64 { return repeat(r, n) })
	one := best(func(n uint32) uint64 { return floatSwitch(n, calls, uint32(other)) })
	remove(other)
	other = newThread(func() { floatAlways(calls, me) })
	both := best(func(n uint32) uint64 { return floatSwitch(n, calls, uint32(other)) })
	report("fpu_back", one-plain)
	report("fpu_switch", (both-plain)/2)
}
