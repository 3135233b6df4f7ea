package l4

// Time is a time period or point as system calls take it: 16 bits, a mantissa and a binary exponent. Abi 1.7.
type Time uint16

const (
	// Never is the infinite period.
	Never Time = 0
	// Zero is the period of no length: "only if it can be done now".
	Zero Time = 0x0400
)

// Longest is the longest finite period that Time can express, in microseconds (some 25 days).
const Longest uint64 = 1023 << 31

// Microseconds is the longest period of at most us microseconds that can be expressed: the mantissa has 10 bits, the
// rest is cut off. 0 gives Zero, anything above Longest gives Never.
func Microseconds(us uint64) Time {
	if us == 0 {
		return Zero
	}
	if us > Longest {
		return Never
	}
	e := uint64(0)
	for us>>e > 1023 {
		e++
	}
	return Time(e<<10 | us>>e)
}

// Milliseconds is Microseconds(1000 * ms).
func Milliseconds(ms uint64) Time {
	if ms > Longest/1000 {
		return Never
	}
	return Microseconds(1000 * ms)
}

// Point is the absolute point target, for use while the clock shows about now (both in microseconds, SystemClock).
// It is cut down to the precision that the distance leaves. A target in the past gives Zero, one too far away for any
// exponent (33.5 s) gives Never.
func Point(now, target uint64) Time {
	if target <= now {
		return Zero
	}
	for e := range uint64(16) {
		if target-now <= 1023<<e {
			return Time(1<<15 | e<<11 | target>>(e+10)&1<<10 | target>>e&1023)
		}
	}
	return Never
}

// IsPoint reports whether t is an absolute point.
func (t Time) IsPoint() bool { return t&(1<<15) != 0 }

// Period is the length of the period t in microseconds; ok is false for Never and for points.
func (t Time) Period() (us uint64, ok bool) {
	if t == Never || t.IsPoint() {
		return 0, false
	}
	return uint64(t&1023) << (t >> 10), true
}

// At is the clock value in microseconds that the point t means while the clock shows now. Precondition: t.IsPoint().
func (t Time) At(now uint64) uint64 {
	e := uint64(t >> 11 & 15)
	hi := now >> (e + 10)
	if hi&1 != uint64(t>>10&1) {
		hi++
	}
	return (uint64(t&1023) + hi<<10) << e
}

// Timeouts are the two timeouts of an IPC. Abi 1.8.
type Timeouts uint32

// Forever is no limit for either phase.
const Forever Timeouts = 0

// NewTimeouts limits the send phase by snd and the receive phase by rcv. Each starts when its phase starts.
func NewTimeouts(snd, rcv Time) Timeouts { return Timeouts(snd)<<16 | Timeouts(rcv) }

// Send is the timeout of the send phase.
func (t Timeouts) Send() Time { return Time(t >> 16) }

// Receive is the timeout of the receive phase.
func (t Timeouts) Receive() Time { return Time(t) }
