//go:build !pecan_debug

package kernel

// shortestSlice in microseconds: less would be spent on switching.
const shortestSlice = 100

func debugStart() {}
func debugLeave() {}
