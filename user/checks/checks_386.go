// Package checks is how the cases of the test root tasks say what is wrong. The runner, which is the first thread, makes a
// thread for each case; that and whatever it makes, in any space that shows the same program and data, may call the checks.
// A check that fails ends the calling thread and tells the runner.
package checks

import "pecan/user/l4"

// Runner is the thread that runs the cases. It is told of a failure by a message with LabelFailed.
var Runner l4.ThreadID

// Labels of messages to the runner.
const (
	LabelDone   = 0x7E57 // the running case is done, and nothing was wrong
	LabelFailed = 0x7E58 // it has failed; Reason says why
)

// Reason is why the running case failed.
var Reason l4.Text

// About is put before the messages of the checks: which of many similar steps is being done.
var About l4.Text

// Fatal fails the running case. Any thread may call it, in any space; it does not return.
func Fatal(t *l4.Text) {
	Reason = *t
	l4.MyUTCB().XferTimeouts = 0
	var m l4.Msg
	l4.Send(Runner, m.Start(LabelFailed), l4.Never)
	l4.Suspend()
}

// Step says what is being done, for failure messages.
func Step(what string) { About.Reset().Str(what).Str(": ") }

// StepNumber is Step with a number.
func StepNumber(what string, n uint32) { About.Reset().Str(what).Byte(' ').Hex(n).Str(": ") }

// Describe begins a failure message.
func Describe(what string) *l4.Text {
	t := new(l4.Text)
	return t.Chars(About.Bytes()).Str(what)
}

// Check fails the case unless ok.
func Check(ok bool, what string) {
	if !ok {
		Fatal(Describe(what))
	}
}

// Equal fails the case unless got is want.
func Equal(what string, got, want uint32) {
	if got != want {
		Fatal(Describe(what).Str(": got ").Hex(got).Str(", want ").Hex(want))
	}
}

// EqualID is Equal for thread IDs.
func EqualID(what string, got, want l4.ThreadID) { Equal(what, uint32(got), uint32(want)) }

// Succeeds fails the case unless a system call succeeded.
func Succeeds(what string, err l4.CallError) {
	if err != l4.OK {
		Fatal(Describe(what).Str(": ").Str(err.Error()).Str(" (").Dec(uint64(err)).Byte(')'))
	}
}

// Refused fails the case unless a system call failed with error want.
func Refused(what string, got, want l4.CallError) {
	if got != want {
		Fatal(Describe(what).Str(": error ").Dec(uint64(got)).Str(", want ").Dec(uint64(want)))
	}
}

// Arrives fails the case unless an IPC succeeded.
func Arrives(what string, err l4.IPCError) { IPCFails(what, err, l4.OK) }

// IPCFails fails the case unless an IPC ended with the error want.
func IPCFails(what string, got, want l4.IPCError) {
	if got != want {
		Fatal(Describe(what).Str(": IPC error ").Hex(uint32(got)).Str(", want ").Hex(uint32(want)))
	}
}
