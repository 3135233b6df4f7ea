package ia32

// The 8254 timer: channel 0 is the kernel's one-shot where there is no local APIC, channel 2 measures the TSC at boot.

const (
	// TimerHz is the frequency of the 8254's ticks.
	TimerHz = 1193182
	// LineTimer is the interrupt line of channel 0.
	LineTimer = 0
	// pitLongest is the longest one-shot in ticks.
	pitLongest = 0xFFFF
	// measureTicks is how long measure takes: 10 ms.
	measureTicks = TimerHz / 100
)

// armPIT requests one interrupt after ticks/1193182 s (mode 0); ticks is 1 to pitLongest.
func armPIT(ticks uint32) {
	Out8(0x43, 0x30)
	Out8(0x40, ticks&0xFF)
	Out8(0x40, ticks>>8)
}

// measure counts TSC ticks, and what the local APIC's timer counts down, during measureTicks of channel 2, whose output can be read
// without interrupts. tsc is 0 if the channel does not count.
func measure() (tsc uint64, used uint32) {
	gate := In8(0x61)
	Out8(0x61, gate&^3|1) // gate on, speaker off
	Out8(0x43, 0xB0)      // channel 2, mode 0
	Out8(0x42, measureTicks&0xFF)
	Out8(0x42, measureTicks>>8)
	start, before := ReadTSC(), timerLeft()
	for n := 0; In8(0x61)&0x20 == 0; n++ {
		if n == 1<<24 {
			return 0, 0
		}
	}
	tsc, used = ReadTSC()-start, before-timerLeft()
	Out8(0x61, gate)
	return tsc, used
}
