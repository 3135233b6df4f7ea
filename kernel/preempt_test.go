//go:build !386

package kernel

import (
	"fmt"
	"math/rand"
	"testing"

	"pecan/arch/ia32"
)

// Preemption: interrupts at the preemption points of long operations, with a handler that runs before the operation goes on. The
// result must be the same as without.

const handlerID = ThreadID(90<<14 | 1)

func TestMappingPreempted(t *testing.T) {
	for seed := int64(0); seed < mappingSequences/3; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 5*(10+r.Intn(60)))
		r.Read(data)
		preemptedSequence(t, data, 1+uint64(seed%7), 1+uint64(seed%3), (*mapWorld).operation)
	}
}

func FuzzMappingPreempted(f *testing.F) {
	f.Add([]byte("some sequence of operations to begin with"), byte(1), byte(1))
	f.Fuzz(func(t *testing.T, data []byte, first, every byte) {
		if len(data) <= 1000 {
			preemptedSequence(t, data, 1+uint64(first), uint64(every), (*mapWorld).operation)
		}
	})
}

// preemptedSequence is mapSequence with interrupts.
func preemptedSequence(t testing.TB, data []byte, first, every uint64, operation func(w *mapWorld, b [5]byte)) {
	w := newMapWorld(t, 256)
	w.handle(handlerID)
	w.unchecked = every != 1
	for len(data) >= 5 {
		w.raise(first, every)
		operation(w, [5]byte(data[:5]))
		data = data[5:]
		w.compare()
	}
}

// treeBase is the page of space 1 where the tree that grow makes has its root.
const treeBase = 0x10000000

// grow makes a tree of mappings of one frame: sigma0 gives it to space 1, and every page that has it gives it on to a
// number of others, wide or deep.
func (w *mapWorld) grow(n int, deep bool) {
	const first = treeBase
	window := func(page uint32) Fpage { return Fpage(page | 12<<4) }
	give := func(from, to int, src, dst uint32) {
		w.mapOp(from, to, window(src)|rightRWX, 0, window(dst), false)
	}
	w.unchecked = true
	give(0, 1, 0x00300000, first)
	from, src := 1, uint32(first)
	for i := 0; i < n; i++ {
		to := from%3 + 1
		dst := first + uint32(i+1)<<12
		give(from, to, src, dst)
		if deep {
			from, src = to, dst
		}
	}
	w.unchecked = false
	w.log = nil
}

func TestLongTreesPreempted(t *testing.T) {
	for _, deep := range []bool{false, true} {
		for _, what := range []string{"unmap", "revoke", "flush", "overmap", "destroy", "sigma0"} {
			for first := uint64(1); first <= 5; first += 2 {
				t.Run(fmt.Sprintf("%s deep=%v first=%d", what, deep, first), func(t *testing.T) {
					w := newMapWorld(t, 256)
					w.grow(250, deep)
					w.compare()
					w.handle(handlerID)
					w.raise(first, 1)
					root := Fpage(treeBase | 12<<4)
					switch what {
					case "unmap":
						w.unmapOp(1, root|rightRWX, false)
					case "revoke":
						w.unmapOp(1, root|rightW, false)
					case "flush":
						w.unmapOp(1, root|rightRWX, true)
					case "overmap":
						w.mapOp(0, 1, Fpage(0x00301000|12<<4|rightRWX), 0, root, false)
					case "destroy":
						w.destroyOp(1)
					case "sigma0":
						w.unmapOp(0, Fpage(0x00300000|12<<4|rightRWX), false)
					}
					w.compare()
					if w.interrupts == 0 {
						t.Error("no interrupt was taken")
					}
				})
			}
		}
	}
}

// A map item is preempted while it flushes what its first page covers. Meanwhile that page's source loses w, so that the page is to be
// skipped now: the second page must not go on in the tree of the first. Or the tree is cut above the place where the
// flush was: it must not go on at a node that is gone.
func TestStaleWalk(t *testing.T) {
	t.Run("source loses w", func(t *testing.T) { staleWalk(t, false) })
	t.Run("tree is cut", func(t *testing.T) { staleWalk(t, true) })
}

func staleWalk(t *testing.T, cut bool) {
	w := newMapWorld(t, 256)
	const frame, p, q = 0x00300000, 0x10000000, 0x20000000
	page := func(addr, rights uint32) Fpage { return Fpage(addr | 12<<4 | rights) }
	w.mapOp(0, 1, page(frame, 7), 0, page(p, 0), false)
	w.mapOp(0, 1, page(frame+0x1000, 7), 0, page(p+0x1000, 0), false)
	w.mapOp(0, 2, page(frame, 4), 0, page(q, 0), false)
	w.mapOp(0, 2, page(frame+0x2000, 7), 0, page(q+0x1000, 0), false)
	for _, top := range [2]uint32{q, q + 0x1000} {
		at, from := top, 2 // chains between spaces 2 and 3
		for i := uint32(1); i <= 100; i++ {
			next := top + 0x01000000 + i<<13
			w.mapOp(from, 5-from, page(at, 4), 0, page(next, 0), false)
			at, from = next, 5-from
		}
	}
	w.compare()
	w.handle(handlerID)
	done := false
	w.between = func() {
		switch {
		case done:
		case cut:
			w.run(w.threads[3])
			w.call(callUnmap, regs{si: uint32(page(q+0x01000000+1<<13, 7))})
		default:
			w.run(w.sigma0)
			w.call(callUnmap, regs{si: uint32(page(frame, rightW))})
		}
		done = true
	}
	w.raise(1, 0)
	w.send(1, 2, Fpage(p|13<<4|7), q, completePage, false)
	if w.interrupts == 0 {
		t.Fatal("no interrupt was taken")
	}
	if pte := w.threads[2].space().pte(q + 0x1000); *pte&ia32.PteFrame != frame+0x1000 {
		t.Errorf("the second page shows %#x", *pte)
	}
}
