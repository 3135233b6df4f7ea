package l4

// Low nibbles of the first word of a typed item. Abi 1.11.
const (
	mapType   = 8
	grantType = 10
	itemType  = 0xE
)

// MapItem maps a flexpage from the sender's space into the receiver's. Base, the send base, chooses the place inside
// the larger of the two when sender's and receiver's flexpages differ in size (semantics 5.2). For I/O ports
// Base is ignored. Abi 1.11.
type MapItem struct {
	Base  uint32
	Fpage Fpage
}

// Words are the two words of the item in a message.
func (m MapItem) Words() (uint32, uint32) { return m.Base&^0x3FF | mapType, uint32(m.Fpage) }

// IsNil reports whether the item maps nothing: how sigma0 says no.
func (m MapItem) IsNil() bool { return m.Fpage.IsNil() }

// GrantItem is like MapItem, but the sender loses the page to the receiver. Abi 1.11, semantics 5.4.
type GrantItem struct {
	Base  uint32
	Fpage Fpage
}

// Words are the two words of the item in a message.
func (g GrantItem) Words() (uint32, uint32) { return g.Base&^0x3FF | grantType, uint32(g.Fpage) }

// MaxString is the length limit of one substring in bytes.
const MaxString = 1<<22 - 1

// StringItem is a string of one piece: Length bytes (at most MaxString) at address Addr. As a buffer (SetBuffer) it
// is the place where a received string goes. Abi 1.11, 1.13.
type StringItem struct {
	Addr   uint32
	Length uint32
}

// Words are the two words of the item.
func (s StringItem) Words() (uint32, uint32) { return StringHeader(s.Length, 1, false), s.Addr }

// StringHeader is the first word of a string descriptor with the given number of substrings (1 to 32) of length bytes
// each; their addresses follow as words. more says that another descriptor of the same string follows those. Abi 1.11.
func StringHeader(length, substrings uint32, more bool) uint32 {
	w := length<<10 | (substrings-1)&31<<4
	if more {
		w |= 1 << 9
	}
	return w
}

// Acceptor, in BR0, says which typed items a thread will receive. Abi 1.12.
type Acceptor uint32

const (
	// AcceptNothing takes untyped words only.
	AcceptNothing Acceptor = 0
	// AcceptAll takes mappings anywhere in the address space.
	AcceptAll = Acceptor(Complete)
	// AcceptStrings takes strings into the buffers described by BR1 and following.
	AcceptStrings Acceptor = 1
)

// Window is the acceptor for mappings into flexpage p (its rights do not matter).
func Window(p Fpage) Acceptor { return Acceptor(p &^ 0xF) }

// Fpage is the receive window, NilPage if mappings are not accepted.
func (a Acceptor) Fpage() Fpage { return Fpage(a &^ 0xF) }

// Strings reports whether strings are accepted.
func (a Acceptor) Strings() bool { return a&AcceptStrings != 0 }
