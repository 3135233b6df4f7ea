package main

import (
	"strings"
)

// allocators are the functions of the Go runtime that allocate, grow stacks, or start what would need them. A name
// that ends in * stands for all that begin so.
var allocators = []string{
	"runtime.newobject", "runtime.newarray", "runtime.mallocgc*", "runtime.growslice*", "runtime.makeslice*",
	"runtime.concatstring*", "runtime.concatbyte*", "runtime.convT*", "runtime.rawstring*", "runtime.rawbyteslice",
	"runtime.rawruneslice", "runtime.slicebytetostring", "runtime.stringtoslicebyte", "runtime.stringtoslicerune",
	"runtime.slicerunetostring", "runtime.intstring", "runtime.makemap*", "runtime.mapassign*", "runtime.makechan*",
	"runtime.newproc*", "runtime.deferproc*", "runtime.morestack*", "runtime.moveSlice*", "runtime.gcWriteBarrier*",
	"runtime.persistentalloc*", "runtime.sysAlloc*",
}

// checkAlloc reports every symbol of an allocator: the kernel has none to call, so its mere presence means that
// something asks for it.
func (a *auditor) checkAlloc() {
	seen := map[string]bool{}
	for _, s := range a.image.syms {
		name := strings.TrimSuffix(s.Name, ".abi0")
		if seen[name] || !isAllocator(name) {
			continue
		}
		seen[name] = true
		if chain := a.chainTo(s.Name); chain != nil {
			a.fail("allocation", s.Name, "the kernel can allocate: reached from an entry")
		} else {
			a.fail("allocation", s.Name, "an allocator is in the image, though nothing reaches it")
		}
	}
}

// isAllocator matches a symbol against allocators.
func isAllocator(name string) bool {
	for _, p := range allocators {
		if prefix, ok := strings.CutSuffix(p, "*"); ok && strings.HasPrefix(name, prefix) || name == p {
			return true
		}
	}
	return false
}
