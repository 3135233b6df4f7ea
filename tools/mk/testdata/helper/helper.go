// Package helper allocates where a planted kernel does not see it.
package helper

var stack []int

// Push appends, and so allocates.
func Push(n int) { stack = append(stack, n) }
