package main

import _ "pecan/tools/mk/testdata/hook"

var kept string

func join(a, b string) { kept = a + b }

func main() { join(kept, "x") }
