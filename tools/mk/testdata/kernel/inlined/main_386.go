package main

import (
	"pecan/tools/mk/testdata/helper"
	_ "pecan/tools/mk/testdata/hook"
)

func main() { helper.Push(3) }
