package main

import _ "pecan/tools/mk/testdata/hook"

var kept *[4]int

func grab() { kept = new([4]int) }

func main() { grab() }
