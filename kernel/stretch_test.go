//go:build !386

package kernel

import (
	"testing"

	"pecan/arch/ia32"
)

// The kernel runs at most 5,000 instructions with interrupts off. Counted here are its accesses to simulated memory, which are
// fewer: what exceeds the bound here exceeds it by far on the machine. Copying and clearing whole pages counts once.

const longestStretch = 2500

// stretch measures one operation.
func (w *world) stretch(name string, operation func()) {
	w.t.Helper()
	step, m := w.step, &ia32.Machine
	w.unchecked, w.unwatched = true, true
	m.Stretch()
	m.Longest = 0
	operation()
	m.Stretch()
	w.unchecked, w.unwatched, w.step = false, false, step
	w.t.Logf("%s: %d", name, m.Longest)
	if m.Longest > longestStretch {
		w.t.Errorf("%s: %d accesses between preemption points", name, m.Longest)
	}
	w.check()
}

func TestStretches(t *testing.T) {
	one := Fpage(treeBase | 12<<4 | 7)
	for _, deep := range []bool{false, true} {
		kind := map[bool]string{false: " of a wide tree", true: " of a deep tree"}[deep]
		tree := func() *mapWorld {
			w := newMapWorld(t, 1000)
			w.unwatched = true
			w.grow(5000, deep)
			w.unwatched = false
			return w
		}
		w := tree()
		w.stretch("unmap"+kind, func() { w.unmapOp(1, one, false) })
		w = tree()
		w.stretch("flush by sigma0"+kind, func() { w.unmapOp(0, Fpage(0x00300000|12<<4|7), true) })
		w = tree()
		w.stretch("revocation"+kind, func() { w.unmapOp(1, Fpage(treeBase|12<<4|rightW), true) })
		w = tree()
		w.stretch("space with root"+kind, func() { w.deleteSpace(1) })
		w = tree()
		w.stretch("grant of the root"+kind, func() { w.send(1, 4, Fpage(treeBase|12<<4|4), 0x00900000, completePage, true) })
	}
	w := newMapWorld(t, 1000)
	w.stretch("map of 4 MiB", func() { w.send(0, 1, Fpage(0x00400000|22<<4|7), 0x00400000, completePage, false) })
	w.stretch("map of the complete space", func() { w.send(1, 2, Fpage(completePage|7), 0, completePage, false) })
	w.stretch("map again", func() { w.send(1, 2, Fpage(completePage|7), 0, completePage, false) })
	w.stretch("unmap of the complete space", func() { w.unmapOp(1, Fpage(completePage|7), false) })
	w.stretch("map of all ports", func() { w.send(0, 1, completeIO, 0, completePage, false) })
	w.stretch("the same again", func() { w.send(0, 1, completeIO, 0, completePage, false) })
	w.stretch("ports on", func() { w.send(1, 2, completeIO, 0, completePage, false) })
	w.stretch("grant of all ports", func() { w.send(2, 3, completeIO, 0, completePage, true) })
	w.stretch("deletion of a space with 4 MiB and all ports", func() { w.deleteSpace(1) })
	w.stretch("deletion of an empty space", func() { w.deleteSpace(2) })
}
