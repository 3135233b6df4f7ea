package kernel

// Time comes from the TSC, calibrated once at boot; SystemClock reads it at user level with the factor that the
// KIP holds (boot/kip.S), and the kernel computes the very same value.

type clockScale struct {
	kHz          uint32 // TSC frequency
	multiplier   uint32 // microseconds = TSC * multiplier >> (32 + shift), top bit set
	shift        uint32
	timerScale   uint32 // timer ticks = TSC ticks * timerScale >> 32
	timerReach   uint64 // TSC ticks in the longest one-shot, less than 2^32
	timerLongest uint32 // the same in timer ticks
	mhz          uint32 // TSC ticks per microsecond: whole ones,
	fraction     uint32 // and the rest, times 2^32, rounded up
}

var clock clockScale

// initClock derives all factors from the TSC frequency. Precondition: kHz is at least 2000.
func initClock(kHz uint32) {
	clock = clockScale{kHz: kHz}
	for 1000<<(clock.shift+1) < kHz {
		clock.shift++
	}
	clock.multiplier = uint32(uint64(1000) << clock.shift << 32 / uint64(kHz))
	clock.mhz = kHz / 1000
	clock.fraction = uint32((uint64(kHz%1000)<<32 + 999) / 1000)
}

// initTimer says how fast the timer is, scale timer ticks per TSC tick, times 2^32, and how many ticks a one-shot can have.
func initTimer(scale, longest uint32) {
	clock.timerScale = scale
	clock.timerReach = min(uint64(longest)<<32/uint64(scale), 1<<32-1)
	clock.timerLongest = uint32(clock.timerReach * uint64(scale) >> 32)
}

// microseconds converts a TSC value to the system clock.
func microseconds(tsc uint64) uint64 {
	m := uint64(clock.multiplier)
	low := uint64(uint32(tsc)) * m >> 32
	return ((tsc>>32)*m + low) >> clock.shift
}

// cyclesOf converts microseconds, below 2^42, to TSC ticks, never fewer than exact.
func cyclesOf(us uint64) uint64 {
	f := uint64(clock.fraction)
	return us*uint64(clock.mhz) + us>>32*f + uint64(uint32(us))*f>>32 + 1
}
