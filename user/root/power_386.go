package main

import (
	"pecan/user/l4"
	"pecan/user/roottask"
)

// powerOff ends the machine, or else stops the root task here.
func powerOff(status uint32) {
	roottask.PowerOff(&options, status)
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
