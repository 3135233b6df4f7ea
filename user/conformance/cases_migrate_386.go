package main

import "pecan/user/l4"

// Migration (semantics 6.2, 10).

var migrateCases = []testCase{
	{"6.2.6-location-there", "6.2.6 10.13", migrateLocation},
	{"6.2.7-contents", "6.2.7", migrateContents},
	{"6.2.8-ipc", "6.2.8 10.13", migrateIPC},
	{"6.2.8-fault", "6.2.8 6.5.5", migrateFault},
	{"6.2.8-waits-for-start", "6.2.8 6.1.2", migrateUnstarted},
	{"6.2.9-last-thread", "6.2.9", migrateLast},
	{"6.2.6-inactive", "6.2.6 6.2.10", migrateInactive},
}

func migrate(id, to l4.ThreadID) l4.CallError {
	return control(id, to, l4.NilThread, l4.NilThread, same)
}

func migrateLocation() {
	id, fresh, small := unstarted(), newID(), newID()
	at := uint32(l4.OtherID(id)) - 256
	succeeds("fresh space", control(fresh, fresh, self, l4.NilThread, same))
	refused("not initialised", migrate(id, fresh), l4.ErrUTCBArea)
	succeeds("space with another area", l4.NewSpace(&l4.Space{
		ID: small, Pager: controller, Scheduler: self, KIPArea: l4.KIPAreaHere(), UTCBArea: l4.NewFpage(free, 12, 0),
	}))
	refused("outside the area there", migrate(id, small), l4.ErrUTCBArea)
	s := newSpace(controller)
	other := newID()
	succeeds("a thread there", control(other, s.id, self, controller, at))
	refused("taken there", migrate(id, s.id), l4.ErrUTCBArea)
	refused("with a location", control(id, s.id, l4.NilThread, l4.NilThread, at+512), l4.ErrUTCBArea)
	equal("still here", uint32(l4.OtherID(id)), at+256)
	equalID("and known here", l4.OtherID(l4.ThreadID(at+256)), id)
	remove(other)
	succeeds("migrate", migrate(id, s.id))
	check(l4.OtherID(l4.ThreadID(at+256)).IsNil(), "still known here")
}

func migrateContents() {
	p := newPuppet(nil, target)
	q := newPuppet(&home, source)
	u := utcbOf(q)
	q.does(func() { u.ThreadWord0, u.ThreadWord1, u.MR[40] = 0x111, 0x222, 0x333 })
	u.SetBR(20, 0x444)
	p.space.utcbs = 100
	succeeds("there", migrate(q.id, p.id))
	q.space = p.space
	var words [4]uint32
	q.does(func() {
		v := l4.MyUTCB()
		words = [4]uint32{v.ThreadWord0, v.ThreadWord1, uint32(l4.MyLocalID()), uint32(v.MyGlobalID)}
	})
	equal("word 0", words[0], 0x111)
	equal("word 1", words[1], 0x222)
	equal("local ID", words[2], uint32(q.local))
	equal("global ID", words[3], uint32(q.id))
	q.sends(p.id, tag(0, 0))
	p.receives(l4.AnyThread)
	p.begin()
	q.begin()
	finish(p, q)
	equalID("known there by its local ID", p.sender, q.local)
	step("and back")
	q.does(func() { l4.MyUTCB().ThreadWord0 = 0x555 })
	succeeds("back", migrate(q.id, self))
	q.space = &home
	q.does(func() { words[0] = l4.MyUTCB().ThreadWord0 })
	equal("word 0", words[0], 0x555)
	equalID("known here", l4.OtherID(q.local), q.id)
}

func migrateIPC() {
	busy := newPuppet(&home, source)
	there := newPuppet(nil, target)
	for i := range uint32(5) {
		stepNumber("IPC", i)
		p := newPuppet(&home, source)
		there.space.utcbs = home.utcbs
		want := receiveCancelled
		switch i {
		case 0:
			p.sends(busy.id, tag(0, 0))
			want = sendCancelled
		case 1:
			p.calls(busy.id, tag(0, 0))
			want = sendCancelled
		case 2:
			p.receives(busy.id)
		case 3:
			p.receives(l4.AnyLocalThread)
		case 4:
			p.receives(p.id).in(l4.Never, l4.Never)
		}
		state := l4.WaitingReceive
		if i < 2 {
			state = l4.PendingSend
		}
		p.block(state)
		succeeds("migrate", migrate(p.id, there.id))
		p.space = there.space
		p.finish()
		p.want("IPC", want)
		busy.receives(l4.AnyThread).in(l4.Never, l4.Zero)
		busy.run()
		busy.want("nothing is queued any more", receiveTimeout)
	}
}

// A fault or an exception is taken again, in the new space.
func migrateFault() {
	stampRegions()
	there := newPuppet(nil, target)
	there.takes(rwx(source, 9, 12), free, l4.Complete)
	for i := range 2 {
		p := newPuppet(&home, source)
		there.space.utcbs = home.utcbs
		p.probing, p.probe = true, [4]uint32{readWord, free, 0, 0}
		p.begin()
		if i == 0 {
			p.faults(free, l4.Read)
		} else {
			waitState(p.id, l4.PendingSend)
		}
		succeeds("migrate", migrate(p.id, there.id))
		p.space = there.space
		p.finish()
		equal("what it sees there", p.probe[2], stampOf(source, 9))
		p.probing = false
	}
}

// A thread that waits for its start goes on waiting, and can be started there.
func migrateUnstarted() {
	there := newPuppet(nil, target)
	for i := range uint32(3) {
		id := unstarted()
		there.space.utcbs = home.utcbs
		succeeds("migrate", migrate(id, there.id))
		l4.Sleep(tick)
		equal("state", uint32(l4.State(id)), uint32(l4.WaitingReceive))
		equal("bits", uint32(exchange(id, 0)), uint32(l4.CancelReceive))
		if i == 1 {
			succeeds("and back", migrate(id, self))
			starts(id, hello(i))
			greets(id, i)
			continue
		}
		landed = [10]uint32{}
		var m l4.Msg
		arrives("start", l4.Send(id, m.SetStart(landingAddress(), 0x1230+i), l4.Zero))
		awaitLanding()
		equal("SP", landed[7], 0x1230+i)
		remove(id)
	}
}

func migrateLast() {
	stampRegions()
	a, c := newPuppet(nil, source), newPuppet(nil, target)
	b := newPuppet(a.space, source)
	a.takes(rwx(source, 0, 12), free, l4.Complete)
	a.gives(c, l4.PageAt(free, l4.RX), free, l4.Complete)
	remove(a.id)
	c.sees(free, stampOf(source, 0))
	c.space.utcbs = 100
	succeeds("the last one leaves", migrate(b.id, c.id))
	c.sees(free, 0)
	_, err := l4.SpaceControl(a.id, 0, 0, 0, l4.NilThread)
	refused("the space is gone", err, l4.ErrSpace)
}

func migrateInactive() {
	there := newPuppet(nil, target)
	id := inactive()
	succeeds("migrate", migrate(id, there.id))
	at := there.space.location()
	succeeds("activate there", control(id, id, l4.NilThread, controller, uint32(at)))
	equalID("local ID", l4.OtherID(id), at.LocalID())
	check(l4.OtherID(at.LocalID()).IsNil() || l4.OtherID(at.LocalID()) != id, "it is here")
	step("both at once, its location set before")
	id = newID()
	at = there.space.location()
	succeeds("create", control(id, self, self, l4.NilThread, uint32(at)))
	succeeds("migrate and activate", control(id, there.id, l4.NilThread, controller, same))
	equal("state", uint32(l4.State(id)), uint32(l4.WaitingReceive))
	equalID("local ID", l4.OtherID(id), at.LocalID())
}
