package main

import _ "pecan/tools/mk/testdata/hook"

import "errors"

var err = errors.New("x")

func main() { _ = err }
