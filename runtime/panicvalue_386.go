//go:build !pecan_kernel

package runtime

import "unsafe"

// overflowError and divideError are what math/bits panics with.
var (
	overflowError error = plainError("integer overflow")
	divideError   error = plainError("integer divide by zero")
)

// plainError is an error that is its own text.
type plainError string

func (e plainError) Error() string { return string(e) }

// value writes the argument of panic: an error or Stringer by its method, a simple value as such, anything else by
// its type.
func (m *message) value(e any) {
	switch v := e.(type) {
	case error:
		m.text(v.Error())
		return
	case interface{ String() string }:
		m.text(v.String())
		return
	}
	if !m.basic(e) {
		m.text("(")
		m.text(typeString((*eface)(unsafe.Pointer(&e))._type))
		m.text(")")
	}
}
