//go:build !pecan_debug

package kernel

// shortestSlice in microseconds: of less, nothing would be left after switching.
const shortestSlice = 10

func debugStart() {}
func debugLeave() {}
