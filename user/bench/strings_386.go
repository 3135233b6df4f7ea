package main

import "pecan/user/l4"

const longest = 1 << 20

var source, drain [longest]byte

// sink takes a string with every message and answers with an empty one.
func sink() {
	u := l4.MyUTCB()
	u.SetAcceptor(l4.AcceptStrings)
	u.SetBuffer(l4.StringItem{Addr: at(&drain), Length: longest})
	serve(link(callIpc), 0)
}

// strings measures Calls with a string, to a server in another space.
func strings() {
	server := newSpace(sink)
	for _, c := range []struct {
		name string
		n    uint32
	}{{"string_call_1m", longest}, {"string_call_64k", 64 << 10}, {"string_call_4k", 4 << 10}, {"string_call_4", 4}} {
		r := call(server, l4.NewTag(0, 0, 2))
		r.mr1, r.mr2 = l4.StringItem{Addr: at(&source), Length: c.n}.Words()
		u := l4.MyUTCB()
		u.MR[1], u.MR[2] = r.mr1, r.mr2
		if _, tag := l4.Ipc(server, server, l4.Forever, l4.MsgTag(r.esi)); tag.Failed() {
			fails(c.name, "error", u.ErrorCode)
			continue
		}
		if c.n == longest {
			// One call is enough of an average.
			report(c.name, min(repeatMessage(r, 1), repeatMessage(r, 1))-fixed)
			continue
		}
		measureMessage(c.name, r)
	}
}
