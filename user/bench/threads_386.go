package main

import "pecan/user/l4"

// idle threads are created in this space, behind the helpers.
const (
	idleThreads = 64
	firstIdle   = 32
)

func idleID(i uint32) l4.ThreadID { return number(firstIdle + i) }

// threads measures their life: create (active, waiting for its start), start, delete.
func threads() {
	me := uint32(l4.MyGlobalID())
	_, run := crowdAddresses()
	create, begin, end := ^uint64(0), ^uint64(0), ^uint64(0)
	for range 3 {
		var c, b, e uint64
		for i := range uint32(idleThreads) {
			c += once(&registers{address: link(callThreadControl), eax: uint32(idleID(i)), ecx: me, edx: me, esi: me, edi: uint32(utcb(firstIdle + i))})
		}
		for i := range uint32(idleThreads) {
			b += once(&registers{address: link(callExchangeRegisters), eax: uint32(idleID(i)), esi: run, edx: at(&crowdStack),
				ecx: uint32(l4.SetHalt | l4.CancelIPC | l4.SetIP | l4.SetSP)})
		}
		for i := range uint32(idleThreads) {
			e += once(&registers{address: link(callThreadControl), eax: uint32(idleID(i)), edi: uint32(l4.Unchanged)})
		}
		create, begin, end = min(create, c), min(begin, b), min(end, e)
	}
	report("thread_create", create/idleThreads)
	report("thread_start", begin/idleThreads)
	report("thread_delete", end/idleThreads)
}

// spaces measures the life of a space with one thread: ThreadControl, SpaceControl, ThreadControl to activate, and
// ThreadControl to delete; never run, or run once up to its first message to this thread, with the page fault on its code.
func spaces() {
	id := number(firstIdle)
	sleep, _ := crowdAddresses()
	crowdTimeouts = uint32(l4.Forever)
	for _, c := range []struct {
		name string
		run  bool
	}{{"space_never_run", false}, {"space_run_once", true}} {
		least := ^uint64(0)
		for range 8 {
			t := life(id, false, 0)
			if c.run {
				t = life(id, true, sleep)
			}
			least = min(least, t)
		}
		report(c.name, least)
	}
}

// life is what a space costs from creation to deletion. Run, it begins at ip and sleeps.
func life(id l4.ThreadID, run bool, ip uint32) uint64 {
	me := uint32(l4.MyGlobalID())
	kip, utcbs := uint32(l4.KIPAreaHere()), l4.UTCBAreaHere()
	create := registers{address: link(callThreadControl), eax: uint32(id), edx: me, esi: uint32(id), edi: uint32(l4.Unchanged)}
	space := registers{address: link(callSpaceControl), eax: uint32(id), edx: kip, esi: uint32(utcbs)}
	activate := create
	activate.edx, activate.ecx, activate.edi = 0, uint32(thePager), utcbs.Base()
	remove := registers{address: link(callThreadControl), eax: uint32(id), edi: uint32(l4.Unchanged)}
	total := once(&create) + once(&space) + once(&activate)
	if run {
		crowdIpc = link(callIpc)
		check(l4.SetPriority(id, topPriority))
		l4.MyUTCB().MR[1], l4.MyUTCB().MR[2], l4.MyUTCB().MR[3] = ip, at(&crowdStack), uint32(id)
		r := ipc(thePager, l4.NilThread, l4.Forever, words(3))
		total += once(r)
		// It runs when this thread gives way: until it sleeps.
		total += once(&registers{address: link(callThreadSwitch), eax: uint32(id)})
		for l4.State(id) == l4.Running {
			total += once(&registers{address: link(callThreadSwitch), eax: uint32(id)})
		}
	}
	return total + once(&remove)
}
