package main

import "pecan/user/l4"

// Priorities: the runner has 255.
const (
	serverPriority = 200
	casePriority   = 110 // above the threads that a case makes
)

// Thread numbers above UserBase.
const (
	serverNumber = 3
	firstWorker  = 4
	lastWorker   = 250 // deleted after each case; more must be deleted by the case that makes them
)

const (
	stacks    = 48
	stackSize = 8192
)

var (
	stackPool  [stacks][stackSize]byte
	stacksUsed uint32
	nextWorker uint32
	version    uint32      // of the IDs of this case's threads
	controller l4.ThreadID // the thread of the running case
	home       = space{}   // the root task's own
)

// space is an address space: the thread that names it, and how many of its UTCBs are taken.
type space struct {
	id    l4.ThreadID
	utcbs uint32
	base  l4.UTCBLocation // of its UTCB area; 0 where the root task has its own
}

// resetThreads is done before each case.
func resetThreads() {
	about.Reset()
	stacksUsed, nextWorker = 0, firstWorker
	version = version + 0x41&0x3FFF | 1
	home = space{id: self, utcbs: 16} // after the runner and the page server
}

// deleteThreads deletes what a case has made.
func deleteThreads() {
	k := l4.Kernel()
	for n := uint32(lastWorker); n >= firstWorker; n-- { // handlers and pagers, which come first, go last
		l4.DeleteThread(l4.Global(k.UserBase()+n, 1))
	}
}

// deleteMass deletes what a case that failed may have left of many threads.
func deleteMass() {
	for n := uint32(firstMass); n < 1<<16; n++ {
		l4.DeleteThread(l4.Global(n, 1))
	}
}

// mark is how many threads and stacks a case had made at some point.
type mark struct{ worker, stacks, utcbs uint32 }

func marked() mark { return mark{nextWorker, stacksUsed, home.utcbs} }

// rewind deletes all threads made since m was marked, the youngest first, so that their numbers and stacks serve again.
func (m mark) rewind() {
	for nextWorker > m.worker {
		nextWorker--
		l4.DeleteThread(l4.Global(l4.Kernel().UserBase()+nextWorker, 1))
	}
	stacksUsed, home.utcbs = m.stacks, m.utcbs
}

// newID is the ID of a thread to make. It is deleted after the case.
func newID() l4.ThreadID {
	check(nextWorker <= lastWorker, "too many threads in a case")
	id := l4.Global(l4.Kernel().UserBase()+nextWorker, version)
	nextWorker++
	return id
}

// newStack is the stack of a thread to make, for the time of the case.
func newStack() []byte {
	check(stacksUsed < stacks, "too many stacks in a case")
	stacksUsed++
	return stackPool[stacksUsed-1][:]
}

// location is the next free UTCB of s.
func (s *space) location() l4.UTCBLocation {
	s.utcbs++
	base := s.base
	if base == 0 {
		base = l4.UTCBLocation(l4.UTCBAreaHere().Base())
	}
	return base + l4.UTCBLocation((s.utcbs-1)*l4.UTCBSize)
}

// utcbOf is the UTCB of a thread of this space.
func utcbOf(id l4.ThreadID) *l4.UTCB {
	local := l4.OtherID(id)
	check(local.IsLocal(), "thread has no local ID")
	return utcbAt(l4.UTCBLocation(local) - 256)
}

// spawn starts a thread of this space. Its faults and exceptions fail the case.
func spawn(entry func()) l4.ThreadID { return spawnAt(0, entry) }

// spawnAt is spawn with a priority; 0 means the default, 100.
func spawnAt(priority uint32, entry func()) l4.ThreadID {
	id := newID()
	succeeds("create thread", l4.ThreadControl(id, self, self, pageServer, home.location()))
	if priority != 0 {
		succeeds("set priority", l4.SetPriority(id, priority))
	}
	run(id, entry)
	return id
}

// run starts a thread that waits for its start message, whoever is its pager, if that is in this space.
func run(id l4.ThreadID, entry func()) {
	ip, sp := l4.PrepareThread(newStack(), func() {
		l4.MyUTCB().ExceptionHandler = pageServer
		entry()
	})
	succeeds("start thread", l4.Start(id, ip, sp))
}

// newSpace makes a space like this one, with a thread that waits for its start.
func newSpace(pager l4.ThreadID) *space {
	id := newID()
	succeeds("create space", l4.NewSpace(&l4.Space{
		ID: id, Pager: pager, Scheduler: self,
		KIPArea: l4.KIPAreaHere(), UTCBArea: l4.UTCBAreaHere(),
	}))
	return &space{id: id, utcbs: 1}
}

// spawnSpace starts a thread in a new space, where it finds the same program with the same data.
func spawnSpace(entry func()) *space {
	s := newSpace(pageServer)
	run(s.id, entry)
	return s
}

// spawnIn starts a further thread in s.
func spawnIn(s *space, entry func()) l4.ThreadID {
	id := newID()
	succeeds("create thread", l4.ThreadControl(id, s.id, self, pageServer, s.location()))
	run(id, entry)
	return id
}

// me is the calling thread.
func me() l4.ThreadID { return l4.MyGlobalID() }

// waitState waits until thread id is in a state, or fails the case.
func waitState(id l4.ThreadID, want l4.ThreadState) {
	got := l4.State(id)
	for range 500 {
		if got == want {
			return
		}
		l4.Sleep(tick)
		got = l4.State(id)
	}
	fatal(describe("thread state: got ").Dec(uint64(got)).Str(", want ").Dec(uint64(want)))
}

// delete deletes a thread.
func remove(id l4.ThreadID) { succeeds("delete thread", l4.DeleteThread(id)) }

// kernelThread is one of the thread IDs that belong to the kernel (abi 1.4).
func kernelThread() l4.ThreadID { return l4.Global(l4.Kernel().SystemBase()+4, 1) }
