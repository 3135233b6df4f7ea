//go:build !386

package kernel

import (
	"fmt"
	"math/rand"
	"testing"
)

// 4 MiB pages against the same model, which knows none: to users they are invisible but for their status bits.

// largeBases are the 4 MiB that sequences use; the pages of the small ones lie in the first two.
var largeBases = [3]uint32{0x00400000, 0x00800000, 0x01000000}

// largeOperation is operation with sizes around 4 MiB.
func (w *mapWorld) largeOperation(b [5]byte) {
	w.large = true
	if b[0]&0x80 == 0 {
		w.operation(b)
		return
	}
	a, c := int(b[1]&15)%mapSpaces, int(b[1]>>4)%mapSpaces
	base, other := largeBases[b[2]%3], largeBases[b[3]%3]
	log2 := [8]uint32{22, 22, 22, 22, 23, 21, 22, 12}[b[4]>>5]
	rights := uint32(b[4] & 7)
	if b[2]&16 != 0 {
		rights |= rightW | rightR
	}
	if log2 < 22 {
		base += uint32(b[2]>>2) << 12
		other += uint32(b[3]>>2) << 12
	}
	send := Fpage(base | log2<<4 | rights)
	window := completePage
	if b[4]&8 != 0 {
		window = Fpage(other | 22<<4)
	}
	w.queued = b[0]&0x40 != 0
	if w.touches = b[0]&0x20 == 0; w.touches {
		w.touchAll(a)
	}
	switch b[0] % 16 {
	case 0, 1, 2, 3, 4, 5, 6, 7:
		w.mapOp(a, c, send, other, window, false)
	case 8, 9:
		w.mapOp(a, c, send, other, window, true)
	case 10:
		w.unmapOp(a, send, false)
	case 11:
		w.unmapOp(a, send, true)
	case 12:
		w.unmapOp(a, send|rightRWX, b[4]&8 != 0)
	case 13:
		w.controlOp(a, send, [6]uint32{0, 1, 2, 4, 5, 8}[b[4]%6])
	case 14:
		w.accessOp(a, base+uint32(b[2]>>2)<<12, b[4]&8 != 0)
	case 15:
		if b[4] < 64 {
			w.destroyOp(a)
		} else {
			w.accessOp(a, other, b[4]&8 != 0)
		}
	}
}

// controlOp is MemoryControl by a space, which is made privileged.
func (w *mapWorld) controlOp(s int, f Fpage, attribute uint32) {
	w.note("memory control %d %#x attribute %d", s, f, attribute)
	t := w.threads[s]
	t.space().privileged = true
	w.run(t)
	*t.mr(0) = uint32(f) &^ 3
	w.call(callMemoryControl, regs{cx: attribute, dx: 77, bx: 77, bp: 77, si: uint32(f) &^ 3, di: t.LocalID})
	w.finish(t)
	if t.Frame.EAX == 0 {
		w.fail("MemoryControl: error %d", errorCode(t))
	}
	kind := attribute
	if kind != 0 {
		kind--
	}
	size := max(sizeOf(f), 4096)
	base := uint64(f) &^ 0x3FF / size * size
	for off := uint64(0); off < size; off += 4096 {
		page := uint32(base + off)
		if s == 0 {
			for _, n := range w.model.roots(page) {
				w.model.control(n, kind)
			}
		} else if n := w.model.at[place2{modelSpace(s), page}]; n != nil {
			w.model.control(n, kind)
		}
	}
}

func TestLargeAgainstModel(t *testing.T) {
	for seed := int64(0); seed < largeSequences; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 5*(10+r.Intn(50)))
		r.Read(data)
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { mapSequence(t, data, (*mapWorld).largeOperation) }) {
			return
		}
	}
}

// The same where spaces are small and show their pages once more in the region of small spaces.
func TestLargeInSmallSpaces(t *testing.T) {
	for seed := int64(0); seed < largeSequences/3; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 5*(10+r.Intn(40)))
		r.Read(data)
		mapSequence(t, data, func(w *mapWorld, b [5]byte) {
			for i := 1; i < 4; i++ {
				if w.threads[i].space().segment == 0 && b[1]&3 == 0 {
					w.moveTo(w.threads[i], place16(uint32(i)))
				}
			}
			w.largeOperation(b)
		})
	}
}

func TestLargePreempted(t *testing.T) {
	for seed := int64(0); seed < largeSequences/3; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 5*(10+r.Intn(40)))
		r.Read(data)
		preemptedSequence(t, data, 1+uint64(seed%7), 1+uint64(seed%3), (*mapWorld).largeOperation)
	}
}

func FuzzLarge(f *testing.F) {
	for seed := int64(0); seed < 10; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 150)
		r.Read(data)
		f.Add(data, byte(0), byte(0))
		f.Add(data, byte(1), byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte, first, every byte) {
		if len(data) > 600 {
			t.Skip()
		}
		if every == 0 {
			mapSequence(t, data, (*mapWorld).largeOperation)
		} else {
			preemptedSequence(t, data, 1+uint64(first), uint64(every), (*mapWorld).largeOperation)
		}
	})
}
