//go:build !386

package kernel

import (
	"math/rand"
	"testing"
)

// The examples of abi 1.5.
func TestFpageExamples(t *testing.T) {
	for _, x := range []struct {
		raw, base, log2, rights uint32
	}{
		{0x00400167, 0x00400000, 22, 7},
		{0x001000C6, 0x00100000, 12, 6},
		{0xBF000110, 0xBF000000, 17, 0},
		{0xBFF000C0, 0xBFF00000, 12, 0},
		{0x00000017, 0, 32, 7},
		{0x00412567, 0x00400000, 22, 7},             // base bits below the size are cut
		{0x00400000 | 63<<4, 0, 32, 0},              // sizes beyond the address space
		{0x00401C00 | 10<<4 | 7, 0x00401C00, 10, 7}, // below a page
		{0x00400167 | 8, 0x00400000, 22, 7},         // bit 3 is ignored
	} {
		f := Fpage(x.raw)
		if f.base() != x.base || f.log2() != x.log2 || f.rights() != x.rights || f.isIO() {
			t.Errorf("%#x: base %#x log2 %d rights %d", x.raw, f.base(), f.log2(), f.rights())
		}
	}
}

// The examples of abi 1.5.1.
func TestIOFpageExamples(t *testing.T) {
	for _, x := range []struct{ raw, port, count uint32 }{
		{0x03F80C20, 0x3F8, 8},
		{0x03F80C26, 0x3F8, 8},
		{0x00600026, 0x60, 1},
		{0x00004020, 0, 65536},
		{0x03FB0C20, 0x3F8, 8},          // aligned down
		{0x12340020 | 63<<10, 0, 65536}, // more ports than there are
	} {
		f := Fpage(x.raw)
		if port, count := f.ports(); !f.isIO() || port != x.port || count != x.count {
			t.Errorf("%#x: port %#x count %d", x.raw, port, count)
		}
	}
	if ioFpage(0x3F8, 3) != 0x03F80C20 {
		t.Error("ioFpage")
	}
}

// The examples of semantics 5.2.
func TestMapRangeExamples(t *testing.T) {
	src, dst, log2, ok := mapRange(Fpage(0x00401000|12<<4), 0x00401ABC, completePage)
	if src != 0x00401000 || dst != 0x00401000 || log2 != 12 || !ok {
		t.Errorf("complete window: %#x %#x %d %v", src, dst, log2, ok)
	}
	src, dst, log2, ok = mapRange(Fpage(0x00400000|22<<4), 0x00012345, Fpage(0x00800000|12<<4))
	if src != 0x00412000 || dst != 0x00800000 || log2 != 12 || !ok {
		t.Errorf("small window: %#x %#x %d %v", src, dst, log2, ok)
	}
	if _, _, _, ok = mapRange(Fpage(0x00400000|11<<4), 0, completePage); ok {
		t.Error("less than a page is mapped")
	}
}

// mapRange against the formula of the specification, in 64 bits.
func TestMapRangeRandom(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for i := 0; i < 200000; i++ {
		send, window, base := Fpage(r.Uint32()), Fpage(r.Uint32()), r.Uint32()
		if send.isIO() || window.isIO() || uint32(window)>>4&63 == 0 || uint32(send)>>4&63 == 0 {
			continue
		}
		src, dst, log2, ok := mapRange(send, base, window)
		wantSrc, wantDst, size := ranges(send, base, window)
		if ok != (size >= 4096) || uint64(1)<<log2 != size || ok && (src != wantSrc || dst != wantDst) {
			t.Fatalf("send %#x base %#x window %#x: %#x %#x %d, want %#x %#x %#x", send, base, window, src, dst, log2, wantSrc, wantDst, size)
		}
	}
}
