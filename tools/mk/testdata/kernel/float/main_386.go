package main

import _ "pecan/tools/mk/testdata/hook"

var sink float64

//go:noinline
func scale(x float64) { sink = x * 1.5 }

func main() { scale(sink) }
