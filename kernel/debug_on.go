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
	endStretch()
	checkStack()
	reportStretch()
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

// The longest time with interrupts off, in TSC ticks: under QEMU's -icount shift=0 instructions. What the checks of this
// kernel take does not count, nor do iterations of REP MOVS and STOS.
var stretch struct {
	began    uint64 // TSC
	words    uint64 // copied or cleared by REP MOVS and STOS since
	longest  uint64 // ticks, without those
	vector   uint32 // of the entry, 0 for Ipc
	worst    uint32 // vector of the longest
	reported uint64
}

// outsideStretch is what a stretch takes before and after the clock is read: entry and exit code, at most.
const outsideStretch = 50

// debugEnter runs at the beginning of every kernel entry from user level; vector is 0 for Ipc.
func debugEnter(vector uint32) {
	stretch.vector = vector
	beginStretch()
}

func beginStretch() { stretch.began, stretch.words = ia32.ReadTSC(), 0 }

// debugString is called when n bytes have been copied or cleared by one REP MOVS or STOS, whose iterations count as
// instructions under -icount.
func debugString(n uint32) { stretch.words += uint64(n / 4) }

func endStretch() {
	ticks := ia32.ReadTSC() - stretch.began + outsideStretch
	ticks -= min(ticks, stretch.words)
	if stretch.began != 0 && ticks > stretch.longest {
		stretch.longest, stretch.worst = ticks, stretch.vector
	}
}

// poll is a preemption point.
func poll() {
	endStretch()
	ia32.Poll()
	beginStretch()
}

// reportStretch prints the longest stretch when it has grown, but not into a user's line.
func reportStretch() {
	if stretch.longest == stretch.reported || !console.lineStart {
		return
	}
	stretch.reported = stretch.longest
	console.print("pecan: longest with interrupts off: ")
	console.decimal(uint32(stretch.longest))
	console.print(" ticks, vector ")
	console.decimal(stretch.worst)
	console.put('\n')
}
