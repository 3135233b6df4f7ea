// Package resident decides which pages of a file stay in memory when there is a limit: first in, first out.
package resident

// Set are the resident pages of a file, by number.
type Set struct {
	Peak uint32 // largest number of pages resident at once

	limit uint32   // 0: none, or out of reach
	in    []uint32 // one bit per page
	queue []uint32 // ring of the resident pages, oldest at head; only with a limit
	head  uint32
	count uint32
}

// Init prepares for a file of the given number of pages, of which at most limit may be resident at once. A limit of 0
// means no limit.
func (s *Set) Init(pages, limit uint32) {
	if limit >= pages {
		limit = 0
	}
	*s = Set{limit: limit, in: make([]uint32, (pages+31)/32), queue: make([]uint32, limit)}
}

// Has reports whether page is resident.
func (s *Set) Has(page uint32) bool { return s.in[page/32]&(1<<(page%32)) != 0 }

// Count is the number of resident pages.
func (s *Set) Count() uint32 { return s.count }

// Room reports whether another page may become resident. If not, the page victim has to go first (Remove).
func (s *Set) Room() (victim uint32, ok bool) {
	if s.limit == 0 || s.count < s.limit {
		return 0, true
	}
	return s.queue[s.head], false
}

// Remove takes out the page that Room named.
func (s *Set) Remove() {
	victim := s.queue[s.head]
	s.in[victim/32] &^= 1 << (victim % 32)
	s.head = (s.head + 1) % uint32(len(s.queue))
	s.count--
}

// Add makes page resident. Precondition: it is not, and there is room.
func (s *Set) Add(page uint32) {
	s.in[page/32] |= 1 << (page % 32)
	if s.limit > 0 {
		s.queue[(s.head+s.count)%uint32(len(s.queue))] = page
	}
	s.count++
	s.Peak = max(s.Peak, s.count)
}
