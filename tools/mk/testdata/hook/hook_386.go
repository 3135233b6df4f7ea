// Package hook gives a planted kernel the die hook that the real one has in package kernel.
package hook

import _ "unsafe" // for go:linkname

// Message is what die was called with.
var Message string

//go:linkname die runtime.die
func die(msg string) {
	Message = msg
	for {
	}
}
