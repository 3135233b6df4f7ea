package main

import _ "pecan/tools/mk/testdata/hook"

var kept func() int

func count(n int) { kept = func() int { n++; return n } }

func main() { count(3) }
