package main

import (
	"sync/atomic"

	"pecan/user/l4"
)

// What is proved after each case: that threads can be made and talk, that the timer preempts them in turn, that the runner
// itself has seen nothing of what others did to their processor state.

var spins [2]uint32

// healthy reports whether the system works as it should; if not it sets the reason.
func healthy() bool {
	resetThreads()
	what := unhealthy()
	deleteThreads()
	if what != "" {
		reason.Reset().Str("afterwards: ").Str(what)
		return false
	}
	return true
}

func unhealthy() string {
	if f, seg := processorState(); f&^0x8D5 != 0x202 || !seg {
		return "flags or segment registers of the runner are not its own"
	}
	if l4.Kernel().Magic != l4.KIPMagic() {
		return "kernel interface page is damaged"
	}
	var m l4.Msg
	echo := spawn(func() {
		var m l4.Msg
		for {
			if l4.Receive(self, &m, l4.Never) != l4.OK {
				continue
			}
			m[1] += 17
			l4.Send(self, &m, l4.Never)
		}
	})
	for i := range uint32(3) {
		m.Start(7).Add(i)
		if l4.Call(echo, &m, l4.NewTimeouts(soon, soon)) != l4.OK || m.Word(1) != i+17 || m.Tag() != l4.NewTag(7, 1, 0) {
			return "no echo from a fresh thread"
		}
	}
	if l4.DeleteThread(echo) != l4.OK {
		return "a thread cannot be deleted"
	}
	return timerWorks()
}

// timerWorks lets two threads spin: both must come to run, while the runner sleeps, and it must wake up.
func timerWorks() string {
	for i := range spins {
		atomic.StoreUint32(&spins[i], 0)
		id := spawn(func() {
			for {
				atomic.AddUint32(&spins[i], 1)
			}
		})
		l4.Schedule(id, l4.Scheduling{
			Time: l4.TimeControl(l4.Microseconds(500), l4.Never), Processor: l4.Same, Priority: l4.Same, Preemption: l4.Same,
		})
	}
	start := l4.SystemClock()
	for range 100 {
		var m l4.Msg
		if err := l4.Receive(self, &m, tick); err != receiveTimeout {
			return "the runner cannot sleep"
		}
		if atomic.LoadUint32(&spins[0]) != 0 && atomic.LoadUint32(&spins[1]) != 0 {
			if l4.SystemClock() < start+900 {
				return "a timeout came early"
			}
			return ""
		}
	}
	return "threads of equal priority do not share the processor"
}

// processorState are the flags of the calling thread, and whether its segment registers are as usual.
func processorState() (flags uint32, segments bool) {
	flags, ds, es, fs, gs, ss := segmentRegisters()
	return flags, ds == ss && es == ss && fs == ss && gs != 0 && gs != ss
}

// segmentRegisters reads EFLAGS and the segment registers.
func segmentRegisters() (flags, ds, es, fs, gs, ss uint32)
