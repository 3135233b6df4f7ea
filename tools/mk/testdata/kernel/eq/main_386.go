package main

import _ "pecan/tools/mk/testdata/hook"

type pair struct {
	a string
	b any
}

var p, q pair
var r, s [3]pair

func same() bool { return p == q && r == s }

func main() { same() }
