// Package invocation is what the root tasks that run test cases have in common: their command line and their end.
package invocation

import (
	"pecan/user/root/boot"
	"pecan/user/roottask"
)

var (
	options boot.Options
	only    []byte // run the cases whose names begin so
)

// ReadOptions reads the command line, if the boot loader left one in physical memory.
func ReadOptions() {
	info, ok := roottask.ReadBootInfo()
	if !ok {
		return
	}
	options = boot.ParseOptions(info.Line)
	if w := options.Unknown; len(w) > 5 && string(w[:5]) == "only=" {
		only = w[5:]
	}
}

// Selected reports whether the command line lets the case run: only=PREFIX picks those whose names begin so.
func Selected(name string) bool {
	return len(name) >= len(only) && name[:len(only)] == string(only)
}

// Asked reports whether the command line names the case.
func Asked(name string) bool { return len(only) > 0 && Selected(name) }

// Exit ends the machine through the exit device, if the command line names one, and else does nothing.
func Exit(success bool) {
	status := roottask.Success
	if !success {
		status = roottask.Failure
	}
	roottask.Exit(&options, status)
}
