package main

import "pecan/user/l4"

// clause is a step, row or point of the specification.
type clause struct {
	id   string
	what string
}

// chapters are the tables of clauses, one for each part of the specification.
var chapters = [...][]clause{ipcClauses[:], mappingClauses[:], threadClauses[:], exceptionClauses[:], scheduleClauses[:], interruptClauses[:]}

// ipcClauses are all of semantics 1 to 4, and of section 10 what is about them. Steps have the numbers of the
// specification, points of a step letters, rows and points that have no numbers there are counted.
var ipcClauses = [...]clause{
	{"1.1.1", "state running"},
	{"1.1.2", "state send wait"},
	{"1.1.3", "state receive wait"},
	{"1.1.4", "state sending"},
	{"1.1.5", "state receiving"},
	{"1.1.6", "state receiver faults"},
	{"1.1.7", "state sender waits for receiver's fault"},
	{"1.1.8", "state halted"},
	{"1.1.9", "state inactive"},
	{"1.2.1", "send phase first; its error ends the call"},
	{"1.2.2", "receive phase second"},
	{"1.2.3", "result: sender and tag"},
	{"1.2.4", "no window between the phases"},
	{"1.2.5", "neither phase: returns at once"},
	{"1.3.1", "send: partner must exist; local IDs"},
	{"1.3.2a", "ready: partner is the sender"},
	{"1.3.2b", "ready: anythread"},
	{"1.3.2c", "ready: anylocalthread and same space"},
	{"1.3.2d", "ready: propagation, partner is the real sender"},
	{"1.3.3a", "not ready, timeout zero"},
	{"1.3.3b", "not ready: tail of the send queue"},
	{"1.3.3c", "wake-up: picked, timeout, cancelled, deleted"},
	{"1.3.3d", "woken sender is out of the queue"},
	{"1.3.3e", "send timeout until the transfer starts"},
	{"1.3.4", "failed transfer: both get the error, no receive phase"},
	{"1.3.5", "success: receiver runs, its timeout is gone"},
	{"1.3.6", "send to oneself blocks"},
	{"1.3.7", "send to an inactive thread"},
	{"1.4.1", "closed receive: partner must exist; sleep"},
	{"1.4.2a", "candidate: closed"},
	{"1.4.2b", "candidate: anythread, first in the queue"},
	{"1.4.2c", "candidate: anylocalthread, first of the space"},
	{"1.4.2d", "candidate: the virtual sender counts"},
	{"1.4.3a", "no candidate, timeout zero"},
	{"1.4.3b", "wake-up: message, timeout, cancelled, deleted"},
	{"1.4.4", "candidate found: transfer, sender's ID"},
	{"1.4.5", "interrupts queue like senders"},
	{"1.5.1", "send only, receiver waits"},
	{"1.5.2", "send and receive: switch to the receiver"},
	{"1.5.3", "nobody woken: the best ready thread runs"},
	{"1.5.4", "reply and wait with a sender queued"},
	{"1.5.5", "receive fails at once after a send"},
	{"1.6.1", "flags r, X, E are dropped, p unless accepted"},
	{"1.6.2", "untyped words"},
	{"1.6.3a", "map and grant items: window, copied words, mapping"},
	{"1.6.3b", "map item without window: overflow"},
	{"1.6.3c", "map item of one word: overflow"},
	{"1.6.3d", "mapping problems are silent"},
	{"1.6.3e", "string items among others"},
	{"1.6.3f", "any other item: overflow"},
	{"1.6.4", "items before a failed one stay processed"},
	{"1.6.5", "MR0 of both sides"},
	{"1.6.6", "more than 63 words"},
	{"1.6.7", "empty message"},
	{"1.6.8", "what an overflow leaves in the receiver"},
	{"1.7.1", "VirtualSender and bit p"},
	{"1.7.2a", "accepted: virtual sender in the sender's space"},
	{"1.7.2b", "accepted: sender and receiver in one space"},
	{"1.7.2c", "accepted: sender is the redirector"},
	{"1.7.2d", "refused: comes from the sender itself"},
	{"1.7.3", "what the receiver sees"},
	{"1.7.4", "virtual sender waits for the receiver from then on"},
	{"1.8.1", "redirected: r, real sender, IntendedReceiver"},
	{"1.8.2", "not to the same space, not to the redirector"},
	{"1.8.3", "redirector forwards by propagation"},
	{"1.8.4", "fault messages are redirected too"},
	{"1.9.1", "X is never set on one processor"},
	{"2.1", "zero"},
	{"2.2", "never"},
	{"2.3", "relative, counted from the phase"},
	{"2.4", "absolute point"},
	{"2.5", "never early"},
	{"2.6", "no effect once the transfer runs"},
	{"2.7", "an expiry preempts"},
	{"2.8", "error codes 2 and 3"},
	{"3.1.1", "descriptor words are copied when reached"},
	{"3.1.2", "no buffer left: overflow"},
	{"3.1.3", "invalid buffer: overflow"},
	{"3.1.4", "gather and scatter"},
	{"3.1.5", "source exhausted: next string, next buffer"},
	{"3.1.6", "destination exhausted: overflow with offset"},
	{"3.1.7", "descriptors past the message: overflow"},
	{"3.1.8", "pieces beyond the user area"},
	{"3.1.9", "receiver sees the sender's descriptors"},
	{"3.1.10", "offsets of both sides"},
	{"3.1.11", "zero lengths"},
	{"3.2.1", "sender's rights"},
	{"3.2.2", "receiver's rights"},
	{"3.2.3", "KIP and UTCB as sources and targets"},
	{"4.1.1", "fault in the sender's string"},
	{"4.1.2", "fault in the receiver's buffer"},
	{"4.1.3", "exact address"},
	{"4.1.4", "many faults; pages that vanish again"},
	{"4.1.5", "registers of the faulting thread are untouched"},
	{"4.2.1", "which part of XferTimeouts counts"},
	{"4.2.2", "evaluated at the first fault only"},
	{"4.2.3", "zero, never, the shorter one; not restarted"},
	{"4.2.4", "codes 5 and 6"},
	{"4.2.5", "the abandoned fault message"},
	{"4.3.1", "abort of either side: code 7 for both"},
	{"4.3.2", "abort while the pager is waited for"},
	{"4.3.3", "which bit aborts whom"},
	{"10.1", "map items below 4 KiB (abi 1.5)"},
	{"10.2", "points of the past in the same window (abi 1.7)"},
	{"10.3", "overflow of words before anything is transferred (1.6.6)"},
	{"10.4", "zero-length string without buffer (3.1.2)"},
	{"10.5", "pieces at or above the end of the user area (3.1.8)"},
	{"10.6", "one deadline for faults of both sides (4.2)"},
	{"10.7", "abort and deletion act on either partner (4.3, 6.3)"},
	{"10.8", "a sender that waits for its receiver's fault is in state 5 (abi 5.6)"},
}

// suite are all cases, by topic.
var suite = [...][]testCase{
	phaseCases, sendCases, receiveCases, messageCases,
	timeCases, propagateCases, redirectCases,
	stringCases, cutCases, faultCases, limitCases, abortCases, busyCases, libraryCases,
	rangeCases, mapCases, grantCases, unmapCases, statusCases, portCases,
	lifeCases, controlCases, migrateCases, endCases, spaceCases, exchangeCases, badCases,
	exceptionCases, processorCases,
	scheduleCases, quantumCases, preemptionCases,
	interruptCases[:],
}

// word cuts the first word off s.
func word(s string) (first, rest string) {
	for i := 0; i < len(s); i++ {
		if s[i] == ' ' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// covers reports whether a case names the clause.
func (c *testCase) covers(id string) bool {
	for rest := c.clauses; rest != ""; {
		var w string
		if w, rest = word(rest); w == id {
			return true
		}
	}
	return false
}

// printClauses prints the table. It returns false if a clause has no case, or a case names what is no clause.
func printClauses() bool {
	complete := true
	for _, clauses := range chapters {
		for i := range clauses {
			complete = printClause(&clauses[i]) && complete
		}
	}
	return namesExist() && complete
}

// printClause prints the lines of one clause. It returns false if no case covers it.
func printClause(c *clause) bool {
	n, found := 0, false
	for _, cases := range suite {
		for k := range cases {
			if cases[k].covers(c.id) {
				found = true
				var t l4.Text
				t.Str("clause ").Str(c.id).Byte(' ').Str(cases[k].name)
				print(t.Str([...]string{" not-run", " pass", " fail"}[results[n]]).Line())
			}
			n++
		}
	}
	if !found {
		var t l4.Text
		print(t.Str("no case for clause ").Str(c.id).Str(": ").Str(c.what).Line())
	}
	return found
}

// namesExist reports whether all clauses that cases name are in the table.
func namesExist() bool {
	ok := true
	for _, cases := range suite {
		for i := range cases {
			for rest := cases[i].clauses; rest != ""; {
				var w string
				w, rest = word(rest)
				if !isClause(w) {
					var t l4.Text
					print(t.Str("no clause ").Str(w).Str(" as in ").Str(cases[i].name).Line())
					ok = false
				}
			}
		}
	}
	return ok
}

func isClause(id string) bool {
	for _, clauses := range chapters {
		for i := range clauses {
			if clauses[i].id == id {
				return true
			}
		}
	}
	return false
}
