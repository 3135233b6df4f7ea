package main

import (
	"unsafe"

	"pecan/user/l4"
)

// Strings of the sizes in docs/PERFORMANCE.md, sent by Call to a server in another space.

const longest = 1 << 20

var source, drain [longest]byte

// sink takes a string with every message and answers with an empty one.
func sink() {
	u := l4.MyUTCB()
	u.SetAcceptor(l4.AcceptStrings)
	u.SetBuffer(item(&drain, longest))
	from, _ := l4.Ipc(l4.NilThread, l4.AnyThread, l4.Forever, 0)
	for {
		from, _ = l4.Ipc(from, l4.AnyThread, l4.Forever, 0)
	}
}

func item(buf *[longest]byte, n uint32) l4.StringItem {
	return l4.StringItem{Addr: uint32(uintptr(unsafe.Pointer(buf))), Length: n}
}

func strings(server l4.ThreadID) {
	const typed = l4.MsgTag(2 << 6)
	for _, c := range []struct {
		name string
		n    uint32
	}{{"string_call_1m", longest}, {"string_call_64k", 64 << 10}, {"string_call_4k", 4 << 10}, {"string_call_4", 4}} {
		u := l4.MyUTCB()
		u.MR[1], u.MR[2] = item(&source, c.n).Words()
		if _, tag := l4.Ipc(server, server, l4.Forever, typed); tag.Failed() {
			var t l4.Text
			l4.Println(t.Str("bench: ").Str(c.name).Str(" fails: ").Hex(u.ErrorCode).String())
			return
		}
		measure(c.name, func() { l4.Ipc(server, server, l4.Forever, typed) })
	}
}
