package main

import (
	"sync/atomic"

	"pecan/user/l4"
)

// Interrupts do not show in figures that a program takes: what they cost is in the paths that tools/trace prints. Here they are
// made to come often.

const clockLine = 8 // the real-time clock's

// clock reads and writes a register of the real-time clock.
func clock(reg uint8) uint8 {
	l4.Out8(0x70, reg)
	return l4.In8(0x71)
}

func setClock(reg, v uint8) {
	l4.Out8(0x70, reg)
	l4.Out8(0x71, v)
}

var ticked uint32 // interrupts that drive has had

// drive is an interrupt driver: it waits, does its work, acknowledges, waits.
func drive() {
	line := l4.Interrupt(clockLine)
	l4.Ipc(l4.NilThread, line, l4.Forever, 0)
	for {
		clock(0x0C)
		atomic.AddUint32(&ticked, 1)
		l4.Ipc(line, line, l4.Forever, 0)
	}
}

// interrupts lets a driver have as many interrupts as there are rounds, about one a millisecond, while this thread runs.
func interrupts(pager l4.ThreadID) {
	l4.In8(0x70) // sigma0 gives the ports to this thread
	driver := newThread(5, pager, drive)
	l4.ThreadSwitch(driver)
	check(l4.SetPriority(l4.MyGlobalID(), 200))
	check(l4.AssociateInterrupt(clockLine, driver))
	setClock(0x0A, 0x26)
	setClock(0x0B, clock(0x0B)|0x40)
	for atomic.LoadUint32(&ticked) < rounds/2 { // interrupts of this thread
	}
	for atomic.LoadUint32(&ticked) < rounds { // interrupts of nobody
		l4.Sleep(l4.Milliseconds(100))
	}
	setClock(0x0B, clock(0x0B)&^0x40)
	clock(0x0C)
	check(l4.DeleteThread(driver))
	check(l4.SetPriority(l4.MyGlobalID(), 255))
	report("interrupts_to_driver", uint64(ticked))
}

// staleTimers makes timer interrupts that wake nobody: for timeouts of IPC that has been answered.
func staleTimers(server l4.ThreadID) {
	limited := l4.NewTimeouts(l4.Never, l4.Microseconds(100))
	for range rounds {
		l4.Ipc(server, server, limited, 0)
		for start := ticks(); ticks()-start < 200_000; {
		}
	}
}
