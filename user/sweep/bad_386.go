package main

import (
	"sync/atomic"
	"unsafe"

	"pecan/user/l4"
)

func at(addr uint32) *uint32 { return (*uint32)(unsafe.Add(nil, addr)) }

// imageStart is where programs are linked.
const imageStart = 0x400000

// bad does what a client must be ended for.
func bad(deed string) {
	switch deed {
	case "bad=outside":
		atomic.StoreUint32(at(0x70000000), 1)
	case "bad=null":
		atomic.StoreUint32(at(0x123*4), 1)
	case "bad=read-only":
		atomic.StoreUint32(at(imageStart), 1)
	case "bad=kernel":
		atomic.StoreUint32(at(0xD0000000), 1)
	case "bad=port":
		l4.In8(0x60)
	case "bad=panic":
		panic("as it should be")
	case "bad=silent":
		l4.MyUTCB().ExceptionHandler = l4.NilThread
		atomic.StoreUint32(at(0xD0000000), 1)
	case "bad=lie":
		fault(0xD0000000)
	case "bad=repeat":
		for range 50 {
			fault(imageStart)
		}
	}
}

// fault sends the pager a page fault that is none.
func fault(addr uint32) l4.IPCError {
	var m l4.Msg
	m.Start(l4.PageFaultProtocol.Label(uint16(l4.Write | l4.Read))).Add(addr).Add(1)
	if addr == imageStart {
		m.Start(l4.PageFaultProtocol.Label(uint16(l4.Read))).Add(addr).Add(1)
	}
	return l4.Call(pager(), &m, l4.Forever)
}

// badMessages: requests with too few or too many words, with items, unknown ones, and addresses of nothing.
func badMessages() string {
	for _, request := range []*l4.Msg{
		new(l4.Msg).Start(l4.SwapFaults),
		new(l4.Msg).Start(l4.SwapFaults).Add(0),
		new(l4.Msg).Start(l4.SwapFaults).Add(0xFFFFFFFF),
		new(l4.Msg).Start(l4.SwapFaults).Add(imageStart).Add(1),
		new(l4.Msg).Start(l4.RootHello),
		new(l4.Msg).Start(l4.RootExit),
		new(l4.Msg).Start(0x7777).Add(1),
		new(l4.Msg).Start(l4.RootPowerOff).Add(0),
		new(l4.Msg).Start(l4.PageFaultProtocol.Label(7)).Add(1),
	} {
		m := *request
		if l4.Call(pager(), &m, l4.Forever) != l4.OK || m.Tag() != l4.NewTag(l4.Refused, 0, 0) {
			return "a bad request is not refused"
		}
	}
	var m l4.Msg
	m.Start(l4.RootExit).AddMap(l4.MapItem{Base: imageStart, Fpage: l4.PageAt(imageStart, l4.RX)})
	if l4.Send(pager(), &m, l4.Never) == l4.OK {
		return "the pager accepts a mapping"
	}
	l4.Send(pager(), m.Start(l4.RootDied).Add(uint32(pager())), l4.Never)
	if fault(imageStart) == l4.OK { // answered with the page, which this thread accepts nowhere
		return "a mapping was accepted"
	}
	return ""
}
