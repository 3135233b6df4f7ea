package main

import _ "pecan/tools/mk/testdata/hook"

var kept map[string]int

func look(k string) int { return kept[k] }

func main() { look("x") }
