package main

import (
	"pecan/user/checks"
	"pecan/user/l4"
)

// The checks, by the names that cases call them.
var (
	reason, about = &checks.Reason, &checks.About

	step, stepNumber  = checks.Step, checks.StepNumber
	fatal, describe   = checks.Fatal, checks.Describe
	check, equal      = checks.Check, checks.Equal
	equalID, succeeds = checks.EqualID, checks.Succeeds
	arrives, ipcFails = checks.Arrives, checks.IPCFails
)

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
