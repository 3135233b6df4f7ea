package ia32

// The 8254 timer: channel 0 is the kernel's one-shot, channel 2 measures the TSC at boot.

const (
	// TimerHz is the frequency of the timer's ticks.
	TimerHz = 1193182
	// LineTimer is the interrupt line of channel 0.
	LineTimer = 0
	// TimerMax is the longest one-shot in timer ticks.
	TimerMax = 0xFFFF
)

// ArmTimer requests one interrupt after ticks/1193182 s (mode 0); ticks is 1 to TimerMax.
func ArmTimer(ticks uint32) {
	Out8(0x43, 0x30)
	Out8(0x40, ticks&0xFF)
	Out8(0x40, ticks>>8)
}

// MeasureTSC counts TSC ticks during about 10 ms of channel 2, whose output can be read without interrupts.
// It returns the TSC frequency in kHz, or 0 if the channel does not count.
func MeasureTSC() uint32 {
	const ticks = TimerHz / 100
	gate := In8(0x61)
	Out8(0x61, gate&^3|1) // gate on, speaker off
	Out8(0x43, 0xB0)      // channel 2, mode 0
	Out8(0x42, ticks&0xFF)
	Out8(0x42, ticks>>8)
	start := ReadTSC()
	end := start
	for n := 0; In8(0x61)&0x20 == 0; n++ {
		if n == 1<<24 {
			return 0
		}
	}
	end = ReadTSC()
	Out8(0x61, gate)
	// cycles / (ticks/TimerHz s) / 1000 = kHz; the product needs 64 bits.
	return uint32((end - start) * TimerHz / ticks / 1000)
}
