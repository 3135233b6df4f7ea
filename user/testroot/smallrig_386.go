package main

import "pecan/user/l4"

// Rigs in small spaces (abi 5.5).

const smallRequest = 1 << 31 // control, and in its result: it took effect

// Areas of the test's small spaces: behind the image, within 16 MiB.
var (
	smallKIP  = l4.NewFpage(0x00E00000, 12, 0)
	smallUTCB = l4.NewFpage(0x00E20000, 17, 0)
)

// Ids: size 4 MiB << k, the n-th such place.
func smallID(k, n uint32) uint32 { return 1<<k | n<<(k+1) }

// place is the id of the n-th place of 16 MiB; there are 16.
func place(n uint32) uint32 { return smallID(2, n) }

// newAreas makes a space with given areas, whose first thread waits for its start.
func newAreas(kip, utcb l4.Fpage) *space {
	id := newID()
	succeeds("create space", l4.NewSpace(&l4.Space{ID: id, Pager: me(), Scheduler: self, KIPArea: kip, UTCBArea: utcb}))
	return &space{id: id, utcbs: 1, base: l4.UTCBLocation(utcb.Base())}
}

// move asks for a small-space id and returns the old one; the request must take effect or not, as said.
func (s *space) move(id uint32, effect bool) (old uint32) {
	old, err := l4.SpaceControl(s.id, smallRequest|id, 0, 0, 0)
	succeeds("SpaceControl", err)
	if effect != (old&smallRequest != 0) {
		fatal(describe("small space ").Hex(id).Str(", control is ").Hex(old))
	}
	return old &^ smallRequest
}

// place asks where the space is: an id, 0 large.
func (s *space) place() uint32 {
	old, err := l4.SpaceControl(s.id, 0, 0, 0, 0)
	succeeds("SpaceControl", err)
	return old
}

// newSmallRig is a rig in a space of its own at id.
func newSmallRig(id uint32) *rig {
	s := newAreas(smallKIP, smallUTCB)
	equal("old place", s.move(id, true), 0)
	return startRig(s.id, s)
}
