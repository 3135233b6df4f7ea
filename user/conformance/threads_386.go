package main

import "pecan/user/l4"

// Priorities: the runner has the highest.
const (
	serverPriority = 200
	casePriority   = 110 // above the threads that a case makes
	usualPriority  = 100 // of a new thread
)

// Thread numbers above UserBase.
const (
	serverNumber = 3
	firstWorker  = 4
	lastWorker   = 60
)

const (
	stacks    = 40
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
}

// reset is done before each case.
func reset() {
	about.Reset()
	reason.Reset()
	stacksUsed, nextWorker = 0, firstWorker
	version = version + 0x41&0x3FFF | 1
	home = space{id: self, utcbs: 16} // after the runner and the page server
	resetPuppets()
}

// cleanUp deletes what a case has made, and takes back what it mapped.
func cleanUp() {
	k := l4.Kernel()
	for n := uint32(lastWorker); n >= firstWorker; n-- {
		l4.DeleteThread(l4.Global(k.UserBase()+n, 1))
	}
	takeRegions()
	regainRegions()
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
	return l4.UTCBLocation(uint32(l4.UTCBAreaHere().Base()) + (s.utcbs-1)*l4.UTCBSize)
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

// spawn starts a thread of this space. Its faults and exceptions fail the case.
func spawn(entry func()) l4.ThreadID { return spawnAt(0, entry) }

// spawnAt is spawn with a priority; 0 means the default.
func spawnAt(priority uint32, entry func()) l4.ThreadID {
	id := newID()
	succeeds("create thread", l4.ThreadControl(id, self, self, pageServer, home.location()))
	if priority != 0 {
		succeeds("set priority", l4.SetPriority(id, priority))
	}
	run(id, entry)
	return id
}

// run starts a thread that waits for its start message, whoever is its pager.
func run(id l4.ThreadID, entry func()) {
	ip, sp := l4.PrepareThread(newStack(), func() {
		l4.MyUTCB().ExceptionHandler = pageServer
		entry()
	})
	succeeds("start thread", l4.Start(id, ip, sp))
}

// inactive is a thread without a UTCB.
func inactive() l4.ThreadID {
	id := newID()
	succeeds("create inactive thread", l4.ThreadControl(id, self, self, l4.NilThread, l4.Unchanged))
	return id
}

// remove deletes a thread.
func remove(id l4.ThreadID) { succeeds("delete thread", l4.DeleteThread(id)) }

// waitState waits until thread id is in a state, or fails the case.
func waitState(id l4.ThreadID, want l4.ThreadState) {
	got := l4.State(id)
	for range 1000 {
		if got == want {
			return
		}
		l4.Sleep(tick)
		got = l4.State(id)
	}
	fatal(describe("thread state: got ").Dec(uint64(got)).Str(", want ").Dec(uint64(want)))
}

// exchange is ExchangeRegisters with a control word; it returns what the thread was doing.
func exchange(id l4.ThreadID, control l4.ExchangeFlags) l4.ExchangeFlags {
	var r l4.ThreadRegisters
	_, was, err := l4.ExchangeRegisters(id, control, &r)
	succeeds("exchange registers", err)
	return was
}
