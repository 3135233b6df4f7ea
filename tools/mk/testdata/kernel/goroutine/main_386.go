package main

import _ "pecan/tools/mk/testdata/hook"

var sink int

func work() { sink++ }

func main() { go work() }
