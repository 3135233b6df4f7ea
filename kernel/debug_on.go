//go:build pecan_debug

package kernel

import "pecan/arch/ia32"

// Checks of the debug kernel. None of this is in a release kernel.

// shortestSlice is a timeslice in microseconds in which a thread gets somewhere although every entry is checked.
const shortestSlice = 2000

const stackPattern = 0x57A4C0DE

// stackMark is the lowest stack address that has been used.
var stackMark uint32

// debugStart fills the unused kernel stack with a pattern.
func debugStart() {
	for at := uint32(ia32.StackEnd - ia32.StackSize); at < ia32.StackEnd; at += 4 {
		*word(at) = stackPattern
	}
	stackMark = ia32.StackEnd
}

// debugLeave runs at the end of every kernel entry.
func debugLeave() {
	checkStack()
	// The checker looks at everything there is: it gets about half of the time.
	now := ia32.ReadTSC()
	if now < nextCheck {
		return
	}
	if wrong := checkInvariants(); wrong != "" {
		die(wrong)
	}
	end := ia32.ReadTSC()
	nextCheck = end + (end - now)
}

// nextCheck is when the invariants are checked again (TSC).
var nextCheck uint64

// checkStack reports the deepest use of the kernel stack each time it grows.
func checkStack() {
	at := uint32(ia32.StackEnd - ia32.StackSize)
	if *word(at) != stackPattern {
		die("kernel stack is used up")
	}
	for at < ia32.StackEnd && *word(at) == stackPattern {
		at += 4
	}
	if at >= stackMark {
		return
	}
	stackMark = at
	startLine()
	console.print("stack high-water: ")
	console.decimal(ia32.StackEnd - at)
	console.print(" of ")
	console.decimal(ia32.StackSize)
	console.print(" bytes\n")
}
