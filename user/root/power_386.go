package main

import "pecan/user/l4"

// What a run comes to, as RootExit and RootPowerOff say it.
const (
	success uint32 = 0
	failure uint32 = 1
)

// Values for the exit device.
const (
	exitSuccess = 0x10
	exitFailure = 0x11
)

// powerOff ends the machine by whatever way there is: the exit device if one was named, ACPI as QEMU has it, the shutdown
// port of Bochs. Otherwise the root task stops here.
func powerOff(status uint32) {
	if options.HasExit {
		v := uint8(exitSuccess)
		if status != success {
			v = exitFailure
		}
		l4.Out8(options.Exit, v)
	}
	l4.Out16(0x604, 0x2000)
	const word = "Shutdown"
	for i := range len(word) {
		l4.Out8(0x8900, word[i])
	}
	var t l4.Text
	say(t.Str("this machine does not switch itself off; you may do it now"))
	l4.Suspend()
}

// reboot resets the machine through the keyboard controller, or else the chip set.
func reboot() {
	l4.Out8(0x64, 0xFE)
	l4.Out8(0xCF9, 0x06)
	var t l4.Text
	say(t.Str("this machine does not restart by itself"))
	l4.Suspend()
}
