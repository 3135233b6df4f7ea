package main

import (
	"sync/atomic"
	"unsafe"

	"pecan/user/cases"
	"pecan/user/l4"
)

// pages is the working set, mostFrames the most page frames with which the cases show something.
const (
	pages      = 512
	mostFrames = pages / 2
)

// data is the working set; blank is never written. Both have a page more, so that they have whole pages.
var (
	data  [(pages + 1) * l4.PageSize]byte
	blank [(pages/4 + 1) * l4.PageSize]byte
)

func page(i int) *uint32      { return cases.WholePage(unsafe.Pointer(&data), i) }
func blankPage(i int) *uint32 { return cases.WholePage(unsafe.Pointer(&blank), i) }

// hash mixes a value into a checksum (FNV-1a, a word at a time).
func hash(sum, value uint32) uint32 { return (sum ^ value) * 16777619 }

// stored is what pass puts into word w of page i.
func stored(pass, i, w int) uint32 {
	return hash(hash(hash(2166136261, uint32(pass)), uint32(i)), uint32(w))
}

// touched are the words of a page that checksum uses, from first to last.
const (
	touched  = 8
	distance = l4.PageSize / 4 / touched
)

func word(i, w int) *uint32 {
	return (*uint32)(unsafe.Add(unsafe.Pointer(page(i)), 4*distance*w))
}

// checksum writes all pages, in an order that goes back and forth, and reads each value before the next pass replaces it.
// The sum of what it reads must be that of what it wrote.
func checksum() string {
	before := figures()
	sum, want := uint32(0), uint32(0)
	const passes = 4
	for pass := range passes {
		for k := range pages {
			i := k * 77 % pages // 77 and pages have no common factor
			for w := range touched {
				if pass > 0 {
					sum = hash(sum, atomic.LoadUint32(word(i, w)))
					want = hash(want, stored(pass-1, i, w))
				}
				atomic.StoreUint32(word(i, w), stored(pass, i, w))
			}
		}
	}
	after := figures()
	var t l4.Text
	t.Str("checksum ").Digits(sum, 8).Str(", should be ").Digits(want, 8).Str("; ").Dec(pages).Str(" pages, ")
	l4.PrintText(t.Dec(uint64(after.Evictions - before.Evictions)).Str(" evictions").Line())
	switch {
	case sum != want:
		return "the checksum is wrong"
	case after.WriteBacks-before.WriteBacks < (passes-1)*(pages-after.Frames):
		return "pages that were written are not written back"
	case after.Loads-before.Loads < (passes-1)*(pages-after.Frames):
		return "pages do not come from the RAM disk"
	}
	return ""
}

// sweep reads all pages of the working set, so that whatever was in memory and is not used goes.
func sweep() {
	for i := range pages {
		atomic.LoadUint32(page(i))
	}
}

// broughtIn is how often the page at p was brought in.
func broughtIn(p *uint32) uint32 {
	var m l4.Msg
	if l4.Call(pager(), m.Start(l4.SwapFaults).Add(uint32(uintptr(unsafe.Pointer(p)))), l4.Forever) != l4.OK || m.Tag() != l4.NewTag(l4.Reply, 1, 0) {
		panic("the pager does not know the page")
	}
	return m.Word(1)
}

// dirtyPagesSurvive: written pages that go for others come back as they were.
func dirtyPagesSurvive() string {
	const some = 20
	for i := range some {
		atomic.StoreUint32(page(i*9), 0xD0000000+uint32(i))
	}
	var before [some]uint32
	for i := range some {
		before[i] = broughtIn(page(i * 9))
	}
	for i := range pages {
		if i%9 != 0 || i >= some*9 {
			atomic.LoadUint32(page(i))
		}
	}
	for i := range some {
		if atomic.LoadUint32(page(i*9)) != 0xD0000000+uint32(i) {
			return "a written page is not what it was"
		}
		if broughtIn(page(i*9)) != before[i]+1 {
			return "a page that was not used did not go, or more than once"
		}
	}
	return ""
}

// cleanPagesDropped: pages that were written back and only read since go without being written.
func cleanPagesDropped() string {
	sweep() // writes back what was written before
	sweep() // and what the first sweep left in
	before := figures()
	sweep()
	after := figures()
	switch {
	case after.Evictions-before.Evictions < pages-after.Frames:
		return "no page went"
	case after.WriteBacks != before.WriteBacks:
		return "clean pages are written back"
	}
	return ""
}

// blankPagesDropped: pages that nobody has written are zero, and go without being written.
func blankPagesDropped() string {
	sweep()
	sweep()
	before := figures()
	sum := uint32(0)
	for range 2 {
		for i := range pages / 4 {
			sum |= atomic.LoadUint32(blankPage(i))
		}
	}
	after := figures()
	switch {
	case sum != 0:
		return "a page that nobody has written is not zero"
	case after.Fresh-before.Fresh < pages/4:
		return "the pages were there already"
	case after.WriteBacks != before.WriteBacks:
		return "pages are written back that nobody has written"
	}
	return ""
}

// hotPageStays: a page that is used between any two others stays, while those go. First in, first out would take it once
// in every round of the frames.
func hotPageStays() string {
	hot := page(0)
	atomic.AddUint32(hot, 1)
	before, evictions := broughtIn(hot), figures().Evictions
	cold := page(pages / 2)
	coldBefore := broughtIn(cold)
	const rounds = 3
	for range rounds {
		for i := 1; i < pages; i++ {
			atomic.AddUint32(hot, 1)
			atomic.LoadUint32(page(i))
		}
	}
	var t l4.Text
	t.Str("hot page brought in ").Dec(uint64(broughtIn(hot) - before)).Str(" times, cold page ")
	t.Dec(uint64(broughtIn(cold) - coldBefore)).Str(" times, ")
	l4.PrintText(t.Dec(uint64(figures().Evictions - evictions)).Str(" evictions").Line())
	switch {
	case broughtIn(hot) != before:
		return "the hot page went"
	case broughtIn(cold)-coldBefore != rounds:
		return "a cold page stayed"
	}
	return ""
}
