//go:build pecan_kernel

package runtime

import "unsafe"

// overflowError and divideError are what math/bits panics with.
var (
	overflowError error = bitsError("integer overflow")
	divideError   error = bitsError("integer divide by zero")
)

// bitsError is an error whose interface tables are made at compile time.
type bitsError string

func (e bitsError) Error() string { return string(e) }

// value writes the argument of panic. Only the types that the kernel panics with are shown: strings and numbers.
// Calling an Error method would be an indirect call on the way down, with a depth that nobody bounds.
func (m *message) value(e any) {
	if m.basic(e) {
		return
	}
	m.text("(")
	m.text(typeString((*eface)(unsafe.Pointer(&e))._type))
	m.text(")")
}
