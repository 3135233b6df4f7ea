package l4_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pecan/user/l4"
)

// A message with words, a string gathered from pieces and another string. The receiver sees each as one string.
func ExampleMsg_AddPieces() {
	header, body, name := make([]byte, 12), make([]byte, 1000), []byte("file")

	var m l4.Msg
	m.Start(0x42).Add(7).AddPieces(header, body).AddSlice(name)

	fmt.Println(m.Tag().Untyped(), m.Tag().Typed())
	for item, at := m.Items(0); item.Kind != l4.NoItem; item, at = m.Items(at) {
		fmt.Println(item.Kind == l4.StringKind, item.Length)
	}
	// Output:
	// 1 6
	// true 1012
	// true 4
}

// Buffers for two strings: the first is scattered over two slices.
func ExampleBuffers() {
	var header [12]byte
	body, name := make([]byte, 4096), make([]byte, 64)

	var b l4.Buffers
	b.Add(header[:], body).Add(name)
	a := b.Acceptor(l4.NilPage)
	// b.Accept(l4.NilPage) puts them into the calling thread's UTCB.

	fmt.Println(len(b.Words()), a.Strings())
	// Output: 6 true
}

// An error has a phase, a code and an offset; errors.Is finds the code.
func ExampleIPCError_Err() {
	err := l4.IPCError(0x0001000D).Err()

	var e l4.IPCError
	fmt.Println(errors.Is(err, l4.PeerXferTimeout), errors.As(err, &e), e.Phase(), e.Offset())
	var t l4.Text
	fmt.Println(t.IPCError(e))
	fmt.Println(l4.IPCError(l4.OK).Err())
	// Output:
	// true true receive 4096
	// receive: partner's transfer timeout after 4096 bytes
	// <nil>
}

// A server passes a request on: the client gets its answer from the worker.
func ExampleMsg_As() {
	client, u := l4.Global(60, 1), new(l4.UTCB) // MyUTCB() in a program; PassOn does all of it

	var m l4.Msg
	m.Start(0x17).Add(1).As(u, client)
	fmt.Printf("%#x %v %v\n", uint32(m.Tag()), m.Tag().Propagated(), u.VirtualSender == client)
	// Output: 0x171001 true true
}

func TestPieces(t *testing.T) {
	memory := make([]byte, 5<<20)
	header := func(words []uint32, i int) (length, count uint32, more, chained bool) {
		w := words[i]
		return w >> 10, w>>4&31 + 1, w>>9&1 != 0, w&1 != 0
	}
	same := func(n, size int) (list [][]byte) {
		for i := range n {
			list = append(list, memory[i*size:][:size])
		}
		return
	}
	for _, c := range []struct {
		name   string
		pieces [][]byte
		words  int
		length uint64
	}{
		{"nothing", nil, 2, 0},
		{"nil piece", [][]byte{nil}, 2, 0},
		{"one", same(1, 100), 2, 100},
		{"three alike", same(3, 100), 4, 300},
		{"32 alike", same(32, 9), 33, 288},
		{"33 alike", same(33, 9), 35, 297},
		{"two lengths", append(same(2, 5), same(2, 6)...), 6, 22},
		{"empty ones are left out", [][]byte{memory[:5], nil, memory[5:10], {}}, 3, 10},
		{"too long for one piece", [][]byte{memory}, 4, 5 << 20},
		{"largest piece", [][]byte{memory[:l4.MaxString]}, 2, l4.MaxString},
	} {
		var m l4.Msg
		m.Start(1).Add(2).AddPieces(c.pieces...)
		if got := m.Tag().Typed(); int(got) != c.words {
			t.Errorf("%s: %d words, want %d", c.name, got, c.words)
		}
		item, at := m.Items(0)
		if item.Kind != l4.StringKind || item.Length != c.length || int(at) != 2+c.words {
			t.Errorf("%s: %+v, next at %d", c.name, item, at)
		}
		if last, _ := m.Items(at); last.Kind != l4.NoItem {
			t.Errorf("%s: something follows: %+v", c.name, last)
		}
	}
	var b l4.Buffers
	b.Add(memory[:10]).Add(memory[10:20], memory[20:29]).Add(memory[29:])
	w := b.Words()
	if length, count, more, chained := header(w, 0); length != 10 || count != 1 || more || !chained {
		t.Error("first buffer", w)
	}
	if _, _, more, chained := header(w, 2); !more || !chained {
		t.Error("second buffer", w)
	}
	if _, _, more, chained := header(w, 4); more || chained {
		t.Error("second buffer's last descriptor", w)
	}
	if _, _, _, chained := header(w, 6); chained {
		t.Error("last buffer", w)
	}
	var u l4.UTCB
	b.SetIn(&u, l4.Complete)
	for i := range w {
		if u.BR(uint32(i+1)) != w[i] {
			t.Error("BR", i+1)
		}
	}
	if u.BR(0) != uint32(l4.AcceptAll|l4.AcceptStrings) || b.Reset().Acceptor(l4.NilPage) != 0 {
		t.Error("acceptor")
	}
}

func TestPiecesLimits(t *testing.T) {
	panics := func(f func()) (did bool) {
		defer func() { did = recover() != nil }()
		f()
		return
	}
	piece := make([]byte, 40)
	different := func(n int) (list [][]byte) {
		for i := range n {
			list = append(list, piece[:i+1])
		}
		return
	}
	var m l4.Msg
	if m.Start(0).AddPieces(different(31)...); m.Tag().Typed() != 62 {
		t.Error("31 pieces:", m.Tag().Typed())
	}
	if !panics(func() { m.Start(0).AddPieces(different(32)...) }) {
		t.Error("32 different pieces have no room in a message")
	}
	if !panics(func() { m.Start(0).AddPieces(different(31)...).AddSlice(nil) }) {
		t.Error("a full message takes another string")
	}
	var b l4.Buffers
	b.Add(different(16)...)
	if !panics(func() { b.Add(piece) }) {
		t.Error("full buffers take another")
	}
	if !panics(func() { l4.StringOf(make([]byte, l4.MaxString+1)) }) {
		t.Error("StringOf takes too much")
	}
}

// Items never reads beyond the message, whatever is in it.
func FuzzItems(f *testing.F) {
	f.Add(uint32(0xFFF), uint32(0xFFFFFFFF), uint32(0))
	f.Add(uint32(0x83), uint32(8), uint32(0x17))
	f.Fuzz(func(t *testing.T, tag, a, b uint32) {
		var m l4.Msg
		for i := range m {
			m[i] = a + uint32(i)*b
		}
		m[0] = tag
		steps := 0
		for item, at := m.Items(0); item.Kind != l4.NoItem; item, at = m.Items(at) {
			if steps++; steps > 64 || at > 64 {
				t.Fatal("no end")
			}
		}
	})
}

func TestItems(t *testing.T) {
	var m l4.Msg
	m.Start(0).Add(1).AddMap(l4.MapItem{Base: 0x1000, Fpage: l4.PageAt(0x2000, l4.RWX)}).AddSlice(make([]byte, 9)).
		AddGrant(l4.GrantItem{Base: 0x3000, Fpage: l4.PageAt(0x4000, l4.RW)})
	var kinds []l4.ItemKind
	for item, at := m.Items(0); item.Kind != l4.NoItem; item, at = m.Items(at) {
		kinds = append(kinds, item.Kind)
		if item.Kind == l4.GrantKind && item.Map.Base != 0x3000 {
			t.Error(item)
		}
	}
	if !slices.Equal(kinds, []l4.ItemKind{l4.MapKind, l4.StringKind, l4.GrantKind}) {
		t.Error(kinds)
	}
}

func TestIPCErrorIs(t *testing.T) {
	e := l4.IPCError(0x809)
	if !errors.Is(e, l4.Overflow) || errors.Is(e, l4.Timeout) || !errors.Is(e, e) || errors.Is(e, l4.IPCError(0x808)) {
		t.Error("Is")
	}
	if e.Phase() != "receive" || !e.InTransfer() || l4.IPCError(2).InTransfer() || l4.IPCError(2).Phase() != "send" {
		t.Error("phase")
	}
	if l4.Timeout.Error() != "timeout" {
		t.Error(l4.Timeout.Error())
	}
}
