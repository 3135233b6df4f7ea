package main

import _ "pecan/tools/mk/testdata/hook"

var sink = *compute()

var one = 1

//go:noinline
func compute() *int { return &one }

func main() { sink++ }
