// Sweep is a client that needs more memory than its pager keeps for it (docs/paging.md). It prints the lines of a
// test image, a case for each property of the pager. If the pager's command line has a word bad=DEED it does that instead,
// for which it must be ended.
package main

import (
	"pecan/user/cases"
	"pecan/user/l4"
)

var all = []cases.Case{
	{Name: "paging-checksum", Run: checksum},
	{Name: "paging-dirty-pages-survive", Run: dirtyPagesSurvive},
	{Name: "paging-clean-pages-dropped", Run: cleanPagesDropped},
	{Name: "paging-blank-pages-dropped", Run: blankPagesDropped},
	{Name: "paging-hot-page-stays", Run: hotPageStays},
	{Name: "paging-bad-messages", Run: badMessages},
}

func main() {
	l4.Connect()
	var m l4.Msg
	var word [16]byte
	if l4.Call(pager(), m.Start(l4.SwapArgument), l4.Forever) == l4.OK && m.Bytes(1, word[:]) > 0 {
		bad(string(word[:m.Bytes(1, word[:])]))
		l4.Println("sweep: the bad deed did no harm")
		l4.Exit(1)
	}
	if n := figures().Frames; n > mostFrames {
		var t l4.Text
		t.Str("sweep: ").Dec(uint64(n)).Str(" page frames are too many, limit=").Dec(mostFrames)
		l4.PrintText(t.Str(" is the largest that shows something").Line())
		l4.Exit(1)
	}
	cases.Run(all, consistent)
}

func pager() l4.ThreadID { return l4.MyUTCB().Pager }

// figures are the pager's.
func figures() l4.SwapFigures {
	var m l4.Msg
	l4.Call(pager(), m.Start(l4.SwapCount), l4.Forever)
	f, ok := m.SwapFigures()
	if !ok {
		panic("the pager has no figures")
	}
	return f
}

// consistent runs a case, and compares the figures with each other after it.
func consistent(run func() string) string {
	why := run()
	f := figures()
	in := f.Fresh + f.Loads - f.Evictions
	switch {
	case why != "":
		return why
	case in > f.Frames:
		return "more pages are in memory than the limit allows"
	case f.WriteBacks > f.Evictions || f.Faults < f.Fresh+f.Loads:
		return "the pager's figures contradict each other"
	}
	return ""
}
