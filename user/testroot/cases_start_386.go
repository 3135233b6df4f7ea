package main

import "pecan/user/l4"

// The start protocol (abi 6.1, semantics 6.1).

var startCases = []testCase{
	{"abi-6.1-start-message", startMessage},
	{"abi-6.1-start-in-other-space", startElsewhere},
	{"abi-6.1-start-needs-two-words", startNeedsTwo},
	{"abi-6.1-start-with-items", startWithItems},
	{"abi-6.1-start-registers", startRegisters},
	{"semantics-6.1-start-by-exchange-registers", startByExchange},
	{"semantics-6.1-start-pager-fixed-at-activation", startPagerFixed},
	{"semantics-6.1-start-pager-not-there-yet", startPagerLater},
	{"semantics-6.1-start-pager-deleted", startPagerDeleted},
	{"semantics-6.1-abort-without-ip", startAborted},
}

// unstarted makes a thread of this space that waits for its start message from the case.
func unstarted() l4.ThreadID {
	id := newID()
	succeeds("create", l4.ThreadControl(id, self, self, me(), home.location()))
	waitState(id, l4.WaitingReceive)
	return id
}

func startMessage() {
	id := unstarted()
	ip, sp := l4.PrepareThread(newStack(), sender(me(), 0xCAFE))
	arrives("start", l4.SendStart(id, ip, sp))
	var m l4.Msg
	arrives("from the new thread", l4.Receive(id, &m, soon))
	equal("word", m.Word(1), 0xCAFE)
}

func startElsewhere() {
	s := newSpace(me())
	ip, sp := l4.PrepareThread(newStack(), sender(me(), 0xBEEF))
	arrives("start", l4.SendStart(s.id, ip, sp))
	r := rig{id: s.id, space: s}
	var m l4.Msg
	for { // serve its faults until its message comes
		arrives("message", l4.Receive(s.id, &m, soon))
		f, ok := m.PageFault()
		if !ok {
			break
		}
		check(inImage(f.Addr), "fault outside the image")
		supply(f.Addr, &m)
		arrives("supply", l4.Send(r.id, &m, l4.Zero))
	}
	equal("word", m.Word(1), 0xBEEF)
}

// Messages of another length do not start a thread, nor end its wait.
func startNeedsTwo() {
	id := unstarted()
	var m l4.Msg
	for n := range uint32(63) {
		if n == 2 {
			continue
		}
		stepNumber("words", n)
		m.Start(0)
		for range n {
			m.Add(parkAddress())
		}
		arrives("message", l4.Send(id, &m, l4.Zero))
		waitState(id, l4.WaitingReceive)
	}
	about.Reset()
	ip, sp := l4.PrepareThread(newStack(), sender(me(), 3))
	arrives("start", l4.SendStart(id, ip, sp))
	arrives("from the new thread", l4.Receive(id, &m, soon))
}

// Items are not accepted by a thread that waits for its start.
func startWithItems() {
	id := unstarted()
	var m l4.Msg
	m.SetStart(parkAddress(), 0)
	m.AddMap(l4.MapItem{Base: 0, Fpage: l4.PageAt(pages, l4.RWX)})
	l4.Send(id, &m, l4.Zero)
	waitState(id, l4.WaitingReceive)
	m.Start(0)
	m.AddMap(l4.MapItem{Base: 0, Fpage: l4.PageAt(pages, l4.RWX)})
	l4.Send(id, &m, l4.Zero)
	waitState(id, l4.WaitingReceive)
	ip, sp := l4.PrepareThread(newStack(), sender(me(), 3))
	arrives("start", l4.SendStart(id, ip, sp))
	arrives("from the new thread", l4.Receive(id, &m, soon))
}

// A thread begins with clean registers, and knows itself.
func startRegisters() {
	id := unstarted()
	u := utcbOf(id)
	u.ExceptionHandler = me()
	arrives("start", l4.SendStart(id, parkAddress(), 0x1234567C))
	var m l4.Msg
	arrives("exception", l4.Receive(id, &m, soon))
	e, ok := m.Exception()
	check(ok, "no exception")
	equal("IP", e.IP, parkAddress())
	equal("SP", e.ESP, 0x1234567C)
	equal("EFLAGS", e.Flags&^flagRF, 0x202)
	for i, v := range [...]uint32{e.EAX, e.EBX, e.ECX, e.EDX, e.ESI, e.EDI, e.EBP} {
		stepNumber("register", uint32(i))
		equal("register", v, 0)
	}
	equalID("MyGlobalId", u.MyGlobalID, id)
	equal("ProcessorNo", u.Processor, 0)
	equalID("Pager", u.Pager, me())
}

func startByExchange() {
	id := unstarted()
	ip, sp := l4.PrepareThread(newStack(), sender(me(), 11))
	succeeds("start", l4.Start(id, ip, sp))
	var m l4.Msg
	arrives("from the new thread", l4.Receive(id, &m, soon))
	equal("word", m.Word(1), 11)
}

// The Pager TCR does not change who may start a thread.
func startPagerFixed() {
	id := unstarted()
	other := spawn(sleeper)
	succeeds("set pager", l4.ThreadControl(id, id, l4.NilThread, other, l4.Unchanged))
	equalID("Pager", utcbOf(id).Pager, other)
	ip, sp := l4.PrepareThread(newStack(), sender(me(), 12))
	arrives("start", l4.SendStart(id, ip, sp))
	var m l4.Msg
	arrives("from the new thread", l4.Receive(id, &m, soon))
}

func startPagerLater() {
	pager := newID()
	id := newID()
	succeeds("create", l4.ThreadControl(id, self, self, pager, home.location()))
	waitState(id, l4.WaitingReceive)
	ip, sp := l4.PrepareThread(newStack(), sender(me(), 13))
	succeeds("create pager", l4.ThreadControl(pager, self, self, pageServer, home.location()))
	run(pager, func() { arrives("start", l4.SendStart(id, ip, sp)) })
	var m l4.Msg
	arrives("from the new thread", l4.Receive(id, &m, soon))
}

// Without its pager a thread can still be started or deleted.
func startPagerDeleted() {
	pager := spawn(sleeper)
	id := newID()
	succeeds("create", l4.ThreadControl(id, self, self, pager, home.location()))
	remove(pager)
	ip, sp := l4.PrepareThread(newStack(), sender(me(), 14))
	succeeds("start", l4.Start(id, ip, sp))
	var m l4.Msg
	arrives("from the new thread", l4.Receive(id, &m, soon))
	remove(id)
}

// Aborting the wait lets the thread run at IP 0: it faults, and nothing else happens.
func startAborted() {
	id := unstarted()
	utcbOf(id).ExceptionHandler = me()
	succeeds("cancel", l4.Cancel(id))
	var m l4.Msg
	arrives("exception", l4.Receive(id, &m, soon))
	e, ok := m.Exception()
	check(ok, "no exception for a jump to page 0")
	equal("IP", e.IP, 0)
	equal("vector", e.Vector, vecPageFault)
}
