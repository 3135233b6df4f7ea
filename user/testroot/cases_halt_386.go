package main

import (
	"sync/atomic"

	"pecan/user/l4"
)

// Halting (semantics 6.5). The cases are in the table of cases_exchange_386.go.

var counter [4]uint32

func count(i int) func() {
	return func() {
		for {
			atomic.AddUint32(&counter[i], 1)
		}
	}
}

func counted(i int) uint32 { return atomic.LoadUint32(&counter[i]) }

func haltRunning() {
	id := spawn(count(0))
	for range 5 {
		l4.Sleep(tick)
		_, _, err := l4.Stop(id)
		succeeds("stop", err)
		waitState(id, l4.Inactive)
		n := counted(0)
		l4.Sleep(tick)
		equal("counts on", counted(0), n)
		succeeds("resume", l4.Resume(id))
		for k := 0; k < 100 && counted(0) == n; k++ {
			l4.Sleep(tick)
		}
		check(counted(0) != n, "does not go on")
	}
}

// A thread in IPC completes it and then stops.
func haltInIPC() {
	counter[1] = 0
	id := spawn(func() {
		var m l4.Msg
		l4.Receive(controller, &m, soon)
		atomic.StoreUint32(&counter[1], m.Word(1))
		report(l4.OK)
	})
	waitState(id, l4.WaitingReceive)
	_, was, err := l4.Stop(id)
	succeeds("stop", err)
	equal("state", uint32(was), uint32(l4.CancelReceive))
	equal("still receiving", uint32(l4.State(id)), uint32(l4.WaitingReceive))
	var m l4.Msg
	arrives("send", l4.Send(id, m.Start(0).Add(55), l4.Zero))
	l4.Sleep(tick)
	equal("ran on", counted(1), 0)
	waitState(id, l4.Inactive)
	succeeds("resume", l4.Resume(id))
	reportOf(id, l4.OK)
	equal("got the message", counted(1), 55)
}

func haltInFault() {
	r := newRig()
	r.patterns()
	r.regs.EBX = hole
	isFault(r.do(readEBX...), hole, r.slot, l4.Read)
	_, _, err := l4.Stop(r.id)
	succeeds("stop", err)
	r.mapTo(hole, pages, l4.RWX)
	r.halted(r.next(tick))
	succeeds("resume", l4.Resume(r.id))
	r.done(r.next(soon), 2)
	// In an exception: the reply counts, then it stops.
	l4.Stop(r.id)
	r.regs.EAX = 0x9999
	r.start([]byte{0x90})
	r.halted(r.next(tick))
	succeeds("resume", l4.Resume(r.id))
	e := r.next(soon)
	r.done(e, 1)
	equal("EAX", e.regs.EAX, 0x9999)
	l4.UnmapPage(l4.PageAt(hole, l4.RWX), true)
}

func haltOneself() {
	id := spawn(func() {
		l4.Stop(l4.MyGlobalID())
		report(l4.OK)
	})
	waitState(id, l4.Inactive)
	succeeds("resume", l4.Resume(id))
	reportOf(id, l4.OK)
	r := newRig()
	r.patterns()
	r.regs.EAX, r.regs.ECX = uint32(r.id), uint32(l4.SetHalt|l4.Halt)
	e := r.callFor(linkExchangeRegisters, tick)
	r.halted(e)
	succeeds("resume", l4.Resume(r.id))
	r.done(r.next(soon), callLength)
}

// A halted thread that is not in IPC neither sends nor receives; partners wait for it.
func haltedPartners() {
	id := spawn(count(2))
	l4.Sleep(tick)
	l4.Stop(id)
	var m l4.Msg
	ipcFails("send", l4.Send(id, m.Start(0), tick), sendTimeout)
	ipcFails("receive", l4.Receive(id, &m, tick), receiveTimeout)
	a := spawn(func() {
		var m l4.Msg
		report(l4.Send(id, m.Start(0), l4.Never))
	})
	waitState(a, l4.PendingSend)
	remove(id)
	reportOf(a, sendNoPartner)
}
