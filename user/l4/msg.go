package l4

// Msg is a message outside the UTCB: word 0 is the tag, words 1.. are MR1.. . Its zero value is the empty message.
// System calls copy it to and from the UTCB; between them the UTCB may be used for other messages (a page fault or a
// line of output), so a Msg never changes behind one's back.
type Msg [1 + MaxWords]uint32

// Tag is the message's tag.
func (m *Msg) Tag() MsgTag { return MsgTag(m[0]) }

// SetTag replaces the tag; the words stay.
func (m *Msg) SetTag(t MsgTag) { m[0] = uint32(t) }

// Words is the number of words of a request: the untyped ones, or 0 if there are items among them.
func (m *Msg) Words() uint32 {
	if m.Tag().Typed() != 0 {
		return 0
	}
	return m.Tag().Untyped()
}

// Start makes m an empty message with the given label.
func (m *Msg) Start(label uint16) *Msg {
	m.SetTag(NewTag(label, 0, 0))
	return m
}

// Word is MRi, 1 <= i <= 63. Words behind the message's end are left over from earlier.
func (m *Msg) Word(i uint32) uint32 { return m[i] }

// Add appends an untyped word. It must come before typed items. It panics when the message is full.
func (m *Msg) Add(w uint32) *Msg {
	t := m.Tag()
	if t.Typed() != 0 || t.Untyped() >= MaxWords {
		misuse()
	}
	m[t.Untyped()+1] = w
	m[0]++
	return m
}

// misuse panics. It is a function so that its callers stay small.
//
//go:noinline
func misuse() { panic("l4: the message is full, or an untyped word follows typed items") }

// Add64 appends a 64-bit number, low word first.
func (m *Msg) Add64(n uint64) *Msg { return m.Add(uint32(n)).Add(uint32(n >> 32)) }

// Word64 is the 64-bit number in MRi and MRi+1.
func (m *Msg) Word64(i uint32) uint64 { return uint64(m[i]) | uint64(m[i+1])<<32 }

func (m *Msg) addTyped(w0, w1 uint32) *Msg {
	t := m.Tag()
	n := t.Untyped() + t.Typed()
	if n+2 > MaxWords {
		misuse()
	}
	m[n+1], m[n+2] = w0, w1
	m[0] += 2 << 6
	return m
}

// AddMap appends a map item.
func (m *Msg) AddMap(i MapItem) *Msg { return m.addTyped(i.Words()) }

// AddGrant appends a grant item.
func (m *Msg) AddGrant(i GrantItem) *Msg { return m.addTyped(i.Words()) }

// AddString appends a string of one piece.
func (m *Msg) AddString(i StringItem) *Msg { return m.addTyped(i.Words()) }

// FirstMap is the message's first typed item if that is a map or grant item.
func (m *Msg) FirstMap() (MapItem, bool) {
	n := m.Tag().Untyped()
	if m.Tag().Typed() < 2 || n+2 > MaxWords {
		return MapItem{}, false
	}
	w := m[n+1]
	if k := w & itemType; k != mapType && k != grantType {
		return MapItem{}, false
	}
	return MapItem{Base: w &^ 0x3FF, Fpage: Fpage(m[n+2])}, true
}

// AddBytes appends as many bytes of s as fit, as one word with their number and then four bytes to a word, the
// first in the lowest bits. It returns what did not fit.
func (m *Msg) AddBytes(s []byte) (rest []byte) {
	room := MaxWords - int(m.Tag().Untyped()) - 1
	n := min(len(s), 4*max(room, 0))
	m.Add(uint32(n))
	for i := 0; i < n; i += 4 {
		w := uint32(0)
		for j := min(n-i, 4) - 1; j >= 0; j-- {
			w = w<<8 | uint32(s[i+j])
		}
		m.Add(w)
	}
	return s[n:]
}

// Bytes copies the bytes that AddBytes put at MRi and following to buf. It returns how many there were, cut to len(buf)
// and to the length of the message: a lying sender cannot make it read or write anything else.
func (m *Msg) Bytes(i uint32, buf []byte) int {
	u := m.Tag().Untyped()
	if i > u || u > MaxWords {
		return 0
	}
	n := min(int(min(m[i], 4*(u-i))), len(buf))
	for k := range n {
		buf[k] = byte(m[i+1+uint32(k)/4] >> (8 * (uint(k) % 4)))
	}
	return n
}
