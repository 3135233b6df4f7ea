package main

import (
	"sync/atomic"
	"unsafe"

	"pecan/user/l4"
)

// Bad children: each must be ended, and nobody else.

func at(addr uint32) *uint32 { return (*uint32)(unsafe.Add(nil, addr)) }

// mustDie runs f as a child, which has to be killed for it.
func mustDie(f func()) string {
	status := family(func() uint32 {
		f()
		return 0
	})
	if status != l4.Killed {
		return "the child lives"
	}
	return ""
}

func badOutside() string {
	return mustDie(func() { atomic.StoreUint32(at(0x70000000), 1) })
}

func badReadOnly() string {
	if atomic.LoadUint32(at(imageStart)) == 0 { // the first code may be read
		return "there is no code"
	}
	return mustDie(func() { atomic.StoreUint32(at(imageStart), 1) })
}

// imageStart is where programs are linked.
const imageStart = 0x400000

func badKernelAddress() string {
	return mustDie(func() { atomic.StoreUint32(at(0xD0000000), 1) })
}

func badPort() string { return mustDie(func() { l4.In8(0x60) }) }

func badPanic() string { return mustDie(func() { panic("as it should be") }) }

// badStart: a child that begins where there is nothing, and one whose stack is nowhere.
func badStart() string {
	for _, c := range []struct{ sp, ip uint32 }{{0x70000000, 0x70000000}, {0, imageStart}, {0xFFFFFFFC, 0xFFFFFFFF}} {
		var m l4.Msg
		if l4.Call(root(), m.Start(l4.ProcessFork).Add(c.sp).Add(c.ip), l4.Forever) != l4.OK || m.Tag().Label() != l4.Reply {
			return "no child"
		}
		if id, status, ok := l4.WaitChild(); !ok || uint32(id) != m.Word(1) || status != l4.Killed {
			return "the child lives"
		}
	}
	return ""
}

func root() l4.ThreadID { return l4.Kernel().RootID() }

// badMessages: requests with too few or too many words, with items, unknown ones, and deaths of others.
func badMessages() string {
	var m l4.Msg
	for _, bad := range []*l4.Msg{
		new(l4.Msg).Start(l4.ProcessFork),
		new(l4.Msg).Start(l4.ProcessFork).Add(1),
		new(l4.Msg).Start(l4.ProcessFork).Add(1).Add(2).Add(3),
		new(l4.Msg).Start(l4.RootHello),
		new(l4.Msg).Start(l4.RootExit),
		new(l4.Msg).Start(l4.RootExit).Add(1).Add(2),
		new(l4.Msg).Start(0x7777).Add(1),
		new(l4.Msg).Start(l4.RootPowerOff).Add(0),
		new(l4.Msg).Start(l4.PageFaultProtocol.Label(7)).Add(1),
		new(l4.Msg).Start(l4.ExceptionProtocol.Label(0)).Add(1),
	} {
		m = *bad
		if l4.Call(root(), &m, l4.Forever) != l4.OK || m.Tag() != l4.NewTag(l4.Refused, 0, 0) {
			return "a bad request is not refused"
		}
	}
	// The server accepts no mappings: it could not tell them from its own pages.
	m.Start(l4.RootExit).AddMap(l4.MapItem{Base: 0x400000, Fpage: l4.PageAt(imageStart, l4.RX)})
	if l4.Send(root(), &m, l4.Never) == l4.OK {
		return "the server accepts a mapping"
	}
	l4.Send(root(), m.Start(l4.RootDied).Add(uint32(root())), l4.Never)
	l4.Send(root(), m.Start(l4.RootDied).Add(uint32(l4.Global(9999, 1))), l4.Never)
	// Text that is longer than its message.
	m.Start(l4.ConsoleWrite).Add(1 << 30).Add('!' | '!'<<8 | '!'<<16 | '\n'<<24)
	if l4.Call(root(), &m, l4.Forever) != l4.OK || m.Tag().Label() != l4.Reply {
		return "the console does not cut a text"
	}
	// A page fault that is none is answered with the page, which this thread accepts nowhere.
	m.Start(l4.PageFaultProtocol.Label(uint16(l4.Read))).Add(imageStart).Add(imageStart)
	if l4.Call(root(), &m, l4.Forever) == l4.OK {
		return "a mapping was accepted"
	}
	return mustDie(func() {
		var m l4.Msg
		l4.Call(root(), m.Start(l4.PageFaultProtocol.Label(uint16(l4.Write))).Add(0xD0000000).Add(0), l4.Forever)
	})
}

// badRepeatedFault: a page fault that comes again and again is one that the server cannot answer.
func badRepeatedFault() string {
	return mustDie(func() {
		for range 50 {
			var m l4.Msg
			l4.Call(root(), m.Start(l4.PageFaultProtocol.Label(uint16(l4.Read))).Add(imageStart).Add(1), l4.Forever)
		}
	})
}
