//go:build !386

package kernel

import (
	"math/rand"
	"os"
	"strconv"
	"testing"
)

// Creation and deletion in great numbers, and with the memory running out at every possible point: what fails has changed
// nothing, and in the end all pages are back.

// withhold hides all free pages of the pool but n (and the reserve) and returns how to bring them back.
func withhold(n uint32) (restore func()) {
	keep := pool.reserve + n
	if keep >= pool.left {
		return func() {}
	}
	last := pool.free
	for i := uint32(1); i < keep; i++ {
		last = descOf(last).next
	}
	hidden, count := descOf(last).next, pool.left-keep
	if keep == 0 {
		hidden, pool.free = pool.free, 0
	} else {
		descOf(last).next = 0
	}
	pool.left = keep
	return func() {
		link := &pool.free
		for *link != 0 {
			link = &descOf(*link).next
		}
		*link = hidden
		pool.left += count
	}
}

// starved runs an operation with ever more memory until it succeeds. It returns an error code, and must leave the
// pool as it was whenever that is not errOK.
func starved(w *world, name string, operation func() uint32) {
	w.t.Helper()
	for n := uint32(0); ; n++ {
		if n == 20 {
			w.t.Fatalf("%s never succeeds", name)
		}
		before, live := pool.left, threads
		w.unchecked = true
		restore := withhold(n)
		code := operation()
		restore()
		w.unchecked = false
		w.check()
		if code == errOK {
			return
		}
		if code != errMemory {
			w.t.Fatalf("%s with %d pages: error %d", name, n, code)
		}
		if pool.left != before || threads != live {
			w.t.Errorf("%s with %d pages fails and keeps %d pages, %d threads", name, n, int(before-pool.left), int(threads-live))
		}
	}
}

func (w *world) spaceControl(id ThreadID) uint32 {
	w.run(w.root)
	w.call(callSpaceControl, regs{ax: uint32(id), dx: uint32(kipAt), si: uint32(utcbAt)})
	if w.root.Frame.EAX != 0 {
		return errOK
	}
	return errorCode(w.root)
}

func TestWithoutMemory(t *testing.T) {
	w := bootWorld(t, 300)
	start := pool.left
	a, b, c := tid(64, 1), tid(72, 1), tid(80, 1) // each in a TCB page of its own
	block := func(i uint32) uint32 { return utcbAt.base() + i*utcbSize }
	starved(w, "new space", func() uint32 { return w.control(a, a, rootID, nilThread, utcbUnchanged) })
	starved(w, "areas", func() uint32 { return w.spaceControl(a) })
	starved(w, "activation", func() uint32 { return w.control(a, a, nilThread, rootID, block(0)) })
	starved(w, "second thread, inactive", func() uint32 { return w.control(b, a, rootID, nilThread, utcbUnchanged) })
	starved(w, "second thread, active", func() uint32 { return w.control(b, a, nilThread, rootID, block(1)) })
	starved(w, "third thread, active at once", func() uint32 { return w.control(c, a, rootID, rootID, block(2)) })
	d, e := tid(88, 1), tid(96, 1)
	starved(w, "space to move to", func() uint32 { return w.control(d, d, rootID, nilThread, utcbUnchanged) })
	starved(w, "its areas", func() uint32 { return w.spaceControl(d) })
	starved(w, "move of an active thread", func() uint32 { return w.control(c, d, nilThread, nilThread, utcbUnchanged) })
	if c := lookup(c); c.space() != lookup(d).space() || c.LocalID != block(2)+utcbMR0 {
		t.Error("the thread has not moved")
	}
	starved(w, "inactive thread", func() uint32 { return w.control(e, a, rootID, nilThread, block(5)) })
	starved(w, "move and activation at once", func() uint32 { return w.control(e, d, nilThread, rootID, utcbUnchanged) })
	for _, id := range []ThreadID{a, b, c, d, e} {
		if code := w.control(id, nilThread, nilThread, nilThread, utcbUnchanged); code != errOK {
			t.Fatalf("deleting %#x: error %d", id, code)
		}
	}
	if pool.left != start {
		t.Errorf("%d pages are lost", int(start-pool.left))
	}
}

// Map items with little memory map less, silently, and lose nothing.
func TestMappingWithoutMemory(t *testing.T) {
	for n := uint32(0); n < 12; n++ {
		w := newMapWorld(t, 300)
		w.unchecked = true
		restore := withhold(n)
		w.send(0, 1, Fpage(0x00400000|16<<4|7), 0x007F8000, completePage, false)
		w.send(1, 2, Fpage(0x007F8000|16<<4|7), 0x007F8000, completePage, n&1 != 0)
		w.send(0, 3, Fpage(ioFpage(0x60, 4)), 0, completePage, false)
		w.send(3, 1, Fpage(ioFpage(0x60, 2)), 0, completePage, true)
		restore()
		w.unchecked = false
		w.check()
		for i := 1; i < mapSpaces; i++ {
			w.deleteSpace(i)
		}
		for _, k := range [3]pageKind{pageNodes, pageHeads, pageIOTable} {
			if pool.count[k] != 0 {
				t.Errorf("%d pages left: %d of kind %d are lost", n, pool.count[k], k)
			}
		}
	}
}

// Threads by the thousand, in spaces of their own and together: memory and heap capacity come back.
func TestThreadStorm(t *testing.T) {
	w := bootWorld(t, 1200)
	start := pool.left
	for round := 0; round < 3; round++ {
		w.unchecked = true
		n := uint32(0)
		for ; ; n++ {
			id, spec := tid(100+n, 1), tid(100+n&^7, 1)
			code := w.control(id, spec, rootID, nilThread, utcbUnchanged)
			if code == errMemory || n == 4000 {
				break
			} else if code != errOK {
				t.Fatalf("thread %d: error %d", n, code)
			}
		}
		if n < 1500 {
			t.Errorf("only %d threads fit", n)
		}
		for i := range n {
			if code := w.control(tid(100+i, 1), nilThread, nilThread, nilThread, utcbUnchanged); code != errOK {
				t.Fatalf("deleting %d: error %d", i, code)
			}
		}
		w.unchecked = false
		w.control(tid(99, 1), nilThread, nilThread, nilThread, utcbUnchanged) // reaps what is left
		if lost := start - pool.left; lost > 1 {
			t.Errorf("round %d: %d pages are lost", round, lost)
		}
	}
}

// A space with mappings in all positions of trees comes and goes.
func TestSpaceStorm(t *testing.T) {
	w := newMapWorld(t, 300)
	r := rand.New(rand.NewSource(11))
	one := func(page uint32) Fpage { return Fpage(page | 12<<4 | 7) }
	var left, tables uint32
	w.unchecked = true
	rounds := stormRounds
	if n, err := strconv.Atoi(os.Getenv("STORM")); err == nil {
		rounds = n // 100000 take some minutes
	}
	for round := 0; round < rounds; round++ {
		s := 1 + r.Intn(3)
		if r.Intn(3) == 0 {
			// 4 MiB pages among the small ones: they take the places of those, and are broken up by them.
			large := func() uint32 { return largeBases[r.Intn(3)] }
			w.send(0, s, Fpage(large()|22<<4|7), large(), completePage, false)
			w.send(s, s%3+1, Fpage(large()|22<<4|7), large(), completePage, r.Intn(4) == 0)
		}
		for i := 0; i < 6; i++ {
			from, to := r.Intn(4), 1+r.Intn(3)
			page := mapBase + uint32(r.Intn(mapPages))<<12
			if from != to {
				w.send(from, to, one(page), mapBase+uint32(r.Intn(mapPages))<<12, completePage, r.Intn(5) == 0)
			}
		}
		if r.Intn(4) == 0 {
			w.send(0, s, Fpage(ioFpage(uint32(r.Intn(32))*2048, 3)), 0, completePage, false)
			w.send(s, s%3+1, completeIO, 0, completePage, r.Intn(2) == 0)
		}
		w.deleteSpace(s)
		w.createSpace(s)
		if round%100 == 99 {
			w.model.at = map[place2]*mapping{}
			for i := 1; i < mapSpaces; i++ {
				w.deleteSpace(i)
			}
			if left == 0 {
				left, tables = pool.left, pool.count[pageTable]
			}
			w.unchecked = false
			w.check()
			w.unchecked = true
			if pool.left != left || pool.count[pageNodes]+pool.count[pageTable]-tables+pool.count[pageHeads]+pool.count[pageIOTable]+pool.count[pageIOParents] != 0 {
				t.Fatalf("round %d: %d pages are left, %d at first", round, pool.left, left)
			}
			for i := 1; i < mapSpaces; i++ {
				w.createSpace(i)
			}
		}
	}
}

const completeIO = Fpage(16<<10 | 2<<4)
