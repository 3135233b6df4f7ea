package main

import "pecan/user/l4"

// The shared kernel region (docs/address-space.md): kernel page tables made after a space are seen by it, TCB pages come and go, and
// nobody believes what they once showed.

var regionCases = []testCase{
	{"semantics-6.1-kernel-table-younger-than-space", tableYoungerThanSpace},
	{"semantics-6.3-TCB-pages-come-and-go", tcbPagesComeAndGo},
	{"semantics-5.7-spaces-come-and-go", spacesComeAndGo},
}

// farNumbers lie each in a kernel page table of its own (4096 threads) that no other case uses.
func farNumber(i uint32) l4.ThreadID { return l4.Global(0x18000+i<<12|5, version) }

// pings lets a rig send an empty message to a thread and tells its error code, 0 for none.
func (r *rig) pings(to l4.ThreadID) l4.IPCError {
	r.ipc(to, l4.NilThread, 0, 0)
	e := r.call(linkIpc)
	r.done(e, callLength)
	if e.regs.ESI&uint32(l4.Failed) == 0 {
		return l4.OK
	}
	v, ok := r.peek(r.local() - 36)
	check(ok, "no ErrorCode")
	return l4.IPCError(v)
}

// waiter makes thread id in this space, which counts messages.
func waiter(id l4.ThreadID, at l4.UTCBLocation, count *uint32) {
	succeeds("create thread", l4.ThreadControl(id, self, self, pageServer, at))
	run(id, func() {
		var m l4.Msg
		for {
			if _, err := l4.Wait(&m, l4.Never); err == l4.OK {
				*count++
			}
		}
	})
}

func tableYoungerThanSpace() {
	a, b := newRigIn(nil), newRigIn(nil)
	var counts [6]uint32
	at := home.location()
	for i := range uint32(6) {
		stepNumber("table", i)
		id := farNumber(i)
		ipcFails("nobody yet", a.pings(id), sendNoPartner)
		waiter(id, at, &counts[i])
		for range 3 {
			arrives("message of a", a.pings(id))
			arrives("message of b", b.pings(id))
		}
		l4.Sleep(tick)
		equal("messages", counts[i], 6)
		l4.DeleteThread(id)
	}
}

// The page of a thread goes with it and comes back with another; from spaces that have used it, in kernel mode, in between.
func tcbPagesComeAndGo() {
	a, b := newRigIn(nil), newRigIn(nil)
	at := home.location()
	for i := range uint32(40) {
		stepNumber("round", i)
		id := farNumber(0x10 + i%3)
		var count uint32
		waiter(id, at, &count)
		arrives("message of a", a.pings(id))
		if i&1 != 0 {
			arrives("message of b", b.pings(id))
		}
		l4.DeleteThread(id)
		ipcFails("message of a to nobody", a.pings(id), sendNoPartner)
		ipcFails("message of b to nobody", b.pings(id), sendNoPartner)
		ipcFails("message of a to a neighbour", a.pings(l4.Global(id.Number()+1, 1)), sendNoPartner)
	}
}

// Spaces with mappings in all positions, small and large: in the end as many threads fit as before.
func spacesComeAndGo() {
	a, b, _ := rig3()
	before := fillThreads(1)
	for i := range before {
		remove(mass(i, 1))
	}
	here := marked()
	for i := range uint32(60) {
		stepNumber("round", i)
		r := newRigIn(nil)
		if i&1 != 0 {
			a.take(0, all4M(l4.RWX), at4M(0, 0))
			a.give(r, 0, at4M(0, l4.RWX), at4M(1, 0), i&2 != 0)
			r.give(b, 0, l4.NewFpage(target+1<<22, 22-i%11, l4.RWX), at4M(2, 0), i&4 != 0)
			a.unmap(l4.PageAt(target+i*l4.PageSize, l4.RWX), i&8 != 0)
		} else {
			a.take(target+i*l4.PageSize, largePage(i, l4.RWX), l4.Complete)
			a.give(r, target, l4.PageAt(target+i*l4.PageSize, l4.RWX), l4.Complete, i&2 != 0)
			r.give(b, target+i*l4.PageSize, l4.PageAt(target, l4.RWX), l4.Complete, i&4 != 0)
		}
		remove(r.id)
		here.rewind()
		if i&16 != 0 {
			takeBack()
		}
	}
	about.Reset()
	takeBack()
	b.shows(target, 0)
	after := fillThreads(1)
	for i := range after {
		remove(mass(i, 1))
	}
	// The children keep page tables for what they had.
	check(after+200 >= before, "memory is lost")
	remove(a.id)
	remove(b.id)
	again := fillThreads(1)
	for i := range again {
		remove(mass(i, 1))
	}
	check(again >= before, "memory is lost with the children")
}
