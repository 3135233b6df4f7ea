package main

import _ "pecan/tools/mk/testdata/hook"

type counter struct{ n int }

func (c *counter) add(n int) { c.n += n }

var kept func(int)

func bind(c *counter) { kept = c.add }

var c0 counter

func main() { bind(&c0) }
