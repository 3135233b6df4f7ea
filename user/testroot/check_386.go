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
	refused           = checks.Refused
)

// IPC errors (abi 1.10).
const (
	sendTimeout      l4.IPCError = 2
	receiveTimeout   l4.IPCError = 3
	sendNoPartner    l4.IPCError = 4
	receiveNoPartner l4.IPCError = 5
	sendCancelled    l4.IPCError = 6
	receiveCancelled l4.IPCError = 7
	sendOverflow     l4.IPCError = 8
	receiveOverflow  l4.IPCError = 9
)

// soon is the limit of waits that should not be any: long enough for a slow machine.
var soon = l4.Milliseconds(2000)

// Short times.
var (
	tick   = l4.Milliseconds(1)
	moment = l4.Milliseconds(4)
)
