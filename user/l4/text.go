package l4

// Text is a line of output being built: 240 bytes, what does not fit is cut off. It neither allocates nor formats by
// reflection, so it works everywhere:
//
//	var t l4.Text
//	l4.PrintText(t.Str("page ").Hex(addr).Str(" of ").ID(from).Line())
type Text struct {
	buf [240]byte
	n   int
}

// Reset empties t.
func (t *Text) Reset() *Text {
	t.n = 0
	return t
}

// Byte appends one byte.
func (t *Text) Byte(b byte) *Text {
	if t.n < len(t.buf) {
		t.buf[t.n] = b
		t.n++
	}
	return t
}

// Str appends a string.
func (t *Text) Str(s string) *Text {
	t.n += copy(t.buf[t.n:], s)
	return t
}

// Chars appends bytes, those outside printable ASCII as '?'.
func (t *Text) Chars(s []byte) *Text {
	for _, b := range s {
		if b < ' ' || b > '~' {
			b = '?'
		}
		t.Byte(b)
	}
	return t
}

// Dec appends n in decimal.
func (t *Text) Dec(n uint64) *Text {
	var digits [20]byte
	i := len(digits)
	for {
		i--
		digits[i] = '0' + byte(n%10)
		n /= 10
		if n == 0 {
			break
		}
	}
	t.n += copy(t.buf[t.n:], digits[i:])
	return t
}

// Digits appends the lowest count hexadecimal digits of n, in lower case, with leading zeros.
func (t *Text) Digits(n uint32, count int) *Text {
	for i := count - 1; i >= 0; i-- {
		t.Byte("0123456789abcdef"[n>>(4*i)&15])
	}
	return t
}

// Hex appends n as 0x and eight digits.
func (t *Text) Hex(n uint32) *Text { return t.Str("0x").Digits(n, 8) }

// ID appends a thread ID: number and version of a global one, the address of a local one.
func (t *Text) ID(id ThreadID) *Text {
	switch {
	case id == NilThread:
		return t.Str("no thread")
	case id == AnyThread:
		return t.Str("any thread")
	case id.IsLocal():
		return t.Str("local thread ").Hex(uint32(id))
	}
	return t.Str("thread ").Dec(uint64(id.Number())).Byte('.').Dec(uint64(id.Version()))
}

// Access appends what was tried in a page fault.
func (t *Text) Access(r Rights) *Text {
	switch {
	case r&Write != 0:
		return t.Str("write to")
	case r == Execute:
		return t.Str("jump to")
	}
	return t.Str("read of")
}

// Fault appends what page fault f is about, and a colon for what is wrong with it.
func (t *Text) Fault(f PageFault) *Text {
	return t.Access(f.Access).Byte(' ').Hex(f.Addr).Str(", at ").Hex(f.IP).Str(": ")
}

// IOFault appends what I/O fault f is about.
func (t *Text) IOFault(f IOFault) *Text {
	return t.Str("access to port ").Hex(uint32(f.Ports.Port())).Str(", at ").Hex(f.IP)
}

// Exception appends what exception r is about.
func (t *Text) Exception(r *Registers) *Text {
	t.Str("exception ").Dec(uint64(r.Vector)).Str(", error code ").Hex(r.ErrorCode)
	return t.Str(", at ").Hex(r.IP)
}

// Line appends a line end.
func (t *Text) Line() *Text { return t.Byte('\n') }

// String is a copy of the text. It allocates; for tests and hosts.
func (t *Text) String() string { return string(t.buf[:t.n]) }

// Bytes is the text itself, valid until t changes.
func (t *Text) Bytes() []byte { return t.buf[:t.n] }
