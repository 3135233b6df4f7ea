package main

import "pecan/tools/mk/testdata/hook"

type shape interface{ area() int }

type square struct{ side int }

func (s *square) area() int { return s.side * s.side }

var unit = square{3}

var table [8]uint64

func fill(s shape, n int, d uint64) uint64 {
	table[n] = uint64(s.area()) / d
	return table[n] % (d + 1)
}

func main() {
	if fill(&unit, len(hook.Message)+1, 7) == 1 {
		panic("hello")
	}
}
