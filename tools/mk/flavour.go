package main

// A flavour is one of the two environments that code is compiled for.
type flavour struct {
	name string
	tags []string

	// nosplit: a copy of every source file is compiled in which every function is marked //go:nosplit. So no
	// function looks whether its stack must grow, and cmd/link proves that no call chain is too deep.
	nosplit bool

	// noheap: the compiler refuses what it would have to put on a heap.
	noheap bool

	// std lists the standard packages that programs may import. A standard package is compiled
	// like our own, so it must ask for nothing that our runtime lacks.
	std map[string]bool

	// borrowed are files of Go's runtime that are compiled into ours, as they are.
	borrowed []string

	// roots are the standard packages that the runtime itself imports, and that cmd/link looks into.
	roots []string
}

var kernelFlavour = &flavour{
	name:    "kernel",
	tags:    []string{"pecan_kernel"},
	nosplit: true,
	noheap:  true,
	std: set("unsafe", "math/bits", "sync/atomic", "internal/runtime/atomic", "internal/goarch",
		"internal/goos", "internal/abi", "internal/cpu"),
	roots: []string{"internal/abi", "internal/runtime/atomic"},
}

var userFlavour = &flavour{
	name: "user",
	tags: []string{"pecan_user"},
	std: set("unsafe", "math/bits", "sync/atomic", "internal/runtime/atomic", "internal/goarch",
		"internal/goos", "internal/abi", "internal/cpu",
		"unicode/utf8", "unicode/utf16", "cmp", "container/list", "container/ring"),
	borrowed: []string{"softfloat64.go"},
	roots:    []string{"internal/abi", "internal/runtime/atomic", "internal/runtime/maps"},
}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}
