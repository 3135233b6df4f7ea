//go:build !pecan_debug

package kernel

import "pecan/arch/ia32"

// shortestSlice in microseconds: of less, nothing would be left after switching.
const shortestSlice = 10

func debugStart()        {}
func debugLeave()        {}
func debugEnter(uint32)  {}
func debugString(uint32) {}

// poll is a preemption point.
func poll() { ia32.Poll() }
