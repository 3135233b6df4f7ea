package main

import _ "pecan/tools/mk/testdata/hook"

var sink int

func walk(n int) int {
	if n == 0 {
		return sink
	}
	return step(n) + 1
}

func step(n int) int { return walk(n-1) + walk(n-2) }

func main() { sink = walk(4) }
