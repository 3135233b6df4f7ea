//go:build !386

package kernel

// A naive model of recursive address spaces (semantics 5): a tree of mappings, page by page. It knows nothing of page
// tables, lists or preemption.

// modelSpace names a space; 0 is sigma0.
type modelSpace int

// mapping is one page of one space; parent nil: from sigma0.
type mapping struct {
	space    modelSpace
	page     uint32 // address
	frame    uint32
	write    bool
	kind     uint32 // memory type: index into the PAT
	parent   *mapping
	children []*mapping
	accessed bool
	dirty    bool
	status   uint32 // what the owner has been told, or a former owner did: for ancestors
}

type place2 struct {
	space modelSpace
	page  uint32
}

// mapModel is all mappings of all spaces but sigma0's own.
type mapModel struct {
	at       map[place2]*mapping
	mappable func(s modelSpace, page uint32) bool
}

func (m *mapModel) rightsOf(n *mapping) uint32 {
	if n.write {
		return rightRWX
	}
	return rightR | rightX
}

// source is what a space can hand on: its mapping, or any frame if it is sigma0.
func (m *mapModel) source(s modelSpace, page uint32) (n *mapping, frame, rights uint32) {
	if s == 0 {
		return nil, page, rightRWX
	}
	if n = m.at[place2{s, page}]; n == nil {
		return nil, 0, 0
	}
	return n, n.frame, m.rightsOf(n)
}

func (m *mapModel) isAncestor(a, n *mapping) bool {
	for ; n != nil; n = n.parent {
		if n == a {
			return true
		}
	}
	return false
}

// mapPage applies a map or grant item to one page.
func (m *mapModel) mapPage(from, to modelSpace, src, dst, rights uint32, grant bool) {
	if to == 0 || !m.mappable(to, dst) || from != 0 && !m.mappable(from, src) {
		return
	}
	parent, frame, have := m.source(from, src)
	rights &= have
	if rights == 0 || from == to && src == dst {
		return
	}
	if old := m.at[place2{to, dst}]; old != nil {
		if old.frame == frame {
			more := rights&^m.rightsOf(old) != 0
			keep := !more
			if more {
				switch {
				case old.parent == parent:
					old.write, keep = true, true
				case parent == nil, m.isAncestor(parent, old), m.isAncestor(old, parent):
					keep = true
				}
			}
			if keep && !(grant && parent != nil) {
				return
			}
			if keep {
				m.grantOnto(parent, old, rights)
				return
			}
		}
		m.drop(old)
		if parent != nil && m.at[place2{from, src}] != parent {
			return
		}
	}
	n := &mapping{space: to, page: dst, frame: frame, write: rights&rightW != 0, parent: parent}
	if grant && parent != nil {
		m.move(parent, place2{to, dst}, rights&rightW != 0)
		return
	}
	if parent != nil {
		n.kind = parent.kind
		parent.children = append(parent.children, n)
	}
	m.at[place2{to, dst}] = n
}

// grantOnto is a grant to a page that shows the same frame already: the granter no longer has it.
func (m *mapModel) grantOnto(n, old *mapping, rights uint32) {
	if m.isAncestor(old, n) {
		m.drop(n)
		return
	}
	to, write := place2{old.space, old.page}, old.write || rights&rightW != 0
	m.drop(old)
	m.move(n, to, n.write && write)
}

// move is a grant: the mapping goes to another place in its place of the tree.
func (m *mapModel) move(n *mapping, to place2, write bool) {
	delete(m.at, place2{n.space, n.page})
	n.space, n.page = to.space, to.page
	n.status |= m.own(n)
	n.accessed, n.dirty = false, false
	m.at[to] = n
	if !write {
		m.revokeWrite(n)
	}
}

func (m *mapModel) revokeWrite(n *mapping) {
	n.write = false
	for _, c := range n.children {
		m.revokeWrite(c)
	}
}

// own is a mapping's own status.
func (m *mapModel) own(n *mapping) (status uint32) {
	if n.accessed {
		status = rightR | rightX
	}
	if n.dirty {
		status |= rightR | rightW
	}
	return
}

// flushSent takes all that a grant larger than its window named from the granter (semantics 5.4).
func (m *mapModel) flushSent(from modelSpace, base, size uint64) {
	for at, n := range m.at {
		if at.space == from && m.at[at] == n && uint64(at.page) >= base && uint64(at.page) < base+size {
			m.drop(n)
		}
	}
}

// drop is remove where no ancestor has asked for it: the parent keeps the status for its own ancestors.
func (m *mapModel) drop(n *mapping) {
	parent := n.parent
	status := m.remove(n)
	if parent != nil {
		parent.status |= status
	}
}

// remove takes a mapping and everything derived from it away, and returns their status.
func (m *mapModel) remove(n *mapping) uint32 {
	status := m.own(n) | n.status
	for len(n.children) > 0 {
		status |= m.remove(n.children[0])
	}
	if p := n.parent; p != nil {
		for i, c := range p.children {
			if c == n {
				p.children = append(p.children[:i], p.children[i+1:]...)
				break
			}
		}
	}
	delete(m.at, place2{n.space, n.page})
	return status
}

// reduce takes rights from a mapping and everything derived from it, resets and returns their status.
func (m *mapModel) reduce(n *mapping, rights uint32) uint32 {
	status := m.own(n) | n.status
	n.accessed, n.dirty, n.status = false, false, 0
	if rights&rightW != 0 {
		n.write = false
	}
	for _, c := range n.children {
		status |= m.reduce(c, rights)
	}
	return status
}

// unmapPage is Unmap on one mapping of the caller: the status of what is derived from it and, with flush, the caller's own.
func (m *mapModel) unmapPage(n *mapping, rights uint32, flush bool) (status uint32) {
	for _, c := range append([]*mapping(nil), n.children...) {
		if rights == rightRWX {
			status |= m.remove(c)
		} else {
			status |= m.reduce(c, rights)
		}
	}
	if flush {
		status |= m.own(n)
		n.accessed, n.dirty = false, false
		if rights&rightW != 0 {
			n.write = false
		}
	}
	n.status |= status
	if flush && rights == rightRWX {
		m.drop(n)
	}
	return status
}

// unmapRoots is Unmap by sigma0 on a frame.
func (m *mapModel) unmapRoots(frame, rights uint32) (status uint32) {
	for _, n := range m.roots(frame) {
		if rights == rightRWX {
			status |= m.remove(n)
		} else {
			status |= m.reduce(n, rights)
		}
	}
	return
}

// control is MemoryControl on a mapping and all derived from it.
func (m *mapModel) control(n *mapping, kind uint32) {
	n.kind = kind
	for _, c := range n.children {
		m.control(c, kind)
	}
}

func (m *mapModel) roots(frame uint32) (list []*mapping) {
	for _, n := range m.at {
		if n.parent == nil && n.frame == frame {
			list = append(list, n)
		}
	}
	return
}

// destroy is the end of a space.
func (m *mapModel) destroy(s modelSpace) {
	for at, n := range m.at {
		if at.space == s && m.at[at] == n {
			m.drop(n)
		}
	}
}

// ranges computes source and destination of an item from the text of semantics 5.2.
func ranges(send Fpage, b uint32, window Fpage) (src, dst uint32, size uint64) {
	ss, rs := sizeOf(send), sizeOf(window)
	sb, rb := uint64(send)&^0x3FF, uint64(window)&^0x3FF
	base := uint64(b) &^ 0x3FF
	if ss <= rs {
		return uint32(sb / ss * ss), uint32(rb/rs*rs + base%rs/ss*ss), ss
	}
	return uint32(sb/ss*ss + base%ss/rs*rs), uint32(rb / rs * rs), rs
}

func sizeOf(f Fpage) uint64 {
	s := uint32(f) >> 4 & 63
	if s == 1 || s > 32 {
		return 1 << 32
	}
	return 1 << s
}
