package main

import "pecan/user/l4"

// ThreadControl on threads that exist: UTCB, migration, version (semantics 6.2, 10).

var modifyCases = []testCase{
	{"semantics-6.2-modify-errors", modifyErrors},
	{"semantics-6.2-modify-is-all-or-nothing", modifyAllOrNothing},
	{"semantics-6.2-modify-pager-of-active", modifyPager},
	{"semantics-6.2-version-change", modifyVersion},
	{"semantics-6.2-migrate-inactive", migrateInactive},
	{"semantics-6.2-migrate-active", migrateActive},
	{"semantics-10-migrate-in-ipc", migrateInIPC},
	{"semantics-10-migrate-utcb-taken", migrateTaken},
	{"semantics-6.2-migrate-last-thread", migrateLast},
	{"semantics-6.2-migrate-errors", migrateErrors},
}

func modifyErrors() {
	id := unstarted()
	at := uint32(l4.OtherID(id)) - 256
	refused("UTCB of an active thread", control(id, id, 0, 0, at), l4.ErrUTCBArea)
	refused("another UTCB of an active thread", control(id, id, 0, 0, at+512), l4.ErrUTCBArea)
	for _, s := range [...]l4.ThreadID{l4.Global(100000, 1), l4.Global(self.Number(), 77), 0x1240, l4.AnyThread, kernelThread()} {
		stepNumber("space", uint32(s))
		refused("no such space", control(id, s, 0, 0, same), l4.ErrSpace)
	}
	about.Reset()
	dead := newID()
	succeeds("create inactive", control(dead, self, self, 0, same))
	for _, bad := range [...]uint32{at + 1, at + 256, 0, 0xC0000000, 0x1000} {
		stepNumber("UTCB", bad)
		refused("UTCB", control(dead, dead, 0, 0, bad), l4.ErrUTCBArea)
	}
}

// A call that fails changes nothing, whatever part of it would have been possible.
func modifyAllOrNothing() {
	id := unstarted()
	u := utcbOf(id)
	renamed := l4.Global(id.Number(), id.Version()+2)
	other := spawn(sleeper)
	refused("bad UTCB, good rest", control(renamed, id, other, other, uint32(home.location())), l4.ErrUTCBArea)
	equalID("pager", u.Pager, me())
	equalID("ID", u.MyGlobalID, id)
	refused("bad space, good rest", control(renamed, l4.Global(100000, 1), other, other, same), l4.ErrSpace)
	equalID("pager", u.Pager, me())
	equalID("ID", u.MyGlobalID, id)
	var m l4.Msg
	ipcFails("no new ID", l4.Send(renamed, m.Start(0), l4.Zero), sendNoPartner)
	ip, sp := l4.PrepareThread(newStack(), sender(me(), 1))
	arrives("start", l4.SendStart(id, ip, sp))
	arrives("runs", l4.Receive(id, &m, soon))
	// An inactive one that cannot be activated keeps its old location.
	dead := newID()
	at := uint32(home.location())
	succeeds("create inactive", control(dead, self, self, 0, at))
	refused("activate elsewhere", control(dead, dead, 0, me(), 0x1000), l4.ErrUTCBArea)
	succeeds("activate", control(dead, dead, 0, me(), same))
	equalID("local ID", l4.OtherID(dead), l4.ThreadID(at+256))
}

func modifyPager() {
	id := spawn(sleeper)
	other := spawn(sleeper)
	succeeds("modify", control(id, id, 0, other, same))
	equalID("pager", utcbOf(id).Pager, other)
	succeeds("nothing", control(id, id, 0, 0, same))
	equalID("pager", utcbOf(id).Pager, other)
	waitState(id, l4.WaitingReceive)
}

func modifyVersion() {
	id := spawn(func() {
		var m l4.Msg
		_, err := l4.Wait(&m, soon)
		l4.Send(controller, m.Start(0).Add(uint32(err)).Add(uint32(l4.MyGlobalID())), soon)
	})
	waitState(id, l4.WaitingReceive)
	old := id
	for range 5 {
		id = l4.Global(id.Number(), id.Version()+128&0x3FFF|1)
		succeeds("new version", control(id, id, 0, 0, same))
		equalID("its ID", l4.OtherID(l4.OtherID(id)), id)
		refused("old ID", l4.Resume(old), l4.ErrThread)
		old = id
	}
	var m l4.Msg
	arrives("send", l4.Send(id, m.Start(0), soon))
	arrives("answer", l4.Receive(id, &m, soon))
	equal("its error", m.Word(1), 0)
	equal("its own ID", m.Word(2), uint32(id))
	// Inactive threads too, and the caller itself.
	dead := newID()
	succeeds("create", control(dead, self, self, 0, same))
	renamed := l4.Global(dead.Number(), dead.Version()+2)
	succeeds("rename inactive", control(renamed, renamed, 0, 0, same))
	ipcFails("old", l4.Send(dead, m.Start(0), l4.Zero), sendNoPartner)
	ipcFails("new", l4.Send(renamed, m.Start(0), l4.Zero), sendTimeout)
	was := me()
	now := l4.Global(was.Number(), was.Version()+2)
	succeeds("rename oneself", control(now, now, 0, 0, same))
	equalID("own ID", me(), now)
	succeeds("and back", control(was, was, 0, 0, same))
	equalID("own ID", me(), was)
}

func migrateInactive() {
	s := spawnSpace(sleeper)
	id := newID()
	succeeds("create here", control(id, self, self, 0, same))
	succeeds("move", control(id, s.id, 0, 0, same))
	succeeds("activate there", control(id, id, 0, pageServer, uint32(s.location())))
	run(id, sender(me(), 1))
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	arrives("message", err)
	equalID("it is elsewhere", from, id)
}

func migrateActive() {
	s := spawnSpace(sleeper)
	s.utcbs = 200 // as many as home has used
	id := spawn(func() {
		l4.MyUTCB().ThreadWord1 = 0x1234
		for {
			report(l4.IPCError(l4.MyUTCB().ThreadWord1))
			l4.Sleep(tick)
		}
	})
	var m l4.Msg
	from, err := l4.Wait(&m, soon)
	arrives("here", err)
	equalID("local", from, l4.OtherID(id))
	local := uint32(from)
	succeeds("move", control(id, s.id, 0, 0, same))
	for range 5 {
		from, err = l4.Wait(&m, soon)
		arrives("there", err)
		equalID("global", from, id)
		equal("UTCB went along", m.Word(1), 0x1234)
	}
	check(l4.OtherID(l4.ThreadID(local)).IsNil(), "local ID still known here")
	succeeds("move back", control(id, self, 0, 0, same))
	from, err = l4.Wait(&m, soon)
	arrives("back", err)
	if from == id {
		from, err = l4.Wait(&m, soon)
		arrives("back", err)
	}
	equalID("local", from, l4.ThreadID(local))
}

// A thread that is moved while in IPC gets the error "cancelled".
func migrateInIPC() {
	s := spawnSpace(sleeper)
	busy := spawn(sleeper)
	a := spawn(func() {
		var m l4.Msg
		report(l4.Send(busy, m.Start(0), l4.Never))
	})
	b := spawn(func() {
		var m l4.Msg
		report(l4.Receive(busy, &m, l4.Never))
	})
	waitState(a, l4.PendingSend)
	waitState(b, l4.WaitingReceive)
	succeeds("move the sender", control(a, s.id, 0, 0, same))
	reportOf(a, sendCancelled)
	succeeds("move the receiver", control(b, s.id, 0, 0, same))
	reportOf(b, receiveCancelled)
}

func migrateTaken() {
	s := spawnSpace(sleeper)
	id := unstarted()
	at := uint32(l4.OtherID(id)) - 256
	other := newID()
	succeeds("create there", control(other, s.id, self, me(), at))
	refused("move", control(id, s.id, 0, 0, same), l4.ErrUTCBArea)
	equalID("still here", l4.OtherID(l4.OtherID(id)), id)
	remove(other)
	succeeds("move", control(id, s.id, 0, 0, same))
}

// A space goes with its last thread, also when that moves away.
func migrateLast() {
	s := newSpace(me())
	r := startRig(s.id, s)
	r.patterns()
	r.regs.EBX = hole
	isFault(r.do(readEBX...), hole, r.slot, l4.Read)
	r.mapTo(hole, pages, l4.RWX)
	r.done(r.next(soon), 2)
	t := spawnSpace(sleeper)
	l4.Stop(r.id)
	refused("UTCB is taken there", control(r.id, t.id, 0, 0, same), l4.ErrUTCBArea)
	moved := unstarted()
	succeeds("away", control(moved, s.id, 0, 0, same))
	remove(r.id)
	succeeds("and back: the space is gone", control(moved, self, 0, 0, same))
	check(l4.OtherID(moved).IsLocal(), "not back")
}

func migrateErrors() {
	id := unstarted()
	fresh := newID()
	succeeds("fresh space", control(fresh, fresh, self, 0, same))
	refused("active into an uninitialised space", control(id, fresh, 0, 0, same), l4.ErrUTCBArea)
	s := newID()
	succeeds("space with another area", l4.NewSpace(&l4.Space{
		ID: s, Pager: me(), Scheduler: self, KIPArea: l4.KIPAreaHere(), UTCBArea: l4.NewFpage(0x20000000, 12, 0),
	}))
	refused("UTCB outside the area there", control(id, s, 0, 0, same), l4.ErrUTCBArea)
	ip, sp := l4.PrepareThread(newStack(), sender(me(), 1))
	arrives("start", l4.SendStart(id, ip, sp))
	arrives("runs", l4.Receive(id, new(l4.Msg), soon))
}
