package l4

import (
	"bytes"
	"testing"
)

func TestMsgBuilder(t *testing.T) {
	var m Msg
	m.Start(0x1234).Add(10).Add(20).Add(30).AddMap(MapItem{0x400000, NewFpage(0x400000, 22, RWX)})
	check(t, "tag", m.Tag(), 0x12340083)
	for i, want := range []uint32{10, 20, 30, 0x00400008, 0x00400167} {
		check(t, "word", m.Word(uint32(i+1)), want)
	}
	item, ok := m.FirstMap()
	if !ok || item.Base != 0x400000 || item.Fpage != 0x00400167 || item.IsNil() {
		t.Errorf("first map: %+v, %v", item, ok)
	}
	m.Start(0).AddString(StringItem{1, 2})
	if _, ok := m.FirstMap(); ok {
		t.Error("a string is no map item")
	}
	m.Start(0).AddGrant(GrantItem{})
	if item, ok := m.FirstMap(); !ok || !item.IsNil() {
		t.Errorf("grant: %+v, %v", item, ok)
	}
	m.SetTag(NewTag(0, 63, 2)) // a hostile tag
	if _, ok := m.FirstMap(); ok {
		t.Error("item behind the end of the message")
	}
	if m.Start(0).Add64(0x0123456789ABCDEF); m.Word64(1) != 0x0123456789ABCDEF {
		t.Errorf("%#x", m.Word64(1))
	}
}

func TestMsgLimits(t *testing.T) {
	panics := func(what string, f func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s: no panic", what)
			}
		}()
		f()
	}
	var m Msg
	for range MaxWords {
		m.Add(1)
	}
	panics("64th word", func() { m.Add(1) })
	panics("item behind 63 words", func() { m.AddMap(MapItem{}) })
	m.Start(0).AddMap(MapItem{})
	panics("untyped behind typed", func() { m.Add(1) })
}

func TestMsgBytes(t *testing.T) {
	data := make([]byte, 300)
	for i := range data {
		data[i] = byte(i*7 + 1)
	}
	for n := range data {
		var m Msg
		m.Start(1).Add(99)
		rest := m.AddBytes(data[:n])
		want := min(n, 4*61)
		if len(rest) != n-want {
			t.Fatalf("%d bytes: %d left", n, len(rest))
		}
		buf := make([]byte, 300)
		if got := m.Bytes(2, buf); got != want || !bytes.Equal(buf[:got], data[:want]) {
			t.Fatalf("%d bytes: got %d", n, got)
		}
		if got := m.Bytes(2, buf[:3]); got != min(want, 3) {
			t.Fatalf("%d bytes into 3: %d", n, got)
		}
	}
	var m Msg // a sender that lies about the length
	m.Start(0).Add(1000).Add(0x44434241)
	buf := make([]byte, 300)
	if n := m.Bytes(1, buf); n != 4 || string(buf[:4]) != "ABCD" {
		t.Errorf("%d bytes: %q", n, buf[:n])
	}
	if n := m.Bytes(3, buf); n != 0 {
		t.Errorf("%d bytes behind the end", n)
	}
}

func TestProtocols(t *testing.T) { // abi 6.2, 6.4, 6.6 to 6.8
	var m Msg
	m.SetTag(0xFFE50002)
	m[1], m[2] = 0x00500004, 0x00400100
	if f, ok := m.PageFault(); !ok || f.Addr != 0x500004 || f.IP != 0x400100 || f.Access != RX {
		t.Errorf("page fault: %+v, %v", f, ok)
	}
	if _, ok := m.IOFault(); ok || m.IsInterrupt() {
		t.Error("a page fault is nothing else")
	}
	m.SetTag(0xFF860002)
	m[1] = 0x03F80020
	if f, ok := m.IOFault(); !ok || f.Ports.Port() != 0x3F8 || f.Ports.Ports() != 1 {
		t.Errorf("I/O fault: %+v, %v", f, ok)
	}
	m.SetTag(0xFFF00000)
	if !m.IsInterrupt() {
		t.Error("interrupt not seen")
	}
	in := Registers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	m.SetException(&in)
	for i := range uint32(12) {
		check(t, "register", m.Word(i+1), i+1)
	}
	m.SetTag(0xFFB0000C)
	if r, ok := m.Exception(); !ok || r != in {
		t.Errorf("exception: %+v, %v", r, ok)
	}
	m.SetTag(NewTag(PreemptionProtocol.Label(0), 2, 0))
	if clock, ok := m.Preemption(); !ok || clock != 2<<32|1 {
		t.Errorf("preemption: %#x, %v", clock, ok)
	}
	m.SetSigma0(AnyPage(12)|8, WriteThrough)
	check(t, "sigma0 tag", m.Tag(), 0xFFA00002)
	check(t, "sigma0 page", m.Word(1), 0xFFFFFCC0)
	check(t, "sigma0 attribute", m.Word(2), 2)
	m.SetStart(0x400000, 0x500000)
	check(t, "start tag", m.Tag(), 2)
	m.Start(0).AddMap(MapItem{0x00500000, PageAt(0x00500000, RWX)})
	check(t, "fault reply", m.Tag(), 0x00000080)
	check(t, "fault reply", m.Word(1), 0x00500008)
	check(t, "fault reply", m.Word(2), 0x005000C7)
}

func TestServiceMessages(t *testing.T) {
	var m Msg
	w := Work{Program: 0x20000000, ProgramSize: 12345, File: File{Present: true, Addr: 0x40000000, Size: 99, Limit: 64}}
	w.File.SetName([]byte("README.md"))
	m.SetWork(&w)
	if got, ok := m.Work(); !ok || got != w {
		t.Errorf("work: %+v, %v", got, ok)
	}
	w.File.SetName(bytes.Repeat([]byte("x"), 100))
	m.SetFile(&w.File)
	if got := m.File(); got != w.File || got.NameLen != MaxName {
		t.Errorf("file: %+v", got)
	}
	m.Start(Refused)
	if got := m.File(); got.Present {
		t.Errorf("a refusal is no file: %+v", got)
	}
	s := Statistics{1, 2, 3, 4}
	if got, ok := m.SetStatistics(&s).Statistics(); !ok || got != s {
		t.Errorf("statistics: %+v, %v", got, ok)
	}
}

func TestText(t *testing.T) {
	var x Text
	x.Str("a ").Dec(0).Byte(' ').Dec(18446744073709551615).Byte(' ').Hex(0xBF00).Byte(' ').Digits(0xABC, 2).Line()
	if got, want := x.String(), "a 0 18446744073709551615 0x0000bf00 bc\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	x.Reset().ID(Global(51, 2)).Byte(' ').ID(0xBF000100).Byte(' ').ID(NilThread).Byte(' ').ID(AnyThread)
	if got, want := x.String(), "thread 51.2 local thread 0xbf000100 no thread any thread"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	x.Reset().Chars([]byte("ok\x00\x1b[m\xff")).Access(Write).Access(Execute).Access(RX)
	if got, want := x.String(), "ok??[m?write tojump toread of"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	x.Reset()
	for range 300 {
		x.Str("12").Dec(3)
	}
	if len(x.Bytes()) != 240 {
		t.Errorf("%d bytes", len(x.Bytes()))
	}
}

func TestNothingAllocates(t *testing.T) {
	var m Msg
	var x Text
	line := []byte("some output")
	n := testing.AllocsPerRun(100, func() {
		m.Start(ConsoleWrite).AddBytes(line)
		m.SetSigma0(AnyPage(16), 0)
		x.Reset().Str("page ").Hex(m.Word(1)).Str(" of ").ID(Global(50, 1)).Line()
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
