package main

import (
	"debug/elf"
	"encoding/binary"
)

// checkLayout checks what the program headers say about where the image lies and what may be written.
func (a *auditor) checkLayout() {
	l := a.policy.Layout
	var loads []*elf.Prog
	for _, p := range a.image.elf.Progs {
		if p.Type == elf.PT_LOAD && p.Memsz > 0 {
			loads = append(loads, p)
		}
	}
	a.report.PhysStart, a.report.PhysEnd = ^uint32(0), 0
	for _, p := range loads {
		lo, end := uint32(p.Paddr), uint32(p.Paddr+p.Memsz)
		a.report.PhysStart, a.report.PhysEnd = min(a.report.PhysStart, lo), max(a.report.PhysEnd, end)
		if lo < l.Low || end > l.High {
			a.fail("layout", "", "segment at physical %#x..%#x is not inside %#x..%#x", lo, end, l.Low, l.High)
		}
		if v := uint32(p.Vaddr); v != lo && v != l.Window+lo {
			a.fail("layout", "", "segment at physical %#x is linked at %#x: want that or %#x", lo, v, l.Window+lo)
		}
		if p.Flags&elf.PF_W != 0 && p.Flags&elf.PF_X != 0 && !a.mayBeBoth(p) {
			a.fail("layout", "", "segment at physical %#x is writable and executable", lo)
		}
	}
	for i, p := range loads {
		for _, q := range loads[:i] {
			a.checkPair(q, p)
		}
	}
	a.checkConstant()
	a.checkEntryPoint(loads)
	a.checkMagic()
}

// mayBeBoth asks the policy for a writable and executable segment.
func (a *auditor) mayBeBoth(p *elf.Prog) bool {
	for _, s := range a.image.elf.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 || s.Addr != p.Vaddr {
			continue
		}
		for _, w := range a.policy.Layout.WritableCode {
			if w.Section == s.Name {
				a.usage.mark("WritableCode", w.Section)
				return true
			}
		}
	}
	return false
}

// checkConstant checks that the range which the kernel write-protects is made of whole pages and holds exactly the
// constant sections. Code that runs before the protection (below the window) is no concern of it.
func (a *auditor) checkConstant() {
	l := a.policy.Layout
	if l.ConstFrom == "" {
		return
	}
	r, ok := a.constant()
	if !ok || r.lo%4096 != 0 || r.hi%4096 != 0 {
		a.fail("layout", l.ConstFrom, "%s..%s (%#x..%#x) is no range of pages", l.ConstFrom, l.ConstTo, r.lo, r.hi)
		return
	}
	for _, s := range a.image.elf.Sections {
		lo, hi := uint32(s.Addr), uint32(s.Addr+s.Size)
		if s.Flags&elf.SHF_ALLOC == 0 || s.Size == 0 || lo < l.Window {
			continue
		}
		if writable := s.Flags&elf.SHF_WRITE != 0; writable && lo < r.hi && r.lo < hi {
			a.fail("layout", s.Name, "the writable section %#x..%#x lies in the protected range", lo, hi)
		} else if !writable && (lo < r.lo || hi > r.hi) {
			a.fail("layout", s.Name, "the constant section %#x..%#x does not lie in the protected range %#x..%#x", lo, hi, r.lo, r.hi)
		}
	}
}

// constant returns the range that the kernel write-protects.
func (a *auditor) constant() (span, bool) {
	from, to := a.image.symbol(a.policy.Layout.ConstFrom), a.image.symbol(a.policy.Layout.ConstTo)
	if from == nil || to == nil || to.Value <= from.Value {
		return span{}, false
	}
	return span{uint32(from.Value), uint32(to.Value)}, true
}

// canChange tells whether the word at addr can change while the kernel runs; writable says what its segment's flags say.
func (a *auditor) canChange(addr uint32, writable bool) bool {
	if r, ok := a.constant(); ok {
		return addr < r.lo || addr >= r.hi
	}
	return writable
}

// checkPair checks that two segments share no memory, and no page if one is writable and the other is not: the page would
// be a writable alias of read-only bytes.
func (a *auditor) checkPair(p, q *elf.Prog) {
	if p.Paddr < q.Paddr+q.Memsz && q.Paddr < p.Paddr+p.Memsz {
		a.fail("layout", "", "segments at physical %#x and %#x overlap", p.Paddr, q.Paddr)
		return
	}
	page := func(x uint64) uint64 { return x >> 12 }
	shared := page(p.Paddr) <= page(q.Paddr+q.Memsz-1) && page(q.Paddr) <= page(p.Paddr+p.Memsz-1)
	if shared && (p.Flags^q.Flags)&elf.PF_W != 0 {
		a.fail("layout", "", "segments at physical %#x and %#x share a page, and only one is writable", p.Paddr, q.Paddr)
	}
}

// checkEntryPoint checks that the ELF entry is code that runs where it is loaded.
func (a *auditor) checkEntryPoint(loads []*elf.Prog) {
	e := a.image.elf.Entry
	for _, p := range loads {
		if e >= p.Vaddr && e < p.Vaddr+p.Memsz && p.Flags&elf.PF_X != 0 && p.Vaddr == p.Paddr {
			return
		}
	}
	a.fail("layout", "", "the ELF entry %#x is not in an executable segment linked at its physical address", e)
}

// checkMagic checks that the KIP's magic is found first and only at the KIP: loaders search the file, and later the loaded
// image, in steps of four bytes and take the first hit.
func (a *auditor) checkMagic() {
	l := a.policy.Layout
	if l.Magic == 0 {
		return
	}
	var hits []int
	for off := 0; off+4 <= len(a.image.Raw); off++ {
		if binary.LittleEndian.Uint32(a.image.Raw[off:]) == l.Magic {
			hits = append(hits, off)
		}
	}
	if len(hits) != 1 {
		a.fail("layout", l.MagicAt, "the word %#x occurs %d times in the file, at offsets %#x: want it once", l.Magic, len(hits), hits)
	}
	s := a.image.symbol(l.MagicAt)
	if s == nil {
		a.fail("layout", l.MagicAt, "there is no such symbol, the KIP's magic cannot be checked")
		return
	}
	if v, _, ok := a.image.word(uint32(s.Value)); !ok || v != l.Magic || s.Value%4096 != 0 {
		a.fail("layout", l.MagicAt, "at %#x: want a page that begins with %#x", s.Value, l.Magic)
	}
	if len(hits) > 0 && hits[0]%4 != 0 {
		a.fail("layout", l.MagicAt, "lies at file offset %#x, which is not a multiple of 4", hits[0])
	}
}
