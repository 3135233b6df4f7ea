package main

import "pecan/user/l4"

// Source and destination of map items (semantics 5.2, abi 1.5).

var rangeCases = []testCase{
	{"5.2.1-send-not-larger-than-window", "5.2.1", rangeWindow},
	{"5.2.2-send-larger-than-window", "5.2.2", rangeSmallWindow},
	{"5.2.3-examples", "5.2.3", rangeExamples},
	{"5.2.4-less-than-a-page", "5.2.4", rangeNothing},
	{"5.2.5-bases-are-masked", "5.2.5", rangeMasked},
	{"5.2.6-complete", "5.2.6", rangeComplete},
}

// spread fails the case unless n pages from at on are those of the source region from page first, and nothing is around.
func (p *puppet) spread(at, first, n uint32) {
	p.sees(at-l4.PageSize, 0)
	for i := uint32(0); i < n; i += max(1, n/4) {
		p.sees(at+i*l4.PageSize, stampOf(source, first+i))
	}
	p.sees(at+(n-1)*l4.PageSize, stampOf(source, first+n-1))
	p.sees(at+n*l4.PageSize, 0)
}

// rangeRow is a send fpage of the source region (first page and size), a window and a base, and what becomes of it.
type rangeRow struct {
	page, log2  uint32
	window      l4.Fpage
	base        uint32
	at, from, n uint32
}

func rangeRows(rows []rangeRow) {
	stampRegions()
	p := newPuppet(nil, target)
	for i := range rows {
		r := &rows[i]
		stepNumber("row", uint32(i))
		p.takes(l4.NewFpage(regions[source]+r.page*l4.PageSize, r.log2, l4.RX), r.base, r.window)
		p.spread(r.at, r.from, r.n)
		takeRegions()
		p.sees(r.at, 0)
	}
}

func rangeWindow() {
	rangeRows([]rangeRow{
		{16, 12, l4.NewFpage(free, 12, 0), 0, free, 16, 1},
		{16, 12, l4.NewFpage(free, 12, 0), 0xFFFFFC00, free, 16, 1},
		{16, 12, l4.NewFpage(free, 13, 0), 0x1000, free + 0x1000, 16, 1},
		{16, 12, l4.NewFpage(free, 16, 0), 0x12345678, free + 0x5000, 16, 1},
		{16, 14, l4.NewFpage(free, 16, 0), 0x1234F678, free + 0xC000, 16, 4},
		{16, 16, l4.NewFpage(free, 16, 0), 0xFFFFFC00, free, 16, 16},
		{16, 16, l4.NewFpage(free, 20, 0), 0x50000, free + 0x50000, 16, 16},
		{16, 16, l4.NewFpage(free, 20, 0), free + 0x5FFFF, free + 0x50000, 16, 16},
		{0, 22, l4.NewFpage(free, 22, 0), 0x123456, free, 0, 1024},
		{0, 22, l4.NewFpage(free, 23, 0), 0x7FFFFF, free + 0x400000, 0, 1024},
		{512, 21, l4.NewFpage(free, 22, 0), 0x200000, free + 0x200000, 512, 512},
	})
}

func rangeSmallWindow() {
	rangeRows([]rangeRow{
		{0, 22, l4.NewFpage(free, 12, 0), 0, free, 0, 1},
		{0, 22, l4.NewFpage(free, 12, 0), 0x12FFF, free, 0x12, 1},
		{0, 22, l4.NewFpage(free+0x3000, 12, 0), 0xFFFFF000, free + 0x3000, 0x3FF, 1},
		{16, 16, l4.NewFpage(free, 12, 0), 0x12345, free, 16 + 2, 1},
		{16, 16, l4.NewFpage(free, 13, 0), 0xFFFFF, free, 16 + 14, 2},
		{16, 16, l4.NewFpage(free+0xC000, 14, 0), 0x8000, free + 0xC000, 16 + 8, 4},
		{0, 22, l4.NewFpage(free+0x200000, 21, 0), 0x3FFFFF, free + 0x200000, 512, 512},
		{0, 22, l4.NewFpage(free, 21, 0), 0x1FFFFF, free, 0, 512},
	})
}

// The examples of the specification, moved to where puppets have nothing: the low bits are the same.
func rangeExamples() {
	rangeRows([]rangeRow{
		{1, 12, l4.Complete, free + 0x1ABC, free + 0x1000, 1, 1},
		{0, 22, l4.NewFpage(free+0x800000, 12, 0), 0x00012345, free + 0x800000, 0x12, 1},
	})
}

func rangeNothing() {
	stampRegions()
	p := newPuppet(nil, target)
	for log2 := uint32(0); log2 < 12; log2++ {
		if log2 == 1 || log2 == 2 {
			continue // complete, ports
		}
		stepNumber("send log2", log2)
		p.takes(l4.Fpage(regions[source]|log2<<4|7), free, l4.Complete)
		p.sees(free, 0)
		stepNumber("window log2", log2)
		if log2 == 0 {
			continue // the window would be nil: an overflow
		}
		p.takes(rwx(source, 0, 12), free, l4.Fpage(free|log2<<4))
		p.sees(free, 0)
		p.takes(rwx(source, 0, 22), free, l4.Fpage(free|log2<<4))
		p.sees(free, 0)
	}
}

func rangeMasked() {
	stampRegions()
	p := newPuppet(nil, target)
	at := regions[source] + 0x35C00
	for _, bit := range [...]l4.Fpage{0, 8} {
		for log2 := uint32(12); log2 <= 18; log2++ {
			stepNumber("log2", log2)
			size := uint32(1) << log2
			send, window := l4.Fpage(at|log2<<4|5)|bit, l4.Fpage((free+0x35C00)|log2<<4)|bit
			p.takes(send, 0, window)
			p.spread((free+0x35000)&^(size-1), 0x35&^(size>>12-1), size>>12)
			if log2 == 14 { // unmap masks as well
				l4.Unmap([]l4.Fpage{l4.Fpage(at | log2<<4 | 7)}, false)
				p.sees((free+0x35000)&^(size-1), 0)
				p.sees((free+0x35000)&^(size-1)+size-l4.PageSize, 0)
			}
			takeRegions()
		}
	}
}

// Everything into everything: each page appears where it is. With a smaller window: the part that the base names.
func rangeComplete() {
	stampRegions()
	a, b := newPuppet(nil, source), newPuppet(nil, target)
	a.give(0x10000, 16)
	step("complete to complete")
	a.gives(b, l4.Complete.With(l4.RWX), 0x12345678, l4.Complete)
	b.spread(a.zone+0x10000, 16, 16)
	takeRegions()
	step("complete to a window")
	a.give(0x10000, 16)
	a.gives(b, l4.Complete.With(l4.RX), a.zone+0x14FFF, l4.NewFpage(free, 14, 0))
	b.spread(free, 0x14, 4)
	step("4 KiB to complete")
	a.gives(b, l4.PageAt(a.zone+0x12000, l4.RX), free2+0x5ABC, l4.Complete)
	b.spread(free2+0x5000, 0x12, 1)
	step("sizes 32 and above are the complete space or nothing")
	for log2 := uint32(32); log2 < 64; log2++ {
		takeRegions()
		a.give(0x10000, 16)
		a.gives(b, l4.Fpage(log2<<4|7), 0, l4.Complete)
		b.sees(free, 0)
		a.sees(a.zone+0x10000, stampOf(source, 16))
	}
}
