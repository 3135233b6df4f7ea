package main

import "pecan/user/l4"

// reboot resets the machine through the keyboard controller, or else the chip set.
func reboot() {
	l4.Out8(0x64, 0xFE)
	l4.Out8(0xCF9, 0x06)
	var t l4.Text
	task.Say(t.Str("this machine does not restart by itself"))
	l4.Suspend()
}
