package l4

import "unsafe"

// Strings: memory that a message carries, and where it goes. The kernel copies it straight from the sender's to the
// receiver's memory, once; both sides may have it in pieces, which need not fit each other. Semantics 3.

// StringOf is the string item of the bytes in b, as a message or as a buffer. It panics if b has more than
// MaxString bytes; AddPieces and Buffers take any length.
func StringOf(b []byte) StringItem {
	if len(b) > MaxString {
		tooLong()
	}
	return StringItem{Addr: address(b), Length: uint32(len(b))}
}

// address is where b lies; 0 if it is nil.
func address(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

//go:noinline
func tooLong() { panic("l4: too many bytes or pieces for a string") }

// maxPieces is how many substrings a descriptor can have.
const maxPieces = 32

// describe writes the descriptors of one string that consists of pieces to words, and returns how many words they
// take, or 0 if there is no room. Pieces of equal length share a descriptor; longer ones than MaxString are split. A
// string without pieces is an empty one.
func describe(words []uint32, pieces [][]byte) (n int) {
	head := -1 // index of the descriptor that may get another substring
	length := uint32(0)
	add := func(addr, size uint32) bool {
		if head >= 0 && size == length && words[head]>>4&31 < maxPieces-1 && n < len(words) {
			words[head] += 1 << 4
			words[n] = addr
			n++
			return true
		}
		if n+2 > len(words) {
			return false
		}
		if head >= 0 {
			words[head] |= 1 << 9 // another descriptor follows
		}
		head, length = n, size
		words[n], words[n+1] = StringHeader(size, 1, false), addr
		n += 2
		return true
	}
	for _, p := range pieces {
		at, left := address(p), len(p)
		for left > MaxString {
			if !add(at, MaxString) {
				return 0
			}
			at, left = at+MaxString, left-MaxString
		}
		if left > 0 && !add(at, uint32(left)) {
			return 0
		}
	}
	if head < 0 && !add(0, 0) {
		return 0
	}
	return n
}

// AddPieces appends a string that is gathered from pieces: the receiver gets them as one, in order. It panics when the
// message is full: a string of n pieces takes at most 2n words, n+1 if they have the same length. The memory must stay
// as it is until the message has been sent.
func (m *Msg) AddPieces(pieces ...[]byte) *Msg {
	t := m.Tag()
	used := t.Untyped() + t.Typed()
	n := 0
	if used < MaxWords {
		n = describe(m[1+used:], pieces)
	}
	if n == 0 {
		misuse()
	}
	m[0] += uint32(n) << 6
	return m
}

// AddSlice appends the string of the bytes in b.
func (m *Msg) AddSlice(b []byte) *Msg { return m.AddPieces(b) }

// Buffers are the places for the strings of a message to receive, one after the other. Its zero value accepts no strings.
//
//	var b l4.Buffers
//	b.Add(name[:]).Add(header[:], body)
//	b.Accept(l4.NilPage)
//	err := l4.Receive(from, &m, l4.Never)
//
// The settings stay until Accept is called again, as the memory must. Strings that are longer than their buffer, and
// more strings than buffers, end the message with Overflow, on both sides.
type Buffers struct {
	words [bufferWords]uint32
	n     int
	last  int // index of the last buffer's first word
}

// bufferWords is the number of buffer registers behind BR0.
const bufferWords = 32

// Reset forgets all buffers.
func (b *Buffers) Reset() *Buffers {
	b.n, b.last = 0, 0
	return b
}

// Add appends a buffer: one string is scattered over the pieces, each filled before the next. It panics if there is no room:
// all buffers together have 32 words, counted as in AddPieces.
func (b *Buffers) Add(pieces ...[]byte) *Buffers {
	n := describe(b.words[b.n:], pieces)
	if n == 0 {
		tooLong()
	}
	if b.n > 0 {
		b.words[b.last] |= 1 // another buffer follows
	}
	b.last = b.n
	b.n += n
	return b
}

// Words are the buffer registers from BR1 onward.
func (b *Buffers) Words() []uint32 { return b.words[:b.n] }

// Acceptor accepts strings into these buffers, if there are any, and mappings into window (NilPage: none).
func (b *Buffers) Acceptor(window Fpage) Acceptor {
	a := Window(window)
	if b.n > 0 {
		a |= AcceptStrings
	}
	return a
}

// SetIn puts the buffers and the acceptor with the given window into a UTCB.
func (b *Buffers) SetIn(u *UTCB, window Fpage) {
	for i, w := range b.Words() {
		u.SetBR(uint32(1+i), w)
	}
	u.SetAcceptor(b.Acceptor(window))
}
