package main

import _ "pecan/tools/mk/testdata/hook"

var sink int

//go:noinline
func even(n int) int {
	if n == 0 {
		return sink
	}
	return odd(n - 1)
}

//go:noinline
func odd(n int) int {
	if n == 0 {
		return 0
	}
	return even(n - 1)
}

func main() { sink = even(4) }
