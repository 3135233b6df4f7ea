package main

import _ "pecan/tools/mk/testdata/hook"

var kept *int

func leak() {
	x := len(counts)
	kept = &x
}

var counts []int

func main() { leak() }
