package main

import _ "pecan/tools/mk/testdata/hook"

var sink int

func init() { sink = 1 }

func main() {}
