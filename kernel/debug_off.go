//go:build !pecan_debug

package kernel

func debugStart() {}
func debugLeave() {}
