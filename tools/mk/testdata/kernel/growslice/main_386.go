package main

import _ "pecan/tools/mk/testdata/hook"

var kept []int

func add(n int) { kept = append(kept, n) }

func main() { add(3) }
