package main

import "pecan/user/l4"

// Where the measured mappings lie, in this space and, at the same addresses, in the client's.
const (
	smallPages = 0x10000000 // 4 MiB, got page by page
	largePage  = 0x10400000 // 4 MiB, got at once
	blockLog2  = 22
	children   = 0x20000000 // copies of one page
	chainBase  = 0x24000000
	nowhere    = 0x40000000 // 1 GiB without anything
)

// haveBlocks asks sigma0 for the memory, once.
var haveBlocks bool

func blocks() {
	if haveBlocks {
		return
	}
	haveBlocks = true
	sigma0 := l4.Kernel().Sigma0ID()
	for a := uint32(smallPages); a < smallPages+1<<blockLog2; a += l4.PageSize {
		if _, ok := l4.FromSigma0(sigma0, l4.AnyPage(l4.Page), l4.DefaultMemory, l4.PageAt(a, 0)); !ok {
			panic("bench: no memory")
		}
	}
	if _, ok := l4.FromSigma0(sigma0, l4.AnyPage(blockLog2), l4.DefaultMemory, l4.NewFpage(largePage, blockLog2, 0)); !ok {
		panic("bench: no 4 MiB of memory")
	}
}

// order is what the client is to have mapped: n flexpages of 1<<log2 bytes that lie behind one another from page on, to
// addresses step bytes apart from to on.
var order struct {
	server               l4.ThreadID
	page, log2, to, step uint32
	n                    uint32
	move                 bool // to the next page for each
}

// mapClient calls order.server, in the space that has the pages, for each of them, and measures these calls.
func mapClient() {
	l4.MyUTCB().SetAcceptor(l4.AcceptAll)
	for {
		var m l4.Msg
		from, _ := l4.Wait(&m, l4.Never)
		o := &order
		r := call(o.server, words(2))
		measured = 0
		for i := range o.n {
			page := o.page
			if o.move {
				page += i << o.log2
			}
			r.mr1, r.mr2 = l4.MapItem{Base: o.to + i*o.step, Fpage: l4.NewFpage(page, o.log2, l4.RWX)}.Words()
			measured += repeatMessage(r, 1) - fixed
		}
		l4.Send(from, m.Start(0), l4.Never)
	}
}

// mapPair are a client in another space and the server of its maps in this one.
func mapPair() (client l4.ThreadID) {
	blocks()
	order.server = newThread(func() { serveMaps(link(callIpc)) })
	client = newSpace(mapClient)
	settle()
	return client
}

// mapped lets the client map what order says and returns the time.
func mapped(client l4.ThreadID) uint64 {
	var m l4.Msg
	l4.Call(client, m.Start(0), l4.Forever)
	return measured
}

// unmap is the cost of taking a page from all others.
func unmap(page, log2 uint32) uint64 {
	return once(&registers{address: link(callUnmap), esi: uint32(l4.NewFpage(page, log2, l4.RWX)), edi: uint32(l4.MyLocalID())})
}

// maps measures map items by size, and Unmap with one child.
func maps() {
	client := mapPair()
	for _, c := range []struct {
		base, log2  uint32
		name, after string
	}{
		{smallPages, 12, "map_4k", "unmap_4k"},
		{smallPages, 16, "map_64k", "unmap_64k"},
		{smallPages, 20, "map_1m", "unmap_1m"},
		{smallPages, 22, "map_4m_by_4k", "unmap_4m_by_4k"},
		{largePage, 22, "map_4m", "unmap_4m"},
	} {
		m, u := mapUnmap(client, c.base, c.log2)
		report(c.name, m)
		report(c.after, u)
	}
}

// mapUnmap maps and unmaps flexpages of the size, up to 64 of them within 4 MiB, and returns the average costs. The first
// round, which may need page tables, does not count.
func mapUnmap(client l4.ThreadID, base, log2 uint32) (mapping, unmapping uint64) {
	n := min(uint32(64), 1<<(blockLog2-log2))
	order.page, order.log2, order.to, order.step, order.n, order.move = base, log2, base, 1<<log2, n, true
	mapping, unmapping = ^uint64(0), ^uint64(0)
	for round := range 3 {
		m := mapped(client) / uint64(n)
		u := uint64(0)
		for i := range n {
			u += unmap(base+i<<log2, log2)
		}
		if round > 0 {
			mapping, unmapping = min(mapping, m), min(unmapping, u/uint64(n))
		}
	}
	return
}

// unmaps measures Unmap by the shape of the tree.
func unmaps() {
	client := mapPair()
	previous, figure := uint32(0), uint64(0)
	for _, c := range []struct {
		name string
		n    uint32
	}{{"unmap_children_1", 1}, {"unmap_children_16", 16}, {"unmap_children_64", 64}, {"unmap_children_1024", 1024}} {
		order.page, order.log2, order.to, order.step, order.n, order.move = smallPages, l4.Page, children, l4.PageSize, c.n, false
		mapped(client)
		unmap(smallPages, l4.Page)
		mapped(client)
		t := unmap(smallPages, l4.Page)
		report(c.name, t)
		if c.n == 1024 {
			report("unmap_per_child", (t-figure)/uint64(c.n-previous))
		}
		previous, figure = c.n, t
	}
	chain(16, "unmap_chain_16")
	low := measured
	chain(1000, "unmap_chain_1000")
	report("unmap_per_level", (measured-low)/(1000-16))
	none := &registers{address: link(callUnmap), esi: uint32(l4.NewFpage(nowhere, 30, l4.RWX)), edi: uint32(l4.MyLocalID())}
	measure("unmap_1g_empty", none)
}

// chain maps a page to this same space, that mapping again, and so on, and measures what taking away all of them costs.
func chain(depth uint32, name string) {
	taker := newThread(func() {
		l4.MyUTCB().SetAcceptor(l4.AcceptAll)
		serve(link(callIpc), 0)
	})
	settle()
	for range 2 {
		page := uint32(smallPages)
		for i := range depth {
			var m l4.Msg
			to := chainBase + i*l4.PageSize
			m.Start(0).AddMap(l4.MapItem{Base: to, Fpage: l4.PageAt(page, l4.RWX)})
			if err := l4.Call(taker, &m, l4.Forever); err != l4.OK {
				fails(name, "error", uint32(err))
				return
			}
			page = to
		}
		measured = unmap(smallPages, l4.Page)
	}
	remove(taker)
	report(name, measured)
}
