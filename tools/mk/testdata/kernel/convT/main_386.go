package main

import _ "pecan/tools/mk/testdata/hook"

var kept any

//go:noinline
func box(n int) { kept = n }

func main() { box(3) }
