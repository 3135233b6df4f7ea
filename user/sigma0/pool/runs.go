// Package pool is sigma0's bookkeeping and protocol: who owns which page of memory and which I/O port, and what a
// request for them is answered. It is portable; the server around it is in user/sigma0.
package pool

import "pecan/user/l4"

// Owner says what may happen to a page or port: it is free in one of two ways, lost, or a thread's. Thread IDs
// of owners are global ones or AnyThread, which everybody may have; the other values have the form of local IDs.
type Owner l4.ThreadID

const (
	Nobody       Owner = 0x00 // undefined: does not exist
	Kernel       Owner = 0x40 // the kernel's: nobody gets it
	Conventional Owner = 0x80 // free RAM
	Other        Owner = 0xC0 // free, but not general RAM: given when asked for by address
	Anybody            = Owner(l4.AnyThread)
)

// free reports whether the page or port can become somebody's.
func (o Owner) free() bool { return o == Conventional || o == Other }

// Run is a stretch of pages or ports of one owner. It reaches to the next run, or to the end of the map.
type Run struct {
	start uint32
	owner Owner
	next  *Run
}

// Store holds runs that are not in use. Maps take from it and give back.
type Store struct {
	free  *Run
	spare uint32 // number of them
}

// Add gives the store more runs.
func (s *Store) Add(runs []Run) {
	for i := range runs {
		s.put(&runs[i])
	}
}

// Spare is the number of unused runs.
func (s *Store) Spare() uint32 { return s.spare }

func (s *Store) put(r *Run) {
	r.next = s.free
	s.free = r
	s.spare++
}

// get takes a run out. Precondition: there is one.
func (s *Store) get() *Run {
	r := s.free
	s.free = r.next
	s.spare--
	return r
}

// Map says for every unit from 0 to end-1 whose it is, as a list of runs in ascending order. Neighbours differ in owner.
type Map struct {
	store *Store
	first *Run
	end   uint32
}

// setRuns is the number of runs that Set may take from the store: one for either end of the range.
const setRuns = 2

// Init makes all end units of m belong to o. Precondition: store has a spare run.
func (m *Map) Init(store *Store, end uint32, o Owner) {
	m.store, m.end = store, end
	m.first = store.get()
	*m.first = Run{owner: o}
}

// limit is the first unit behind r.
func (m *Map) limit(r *Run) uint32 {
	if r.next == nil {
		return m.end
	}
	return r.next.start
}

// find is the run that holds unit n. Precondition: n < end.
func (m *Map) find(n uint32) *Run {
	r := m.first
	for m.limit(r) <= n {
		r = r.next
	}
	return r
}

// split makes a run begin at unit n and returns the run in front of it, nil for n = 0. Precondition: n <= end.
func (m *Map) split(n uint32) *Run {
	if n == 0 {
		return nil
	}
	r := m.find(n - 1)
	if m.limit(r) != n {
		tail := m.store.get()
		*tail = Run{start: n, owner: r.owner, next: r.next}
		r.next = tail
	}
	return r
}

// Owner is the owner of unit n. Precondition: n < end.
func (m *Map) Owner(n uint32) Owner { return m.find(n).owner }

// Set makes the units from lo to hi-1 belong to o. Precondition: lo < hi <= end, and two spare runs.
func (m *Map) Set(lo, hi uint32, o Owner) {
	before := m.split(lo)
	last := m.split(hi)
	r := m.first
	if before != nil {
		r = before.next
	}
	for r != last { // drop all but the last run inside
		next := r.next
		m.store.put(r)
		r = next
	}
	r.start, r.owner = lo, o
	if before == nil {
		m.first = r
	} else {
		before.next = r
		m.join(before)
		if before.owner == o {
			r = before
		}
	}
	m.join(r)
}

// join merges r with its successor if they have one owner.
func (m *Map) join(r *Run) {
	if n := r.next; n != nil && n.owner == r.owner {
		r.next = n.next
		m.store.put(n)
	}
}

// Find is the lowest unit that is a multiple of size (a power of two), not below from, and begins size units of
// owner o.
func (m *Map) Find(from, size uint32, o Owner) (uint32, bool) {
	for r := m.first; r != nil; r = r.next {
		if r.owner != o {
			continue
		}
		at := (max(r.start, from) + size - 1) &^ (size - 1)
		if at < m.limit(r) && m.limit(r)-at >= size {
			return at, true
		}
	}
	return 0, false
}

// Claim gives the units from lo to hi-1 to o, if each is free, or o's already, or anybody's (and stays so). Otherwise
// nothing happens. Precondition: as Set.
func (m *Map) Claim(lo, hi uint32, o Owner) bool {
	for r := m.find(lo); r != nil && r.start < hi; r = r.next {
		if !r.owner.free() && r.owner != o && r.owner != Anybody {
			return false
		}
	}
	m.take(lo, hi, o)
	return true
}

// take gives the free units among lo to hi-1 to o. Precondition: as Set.
func (m *Map) take(lo, hi uint32, o Owner) {
	for at := lo; at < hi; {
		r := m.find(at)
		end := min(m.limit(r), hi)
		if r.owner.free() {
			m.Set(at, end, o)
		}
		at = end
	}
}

// Each calls f for every run in ascending order, with its first and last unit.
func (m *Map) Each(f func(first, last uint32, o Owner)) {
	for r := m.first; r != nil; r = r.next {
		f(r.start, m.limit(r)-1, r.owner)
	}
}
