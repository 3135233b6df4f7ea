package main

import (
	"unsafe"

	"pecan/user/l4"
)

// sleepers is how many threads sleep while the figures are taken again: they must not cost the others anything.
const sleepers = 10000

// utcbs is the UTCB area of the space that the sleepers live in.
var utcbs = l4.NewFpage(0x80000000, 23, 0)

// dormitory is the stack of all sleepers: the Ipc stub pops its return address there and writes nothing.
var dormitory, ipcStub uint32

// sleeperStart is where sleepers begin and where they go on: an hour at a time. It never returns.
func sleeperStart()

// sleeperAddress is the address of sleeperStart, stackWord that of dormitory.
func sleeperAddress() uint32
func stackWord() uint32

// populate starts the sleepers in a space of their own, whose first thread has number first.
func populate(first uint32, pager l4.ThreadID) {
	dormitory = sleeperAddress()
	page := l4.KIPAreaHere().Base()
	ipcStub = page + *(*uint32)(unsafe.Add(nil, page+0xE0)) // abi 3.2: the Ipc link
	id := number(first)
	check(l4.NewSpace(&l4.Space{ID: id, Pager: pager, Scheduler: l4.MyGlobalID(), KIPArea: l4.KIPAreaHere(), UTCBArea: utcbs}))
	wake(id)
	for i := uint32(1); i < sleepers; i++ {
		s := number(first + i)
		check(l4.ThreadControl(s, id, l4.MyGlobalID(), pager, l4.UTCBLocation(utcbs.Base()+512*i)))
		wake(s)
	}
}

// wake lets a sleeper run until it sleeps: it has a higher priority than this thread for a moment.
func wake(id l4.ThreadID) {
	check(l4.SetPriority(id, 255))
	check(l4.Start(id, sleeperAddress(), stackWord()))
	l4.ThreadSwitch(id)
}
