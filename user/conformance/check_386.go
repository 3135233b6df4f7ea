package main

import "pecan/user/l4"

// reason is why the running case failed.
var reason l4.Text

// fatal fails the running case. Any thread may call it, in any space; it does not return.
func fatal(t *l4.Text) {
	reason = *t
	l4.MyUTCB().XferTimeouts = 0
	var m l4.Msg
	l4.Send(self, m.Start(labelFailed), l4.Never)
	l4.Suspend()
}

// about is put before the messages of the checks: which of many similar steps is being done.
var about l4.Text

// step says what is being done, for failure messages.
func step(what string) { about.Reset().Str(what).Str(": ") }

// stepNumber is step with a number.
func stepNumber(what string, n uint32) { about.Reset().Str(what).Byte(' ').Hex(n).Str(": ") }

// describe begins a failure message.
func describe(what string) *l4.Text {
	t := new(l4.Text)
	return t.Chars(about.Bytes()).Str(what)
}

// check fails the case unless ok.
func check(ok bool, what string) {
	if !ok {
		fatal(describe(what))
	}
}

// equal fails the case unless got is want.
func equal(what string, got, want uint32) {
	if got != want {
		fatal(describe(what).Str(": got ").Hex(got).Str(", want ").Hex(want))
	}
}

// equalID is equal for thread IDs.
func equalID(what string, got, want l4.ThreadID) { equal(what, uint32(got), uint32(want)) }

// succeeds fails the case unless a system call succeeded.
func succeeds(what string, err l4.CallError) {
	if err != l4.OK {
		fatal(describe(what).Str(": ").Str(err.Error()).Str(" (").Dec(uint64(err)).Byte(')'))
	}
}

// arrives fails the case unless an IPC succeeded.
func arrives(what string, err l4.IPCError) { ipcFails(what, err, l4.OK) }

// ipcFails fails the case unless an IPC ended with the error want.
func ipcFails(what string, got, want l4.IPCError) {
	if got != want {
		fatal(describe(what).Str(": IPC error ").Hex(uint32(got)).Str(", want ").Hex(uint32(want)))
	}
}

// Errors of IPC without an offset (abi 1.10).
const (
	sendTimeout      l4.IPCError = 2
	receiveTimeout   l4.IPCError = 3
	sendNoPartner    l4.IPCError = 4
	receiveNoPartner l4.IPCError = 5
	sendCancelled    l4.IPCError = 6
	receiveCancelled l4.IPCError = 7
)

// sendError and receiveError are errors of a transfer, with an offset.
func sendError(code l4.IPCCode, offset uint32) l4.IPCError {
	return l4.IPCError(offset<<4 | uint32(code)<<1)
}

func receiveError(code l4.IPCCode, offset uint32) l4.IPCError { return sendError(code, offset) | 1 }

// soon is the limit of waits that should not be any: long enough for a slow machine.
var soon = l4.Milliseconds(3000)

// Short times.
var (
	tick   = l4.Microseconds(500)
	moment = l4.Milliseconds(4)
)
