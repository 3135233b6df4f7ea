package main

import "pecan/user/l4"

// The life cycle of threads (semantics 6.1, abi 6.1).

var lifeCases = []testCase{
	{"6.1.1-inactive", "6.1.1", lifeInactive},
	{"6.1.2-waits-for-start", "6.1.2", lifeWaits},
	{"6.1.3-start-message", "6.1.3", lifeStart},
	{"6.1.4-closed-untyped-unlimited", "6.1.4", lifeClosed},
	{"6.1.5-abort", "6.1.5 6.5.5", lifeAbort},
	{"6.1.6-new-pager", "6.1.6", lifePager},
	{"6.1.7-halt", "6.1.7 6.5.7 6.5.8", lifeHalt},
	{"6.1.8-delete", "6.1.8 6.3.6", lifeDelete},
}

// control is ThreadControl with a location as a number.
func control(dest, in, scheduler, pager l4.ThreadID, utcb uint32) l4.CallError {
	return l4.ThreadControl(dest, in, scheduler, pager, l4.UTCBLocation(utcb))
}

const same = uint32(l4.Unchanged)

// refused fails the case unless a call failed with an error.
func refused(what string, got, want l4.CallError) { equal(what, uint32(got), uint32(want)) }

// unstarted is a thread of this space that waits for its start from the case.
func unstarted() l4.ThreadID {
	id := newID()
	succeeds("create", control(id, self, self, controller, uint32(home.location())))
	return id
}

// starts sends the start message for a function.
func starts(id l4.ThreadID, entry func()) {
	ip, sp := l4.PrepareThread(newStack(), entry)
	arrives("start", l4.SendStart(id, ip, sp))
}

// hello is a function that sends a word to the case.
func hello(word uint32) func() {
	return func() {
		var m l4.Msg
		l4.Send(controller, m.Start(0).Add(word), soon)
		l4.Suspend()
	}
}

// greets waits for that word.
func greets(id l4.ThreadID, word uint32) {
	var m l4.Msg
	arrives("message from a thread", l4.Receive(id, &m, soon))
	equal("its word", m.Word(1), word)
}

func sleeper() {
	for {
		l4.Sleep(l4.Never)
	}
}

func spinner() {
	for {
	}
}

// exists reports whether the ID names a thread, without touching it.
func exists(id l4.ThreadID) bool {
	_, _, err := l4.Schedule(id, l4.Scheduling{Time: l4.Same, Processor: l4.Same, Priority: l4.Same, Preemption: l4.Same})
	return err != l4.ErrThread
}

func lifeInactive() {
	for i := range 2 {
		id := newID()
		if i == 0 {
			succeeds("create here", control(id, self, self, l4.NilThread, same))
		} else {
			succeeds("create in a new space", control(id, id, self, l4.NilThread, same))
		}
		check(l4.State(id) == l4.Dead, "state")
		var m l4.Msg
		ipcFails("send", l4.Send(id, m.Start(0), l4.Zero), sendTimeout)
		ipcFails("send", l4.Send(id, m.Start(0), tick), sendTimeout)
		ipcFails("receive", l4.Receive(id, &m, tick), receiveTimeout)
		var x l4.ThreadRegisters
		_, _, err := l4.ExchangeRegisters(id, 0x1FF, &x)
		refused("ExchangeRegisters", err, l4.ErrThread)
	}
}

func lifeWaits() {
	id := unstarted()
	equal("created", uint32(l4.State(id)), uint32(l4.WaitingReceive))
	equal("bits", uint32(exchange(id, 0)), uint32(l4.CancelReceive))
	late := inactive()
	succeeds("activate", control(late, late, l4.NilThread, controller, uint32(home.location())))
	equal("activated", uint32(l4.State(late)), uint32(l4.WaitingReceive))
	equalID("its Pager", utcbAt(late).Pager, controller)
	equalID("its ID", utcbAt(late).MyGlobalID, late)
	starts(late, hello(2))
	greets(late, 2)
	starts(id, hello(1))
	greets(id, 1)
}

// utcbAt is the UTCB of a thread of this space.
func utcbAt(id l4.ThreadID) *l4.UTCB {
	local := l4.OtherID(id)
	check(local.IsLocal(), "a thread of this space has no local ID")
	return utcbOf(&puppet{utcb: l4.UTCBLocation(uint32(local) - 256)})
}

// landed is what landing stores: AX, CX, DX, BX, SI, DI, BP, SP, flags, and last that it has done so.
var landed [10]uint32

// landing stores its registers in landed and runs on without end.
func landing()

func landingAddress() uint32

func awaitLanding() {
	for range 1000 {
		if load(landedAddress()+4*9) != 0 {
			return
		}
		l4.Sleep(tick)
	}
	fatal(describe("a thread does not get to where it was sent"))
}

func landedAddress() uint32

func lifeStart() {
	for i := range uint32(3) {
		landed = [10]uint32{}
		id := unstarted()
		var m l4.Msg
		label := [...]uint16{0, 0x1234, 0xFFE0}[i] // which is ignored
		arrives("start", l4.Send(id, m.Start(label).Add(landingAddress()).Add(0x12345670+i), l4.Zero))
		awaitLanding()
		equal("SP", landed[7], 0x12345670+i)
		equal("flags", landed[8]&^0x8D7, 0x200) // IF; no TF, DF, NT; IOPL 0
		for k := range 7 {
			equal("register", landed[k], 0)
		}
		remove(id)
	}
	step("in another space")
	s := newSpace(controller)
	ip, sp := l4.PrepareThread(newStack(), hello(3))
	arrives("start", l4.SendStart(s.id, ip, sp))
	var m l4.Msg
	for {
		arrives("message", l4.Receive(s.id, &m, soon))
		f, ok := m.PageFault()
		if !ok {
			break
		}
		supply(f.Addr, &m)
		arrives("supply", l4.Send(s.id, &m, l4.Zero))
	}
	equal("word", m.Word(1), 3)
}

func lifeClosed() {
	stampRegions()
	id := unstarted()
	p := newPuppet(&home, source)
	for _, t := range [...]l4.MsgTag{tag(2, 0), tag(0, 0)} {
		p.sends(id, t).in(tick, l4.Never).set(landingAddress(), 0)
		p.run()
		p.want("start by another thread", sendTimeout)
	}
	var m l4.Msg
	for n := range uint32(64) {
		if n == 2 {
			continue
		}
		m.Start(0)
		for range n {
			m.Add(landingAddress())
		}
		l4.Send(id, &m, l4.Zero)
		equal("state", uint32(l4.State(id)), uint32(l4.WaitingReceive))
	}
	step("items")
	m.SetStart(landingAddress(), 0).AddMap(l4.MapItem{Base: free, Fpage: l4.PageAt(regions[source], l4.RWX)})
	ipcFails("words and map item", l4.Send(id, &m, l4.Zero), sendError(l4.Overflow, 0))
	m.Start(0).AddMap(l4.MapItem{Base: free, Fpage: l4.PageAt(regions[source], l4.RWX)})
	ipcFails("map item", l4.Send(id, &m, l4.Zero), sendError(l4.Overflow, 0))
	m.Start(0).AddGrant(l4.GrantItem{Base: free, Fpage: l4.PageAt(regions[source], l4.RWX)})
	ipcFails("grant item", l4.Send(id, &m, l4.Zero), sendError(l4.Overflow, 0))
	m.Start(0).AddString(l4.StringItem{Addr: regions[source], Length: 16})
	ipcFails("string", l4.Send(id, &m, l4.Zero), sendError(l4.Overflow, 0))
	equal("the page was not granted", load(regions[source]), stampOf(source, 0))
	equal("state", uint32(l4.State(id)), uint32(l4.WaitingReceive))
	step("long afterwards")
	l4.Sleep(l4.Milliseconds(30))
	starts(id, hello(7))
	greets(id, 7)
}

// Aborted without a new IP the thread runs from where it is: at address 0, where nothing is.
func lifeAbort() {
	for _, bits := range [...]l4.ExchangeFlags{l4.CancelReceive, l4.CancelIPC} {
		id := unstarted()
		utcbAt(id).ExceptionHandler = controller
		equal("S alone", uint32(exchange(id, l4.CancelSend)), uint32(l4.CancelReceive))
		equal("still waits", uint32(l4.State(id)), uint32(l4.WaitingReceive))
		exchange(id, bits)
		var m l4.Msg
		arrives("fault or exception", l4.Receive(id, &m, soon))
		if f, ok := m.PageFault(); ok {
			equal("IP", f.IP, 0)
		} else {
			x, ok := m.Exception()
			check(ok, "what message?")
			equal("IP", x.IP, 0)
		}
		landed = [10]uint32{}
		id = unstarted()
		x := l4.ThreadRegisters{IP: landingAddress(), SP: 0x1230}
		_, was, err := l4.ExchangeRegisters(id, bits|l4.SetIP|l4.SetSP, &x)
		succeeds("start by ExchangeRegisters", err)
		equal("it waited", uint32(was), uint32(l4.CancelReceive))
		awaitLanding()
		equal("SP", landed[7], 0x1230)
		remove(id)
	}
	step("first IP and SP, then the abort")
	landed = [10]uint32{}
	id := unstarted()
	x := l4.ThreadRegisters{IP: landingAddress(), SP: 0x1230}
	_, _, err := l4.ExchangeRegisters(id, l4.SetIP|l4.SetSP, &x)
	succeeds("set", err)
	equal("still waits", uint32(l4.State(id)), uint32(l4.WaitingReceive))
	exchange(id, l4.CancelIPC)
	awaitLanding()
	equal("SP", landed[7], 0x1230)
}

func lifePager() {
	other := spawn(sleeper)
	for i := range 2 {
		id := unstarted()
		if i == 0 {
			succeeds("by ThreadControl", control(id, id, l4.NilThread, other, same))
		} else {
			x := l4.ThreadRegisters{Pager: other}
			_, _, err := l4.ExchangeRegisters(id, l4.SetPager, &x)
			succeeds("by ExchangeRegisters", err)
		}
		equalID("Pager", utcbAt(id).Pager, other)
		starts(id, hello(8))
		greets(id, 8)
	}
}

var lifeCount uint32

func lifeHalt() {
	id := spawn(func() {
		for {
			store(lifeCountAddress(), load(lifeCountAddress())+1)
		}
	})
	for range 4 {
		l4.Sleep(tick)
		equal("was not halted", uint32(exchange(id, l4.SetHalt|l4.Halt)), 0)
		n := load(lifeCountAddress())
		check(n != 0, "it does not run")
		equal("state", uint32(l4.State(id)), uint32(l4.Inactive))
		l4.Sleep(tick)
		equal("it runs on", load(lifeCountAddress()), n)
		equal("halt without H", uint32(exchange(id, 0)), uint32(l4.Halt))
		equal("halted", uint32(exchange(id, l4.Halt)), uint32(l4.Halt))
		equal("resumed", uint32(exchange(id, l4.SetHalt)), uint32(l4.Halt))
		equal("state", uint32(l4.State(id)), uint32(l4.Running))
		l4.Sleep(tick)
		check(load(lifeCountAddress()) != n, "it does not go on")
		equal("h without H", uint32(exchange(id, l4.Halt)), 0)
		equal("state", uint32(l4.State(id)), uint32(l4.Running))
	}
}

func lifeCountAddress() uint32

// deathRow is a thread in a state, to be deleted.
type deathRow struct {
	what string
	id   l4.ThreadID
}

// lifeDelete deletes threads in every state, and creates others with the same IDs.
func lifeDelete() {
	peer := newPuppet(&home, source)
	spinning := spawn(spinner)
	never := spawnAt(1, spinner)
	halted := spawn(spinner)
	exchange(halted, l4.SetHalt|l4.Halt)
	sleeping := spawn(func() { l4.Sleep(l4.Milliseconds(5)) })
	sending := newPuppet(nil, source)
	sending.sends(peer.id, tag(0, 0))
	sending.block(l4.PendingSend)
	receiving := newPuppet(nil, source)
	receiving.receives(peer.id)
	receiving.block(l4.WaitingReceive)
	fault := newPuppet(nil, source)
	fault.probing, fault.probe = true, [4]uint32{readWord, free, 0, 0}
	fault.begin()
	fault.faults(free, l4.Read)
	queued, raised := newPuppet(nil, source), newPuppet(nil, source)
	queued.probing, queued.probe = true, [4]uint32{readWord, free, 0, 0}
	raised.probing, raised.probe = true, [4]uint32{readPort, 0x99, 0, 0}
	queued.begin()
	raised.begin() // both messages stay in the case's queue
	waitState(queued.id, l4.PendingSend)
	waitState(raised.id, l4.PendingSend)
	fresh := newID()
	succeeds("a fresh space", control(fresh, fresh, self, l4.NilThread, same))
	rows := []deathRow{
		{"ready", spinning}, {"ready, never ran", never}, {"halted", halted}, {"sleeping", sleeping},
		{"sending", sending.id}, {"receiving", receiving.id}, {"in a fault", fault.id}, {"fault queued", queued.id},
		{"I/O fault queued", raised.id}, {"unstarted", unstarted()}, {"inactive", inactive()}, {"in a fresh space", fresh},
	}
	for i := range rows {
		step(rows[i].what)
		id := rows[i].id
		check(exists(id), "it does not exist")
		remove(id)
		check(!exists(id), "it still exists")
		succeeds("create again", control(id, self, self, controller, uint32(home.location())))
		starts(id, hello(uint32(i)))
		greets(id, uint32(i))
	}
	step("nothing of them is left")
	peer.receives(l4.AnyThread).in(l4.Never, l4.Milliseconds(8)) // the sleeper's timeout passes
	peer.run()
	peer.want("no sender is queued", receiveTimeout)
}
