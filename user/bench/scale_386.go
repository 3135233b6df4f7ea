package main

import "pecan/user/l4"

// hour limits the receive phase only.
var hour = l4.NewTimeouts(l4.Never, l4.Milliseconds(3600000))

// scale measures the same operations in a crowd that grows to most. Rows are named scale/CROWD/SIZE/OPERATION.
func scale(crowd string, grow gather, most uint32) {
	if quick {
		most /= 20
	}
	n := uint32(0)
	for _, part := range []uint32{0, 100, 10, 4, 1} {
		m := uint32(0)
		if part > 0 {
			m = most / part
		}
		err := grow(n, m)
		n = m
		if err != l4.OK {
			var t l4.Text
			fails(t.Str("scale/").Str(crowd).Byte('/').Dec(uint64(n)).String(), "error", uint32(err))
			break
		}
		core(crowd, n)
	}
	disperse(n)
}

// core measures the operations that must not depend on the crowd.
func core(crowd string, size uint32) {
	row := func(operation string, value uint64) {
		var t l4.Text
		report(t.Str("scale/").Str(crowd).Byte('/').Dec(uint64(size)).Byte('/').Str(operation).String(), value)
	}
	cost := func(operation string, r *registers) {
		row(operation, best(func(n uint32) uint64 { return repeat(r, n) }))
	}
	me := l4.MyGlobalID()
	intra, inter := newThread(partner(0)), newSpace(echo(0))
	settle()
	cost("rpc_intra", call(intra, 0))
	cost("rpc_inter", call(inter, 0))
	cost("rpc_inter_timeout", ipc(inter, inter, tenSeconds, 0))
	cost("send_to_nobody", ipc(number(200), l4.NilThread, l4.NewTimeouts(l4.Zero, l4.Never), 0))
	cost("thread_switch_nil", &registers{address: link(callThreadSwitch)})
	cost("exchange_registers", &registers{address: link(callExchangeRegisters), ecx: uint32(l4.Deliver), eax: uint32(me)})
	cost("schedule", &registers{address: link(callSchedule), eax: uint32(intra), ecx: l4.Same, edx: l4.Same, esi: l4.Same, edi: l4.Same})
	wait := ipc(l4.NilThread, me, l4.NewTimeouts(l4.Never, l4.Microseconds(50)), 0)
	once(wait)
	row("sleep_50us", once(wait))
	faulter := newSpace(toucher)
	faultRound(faulter)
	row("page_fault", faultRound(faulter))
	client := mapPair()
	m, u := mapUnmap(client, smallPages, l4.Page)
	row("map_4k", m)
	row("unmap_4k", u)
	removeHelpers()
}

// limits counts active threads until the kernel refuses one, which must be an error and nothing worse.
func limits() {
	n := uint32(0)
	var err l4.CallError
	for err == l4.OK && n < 1<<17 {
		if err = crowdThread(n); err == l4.OK {
			n++
		}
	}
	report("threads_created", uint64(n))
	report("threads_error", uint64(err))
	u := l4.Kernel().UTCBInfo // abi 3.2: multiplier and log2
	report("utcb", uint64(u&0x3FF)<<(u>>10&0x3F))
	disperse(n)
	check(crowdThread(0)) // there is room again
	disperse(1)
}
