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

// Task is a root task: what it is called, and what its command line says.
type Task struct {
	Name    string
	Options boot.Options
}

// Say prints a sentence of the root task on the kernel's console.
func (r *Task) Say(t *l4.Text) {
	l4.KernelPrint(r.Name)
	l4.KernelPrint(": ")
	for _, c := range t.Bytes() {
		l4.KernelPutc(c)
	}
	l4.KernelPrint("\n")
}

// PowerOff ends the machine by whatever way there is: the exit device if one was named, ACPI as QEMU has it, the shutdown
// port of Bochs. Otherwise the root task stops here.
func (r *Task) PowerOff(status uint32) {
	Exit(&r.Options, status)
	l4.Out16(0x604, 0x2000)
	const word = "Shutdown"
	for i := range len(word) {
		l4.Out8(0x8900, word[i])
	}
	var t l4.Text
	r.Say(t.Str("this machine does not switch itself off; you may do it now"))
	l4.Suspend()
}

// Refuse says why there is nothing to do, and ends the machine.
func (r *Task) Refuse(why, more string) {
	var t l4.Text
	r.Say(t.Str(why).Str(more))
	r.PowerOff(Failure)
}
