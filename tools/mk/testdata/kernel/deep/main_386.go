package main

import _ "pecan/tools/mk/testdata/hook"

var sink int

//go:noinline
func fill(p *[800]byte) { sink += len(p) }

//go:noinline
func outer() {
	var a [800]byte
	fill(&a)
	inner(&a)
}

//go:noinline
func inner(p *[800]byte) {
	b := *p
	fill(&b)
}

func main() { outer() }
