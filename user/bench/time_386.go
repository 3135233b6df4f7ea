package main

import "pecan/user/l4"

// timers measures the interrupts that the kernel takes for itself while a program computes: how many a second, and what each
// takes from the program, alone and with others asleep. A kernel without a periodic tick has few.
func timers() {
	interruptions("timer_interrupt", "timer_interrupts_per_s")
	check(asleep(hour)(0, 500))
	interruptions("timer_interrupt_500_sleepers", "timer_interrupts_per_s_500_sleepers")
	disperse(500)
}

// interruptions computes for about a tenth of a second.
func interruptions(cost, rate string) {
	const loops, quiet = 12_000_000, 40
	begin := ticks()
	gaps, lost := spin(loops, quiet)
	took := ticks() - begin
	if gaps == 0 {
		report(rate, 0)
		return
	}
	report(cost, lost/uint64(gaps))
	report(rate, uint64(gaps)*ticksPerSecond()/took)
}

// ticksPerSecond is the rate of the time-stamp counter, according to the kernel interface page.
func ticksPerSecond() uint64 { return uint64(l4.Kernel().ProcessorMHz(0)) * 1000000 }

// The keyboard controller: a byte written behind command 0xD2 comes back as if a key had been pressed, at once.
const (
	keyboardLine    = 1
	keyboardData    = 0x60
	keyboardStatus  = 0x64
	writeOutput     = 0xD2
	inputFull       = 2
	interruptEnable = 0x60 // command: write the command byte
	enabled         = 0x01 | 0x40
)

var interruptSeen uint32

// interrupts measures the time from the instruction that raises an interrupt to the first instruction of the driver that waits
// for it.
func interrupts() {
	irq := l4.Interrupt(keyboardLine)
	drv := newThread(func() { driver(link(callIpc), uint32(irq), &interruptSeen) })
	settle()
	if err := l4.AssociateInterrupt(keyboardLine, drv); err != l4.OK {
		fails("interrupt_to_driver", "error", uint32(err))
		return
	}
	command := func(port uint16, v uint8) {
		for l4.In8(keyboardStatus)&inputFull != 0 {
		}
		l4.Out8(port, v)
	}
	l4.In8(keyboardData)
	command(keyboardStatus, interruptEnable)
	command(keyboardData, enabled)
	least := ^uint32(0)
	for i := range 8 {
		command(keyboardStatus, writeOutput)
		for l4.In8(keyboardStatus)&inputFull != 0 {
		}
		interruptSeen = 0
		begin := raiseKey()
		for range 1000 {
			if interruptSeen != 0 {
				break
			}
			l4.ThreadSwitch(drv)
		}
		if interruptSeen == 0 {
			fails("interrupt_to_driver", "no interrupt", uint32(i))
			break
		}
		least = min(least, interruptSeen-begin)
	}
	if interruptSeen != 0 {
		report("interrupt_to_driver", uint64(least))
	}
	check(l4.ReleaseInterrupt(keyboardLine))
}

// raiseKey writes the byte that comes back as a key, and returns the time right before that.
func raiseKey() (before uint32)
