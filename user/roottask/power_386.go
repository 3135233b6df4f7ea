package roottask

import (
	"pecan/user/l4"
	"pecan/user/root/boot"
)

// What a run comes to, as RootExit and RootPowerOff say it.
const (
	Success uint32 = 0
	Failure uint32 = 1
)

// Values for the exit device (docs/structure.md).
const (
	exitSuccess = 0x10
	exitFailure = 0x11
)

// Exit ends the machine through the exit device, if the options name one, and else does nothing.
func Exit(o *boot.Options, status uint32) {
	if !o.HasExit {
		return
	}
	v := uint8(exitSuccess)
	if status != Success {
		v = exitFailure
	}
	l4.Out8(o.Exit, v)
}

// PowerOff ends the machine by whatever way there is: the exit device if one was named, ACPI as QEMU has it, the shutdown
// port of Bochs. Where none works it returns.
func PowerOff(o *boot.Options, status uint32) {
	Exit(o, status)
	l4.Out16(0x604, 0x2000)
	const word = "Shutdown"
	for i := range len(word) {
		l4.Out8(0x8900, word[i])
	}
}
