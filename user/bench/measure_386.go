package main

import "pecan/user/l4"

// A figure is the average over a batch of calls, the smallest of several batches after a warm-up: a timer interrupt, which
// comes every few million instructions, spoils one batch and not the figure. What measuring itself takes is taken off; the loop
// around the calls, which loads registers, is part of the figure.
const (
	batch   = 64
	batches = 4
)

// registers are what a system call is given, and where it is called. The loops know the layout.
type registers struct {
	address                           uint32
	eax, ecx, edx, ebx, esi, edi, ebp uint32
	mr1, mr2                          uint32 // for repeatMessage
}

//go:noescape
func repeat(r *registers, n uint32) (ticks uint64)

//go:noescape
func repeatMessage(r *registers, n uint32) (ticks uint64)
func interfaces(n uint32) (ticks uint64)
func ticks() uint64
func nothingAddress() uint32
func spin(n, quiet uint32) (gaps uint32, lost uint64)
func touch(at, n uint32) (ticks uint64)
func raise(n uint32) (ticks uint64)

// System calls, by their place among the links of the kernel interface page (abi 3.2).
const (
	callSpaceControl = iota
	callThreadControl
	callProcessorControl
	callMemoryControl
	callIpc
	callLipc
	callUnmap
	callExchangeRegisters
	callSystemClock
	callThreadSwitch
	callSchedule
)

// link is the address of a system call.
func link(call uint32) uint32 {
	return l4.KIPAreaHere().Base() + l4.Kernel().Links[call]
}

// fixed is what repeat takes apart from its rounds.
var fixed uint64

// calibrate finds fixed: a round of calling nothing costs the same every time.
func calibrate() {
	r := registers{address: nothingAddress()}
	for range 4 {
		one := repeat(&r, 1)
		fixed = 2*one - repeat(&r, 2)
	}
}

// best is the smallest average of several batches of f, which takes a number of rounds and returns their time.
func best(f func(n uint32) uint64) uint64 {
	f(batch)
	least := ^uint64(0)
	for range batches {
		least = min(least, f(batch))
	}
	return (least - fixed + batch/2) / batch
}

// measure reports the cost of the system call r.
func measure(name string, r *registers) {
	report(name, best(func(n uint32) uint64 { return repeat(r, n) }))
}

// measureMessage is measure for an IPC whose first two words count.
func measureMessage(name string, r *registers) {
	report(name, best(func(n uint32) uint64 { return repeatMessage(r, n) }))
}

// once is the cost of a single call, the loop's round included.
func once(r *registers) uint64 { return repeat(r, 1) - fixed }

// ipc are the registers of an IPC of the calling thread.
func ipc(to, from l4.ThreadID, timeouts l4.Timeouts, tag l4.MsgTag) *registers {
	return &registers{address: link(callIpc), eax: uint32(to), edx: uint32(from), ecx: uint32(timeouts), esi: uint32(tag), edi: uint32(l4.MyLocalID())}
}

// call are the registers of a Call.
func call(to l4.ThreadID, tag l4.MsgTag) *registers { return ipc(to, to, l4.Forever, tag) }
