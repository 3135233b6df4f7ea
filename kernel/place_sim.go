//go:build !386

package kernel

func printPlace(pc uint32) { console.hex(pc) }
