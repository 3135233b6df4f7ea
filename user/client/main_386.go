// Client processes the file that the user named: it counts lines, words and bytes, computes the CRC-32, and says how many
// page faults that took. The file is memory that its pager supplies page by page.
package main

import (
	"unsafe"

	"pecan/user/client/count"
	"pecan/user/l4"
)

var counter count.Counter

func main() {
	l4.Connect()
	pager := l4.MyUTCB().Pager
	var m l4.Msg
	if err := l4.Call(pager, m.Start(l4.PagerFile), l4.Forever); err != l4.OK {
		fail("the pager does not answer: ", err.Error())
	}
	f := m.File()
	if !f.Present {
		fail("no file was named, so there is nothing to count", "")
	}
	if f.Size > 0 {
		counter.Add(unsafe.Slice((*byte)(unsafe.Add(nil, f.Addr)), f.Size))
	}
	if err := l4.Call(pager, m.Start(l4.PagerStatistics), l4.Forever); err != l4.OK {
		fail("the pager does not answer: ", err.Error())
	}
	s, ok := m.Statistics()
	if !ok {
		fail("the pager has no statistics", "")
	}
	report(&f, &s)
	l4.Exit(0)
}

// report prints the results, one to a line, and once more as sentences.
func report(f *l4.File, s *l4.Statistics) {
	name := f.Name[:f.NameLen]
	var t l4.Text
	l4.PrintText(t.Str("file: ").Chars(name).Line())
	figure("lines: ", counter.Lines)
	figure("words: ", counter.Words)
	figure("bytes: ", counter.Bytes)
	l4.PrintText(t.Reset().Str("crc32: ").Digits(counter.CRC(), 8).Line())
	figure("page faults served: ", uint64(s.Faults))
	if f.Limit > 0 {
		figure("resident pages, at most: ", uint64(s.Peak))
	}
	t.Reset().Chars(name).Str(": ").Dec(counter.Lines).Str(" lines, ").Dec(counter.Words).Str(" words, ")
	t.Dec(counter.Bytes).Str(" bytes, crc32 ").Digits(counter.CRC(), 8)
	l4.PrintText(t.Line())
	t.Reset().Str("pager: ").Dec(uint64(s.Faults)).Str(" page faults served, at most ").Dec(uint64(s.Peak))
	l4.PrintText(t.Str(" pages resident").Line())
}

func figure(what string, n uint64) {
	var t l4.Text
	l4.PrintText(t.Str(what).Dec(n).Line())
}

// fail says why there is no result, and ends the client.
func fail(why, more string) {
	var t l4.Text
	l4.PrintText(t.Str("client: ").Str(why).Str(more).Line())
	l4.Exit(1)
}
