package main

import _ "pecan/tools/mk/testdata/hook"

var sink int

//go:noinline
func add(n int) { sink += n }

//go:noinline
func each(f func(int)) { f(sink) }

func main() {
	each(func(i int) {
		var pad [64]int
		pad[i&63] = sink
		add(pad[sink&63])
	})
}
