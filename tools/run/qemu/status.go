package qemu

import "fmt"

// Status is the exit status of QEMU. A guest that writes v to the exit device makes it 2v+1.
type Status int

// What the guests of this project end with (docs/structure.md, "Exit status").
const (
	Success Status = 2*0x10 + 1 // said by the root task
	Failure Status = 2*0x11 + 1 // said by the root task
	Panic   Status = 2*0x20 + 1 // the kernel panicked
	Refused Status = 2*0x21 + 1 // the kernel refused to boot
)

// Off is QEMU's status when the guest powered the machine off, or the user left with Ctrl-A X.
const Off Status = 0

// Killed means that we ended QEMU, or that a signal did.
const Killed Status = -1

func (s Status) String() string {
	switch s {
	case Success:
		return "success"
	case Failure:
		return "the root task reports a failure"
	case Panic:
		return "kernel panic"
	case Refused:
		return "the kernel refused to boot"
	case Off:
		return "the machine was switched off"
	case Killed:
		return "killed"
	}
	return fmt.Sprintf("QEMU ended with status %d", int(s))
}
