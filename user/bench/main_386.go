// Command bench is a root task that measures kernel operations in TSC ticks: instructions, when QEMU runs with
// -icount shift=0. It uses only the X.2 ABI. Each figure is the average of many repetitions after a warm-up;
// the cost of reading the TSC is taken off.
package main

import "pecan/user/l4"

const (
	rounds   = 256
	exitPort = 0xF4
	success  = 0x10
)

// ticks reads the time-stamp counter.
func ticks() uint64

var (
	base   = uint32(0) // first free thread number
	stacks [8][16384]byte
	target [256 * 4096]byte // pages that the child space touches one by one
	cost   uint64           // of measuring nothing
)

func main() {
	prefault()
	base = l4.Kernel().RootID().Number() + 8
	for range 4 {
		start := ticks()
		cost = ticks() - start
	}
	pager := newPager()
	intra := newThread(1, pager, echo)
	inter := newSpace(2, pager, echo)
	rpc("rpc_intra_global", intra)
	rpc("rpc_inter", inter)
	faulter := newSpace(3, pager, touch)
	var m l4.Msg
	l4.Call(faulter, m.Start(0), l4.Forever)
	report("page_fault_round_trip", m.Word64(1)/uint64(len(target)/4096))
	measure("thread_switch_alone", func() { l4.ThreadSwitch(l4.NilThread) })
	self := l4.MyGlobalID()
	other := newThread(5, pager, func() {
		for {
			l4.ThreadSwitch(self)
		}
	})
	measure("thread_switch_there_and_back", func() { l4.ThreadSwitch(other) })
	check(l4.DeleteThread(other))
	measure("system_clock", func() { l4.SystemClock() })
	measure("exchange_registers_self", func() { var r l4.ThreadRegisters; l4.ExchangeRegisters(l4.MyGlobalID(), 0, &r) })
	nobody := l4.Global(base+100, 1)
	measure("send_to_nobody", func() { var e l4.Msg; l4.Send(nobody, e.Start(0), l4.Zero) })
	measure("receive_zero_timeout", func() { var e l4.Msg; l4.Receive(intra, &e, l4.Zero) })
	measure("receive_1ms_timeout", func() { l4.Sleep(l4.Milliseconds(1)) })
	limited := l4.NewTimeouts(l4.Never, l4.Milliseconds(10000))
	measure("rpc_inter_finite_timeout", func() { l4.Ipc(inter, inter, limited, 0) })
	strings(newSpace(4, pager, sink))
	populate(10, pager)
	rpc("rpc_inter_10000_sleepers", inter)
	measure("rpc_inter_finite_timeout_10000_sleepers", func() { l4.Ipc(inter, inter, limited, 0) })
	l4.Println("bench done")
	l4.Out8(exitPort, success)
}

func report(name string, value uint64) {
	var t l4.Text
	l4.Println(t.Str("bench ").Str(name).Byte(' ').Dec(value).String())
}

// measure reports the average cost of f, the loop and the closure call included.
func measure(name string, f func()) {
	f()
	start := ticks()
	for range rounds {
		f()
	}
	report(name, (ticks()-start-cost)/rounds)
}

// rpc measures Call and ReplyWait with a partner, 0 words each way, by the bare system call.
func rpc(name string, server l4.ThreadID) {
	call := func() { l4.Ipc(server, server, l4.Forever, 0) }
	measure(name, call)
}

// echo answers every message with an empty one.
func echo() {
	from, _ := l4.Ipc(l4.NilThread, l4.AnyThread, l4.Forever, 0)
	for {
		from, _ = l4.Ipc(from, l4.AnyThread, l4.Forever, 0)
	}
}

// touch waits for a message, touches each page of target once and answers with the ticks that took.
func touch() {
	var m l4.Msg
	from, _ := l4.Wait(&m, l4.Never)
	target[0] = 1
	start := ticks()
	for i := 4096; i < len(target); i += 4096 {
		target[i] = 1
	}
	m.Start(0).Add64(ticks() - start - cost)
	l4.Send(from, &m, l4.Never)
	l4.Suspend()
}
