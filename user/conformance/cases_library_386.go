package main

import "pecan/user/l4"

// The same through the library's conveniences.

var libraryCases = []testCase{
	{"library-strings", "3.1.4 3.1.6", libraryStrings},
	{"library-errors", "3.1.6 2.8", libraryErrors},
	{"library-pass-on", "1.7.4", libraryPassOn},
	{"library-redirector", "1.8.1 1.8.3", libraryRedirector},
	{"library-transfer-limits", "4.2.3", libraryLimits},
}

var library struct {
	header [16]byte
	body   [3000]byte
	tail   [100]byte
	length uint64
	from   l4.ThreadID
}

func libraryStrings() {
	r := spawn(func() {
		var b l4.Buffers
		b.Add(library.header[:], library.body[:]).Add(library.tail[:])
		b.Accept(l4.NilPage)
		var m l4.Msg
		err := l4.Receive(controller, &m, soon)
		library.length = 0
		for i, at := m.Items(0); i.Kind != l4.NoItem; i, at = m.Items(at) {
			library.length = library.length<<32 | i.Length
		}
		l4.Send(controller, m.Start(0).Add(uint32(err)), soon)
	})
	fill(regions[source], 4096, 1, 0)
	from := bytesAt(regions[source], 4096)
	var m l4.Msg
	arrives("send", l4.Send(r, m.Start(1).Add(5).AddPieces(from[:10], from[10:20], from[20:1000]).AddSlice(from[1000:1050]), soon))
	arrives("report", l4.Receive(r, &m, soon))
	equal("error", m.Word(1), 0)
	equal("length of the first", uint32(library.length>>32), 1000)
	equal("length of the second", uint32(library.length), 50)
	for i := range uint32(1000) {
		got := byte(0)
		if got = library.header[i%16]; i >= 16 {
			got = library.body[i-16]
		}
		equal("byte", uint32(got), uint32(pattern(1, i)))
	}
	for i := range uint32(50) {
		equal("byte", uint32(library.tail[i]), uint32(pattern(1, 1000+i)))
	}
}

func libraryErrors() {
	var m l4.Msg
	err := l4.Send(l4.MyGlobalID(), m.Start(0), l4.Zero)
	check(err.Err() == error(sendTimeout), "not the error")
	check(err.Is(l4.Timeout) && !err.Is(l4.NoPartner), "not its code")
	r := spawn(func() {
		var b l4.Buffers
		b.Add(library.tail[:])
		b.Accept(l4.NilPage)
		var m l4.Msg
		err := l4.Receive(controller, &m, soon)
		l4.Send(controller, m.Start(0).Add(uint32(err)), soon)
	})
	err = l4.Send(r, m.Start(0).AddSlice(library.body[:]), soon)
	check(err.Err().(l4.IPCError).Offset() == 100 && err.Is(l4.Overflow), "overflow")
	var t l4.Text
	check(string(t.IPCError(err).Bytes()) == "send: message overflow after 100 bytes", "text")
	arrives("report", l4.Receive(r, &m, soon))
	check(l4.IPCError(m.Word(1)).Receiving(), "phase")
}

func libraryPassOn() {
	worker := spawn(func() {
		var m l4.Msg
		from, _ := l4.Wait(&m, soon)
		library.from = l4.NilThread
		if m.Tag().Propagated() {
			library.from = l4.MyUTCB().ActualSender()
		}
		l4.Send(from, m.Start(0).Add(m.Word(1)+1), soon)
	})
	server := spawn(func() {
		var m l4.Msg
		from, _ := l4.Wait(&m, soon)
		l4.PassOn(from, worker, &m, soon)
	})
	var m l4.Msg
	arrives("call", l4.Call(server, m.Start(0).Add(41), l4.NewTimeouts(soon, soon)))
	equal("word", m.Word(1), 42)
	equalID("ActualSender", library.from, server)
}

func libraryRedirector() {
	s, r := pair()
	rd := spawn(func() {
		var m l4.Msg
		from, err := l4.Wait(&m, soon)
		if err == l4.OK && m.Tag().IsRedirected() {
			l4.Forward(from, &m, soon)
		}
	})
	succeeds("set", l4.SetRedirector(s.id, rd))
	s.quiet = true
	r.receives(s.id)
	s.sends(r.id, tag(1, 0)).set(5)
	r.begin()
	s.begin()
	ended(s, r)
	r.want("receiver", l4.OK)
	equalID("sender", r.sender, s.id)
	equalID("ActualSender", r.actual, rd)
	equal("word", r.got[1], 5)
	succeeds("take away", l4.SetRedirector(s.id, l4.AnyThread))
}

func libraryLimits() {
	r := newPuppet(nil, target)
	r.accepts(strings, item(100), r.zone).receives(controller)
	r.begin()
	waitState(r.id, l4.WaitingReceive)
	old := l4.LimitTransfers(l4.NewTimeouts(l4.Zero, l4.Never))
	var m l4.Msg
	err := l4.Send(r.id, m.Start(0).AddSlice(library.tail[:]), soon)
	check(err.Is(l4.OwnXferTimeout), "not the limit")
	equal("old limits", uint32(old), 0)
	l4.LimitTransfers(old)
	r.finish()
	r.want("receiver", receiveError(l4.PeerXferTimeout, 0))
}
