// Package host lets a user program run as a 32-bit Linux process, so that tests can look at the runtime without
// a kernel of ours. It gives the program the hooks that package user/l4 has.
package host

import "unsafe"

func write(p unsafe.Pointer, n int)
func exitWith(status int)

// Print writes a text to the standard output.
func Print(s string) {
	if s != "" {
		write(unsafe.Pointer(unsafe.StringData(s)), len(s))
	}
}

//go:linkname die runtime.die
func die(msg string) {
	Print(msg)
	Print("\n")
	exitWith(2)
}

//go:linkname exit runtime.exit
func exit() { exitWith(0) }

func fork() int
func wait(child int)

// Try runs f in a process of its own, and returns when that has ended.
func Try(f func()) {
	if child := fork(); child != 0 {
		wait(child)
		return
	}
	f()
	Print("survived\n")
	exitWith(0)
}
