package main

import "pecan/user/l4"

// Unmap, status bits, trees of mappings (semantics 5.5, 5.7, abi 5.2).

var unmapCases = []testCase{
	{"semantics-5.5-unmap-and-flush", unmapAndFlush},
	{"semantics-5.5-parts", unmapParts},
	{"semantics-5.5-revoke-write", revokeWrite},
	{"semantics-5.5-chain-of-spaces", chainOfSpaces},
	{"semantics-5.5-siblings-stay", siblingsStay},
	{"semantics-5.5-small-nil-and-odd-fpages", unmapOdd},
	{"semantics-5.5-64-fpages", unmapMany},
	{"semantics-5.5-kernel-part", unmapKernel},
	{"semantics-10-flush-of-everything", flushEverything},
	{"abi-5.2-status-bits", statusBits},
	{"abi-5.2-status-is-reset", statusReset},
	{"abi-5.2-status-of-descendants", statusDescendants},
	{"semantics-5.7-space-deletion", spaceDeletion},
	{"semantics-5.7-deletion-of-a-whole-chain", chainDeletion},
	{"semantics-5-code-page-taken-away", codeTakenAway},
}

func unmapAndFlush() {
	a, b, _ := rig3()
	a.take(target, largePage(1, l4.RWX), l4.Complete)
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	a.unmap(l4.PageAt(target, l4.RWX), false)
	a.shows(target, stamp(1))
	b.shows(target, 0)
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	a.unmap(l4.PageAt(target, l4.RWX), true)
	a.shows(target, 0)
	b.shows(target, 0)
	equal("the root's own page", load(large+l4.PageSize), stamp(1))
}

// A part of a range, and a range larger than what there is.
func unmapParts() {
	a, b, _ := rig3()
	a.take(0, l4.NewFpage(large, 22, l4.RX), l4.NewFpage(target, 22, 0))
	a.give(b, 0, l4.NewFpage(target, 22, l4.RX), l4.NewFpage(target, 22, 0), false)
	a.unmap(l4.PageAt(target+0x5000, l4.RWX), false)
	b.shows(target+0x4000, stamp(4))
	b.shows(target+0x5000, 0)
	b.shows(target+0x6000, stamp(6))
	a.unmap(l4.NewFpage(target+0x100000, 20, l4.RWX), true)
	for _, r := range [...]*rig{a, b} {
		r.shows(target+0x0FF000, stamp(0xFF))
		r.shows(target+0x100000, 0)
		r.shows(target+0x1FF000, 0)
		r.shows(target+0x200000, stamp(0x200))
	}
	b.unmap(l4.NewFpage(target, 30, l4.RWX), true)
	b.shows(target, 0)
	a.shows(target, stamp(0))
	takeBack()
	a.shows(target, 0)
	a.shows(target+0x3FF000, 0)
}

func revokeWrite() {
	a, b, _ := rig3()
	a.take(target, largePage(1, l4.RWX), l4.Complete)
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	a.writable(target, true)
	b.writable(target, true)
	a.unmap(l4.PageAt(target, l4.Write), false)
	a.writable(target, true)
	b.writable(target, false)
	a.unmap(l4.PageAt(target, l4.Write), true)
	a.writable(target, false)
	a.take(target, largePage(1, l4.RWX), l4.Complete)
	a.writable(target, true)
	b.writable(target, false)
	a.unmap(l4.PageAt(target, 0), true) // only the status
	a.writable(target, true)
	a.unmap(l4.PageAt(target, l4.Read), false) // no effect on this hardware
	b.shows(target, stamp(1))
	l4.UnmapPage(largePage(1, l4.Write), false)
	a.writable(target, false)
	takeBack()
}

// From space to space, further and further; the first unmap takes all.
func chainOfSpaces() {
	var r [8]*rig
	for i := range r {
		r[i] = newRigIn(nil)
	}
	for _, cut := range [...]int{0, 3, 6} {
		stepNumber("cut", uint32(cut))
		r[0].take(target, largePage(5, l4.RWX), l4.Complete)
		for i := range r[:7] {
			r[i].give(r[i+1], target+uint32(i+1)*l4.PageSize, l4.PageAt(target+uint32(i)*l4.PageSize, l4.RWX), l4.Complete, false)
		}
		check(r[7].poke(target+7*l4.PageSize+4, 0x7777), "write at the end of the chain")
		equal("seen at its beginning", load(large+5*l4.PageSize+4), 0x7777)
		r[cut].unmap(l4.PageAt(target+uint32(cut)*l4.PageSize, l4.RWX), false)
		for i := range r {
			want := stamp(5)
			if i > cut {
				want = 0
			}
			r[i].shows(target+uint32(i)*l4.PageSize, want)
		}
		takeBack()
		for i := range r {
			r[i].shows(target+uint32(i)*l4.PageSize, 0)
		}
	}
}

func siblingsStay() {
	a, b, c := rig3()
	for _, r := range [...]*rig{a, b, c} {
		r.take(target, largePage(1, l4.RWX), l4.Complete)
		r.take(target+0x1000, largePage(1, l4.RWX), l4.Complete)
	}
	b.unmap(l4.PageAt(target, l4.RWX), true)
	b.shows(target, 0)
	b.shows(target+0x1000, stamp(1))
	a.shows(target, stamp(1))
	c.shows(target, stamp(1))
	remove(b.id)
	a.shows(target+0x1000, stamp(1))
	c.shows(target+0x1000, stamp(1))
	takeBack()
	a.shows(target, 0)
	c.shows(target+0x1000, 0)
}

// Sizes below a page count as a page; nil, and sizes that cannot be, do nothing bad.
func unmapOdd() {
	a := newRigIn(nil)
	for log2 := uint32(3); log2 < 12; log2++ {
		stepNumber("log2", log2)
		a.take(target, largePage(1, l4.RWX), l4.Complete)
		a.unmap(l4.Fpage(target+0x800|log2<<4|7), true)
		a.shows(target, 0)
	}
	a.take(target, largePage(1, l4.RWX), l4.Complete)
	for _, p := range [...]l4.Fpage{0, 7, 8, 15} {
		stepNumber("fpage", uint32(p))
		a.unmap(p, true)
		a.shows(target, stamp(1))
	}
	for log2 := uint32(33); log2 < 64; log2++ {
		stepNumber("log2", log2)
		a.unmap(l4.Fpage(hole|log2<<4|7), true)
		a.again()
	}
	takeBack()
}

// 64 fpages in one call; unused control bits are ignored.
func unmapMany() {
	r := newRigIn(nil)
	r.take(0, l4.NewFpage(large, 18, l4.RWX), l4.NewFpage(target, 18, 0))
	var list [64]l4.Fpage
	for i := range list {
		list[i] = largePage(uint32(i), l4.RWX)
	}
	list[10], list[20] = 0, l4.PageAt(hole, l4.RWX)
	check(r.poke(target+5*l4.PageSize+8, 1), "write")
	l4.Unmap(list[:], false)
	for i := range list {
		want := uint32(0)
		if i == 10 || i == 20 {
			want = stamp(uint32(i))
		}
		r.shows(target+uint32(i)*l4.PageSize, want)
		base := uint32(l4.PageAt(large+uint32(i)*l4.PageSize, 0))
		if want == 0 {
			equal("fpage in the result", uint32(list[i])&^7, base)
		}
	}
	equal("status of a written page", uint32(list[5].Rights()), uint32(l4.RWX))
	takeBack()
	u := newRig()
	u.patterns()
	u.regs.EAX, u.regs.ESI, u.regs.EDI = 0xFFFFFF80, uint32(largePage(0, l4.RWX)), u.local()
	u.regs.EAX &^= 0x7F
	u.done(u.call(linkUnmap), callLength)
	equal("own page", load(large), stamp(0))
}

// Unmap of kernel addresses and of the special pages.
func unmapKernel() {
	for _, r := range [...]*rig{newRigIn(nil), newRig()} {
		for _, p := range [...]l4.Fpage{
			l4.NewFpage(0xC0000000, 30, l4.RWX), l4.PageAt(0xD0100000, l4.RWX), l4.PageAt(0xF0800000, l4.RWX), l4.PageAt(0xFFFFF000, l4.RWX),
			l4.PageAt(kipAddress(), l4.RWX), l4.UTCBAreaHere().With(l4.RWX), l4.PageAt(0, l4.RWX), l4.NewFpage(0xC0000000, 22, l4.RWX),
		} {
			stepNumber("fpage", uint32(p))
			r.unmap(p, true)
			r.unmap(p, false)
			v, ok := r.peek(kipAddress())
			check(ok && v == l4.KIPMagic(), "KIP is gone")
			check(r.local() != 0, "UTCB is gone")
		}
	}
}

// A flush of the complete space takes everything but KIP and UTCBs; the thread's code comes back by faults.
func flushEverything() {
	a, b, _ := rig3()
	a.take(target, largePage(1, l4.RWX), l4.Complete)
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	local := a.local()
	check(a.poke(local+40, 0x4242), "UTCB")
	for range 3 {
		a.unmap(l4.Complete.With(l4.RWX), true)
		a.shows(target, 0)
		b.shows(target, 0)
		v, ok := a.peek(local + 40)
		check(ok && v == 0x4242, "UTCB after the flush")
		v, ok = a.peek(kipAddress())
		check(ok && v == l4.KIPMagic(), "KIP after the flush")
	}
	equal("the root's own page", load(large+l4.PageSize), stamp(1))
}
