package main

import "pecan/user/l4"

// tenSeconds limits the receive phase only.
var tenSeconds = l4.NewTimeouts(l4.Never, l4.Milliseconds(10000))

// words is the tag of a message of n untyped words.
func words(n uint32) l4.MsgTag { return l4.NewTag(0, n, 0) }

// echo answers every message with one of n words.
func echo(n uint32) func() {
	return func() { serve(link(callIpc), uint32(words(n))) }
}

// partner answers this thread only, by its global ID.
func partner(n uint32) func() {
	me := uint32(l4.MyGlobalID())
	return func() { serveOne(link(callIpc), uint32(words(n)), me) }
}

// shortIPC measures round trips of Call and ReplyWait.
func shortIPC() {
	for _, c := range []struct {
		n            uint32
		intra, inter string
	}{{0, "rpc_intra", "rpc_inter"}, {4, "rpc_intra_4", "rpc_inter_4"}, {63, "rpc_intra_63", "rpc_inter_63"}} {
		intra, inter := newThread(partner(c.n)), newSpace(echo(c.n))
		settle()
		measure(c.intra, call(intra, words(c.n)))
		measure(c.inter, call(inter, words(c.n)))
		removeHelpers()
	}
	intra, inter := newThread(echo(0)), newSpace(echo(0))
	settle()
	local := l4.OtherID(intra)
	measure("rpc_intra_server", call(intra, 0)) // which answers the local ID that it got
	measure("rpc_intra_local", call(local, 0))
	lipc := call(local, 0)
	lipc.address = link(callLipc)
	measure("rpc_intra_lipc", lipc)
	measure("rpc_intra_timeout", ipc(intra, intra, tenSeconds, 0))
	measure("rpc_inter_timeout", ipc(inter, inter, tenSeconds, 0))
	busy()
}

// served counts the answers of the busy server.
var served uint32

// busy measures a server that finds somebody queued whenever it answers: two clients, this thread and another one.
func busy() {
	server := newSpace(func() { serveMany(link(callIpc), link(callThreadSwitch), &served) })
	other := newThread(func() {
		r := call(server, 0)
		for {
			repeat(r, 1<<31)
		}
	})
	settle()
	r := call(server, 0)
	repeat(r, batch)
	least := ^uint64(0)
	for range batches {
		before := served
		t := repeat(r, batch) - fixed
		least = min(least, t/uint64(served-before))
	}
	remove(other)
	report("rpc_busy", least)
}

// failures are IPCs that fail or wait.
func failures() {
	deaf := newThread(func() { l4.Suspend() })
	settle()
	measure("send_zero_timeout", ipc(deaf, l4.NilThread, l4.NewTimeouts(l4.Zero, l4.Never), 0))
	measure("send_to_nobody", ipc(number(1000), l4.NilThread, l4.NewTimeouts(l4.Zero, l4.Never), 0))
	measure("receive_zero_timeout", ipc(l4.NilThread, deaf, l4.NewTimeouts(l4.Never, l4.Zero), 0))
	wait := ipc(l4.NilThread, l4.MyGlobalID(), l4.NewTimeouts(l4.Never, l4.Milliseconds(1)), 0)
	once(wait)
	report("receive_1ms", once(wait))
}
