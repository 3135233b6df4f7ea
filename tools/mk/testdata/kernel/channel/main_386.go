package main

import _ "pecan/tools/mk/testdata/hook"

var c chan int

func send(n int) { c <- n }

func main() { send(1) }
