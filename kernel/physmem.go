package kernel

import "pecan/arch/ia32"

// Access to physical memory at boot: through the window, or above it through two 4 MiB temporary views.

// physView returns a kernel address for phys and how many bytes from there on can be reached. slot is 0 or 1.
func physView(slot, phys uint32) (addr, length uint32) {
	if phys < windowEnd {
		return ia32.Virt(phys), windowEnd - phys
	}
	return ia32.View(slot, phys), ia32.LargeSize - phys&ia32.LargeMask
}

func physByte(phys uint32) byte {
	addr, _ := physView(0, phys)
	return *(*byte)(ia32.Ptr(addr))
}

// physWord reads a little-endian word at any alignment.
func physWord(phys uint32) (v uint32) {
	for i := uint32(0); i < 4; i++ {
		v |= uint32(physByte(phys+i)) << (8 * i)
	}
	return
}

func physHalf(phys uint32) uint32 { return uint32(physByte(phys)) | uint32(physByte(phys+1))<<8 }

// physCopy copies n bytes; the ranges must not overlap. Whole words first, so that large modules move fast.
func physCopy(dst, src, n uint32) {
	for n != 0 {
		d, dl := physView(0, dst)
		s, sl := physView(1, src)
		k := min(n, min(dl, sl))
		words := k &^ 3
		ia32.Copy(d, s, words)
		for i := words; i < k; i++ {
			*(*byte)(ia32.Ptr(d + i)) = *(*byte)(ia32.Ptr(s + i))
		}
		dst, src, n = dst+k, src+k, n-k
	}
}

func physZero(dst, n uint32) {
	for n != 0 {
		d, dl := physView(0, dst)
		k := min(n, dl)
		head := min(-d&3, k)
		body := (k - head) &^ 3
		for i := uint32(0); i < head; i++ {
			*(*byte)(ia32.Ptr(d + i)) = 0
		}
		ia32.Zero(d+head, body)
		for i := head + body; i < k; i++ {
			*(*byte)(ia32.Ptr(d + i)) = 0
		}
		dst, n = dst+k, n-k
	}
}

// span is a range of physical memory, low inclusive, high exclusive; high 0 with low not 0 never occurs: memory ends
// one page below 4 GiB.
type span struct{ low, high uint32 }

func (a span) overlaps(b span) bool { return a.low < b.high && b.low < a.high }
func (a span) contains(b span) bool { return a.low <= b.low && b.high <= a.high }
func (a span) empty() bool          { return a.low >= a.high }

// memoryPlan is what boot knows about physical memory while it places things.
type memoryPlan struct {
	ram    [32]span // conventional memory
	rams   int
	busy   [96]span // must not be used: kernel, images, modules, pool
	busies int
}

func (p *memoryPlan) addRAM(s span) {
	if p.rams < len(p.ram) && !s.empty() {
		p.ram[p.rams] = s
		p.rams++
	}
}

func (p *memoryPlan) addBusy(s span) {
	if s.empty() {
		return
	}
	if p.busies == len(p.busy) {
		refuse("too many modules")
	}
	p.busy[p.busies] = s
	p.busies++
}

// isRAM reports whether one entry of the map covers all of s.
func (p *memoryPlan) isRAM(s span) bool {
	for _, r := range p.ram[:p.rams] {
		if r.contains(s) {
			return true
		}
	}
	return false
}

// place finds the highest free page-aligned range of the given size (whole pages) that ends at or below limit.
func (p *memoryPlan) place(size, limit uint32) (span, bool) {
	var best span
	for _, r := range p.ram[:p.rams] {
		low := (max(r.low, 1<<20) + ia32.PageMask) &^ ia32.PageMask
		high := min(r.high, limit) &^ ia32.PageMask
		for high > low && high-low >= size {
			s := span{high - size, high}
			hit := -1
			for i, b := range p.busy[:p.busies] {
				if b.overlaps(s) {
					hit = i
					break
				}
			}
			if hit < 0 {
				if s.low > best.low {
					best = s
				}
				break
			}
			high = p.busy[hit].low &^ ia32.PageMask
		}
	}
	return best, !best.empty()
}
