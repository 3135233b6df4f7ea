package main

import (
	"sync/atomic"
	"unsafe"

	"pecan/user/l4"
)

func serve(ipc, tag uint32)
func serveOne(ipc, tag, client uint32)
func serveMany(ipc, threadSwitch uint32, served *uint32)
func serveMaps(ipc uint32)
func servePages(ipc uint32)
func serveExceptions(ipc uint32)
func driver(ipc, irq uint32, seen *uint32)
func switchAlways(threadSwitch, dest uint32)

// Helpers are threads that a group starts, in this space or in ones that show the same program. They have the priority of
// the measuring thread, which is the highest, and are deleted after the group.
const (
	helperSlots = 16
	helperStack = 8192
	topPriority = 255
)

var (
	stacks   [helperSlots][helperStack]byte
	helpers  [helperSlots]l4.ThreadID
	thePager l4.ThreadID
)

// number is the ID of this program's i-th thread besides the first.
func number(i uint32) l4.ThreadID { return l4.Global(l4.MyGlobalID().Number()+8+i, 1) }

// slot is a free place for a helper.
func slot() uint32 {
	for i := range uint32(helperSlots) {
		if helpers[i].IsNil() {
			helpers[i] = number(i)
			return i
		}
	}
	panic("bench: too many helpers")
}

// utcb is the place of the i-th thread's UTCB in this space. The root task's own is the first.
func utcb(i uint32) l4.UTCBLocation { return l4.MyUTCBLocation() + l4.UTCBLocation(l4.UTCBSize*(i+1)) }

// newThread starts f in this space.
func newThread(f func()) l4.ThreadID {
	i := slot()
	id := number(i)
	check(l4.NewThread(&l4.Thread{ID: id, Pager: l4.MyGlobalID(), Scheduler: l4.MyGlobalID(), Stack: stacks[i][:], UTCB: utcb(i), Entry: f}))
	check(l4.SetPriority(id, topPriority))
	return id
}

// newPager starts the thread that pages the other spaces.
func newPager() l4.ThreadID {
	id := newThread(func() { servePages(link(callIpc)) })
	keep(id)
	settle()
	return id
}

// newSpace starts f in a space of its own that shows this program. The two share all memory of the program.
func newSpace(f func()) l4.ThreadID {
	i := slot()
	id := number(i)
	check(l4.NewSpace(&l4.Space{ID: id, Pager: thePager, Scheduler: l4.MyGlobalID(), KIPArea: l4.KIPAreaHere(), UTCBArea: l4.UTCBAreaHere()}))
	check(l4.SetPriority(id, topPriority))
	start(id, stacks[i][:], f)
	return id
}

// start makes the pager send a start message: only a thread's pager can, and it takes that for a request.
func start(id l4.ThreadID, stack []byte, f func()) {
	ip, sp := l4.PrepareThread(stack, f)
	startAt(id, ip, sp)
	settle()
}

func startAt(id l4.ThreadID, ip, sp uint32) {
	var m l4.Msg
	if err := l4.Send(thePager, m.Start(0).Add(ip).Add(sp).Add(uint32(id)), l4.Never); err != l4.OK {
		panic(err)
	}
}

// settle lets all helpers run until they wait.
func settle() {
	for range 4 {
		l4.ThreadSwitch(l4.NilThread)
	}
	l4.Sleep(l4.Microseconds(100))
}

// remove deletes a helper, and its space.
func remove(id l4.ThreadID) {
	check(l4.DeleteThread(id))
	helpers[id.Number()-number(0).Number()] = l4.NilThread
}

// keep lets a helper survive its group.
func keep(id l4.ThreadID) { helpers[id.Number()-number(0).Number()] = l4.AnyThread }

// removeHelpers deletes all of them but those that are kept.
func removeHelpers() {
	for i := range uint32(helperSlots) {
		if helpers[i] == number(i) {
			remove(helpers[i])
		}
	}
}

func check(err l4.CallError) {
	if err != l4.OK {
		panic(err)
	}
}

// imageBase is where root tasks are linked.
const imageBase = 0x400000

// prefault touches the whole program, heap included: sigma0 gives its pages to this thread only, so the others must find
// them there.
func prefault() {
	for at := uint32(imageBase); at < l4.Kernel().Root.High; at += l4.PageSize {
		atomic.AddUint32((*uint32)(unsafe.Add(nil, at)), 0)
	}
}
