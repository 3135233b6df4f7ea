package main

import "pecan/tools/mk/testdata/host"

var greeting = make([]string, 0, 2)

func main() {
	greeting = append(greeting, "hello", "world")
	for i, s := range greeting {
		host.Print(s + string(rune('0'+i)) + "\n")
	}
}
