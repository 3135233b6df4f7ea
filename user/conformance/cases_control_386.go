package main

import (
	"sync/atomic"

	"pecan/user/l4"
)

// ThreadControl: who may, creation, and threads that exist (semantics 6.2, abi 5.4). Migration is in cases_migrate_386.go.

var controlCases = []testCase{
	{"abi-5.4.1-unprivileged", "abi-5.4.1", controlUnprivileged},
	{"abi-5.4.2-numbers", "abi-5.4.2", controlNumbers},
	{"abi-5.4.3-out-of-memory", "abi-5.4.3", controlNoMemory},
	{"6.2.1-by-number", "6.2.1 6.2.2", controlByNumber},
	{"6.2.3-delete-self", "6.2.3", controlSelf},
	{"6.2.4-utcb-location", "6.2.4", controlLocation},
	{"6.2.5-space-specifier", "6.2.5 6.2.18", controlSpecifier},
	{"6.2.10-activation", "6.2.10 6.2.20", controlActivation},
	{"6.2.11-pager-of-active", "6.2.11", controlPager},
	{"6.2.12-scheduler", "6.2.12", controlScheduler},
	{"6.2.13-new-version", "6.2.13", controlVersion},
	{"6.2.14-all-or-nothing", "6.2.14", controlNothing},
	{"6.2.15-delete-nobody", "6.2.15", controlNobody},
	{"6.2.16-no-scheduler", "6.2.16", controlNoScheduler},
	{"6.2.17-new-space", "6.2.17", controlNewSpace},
	{"6.2.18-in-a-space", "6.2.18", controlInSpace},
	{"6.2.19-active-creation", "6.2.19", controlActive},
	{"6.2.21-defaults", "6.2.21", controlDefaults},
	{"6.2.22-utcb-taken", "6.2.22", controlTaken},
	{"6.2.23-local-destination", "6.2.23", controlLocal},
}

// nobodies are IDs of threads that do not exist, for a space specifier.
func nobodies() []l4.ThreadID {
	return []l4.ThreadID{
		l4.Global(100000, 1), l4.Global(self.Number(), self.Version()+1), l4.Global(l4.Kernel().SystemBase(), 1), l4.AnyThread,
		l4.AnyLocalThread, 0x1240, l4.Global(l4.Kernel().UserBase()+lastWorker+9, 1),
	}
}

func controlUnprivileged() {
	victim, fresh := spawn(sleeper), newID()
	p := newPuppet(nil, source)
	p.does(func() {
		refused("create", control(fresh, p.id, p.id, l4.NilThread, same), l4.ErrPrivilege)
		refused("create a space", control(fresh, fresh, p.id, l4.NilThread, same), l4.ErrPrivilege)
		refused("delete", control(victim, l4.NilThread, l4.NilThread, l4.NilThread, same), l4.ErrPrivilege)
		refused("delete oneself", control(p.id, l4.NilThread, l4.NilThread, l4.NilThread, same), l4.ErrPrivilege)
		refused("own pager", control(p.id, p.id, l4.NilThread, p.id, same), l4.ErrPrivilege)
		refused("own version", control(l4.Global(p.id.Number(), 1), p.id, l4.NilThread, l4.NilThread, same), l4.ErrPrivilege)
		refused("nonsense", control(l4.NilThread, l4.NilThread, l4.NilThread, l4.NilThread, 0), l4.ErrPrivilege)
		refused("an interrupt", control(l4.Interrupt(3), l4.Interrupt(3), l4.NilThread, p.id, same), l4.ErrPrivilege)
		refused("a page of its own as interrupt", l4.AssociateInterrupt(8, p.id), l4.ErrPrivilege)
	})
	check(exists(victim) && !exists(fresh) && exists(p.id), "something was done")
}

func controlNumbers() {
	k := l4.Kernel()
	for n := k.SystemBase(); n < k.UserBase(); n++ {
		stepNumber("system thread", n)
		id := l4.Global(n, 1)
		refused("create", control(id, self, self, l4.NilThread, same), l4.ErrThread)
		refused("create a space", control(id, id, self, l4.NilThread, same), l4.ErrThread)
		refused("delete", control(id, l4.NilThread, l4.NilThread, l4.NilThread, same), l4.ErrThread)
	}
	step("interrupts")
	refused("no such handler", l4.AssociateInterrupt(3, l4.Global(100000, 1)), l4.ErrThread)
	refused("old version of a handler", l4.AssociateInterrupt(3, l4.Global(me().Number(), me().Version()+1)), l4.ErrThread)
	refused("the kernel's cascade", l4.AssociateInterrupt(2, me()), l4.ErrThread)
	succeeds("associate", l4.AssociateInterrupt(3, me()))
	succeeds("again", l4.AssociateInterrupt(3, me()))
	succeeds("release", l4.ReleaseInterrupt(3))
	step("the largest number")
	refused("the ID that is anythread", control(l4.AnyThread, self, self, l4.NilThread, same), l4.ErrThread)
	last := l4.Global(1<<k.ThreadBits()-1, 5)
	succeeds("create", control(last, self, self, controller, uint32(home.location())))
	starts(last, hello(5))
	greets(last, 5)
	remove(last)
}

// When memory ends, ThreadControl says so; everything else goes on, and all comes back.
func controlNoMemory() {
	p := newPuppet(nil, source)
	first, counts := l4.Kernel().UserBase()+2000, [2]uint32{}
	for round := range counts {
		n := uint32(0)
		for ; n < 200000; n++ {
			if err := control(l4.Global(first+n, 1), self, self, l4.NilThread, same); err != l4.OK {
				refused("creation", err, l4.ErrNoMemory)
				break
			}
		}
		check(n > 1000 && n < 200000, "memory does not end")
		refused("a space", control(l4.Global(first+n, 1), l4.Global(first+n, 1), self, l4.NilThread, same), l4.ErrNoMemory)
		check(!exists(l4.Global(first+n, 1)), "a refused creation left something")
		check(exists(l4.Global(first+n-1, 1)), "the last one does not exist")
		p.does(func() { l4.Sleep(tick) })
		p.sees(free, 0)
		for i := range n {
			l4.DeleteThread(l4.Global(first+i, 1))
		}
		check(!exists(l4.Global(first, 1)) && !exists(l4.Global(first+n-1, 1)), "not deleted")
		counts[round] = n
	}
	equal("as many as the first time", counts[1], counts[0])
}

func controlByNumber() {
	id := spawn(sleeper)
	other := l4.Global(id.Number(), id.Version()+2)
	check(!exists(other), "another version exists")
	succeeds("delete by another version", control(other, l4.NilThread, l4.NilThread, l4.NilThread, same))
	check(!exists(id), "not deleted")
}

func controlSelf() {
	for _, id := range [...]l4.ThreadID{me(), l4.Global(me().Number(), me().Version()+2)} {
		refused("delete oneself", control(id, l4.NilThread, l4.NilThread, l4.NilThread, same), l4.ErrThread)
	}
	check(control(l4.MyLocalID(), l4.NilThread, l4.NilThread, l4.NilThread, same) != l4.OK, "by local ID")
	equalID("still here", l4.OtherID(l4.MyLocalID()), me())
}

func controlLocation() {
	area := l4.UTCBAreaHere()
	id := spawn(sleeper)
	at := uint32(l4.OtherID(id)) - 256
	for _, where := range [...]uint32{at, at + 512, uint32(home.location()), 0} {
		refused("of an active thread", control(id, id, l4.NilThread, l4.NilThread, where), l4.ErrUTCBArea)
	}
	dead := inactive()
	good := uint32(home.location())
	for _, where := range [...]uint32{
		good + 1, good + 4, good + 256, good + 0x40, area.Base() - 512, area.Base() + uint32(area.Size()), 0, 0x1000, 0xC0000000, 0xFFFFFE00,
	} {
		stepNumber("location", where)
		refused("outside or not aligned", control(dead, dead, l4.NilThread, l4.NilThread, where), l4.ErrUTCBArea)
		refused("with activation", control(dead, dead, l4.NilThread, controller, where), l4.ErrUTCBArea)
	}
	about.Reset()
	other := uint32(home.location())
	succeeds("set", control(dead, dead, l4.NilThread, l4.NilThread, good))
	succeeds("set anew", control(dead, dead, l4.NilThread, l4.NilThread, other))
	succeeds("activate", control(dead, dead, l4.NilThread, controller, same))
	equalID("local ID", l4.OtherID(dead), l4.ThreadID(other+256))
}

func controlSpecifier() {
	id, fresh := unstarted(), newID()
	for _, in := range nobodies() {
		stepNumber("specifier", uint32(in))
		refused("modify", control(id, in, l4.NilThread, l4.NilThread, same), l4.ErrSpace)
		refused("create", control(fresh, in, self, l4.NilThread, same), l4.ErrSpace)
		refused("create active", control(fresh, in, self, controller, uint32(home.location())), l4.ErrSpace)
		check(!exists(fresh), "it was created")
	}
	starts(id, hello(1))
	greets(id, 1)
}

// An inactive thread's location is stored as it is, and judged when it is activated.
func controlActivation() {
	for _, bad := range [...]uint32{same, 0x1000, l4.UTCBAreaHere().Base() + 1, 0xC0000000} {
		stepNumber("location", bad)
		id := newID()
		succeeds("create", control(id, self, self, l4.NilThread, bad))
		refused("activate", control(id, id, l4.NilThread, controller, same), l4.ErrUTCBArea)
		check(l4.State(id) == l4.Dead, "it is active")
		at := uint32(home.location())
		succeeds("activate with a good one", control(id, id, l4.NilThread, controller, at))
		equalID("local ID", l4.OtherID(id), l4.ThreadID(at+256))
		starts(id, hello(bad))
		greets(id, bad)
	}
	step("in a space that gets its area later")
	id := newID()
	succeeds("create", control(id, id, self, l4.NilThread, l4.UTCBAreaHere().Base()+512))
	refused("activate", control(id, id, l4.NilThread, controller, same), l4.ErrUTCBArea)
	_, err := l4.SpaceControl(id, 0, l4.KIPAreaHere(), l4.UTCBAreaHere(), l4.NilThread)
	succeeds("areas", err)
	succeeds("activate", control(id, id, l4.NilThread, controller, same))
	equal("state", uint32(l4.State(id)), uint32(l4.WaitingReceive))
	equalID("local ID", l4.OtherID(id), l4.ThreadID(l4.UTCBAreaHere().Base()+512+256))
}

func controlPager() {
	other := spawn(sleeper)
	p := newPuppet(&home, source)
	p.receives(p.id).in(l4.Never, l4.Never)
	p.block(l4.WaitingReceive)
	succeeds("set", control(p.id, p.id, l4.NilThread, other, same))
	equalID("Pager", utcbOf(p).Pager, other)
	succeeds("unchanged", control(p.id, p.id, l4.NilThread, l4.NilThread, same))
	equalID("Pager", utcbOf(p).Pager, other)
	equal("state", uint32(l4.State(p.id)), uint32(l4.WaitingReceive))
	exchange(p.id, l4.CancelIPC)
	p.finish()
	step("faults go there")
	pager := spawn(func() {
		var m l4.Msg
		from, _ := l4.Wait(&m, soon)
		l4.Send(controller, m.Start(0).Add(uint32(from)), soon)
		l4.Suspend()
	})
	id := unstarted()
	utcbAt(id).ExceptionHandler = pageServer
	succeeds("set", control(id, id, l4.NilThread, pager, same))
	starts(id, func() { load(free) })
	var m l4.Msg
	arrives("from the new pager", l4.Receive(pager, &m, soon))
	equal("who faults", m.Word(1), uint32(l4.OtherID(id)))
}

// The scheduler need not exist. Its space may call Schedule, others may not.
func controlScheduler() {
	p, q := newPuppet(nil, source), newPuppet(nil, target)
	id := spawn(sleeper)
	try := func(p *puppet) (err l4.CallError) {
		p.does(func() { err = l4.SetPriority(id, 50) })
		return err
	}
	refused("not its scheduler", try(p), l4.ErrPrivilege)
	succeeds("set", control(id, id, p.id, l4.NilThread, same))
	succeeds("its scheduler", try(p))
	refused("another", try(q), l4.ErrPrivilege)
	succeeds("unchanged", control(id, id, l4.NilThread, l4.NilThread, same))
	succeeds("its scheduler", try(p))
	succeeds("nobody", control(id, id, l4.Global(100000, 1), l4.NilThread, same))
	refused("not any more", try(p), l4.ErrPrivilege)
	fresh := newID()
	succeeds("create with nobody", control(fresh, self, l4.Global(100000, 1), l4.NilThread, same))
}

func controlVersion() {
	p := newPuppet(nil, source)
	waiting, sending := newPuppet(&home, source), newPuppet(nil, target)
	id := spawn(sleeper)
	for i := range uint32(4) {
		renamed := l4.Global(id.Number(), id.Version()+0x80|1)
		waiting.receives(id)
		waiting.block(l4.WaitingReceive)
		sending.sends(id, tag(0, 0))
		sending.block(l4.PendingSend)
		succeeds("new version", control(renamed, id, l4.NilThread, l4.NilThread, same))
		check(exists(renamed) && !exists(id), "which exists?")
		equalID("its own ID", utcbAt(renamed).MyGlobalID, renamed)
		finish(waiting, sending)
		waiting.want("waits for the old ID", receiveNoPartner)
		sending.want("sends to the old ID", sendNoPartner)
		p.sends(id, tag(0, 0))
		p.run()
		p.want("send to the old ID", sendNoPartner)
		p.receives(id)
		p.run()
		p.want("receive from the old ID", receiveNoPartner)
		p.sends(renamed, tag(0, 0)).in(l4.Zero, l4.Never)
		p.run()
		p.want("send to the new ID", sendTimeout)
		id = renamed
		_ = i
	}
	step("inactive")
	dead := inactive()
	renamed := l4.Global(dead.Number(), dead.Version()+2)
	succeeds("new version", control(renamed, renamed, l4.NilThread, l4.NilThread, same))
	check(exists(renamed) && !exists(dead), "which exists?")
	succeeds("activate", control(renamed, renamed, l4.NilThread, controller, uint32(home.location())))
	equalID("its own ID", utcbAt(renamed).MyGlobalID, renamed)
	step("with activation")
	dead = inactive()
	renamed = l4.Global(dead.Number(), dead.Version()+2)
	succeeds("at once", control(renamed, renamed, l4.NilThread, controller, uint32(home.location())))
	starts(renamed, hello(9))
	greets(renamed, 9)
	step("the caller")
	was := me()
	now := l4.Global(was.Number(), was.Version()+2)
	succeeds("new version", control(now, now, l4.NilThread, l4.NilThread, same))
	equalID("own ID", me(), now)
	succeeds("and back", control(was, was, l4.NilThread, l4.NilThread, same))
	equalID("own ID", me(), was)
}

// A call that fails changes nothing of what it could have done.
func controlNothing() {
	id, other := unstarted(), spawn(sleeper)
	u := utcbAt(id)
	renamed := l4.Global(id.Number(), id.Version()+2)
	for i := range 3 {
		switch i {
		case 0:
			refused("bad location", control(renamed, id, other, other, uint32(home.location())), l4.ErrUTCBArea)
		case 1:
			refused("bad space", control(renamed, l4.Global(100000, 1), other, other, same), l4.ErrSpace)
		case 2:
			fresh := newID()
			succeeds("fresh space", control(fresh, fresh, self, l4.NilThread, same))
			refused("not initialised", control(renamed, fresh, other, other, same), l4.ErrUTCBArea)
		}
		equalID("Pager", u.Pager, controller)
		equalID("own ID", u.MyGlobalID, id)
		check(exists(id) && !exists(renamed), "renamed")
	}
	starts(id, hello(1))
	greets(id, 1)
	step("inactive")
	dead, at := newID(), uint32(home.location())
	succeeds("create", control(dead, self, self, l4.NilThread, at))
	refused("activate elsewhere", control(dead, dead, l4.NilThread, controller, 0x1000), l4.ErrUTCBArea)
	check(l4.State(dead) == l4.Dead, "active")
	succeeds("activate", control(dead, dead, l4.NilThread, controller, same))
	equalID("at the old location", l4.OtherID(dead), l4.ThreadID(at+256))
}

func controlNobody() {
	for _, n := range [...]uint32{100000, 0x3FFFF, 1 << 17, l4.Kernel().UserBase() + lastWorker + 9} {
		succeeds("delete", control(l4.Global(n, 1), l4.NilThread, l4.NilThread, l4.NilThread, same))
		check(!exists(l4.Global(n, 1)), "it exists now")
	}
	id := spawn(sleeper)
	remove(id)
	remove(id)
}

func controlNoScheduler() {
	id := newID()
	refused("here", control(id, self, l4.NilThread, l4.NilThread, same), l4.ErrThread)
	refused("active", control(id, self, l4.NilThread, controller, uint32(home.location())), l4.ErrThread)
	refused("new space", control(id, id, l4.NilThread, l4.NilThread, same), l4.ErrThread)
	check(!exists(id), "it was created")
}

func controlNewSpace() {
	id := newID()
	refused("active", control(id, id, self, controller, l4.UTCBAreaHere().Base()), l4.ErrSpace)
	check(!exists(id), "it was created")
	succeeds("inactive", control(id, id, self, l4.NilThread, same))
	check(l4.State(id) == l4.Dead, "active")
	_, err := l4.SpaceControl(id, 0, l4.KIPAreaHere(), l4.UTCBAreaHere(), l4.NilThread)
	succeeds("a space of its own", err)
}

func controlInSpace() {
	p := newPuppet(nil, source)
	for _, in := range [...]l4.ThreadID{p.id, self, me()} {
		id, s := newID(), p.space
		if in != p.id {
			s = &home
		}
		at := s.location()
		succeeds("create", control(id, in, self, controller, uint32(at)))
		equalID("local ID", l4.OtherID(id), at.LocalID())
		inThere := false
		p.does(func() {
			var x l4.ThreadRegisters
			other, _, err := l4.ExchangeRegisters(at.LocalID(), 0, &x)
			inThere = err == l4.OK && other == id
		})
		check(inThere == (in == p.id), "in the wrong space")
	}
}

func controlActive() {
	fresh, id := newID(), newID()
	succeeds("fresh space", control(fresh, fresh, self, l4.NilThread, same))
	refused("uninitialised", control(id, fresh, self, controller, l4.UTCBAreaHere().Base()), l4.ErrSpace)
	good := uint32(home.location())
	area := l4.UTCBAreaHere()
	for _, at := range [...]uint32{
		same, 0, good + 1, good + 256, area.Base() - 512, area.Base() + uint32(area.Size()), 0xC0000000, 0xFFFFFE00,
	} {
		stepNumber("location", at)
		refused("create", control(id, self, self, controller, at), l4.ErrUTCBArea)
		check(!exists(id), "it was created")
	}
	succeeds("create", control(id, self, self, controller, good))
}

// Priority 100, timeslice 10 ms, no end of its quantum.
func controlDefaults() {
	var count [2]uint32
	counting := func(i int) func() {
		return func() {
			for {
				atomic.AddUint32(&count[i], 1)
			}
		}
	}
	runs := func(i int) bool {
		before := atomic.LoadUint32(&count[i])
		l4.Sleep(l4.Milliseconds(1))
		return atomic.LoadUint32(&count[i]) != before
	}
	id := spawn(counting(0)) // a new thread of which nothing is set
	spawnAt(usualPriority-1, counting(1))
	check(runs(0), "it does not run")
	check(!runs(1), "its priority is below 100")
	above := spawnAt(usualPriority+1, spinner)
	check(!runs(0), "its priority is above 100")
	remove(above)
	step("quantum")
	l4.Sleep(l4.Milliseconds(60))
	check(runs(0), "it has stopped")
	remove(id)
	step("timeslice")
	var turns struct {
		n     uint32
		whose uint32
		at    [16]uint64
	}
	turns.whose = 9
	for i := range uint32(2) {
		spawn(func() {
			for {
				if atomic.LoadUint32(&turns.whose) != i {
					atomic.StoreUint32(&turns.whose, i)
					if n := atomic.AddUint32(&turns.n, 1); n <= 16 {
						turns.at[n-1] = l4.SystemClock()
					}
				}
			}
		})
	}
	l4.Sleep(l4.Milliseconds(65))
	check(turns.n >= 4 && turns.n <= 8, "turns in 65 ms")
	for i := uint32(2); i < turns.n; i++ {
		if d := turns.at[i] - turns.at[i-1]; d < 9000 || d > 14000 {
			fatal(describe("timeslice of ").Dec(d).Str(" us"))
		}
	}
}

func controlTaken() {
	id, fresh, dead := unstarted(), newID(), inactive()
	at := uint32(l4.OtherID(id)) - 256
	refused("create", control(fresh, self, self, controller, at), l4.ErrUTCBArea)
	refused("activate", control(dead, dead, l4.NilThread, controller, at), l4.ErrUTCBArea)
	refused("the runner's", control(fresh, self, self, controller, l4.UTCBAreaHere().Base()), l4.ErrUTCBArea)
	starts(id, hello(4))
	greets(id, 4)
	remove(id)
	succeeds("free again", control(fresh, self, self, controller, at))
	s := newSpace(controller)
	other := newID()
	succeeds("the same address in another space", control(other, s.id, self, controller, at))
}

func controlLocal() {
	id := spawn(sleeper)
	local := l4.OtherID(id)
	for _, dest := range [...]l4.ThreadID{local, l4.NilThread, l4.AnyLocalThread, 0x1240} {
		check(control(dest, l4.NilThread, l4.NilThread, l4.NilThread, same) != l4.OK, "delete")
		check(control(dest, self, self, l4.NilThread, same) != l4.OK, "create or modify")
	}
	check(exists(id), "deleted")
}
