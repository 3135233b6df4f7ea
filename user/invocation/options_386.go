// Package invocation is what the root tasks that run test cases have in common: their command line and their end.
package invocation

import (
	"unsafe"

	"pecan/user/l4"
	"pecan/user/root/boot"
)

var (
	options boot.Options
	only    []byte // run the cases whose names begin so
)

// ReadOptions reads the command line, if the boot loader left one in physical memory.
func ReadOptions() {
	at := l4.Kernel().BootInfo
	if at == 0 || !fetch(at, boot.Header) {
		return
	}
	size := boot.Size(physical(at, boot.Header))
	if size == 0 || !fetch(at, size) {
		return
	}
	info, ok := boot.Parse(physical(at, size), l4.Kernel().Root.IP)
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

// fetch makes physical memory accessible at its own address.
func fetch(addr, size uint32) bool {
	last := (addr + size + l4.PageSize - 1) &^ (l4.PageSize - 1)
	for at := addr &^ (l4.PageSize - 1); at < last; at += l4.PageSize {
		if _, ok := l4.FromSigma0(l4.Kernel().Sigma0ID(), l4.PageAt(at, 0), l4.DefaultMemory, l4.Complete); !ok {
			return false
		}
	}
	return true
}

// physical are size bytes of memory at addr. Precondition: fetched.
func physical(addr, size uint32) []byte { return unsafe.Slice((*byte)(unsafe.Add(nil, addr)), size) }

// Values for the exit device (docs/structure.md).
const (
	exitSuccess = 0x10
	exitFailure = 0x11
)

// Exit ends the machine through the exit device, if the command line names one, and else does nothing.
func Exit(success bool) {
	if !options.HasExit {
		return
	}
	v := uint8(exitSuccess)
	if !success {
		v = exitFailure
	}
	l4.Out8(options.Exit, v)
}
