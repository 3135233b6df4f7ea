package main

import "pecan/user/l4"

// Mapping (semantics 5.1 to 5.3).

var mapCases = []testCase{
	{"semantics-5.2-all-sizes-and-windows", allRelations},
	{"semantics-5.2-examples", rangeExamples},
	{"semantics-5.2-unaligned-fpages", unalignedFpages},
	{"semantics-5.2-complete-to-complete", completeToComplete},
	{"semantics-5.3-rights", mapRights},
	{"semantics-5.3-rights-grow", rightsGrow},
	{"semantics-5.3-no-rights-nil-small", mapNothing},
	{"semantics-5.3-missing-pages", mapMissing},
	{"semantics-5.3-over-mapping", overMapping},
	{"semantics-5.3-over-mapping-takes-derived", overMappingTree},
	{"semantics-5.3-self-map", selfMap},
	{"semantics-5.3-map-back", mapBack},
	{"semantics-5.3-forbidden-destinations", forbiddenDestinations},
	{"semantics-5.3-forbidden-sources", forbiddenSources},
	{"semantics-5.3-not-owned", mapNotOwned},
	{"semantics-1.6-several-items", severalItems},
	{"semantics-1.6-items-before-overflow", itemsBeforeOverflow},
}

const target = 0x40000000 // where mappings go in children

// Every relation of send fpage and window from 4 KiB to 4 MiB, and the complete space.
func allRelations() {
	r := newRigIn(nil)
	for ss := uint32(12); ss <= 22; ss++ {
		for rs := uint32(12); rs <= 23; rs++ {
			for k, base := range [...]uint32{0, 0x5A5A5C00, 0x00012345, 0xFFFFFC00} {
				stepNumber("sizes and base", ss<<24|rs<<16|uint32(k))
				send := l4.NewFpage(large+0x155000, ss, l4.RX)
				window, log2 := l4.NewFpage(target+0x00AAB000, rs, 0), rs
				if rs == 23 {
					window, log2 = l4.Complete, 32
				}
				if log2 == 32 {
					base = target + base&0x0FFFFFFF // not into the rig's own pages
				}
				src, dst, n := relation(send.Base(), ss, base, window.Base(), log2)
				r.take(base, send, window)
				size := uint32(1) << n
				first := (src - large) / l4.PageSize
				r.shows(dst, stamp(first))
				r.shows(dst+size-l4.PageSize, stamp(first+size/l4.PageSize-1))
				r.shows(dst-l4.PageSize, 0)
				r.shows(dst+size, 0)
				takeBack()
				r.shows(dst, 0)
			}
		}
	}
}

// relation is the rule of semantics 5.2.
func relation(sb, ss, base, rb, rs uint32) (src, dst, n uint32) {
	below := func(log2 uint32) uint32 { return uint32(uint64(1)<<log2 - 1) }
	if ss <= rs {
		return sb &^ below(ss), rb&^below(rs) + base&below(rs)&^below(ss), ss
	}
	return sb&^below(ss) + base&below(ss)&^below(rs), rb &^ below(rs), rs
}

func rangeExamples() {
	r := newRigIn(nil)
	// Window complete, send fpage 4 KiB, unaligned base.
	r.take(target+0x1ABC, largePage(1, l4.RX), l4.Complete)
	r.shows(target+0x1000, stamp(1))
	takeBack()
	// Window 4 KiB, send fpage 4 MiB.
	r.take(0x12345, l4.NewFpage(large, 22, l4.RX), l4.NewFpage(0x50800000, 12, 0))
	r.shows(0x50800000, stamp(0x12))
	r.shows(0x50801000, 0)
}

// The kernel masks bases down to the size; bit 3 says nothing.
func unalignedFpages() {
	r := newRigIn(nil)
	for _, noise := range [...]uint32{0, 8, 0xC00, 0x3000, 0x3C08, 0xF000 | 0xC08} {
		stepNumber("noise", noise)
		p := l4.Fpage(large + 0x10000 | 16<<4 | 5 | noise)
		w := l4.Fpage(target | 16<<4 | noise&^0xF)
		r.take(0, p, w)
		r.shows(target, stamp(16))
		r.shows(target+0xF000, stamp(31))
		r.shows(target+0x10000, 0)
		takeBack()
	}
}

// A map of everything gives all that there is, at the same addresses.
func completeToComplete() {
	r := newRigIn(nil)
	r.take(0, l4.Complete.With(l4.RX), l4.Complete)
	for _, i := range [...]uint32{0, 1, 512, 1023} {
		r.shows(large+i*l4.PageSize, stamp(i))
	}
	r.writable(large, false)
	r.shows(pages, load(pages))
	kip, _ := r.peek(kipAddress())
	equal("KIP", kip, l4.KIPMagic())
	r.shows(hole, 0)
	takeBack()
	r.shows(large, 0)
	l4.UnmapPage(l4.NewFpage(pages, pagesLog2, l4.RWX), false)
}

// Rights are those of the fpage and those of the source: nobody gives more than he has.
func mapRights() {
	a, b, _ := rig3()
	for _, give := range [...]l4.Rights{l4.Read, l4.Execute, l4.RX, l4.Write, l4.RW, l4.RWX} {
		for _, pass := range [...]l4.Rights{l4.Read, l4.RX, l4.Write, l4.RWX} {
			stepNumber("rights", uint32(give)<<16|uint32(pass))
			a.take(target, largePage(3, give), l4.Complete)
			if _, ok := a.peek(target); !ok {
				fatal(describe("not mapped"))
			}
			a.writable(target, give&l4.Write != 0)
			a.give(b, target+0x5000, l4.PageAt(target, pass), l4.Complete, false)
			both := give & pass
			if give&(l4.Read|l4.Execute) != 0 && pass&(l4.Read|l4.Execute) != 0 {
				both |= l4.Read // cannot be told apart
			}
			if both != 0 {
				b.writable(target+0x5000, both&l4.Write != 0)
			}
			takeBack()
			b.shows(target+0x5000, 0)
		}
	}
}

// Mapping the same page again adds rights, and never takes any.
func rightsGrow() {
	a, b, _ := rig3()
	a.take(target, largePage(4, l4.RX), l4.Complete)
	a.writable(target, false)
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	b.writable(target, false)
	a.take(target, largePage(4, l4.RWX), l4.Complete)
	a.writable(target, true)
	b.writable(target, false) // derived mappings do not grow with it
	a.give(b, target, l4.PageAt(target, l4.RWX), l4.Complete, false)
	b.writable(target, true)
	a.take(target, largePage(4, l4.RX), l4.Complete)
	a.writable(target, true)
	b.writable(target, true)
	a.unmap(l4.PageAt(target, l4.RWX), false)
	b.shows(target, 0)
	a.shows(target, stamp(4))
	takeBack()
	a.shows(target, 0)
}

func mapNothing() {
	r := newRigIn(nil)
	for i, p := range [...]l4.Fpage{
		0, largePage(5, 0), l4.NewFpage(large, 11, l4.RWX), l4.NewFpage(large, 10, l4.RWX), l4.NewFpage(large, 3, l4.RWX), l4.NewFpage(large, 0, l4.RWX),
		l4.Fpage(7), l4.Fpage(15), l4.Fpage(8),
	} {
		stepNumber("fpage", uint32(i))
		r.take(large, p, l4.Complete)
		r.shows(large, 0)
		r.shows(large+5*l4.PageSize, 0)
		r.take(0, p, l4.NewFpage(target, 22, 0))
		r.shows(target, 0)
	}
	about.Reset()
	// Windows below a page: nothing is mapped either.
	for log2 := uint32(3); log2 < 12; log2++ {
		r.take(0, largePage(5, l4.RWX), l4.NewFpage(target, log2, 0))
		r.shows(target, 0)
	}
	// Sizes above the address space.
	for log2 := uint32(32); log2 < 64; log2++ {
		stepNumber("log2", log2)
		r.waits(me(), l4.NewFpage(target, 22, 0))
		var m l4.Msg
		m.Start(0).AddMap(l4.MapItem{Base: large - target, Fpage: l4.Fpage(log2<<4 | 7)})
		l4.Send(r.id, &m, soon)
		e := r.next(soon)
		r.done(e, callLength)
		takeBack()
		l4.UnmapPage(l4.NewFpage(pages, pagesLog2, l4.RWX), false)
	}
}

// Pages that are not there are left out; the others arrive.
func mapMissing() {
	a, b, _ := rig3()
	for _, i := range [...]uint32{0, 3, 4, 7} {
		a.take(target+i*l4.PageSize, largePage(i, l4.RX), l4.Complete)
	}
	a.give(b, 0, l4.NewFpage(target, 15, l4.RX), l4.NewFpage(target, 15, 0), false)
	for i := range uint32(8) {
		want := uint32(0)
		if i == 0 || i == 3 || i == 4 || i == 7 {
			want = stamp(i)
		}
		b.shows(target+i*l4.PageSize, want)
	}
	takeBack()
}

func overMapping() {
	r := newRigIn(nil)
	for i := range uint32(4) {
		r.take(target, largePage(i, l4.RX), l4.Complete)
		r.shows(target, stamp(i))
	}
	// A larger fpage over some pages.
	r.take(0, l4.NewFpage(large+0x8000, 15, l4.RX), l4.NewFpage(target, 15, 0))
	for i := range uint32(8) {
		r.shows(target+i*l4.PageSize, stamp(8+i))
	}
	takeBack()
	r.shows(target, 0)
}

// What was derived from a mapping goes with it when another takes its place.
func overMappingTree() {
	a, b, c := rig3()
	a.take(target, largePage(1, l4.RX), l4.Complete)
	a.give(b, target, l4.PageAt(target, l4.RX), l4.Complete, false)
	b.give(c, target, l4.PageAt(target, l4.RX), l4.Complete, false)
	c.shows(target, stamp(1))
	a.take(target, largePage(2, l4.RX), l4.Complete)
	a.shows(target, stamp(2))
	b.shows(target, 0)
	c.shows(target, 0)
	// An overmapping whose source is derived from what it replaces: nothing is left.
	takeBack()
	a.take(target, largePage(3, l4.RX), l4.Complete)
	a.take(target+0x1000, largePage(4, l4.RX), l4.Complete)
	a.give(b, target, l4.PageAt(target, l4.RX), l4.Complete, false)
	b.give(a, target+0x1000, l4.PageAt(target, l4.RX), l4.Complete, false)
	a.shows(target, stamp(3))
	a.shows(target+0x1000, stamp(3))
	takeBack()
	a.shows(target+0x1000, 0)
}

// A space may map to itself: elsewhere that is a mapping like any other, in place it is nothing.
func selfMap() {
	s := newSpace(me())
	a := startRig(s.id, s)
	b := newRigIn(s)
	a.take(target, largePage(6, l4.RWX), l4.Complete)
	a.give(b, target, l4.PageAt(target, l4.RX), l4.Complete, false)
	a.writable(target, true)
	a.give(b, target+0x3000, l4.PageAt(target, l4.RX), l4.Complete, false)
	b.shows(target+0x3000, stamp(6))
	b.writable(target+0x3000, false)
	b.writable(target, true)
	a.unmap(l4.PageAt(target, l4.RWX), false)
	b.shows(target+0x3000, 0)
	b.shows(target, stamp(6))
	// A range onto a part of itself.
	a.take(0, l4.NewFpage(large, 14, l4.RX), l4.NewFpage(target, 14, 0))
	a.give(b, 0, l4.NewFpage(target, 14, l4.RX), l4.NewFpage(target, 14, 0), false)
	for i := range uint32(4) {
		want := stamp(i)
		b.shows(target+i*l4.PageSize, want)
	}
	takeBack()
	b.shows(target, 0)
}

// A page that goes back to where it came from: the original is not disturbed.
func mapBack() {
	a, b, _ := rig3()
	a.take(target, largePage(7, l4.RWX), l4.Complete)
	a.give(b, target, l4.PageAt(target, l4.RX), l4.Complete, false)
	b.give(a, target, l4.PageAt(target, l4.RX), l4.Complete, false)
	a.writable(target, true)
	b.shows(target, stamp(7))
	b.give(a, target+0x1000, l4.PageAt(target, l4.RX), l4.Complete, false)
	a.shows(target+0x1000, stamp(7))
	b.unmap(l4.PageAt(target, l4.RWX), true)
	a.shows(target+0x1000, 0)
	a.shows(target, stamp(7))
	takeBack()
}
