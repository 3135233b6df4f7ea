package main

import "pecan/user/l4"

// mark is where a tracer stops; name is what follows, "" that it is over.
func mark(name string)

// trace runs single round trips between marks. They are warm: run before, with all pages in place.
func trace() {
	traced := func(name string, r *registers) {
		repeat(r, 8)
		mark(name)
		repeat(r, 1)
		mark("")
	}
	for _, c := range []struct {
		n            uint32
		intra, inter string
	}{{0, "rpc_intra", "rpc_inter"}, {1, "rpc_intra_1", "rpc_inter_1"}, {4, "rpc_intra_4", "rpc_inter_4"}, {63, "rpc_intra_63", "rpc_inter_63"}} {
		intra, inter := newThread(partner(c.n)), newSpace(echo(c.n))
		settle()
		traced(c.intra, call(intra, words(c.n)))
		traced(c.inter, call(inter, words(c.n)))
		removeHelpers()
	}
	intra, inter := newThread(echo(0)), newSpace(echo(0))
	settle()
	local := l4.OtherID(intra)
	traced("rpc_intra_local", call(local, 0))
	traced("rpc_inter_timeout", ipc(inter, inter, tenSeconds, 0))
	traced("send_to_nobody", ipc(number(1000), l4.NilThread, l4.NewTimeouts(l4.Zero, l4.Never), 0))
	traced("thread_switch_nil", &registers{address: link(callThreadSwitch)})
	traced("exchange_registers_self", &registers{address: link(callExchangeRegisters), ecx: uint32(l4.Deliver), eax: uint32(l4.MyGlobalID())})
	me := l4.MyGlobalID()
	other := newThread(func() { switchAlways(link(callThreadSwitch), uint32(me)) })
	traced("thread_switch_other", &registers{address: link(callThreadSwitch), eax: uint32(other)})
	removeHelpers()
	newThread(func() { switchAlways(link(callThreadSwitch), uint32(l4.NilThread)) })
	traced("thread_switch_yield", &registers{address: link(callThreadSwitch)})
	removeHelpers()
	if between, ok := smallPair(); ok {
		// From this large space to a small one, from there to another small one and back, and back to here.
		traced("rpc_small", call(between, 0))
		removeHelpers()
	}
	mark("") // no more
}
