package main

import _ "pecan/tools/mk/testdata/hook"

var kept []int

func grab(n int) { kept = make([]int, n) }

func main() { grab(3) }
