// Sigma0 is the initial address space: it owns all memory and all I/O ports that the kernel does not keep, and gives
// them away, first come, first served, page by page and thread by thread. It speaks the sigma0 protocol of L4 X.2 with
// any root task. What it decides is in package pool; here is the loop around it.
//
// It runs identity-mapped, is paged by the kernel, and uses no heap: when its bookkeeping needs room, it takes a
// page of its own pool.
package main

import (
	"unsafe"

	"pecan/user/l4"
	"pecan/user/sigma0/pool"
)

var (
	server  pool.Server
	initial [512]pool.Run
)

// grow makes runs of a page; sigma0 sees all memory at its physical address.
func grow(addr uint32) []pool.Run {
	return unsafe.Slice((*pool.Run)(unsafe.Add(nil, addr)), l4.PageSize/unsafe.Sizeof(pool.Run{}))
}

func setAttribute(p l4.Fpage, a l4.Attribute) bool {
	pages := [1]l4.Fpage{p}
	return l4.MemoryControl(pages[:], [4]l4.Attribute{a}) == l4.OK
}

// dump prints what belongs to whom.
func dump() {
	server.Memory.Each(func(first, last uint32, o pool.Owner) {
		var t l4.Text
		line(t.Str("  ").Digits(first, 5).Str("000-").Digits(last, 5).Str("fff "), o)
	})
	server.Ports.Each(func(first, last uint32, o pool.Owner) {
		var t l4.Text
		line(t.Str("  port ").Digits(first, 4).Byte('-').Digits(last, 4).Byte(' '), o)
	})
}

func line(t *l4.Text, o pool.Owner) {
	switch o {
	case pool.Nobody:
		t.Str("undefined")
	case pool.Kernel:
		t.Str("kernel")
	case pool.Conventional:
		t.Str("free")
	case pool.Other:
		t.Str("free on request")
	default:
		t.ID(l4.ThreadID(o))
	}
	l4.PrintText(t.Line())
}

// trace prints a request, if the root task asked for that.
func trace(from l4.ThreadID, m *l4.Msg) {
	if server.Verbosity > 0 {
		var t l4.Text
		t.Str("sigma0: ").ID(from).Str(" sends ").Hex(uint32(m.Tag())).Byte(' ').Hex(m.Word(1)).Byte(' ').Hex(m.Word(2))
		l4.PrintText(t.Line())
	}
}

func main() {
	server.Grow = grow
	server.Attribute = setAttribute
	server.Dump = dump
	server.Init(l4.Kernel(), initial[:])

	l4.Serve(func(from l4.ThreadID, m *l4.Msg) bool {
		trace(from, m)
		return server.Handle(from, m)
	}, l4.Never, nil)
}
