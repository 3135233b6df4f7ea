//go:build !386

package kernel

import (
	"testing"

	"pecan/arch/ia32"
)

// fetch sees the same bytes wherever they lie in their pages, and stops where nothing is mapped.
func TestFetch(t *testing.T) {
	const (
		at  = 0x00600000 // two pages; behind them nothing is mapped
		end = at + 2*ia32.PageSize
	)
	w := bootWorld(t, 300)
	s := w.sigma0.space()
	mapIdentity(s, at)
	mapIdentity(s, at+ia32.PageSize)
	memory := ia32.Machine.Memory()
	for a := at; a < end; a++ {
		memory[a] = byte(a*7 + a>>12*31 + 1)
	}
	for _, border := range [...]uint32{at + ia32.PageSize, end} {
		for addr := border - 6; addr < border+3; addr++ {
			for n := uint32(1); n <= 4; n++ {
				want, count := uint32(0), uint32(0)
				for ; count < n && addr+count < end; count++ {
					want |= uint32(memory[addr+count]) << (8 * count)
				}
				if value, got := s.fetch(addr, n); value != want || got != count {
					t.Errorf("fetch(%#x, %d) is %#x, %d bytes; want %#x, %d", addr, n, value, got, want, count)
				}
			}
		}
	}
	if _, got := s.fetch(ia32.UserTop-2, 4); got != 0 {
		t.Error("fetch reads what is not mapped")
	}
	if _, got := s.fetch(ia32.Window, 4); got != 0 {
		t.Error("fetch reads kernel memory")
	}
}
