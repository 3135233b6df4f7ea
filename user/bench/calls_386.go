package main

import "pecan/user/l4"

// calls are system calls that wait for nobody.
func calls() {
	measure("thread_switch_nil", &registers{address: link(callThreadSwitch)})
	me := l4.MyGlobalID()
	other := newThread(func() { switchAlways(link(callThreadSwitch), uint32(me)) })
	r := &registers{address: link(callThreadSwitch), eax: uint32(other)}
	// There and back: two calls, each with a loop.
	report("thread_switch_other", best(func(n uint32) uint64 { return repeat(r, n) })/2)
	remove(other)
	measure("system_clock", &registers{address: link(callSystemClock)})
	report("kernel_interface", best(interfaces))
	quiet := newThread(func() { l4.Suspend() })
	settle()
	read := registers{address: link(callExchangeRegisters), ecx: uint32(l4.Deliver)}
	read.eax = uint32(me)
	measure("exchange_registers_self", &read)
	read.eax = uint32(quiet)
	measure("exchange_registers_other", &read)
	measure("schedule_unchanged", &registers{address: link(callSchedule), eax: uint32(quiet), ecx: l4.Same, edx: l4.Same, esi: l4.Same, edi: l4.Same})
}
