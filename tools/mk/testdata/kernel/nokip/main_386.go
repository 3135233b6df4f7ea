package main

import _ "pecan/tools/mk/testdata/hook"

func main() {}
