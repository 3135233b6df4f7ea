package main

import _ "pecan/tools/mk/testdata/hook"

var sink int

func done() { sink++ }

func main() { defer done() }
