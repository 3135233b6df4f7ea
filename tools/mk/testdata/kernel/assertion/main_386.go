package main

import _ "pecan/tools/mk/testdata/hook"

type namer interface{ Name() string }

var thing any

func name() string { return thing.(namer).Name() }

func main() { name() }
