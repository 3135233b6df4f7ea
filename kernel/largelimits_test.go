//go:build !386

package kernel

import (
	"fmt"
	"testing"

	"pecan/arch/ia32"
)

// 4 MiB pages at their limits: strings into them, no memory to break them up, and long lists of everything.

const fourMiB = Fpage(0x00400000 | 22<<4 | rightRWX)

// A string that is copied into a 4 MiB page dirties it, though the processor notes that in a copy of the directory entry;
// so it does across two.
func TestStringIntoLargePage(t *testing.T) {
	w := newMapWorld(t, 256)
	w.large = true
	w.mapOp(0, 1, fourMiB, 0x00400000, completePage, false)
	w.mapOp(0, 2, fourMiB, 0x01000000, completePage, false)
	w.mapOp(0, 2, fourMiB, 0x01400000, completePage, false)
	for _, at := range []uint32{0x01002000, 0x013FFFF0} {
		s, r := w.threads[1], w.threads[2]
		copy(ia32.Machine.Memory()[0x00500000:], fmt.Sprintf("string to %#x", at))
		w.run(r)
		*r.tcr(br0), *r.br(1), *r.br(2) = 1, 40<<10, at
		w.ipc(nilThread, s.id(), 0, 0)
		w.run(s)
		*s.mr(1), *s.mr(2) = 40<<10, 0x00500000
		w.ipc(r.id(), nilThread, 0, 2<<6)
		w.finish(s)
		if r.Frame.ESI&tagError != 0 {
			t.Fatalf("the transfer fails: %#x", errorCode(r))
		}
		phys := 0x00400000 + at&ia32.LargeMask
		if got := ia32.Machine.Memory()[phys]; got != 's' {
			t.Errorf("at %#x: %q", at, got)
		}
		for i := uint32(0); i < 2; i++ {
			dirty := *r.space().pde(0x01000000 + i<<22)&ia32.PteDirty != 0
			if dirty != (i == 0 || at+40 > 0x01400000) {
				t.Errorf("string to %#x: page %d is dirty: %v", at, i, dirty)
			}
		}
		w.run(w.sigma0)
		w.call(callUnmap, regs{si: uint32(fourMiB) &^ 7})
		if got := w.sigma0.Frame.ESI & 7; got != rightRWX {
			t.Errorf("string to %#x: status %x", at, got)
		}
	}
}

// largeTree makes a tree of 4 MiB mappings of one piece of memory, wide or deep, and some small ones below each. It returns the
// page of space 1 at its root.
func (w *mapWorld) largeTree(n int, deep bool) Fpage {
	w.large, w.unchecked = true, true
	at := func(i int) uint32 { return 0x01000000 + uint32(i)<<22 }
	w.send(0, 1, fourMiB, at(0), completePage, false)
	from, src := 1, at(0)
	for i := 1; i <= n; i++ {
		to := from%3 + 1
		w.send(from, to, Fpage(src)|22<<4|rightRWX, at(i), completePage, false)
		if i%8 == 0 {
			w.send(from, 4, Fpage(src+0x5000)|12<<4|rightRWX, 0x00010000+uint32(i)<<12, completePage, false)
			w.send(from, 4, Fpage(src+0x3F0000)|12<<4|rightRWX, 0x00310000+uint32(i)<<12, completePage, false)
		}
		if deep {
			from, src = to, at(i)
		}
	}
	w.unchecked = false
	w.check()
	return Fpage(at(0) | 22<<4)
}

// count4 counts the pages that space s shows of the frame.
func (w *mapWorld) countPages(frame uint32) (n int) {
	for i := 1; i < mapSpaces; i++ {
		s := w.threads[i].space()
		for table := uint32(0); table < userTables; table++ {
			addr := table<<22 | frame&ia32.LargeMask
			if *s.pde(addr)&ia32.PteLarge != 0 && *s.pde(addr)&^ia32.LargeMask == frame&^ia32.LargeMask {
				n++
			} else if page := s.table(addr); page != 0 {
				for k := uint32(0); k < 1024; k++ {
					if *word(page + 4*k)&ia32.PteFrame == frame {
						n++
					}
				}
			}
		}
	}
	return n
}

// Everything that can be done to large trees, with interrupts at all preemption points, enough memory or none at all to break pages
// up: the page that is taken away is gone from everywhere, and no stretch is long.
func TestLargeTrees(t *testing.T) {
	const page = 0x00405000
	for _, deep := range []bool{false, true} {
		for _, memory := range []bool{true, false} {
			for _, what := range []string{"unmap", "unmap part", "revoke", "revoke part", "flush", "flush part", "overmap part",
				"grant", "grant part", "destroy", "sigma0", "sigma0 part", "control", "control part"} {
				for _, every := range []uint64{0, 1} {
					t.Run(fmt.Sprintf("%s deep=%v memory=%v every=%d", what, deep, memory, every), func(t *testing.T) {
						w := newMapWorld(t, 700)
						whole := w.largeTree(120, deep)
						part := Fpage(whole.base()+0x5000) | 12<<4
						if every != 0 {
							w.handle(handlerID)
							if !memory {
								every = 16 // at each point, a walk within a walk can lose its place again and again
							}
							w.raise(1, every)
						}
						w.unchecked = true
						restore := func() {}
						if !memory {
							restore = withhold(0)
						}
						left := -1
						w.threads[1].space().privileged = true
						operation := func() {
							switch what {
							case "unmap":
								w.quietUnmap(1, whole|rightRWX, false)
								left = 1
							case "unmap part":
								w.quietUnmap(1, part|rightRWX, false)
								left = 1
							case "revoke":
								w.quietUnmap(1, whole|rightW, true)
							case "revoke part":
								w.quietUnmap(1, part|rightW, true)
							case "flush":
								w.quietUnmap(1, whole|rightRWX, true)
								left = 0
							case "flush part":
								w.quietUnmap(1, part|rightRWX, true)
								left = 0
							case "overmap part":
								w.send(0, 1, Fpage(0x00300000|12<<4|rightRWX), part.base(), completePage, false)
								left = 0
							case "grant":
								w.send(1, 4, whole|rightRWX, 0x40000000, completePage, true)
							case "grant part":
								w.send(1, 4, part|rightRWX, 0x40000000, completePage, true)
							case "destroy":
								w.model.at = map[place2]*mapping{}
								w.deleteSpace(1)
								w.createSpace(1)
								left = 0
							case "sigma0":
								w.quietUnmap(0, fourMiB, true)
								left = 0
							case "sigma0 part":
								w.quietUnmap(0, Fpage(page|12<<4|rightRWX), true)
								left = 0
							case "control":
								w.memoryControl(w.threads[1], [4]uint32{4}, 0, uint32(whole))
							case "control part":
								w.memoryControl(w.threads[1], [4]uint32{4}, 0, uint32(part))
							}
						}
						if every == 0 {
							w.stretch(what, func() { operation(); restore() })
						} else {
							operation()
							restore()
							if w.interrupts == 0 && memory && what != "grant" {
								t.Error("no interrupt was taken")
							}
						}
						w.unchecked = false
						w.check()
						if n := w.countPages(page); left >= 0 && n != left {
							t.Errorf("the page is there %d times, want %d", n, left)
						}
						for i := 1; i < mapSpaces; i++ {
							w.model.at = map[place2]*mapping{}
							w.deleteSpace(i)
						}
						for _, k := range [3]pageKind{pageNodes, pageHeads, pageTable} {
							if pool.count[k] != 0 && (k != pageTable || pool.count[k] > 12) {
								t.Errorf("%d pages of kind %d are lost", pool.count[k], k)
							}
						}
					})
				}
			}
		}
	}
}

// quietUnmap is Unmap without the model.
func (w *mapWorld) quietUnmap(s int, f Fpage, flush bool) {
	t := w.threads[s]
	w.run(t)
	control := uint32(0)
	if flush {
		control = 64
	}
	*t.mr(0) = uint32(f)
	w.call(callUnmap, regs{ax: control, si: uint32(f)})
	w.finish(t)
}
