package l4

// ItemKind is what a typed item of a message is.
type ItemKind uint32

const (
	NoItem     ItemKind = iota // none, or not a valid one: the message ends here
	MapKind                    // Map and Grant are set
	GrantKind                  //
	StringKind                 // Length is set
)

// Item is a typed item of a received message. What it says of strings is what the sender wrote: their lengths, and addresses
// in the sender's space. If the message did not overflow, all of Length has arrived in the buffer.
type Item struct {
	Kind   ItemKind
	Map    MapItem // of a map or grant item
	Length uint64  // of a string, in bytes
}

// Items goes over the typed items of m: it begins with 0, and each call returns an item and the position of the next one. It
// ends with NoItem. A lying sender cannot make it read anything else than the message.
//
//	for item, at := m.Items(0); item.Kind != l4.NoItem; item, at = m.Items(at) {
//		...
//	}
func (m *Msg) Items(at uint32) (Item, uint32) {
	t := m.Tag()
	last := min(t.Untyped()+t.Typed(), MaxWords)
	if at == 0 {
		at = t.Untyped() + 1
	}
	if at > last {
		return Item{}, at
	}
	w := m[at]
	switch {
	case w&8 == 0:
		return m.stringItem(at, last)
	case at+1 > last || w&itemType != mapType && w&itemType != grantType:
		return Item{}, last + 1
	}
	kind := MapKind
	if w&itemType == grantType {
		kind = GrantKind
	}
	return Item{Kind: kind, Map: MapItem{Base: w &^ 0x3FF, Fpage: Fpage(m[at+1])}}, at + 2
}

// stringItem adds up the descriptors of the string at MRat.
func (m *Msg) stringItem(at, last uint32) (Item, uint32) {
	item := Item{Kind: StringKind}
	for more := true; more; {
		if at > last {
			return Item{}, last + 1
		}
		w := m[at]
		count := w>>4&31 + 1
		if w&8 != 0 || at+count > last {
			return Item{}, last + 1
		}
		item.Length += uint64(w>>10) * uint64(count)
		at += 1 + count
		more = w>>9&1 != 0
	}
	return item, at
}
