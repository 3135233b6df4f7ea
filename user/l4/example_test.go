package l4_test

import (
	"fmt"

	"pecan/user/l4"
)

// A pager answers a page fault with a map item: here it gives the thread that page of its own that lies 1 MiB higher.
func ExampleMsg_PageFault() {
	var m l4.Msg // as received: a write to 0x00500004
	m.Start(l4.PageFaultProtocol.Label(uint16(l4.Write))).Add(0x00500004).Add(0x00400100)

	if f, ok := m.PageFault(); ok {
		m.Start(0).AddMap(l4.MapItem{Base: f.Addr, Fpage: l4.PageAt(f.Addr+1<<20, l4.RWX)})
	}
	fmt.Printf("%#08x %#08x %#08x\n", m[0], m[1], m[2])
	// Output: 0x00000080 0x00500008 0x006000c7
}

// A range that is no flexpage is a sequence of them.
func ExampleLargest() {
	for at := uint32(0x3000); at < 0x9000; {
		p := l4.Largest(at, 0x9000, l4.RX)
		fmt.Printf("%#x: %d bytes\n", p.Base(), p.Size())
		at += uint32(p.Size())
	}
	// Output:
	// 0x3000: 4096 bytes
	// 0x4000: 16384 bytes
	// 0x8000: 4096 bytes
}

// Text builds a line without allocation.
func ExampleText() {
	var t l4.Text
	t.ID(l4.Global(50, 1)).Str(": ").Access(l4.Write).Byte(' ').Hex(0x1000).Str(", fault ").Dec(7)
	fmt.Println(t.String())
	// Output: thread 50.1: write to 0x00001000, fault 7
}

// Errors are numbers that compare with OK, and errors for those who want an error.
func ExampleIPCError() {
	e := l4.IPCError(0x00000809)
	fmt.Println(e != l4.OK, e.Receiving(), e.Code() == l4.Overflow, e.Offset(), e)
	// Output: true true true 128 message overflow
}
