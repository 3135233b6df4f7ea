package main

import "pecan/user/l4"

// What puppets do besides IPC: look at memory and ports, and run functions of the case in their own space.

// Kinds of access.
const (
	readWord  = 0
	writeWord = 1
	readPort  = 2
)

// probe does one access. A thread that faults in it goes on in probeFailed, which returns ok 0.
func probe(kind, addr, value uint32) (got, ok uint32)

func probeFailed(kind, addr, value uint32) (got, ok uint32)

// probeFailedAddress is where probeFailed begins.
func probeFailedAddress() uint32

// registers are those of a system call, in and out. The assembler knows their order.
type registers struct{ AX, CX, DX, BX, SI, DI, BP uint32 }

// enter does a system call with all registers as they are given.
//
//go:noescape
func enter(link uint32, r *registers)

// Links of the kernel interface page (abi 3.2), by their offsets.
const (
	linkSpaceControl      = 0xD0
	linkThreadControl     = 0xD4
	linkProcessorControl  = 0xD8
	linkMemoryControl     = 0xDC
	linkUnmap             = 0xE8
	linkExchangeRegisters = 0xEC
	linkSchedule          = 0xF8
)

// call does the system call whose link is at an offset of the kernel interface page.
func call(link uint32, r *registers) {
	page := l4.KIPAreaHere().Base()
	enter(page+load(page+link), r)
}

// rawUnmap is Unmap with MR0 in the register only. It returns the register's value afterwards.
func rawUnmap(control, mr0 uint32) uint32 {
	r := registers{AX: control, SI: mr0, DI: uint32(l4.MyLocalID())}
	call(linkUnmap, &r)
	return r.SI
}

// does lets the puppet run a function. It must not fault outside the image.
func (p *puppet) does(work func()) {
	p.work = work
	p.run()
	p.work = nil
}

// access lets the puppet do one access. It returns false if that is refused: a page fault, an I/O fault or an exception.
func (p *puppet) access(kind, addr, value uint32) (uint32, bool) {
	p.probe = [4]uint32{kind, addr, value, 0}
	p.probing = true
	p.begin()
	for {
		e, ok := next(soon)
		if !ok || e.p != p {
			fatal(describe("a puppet that looks at ").Hex(addr).Str(" is not heard of"))
		}
		if e.done {
			break
		}
		if !e.refused && e.fault.Addr != addr {
			fatal(describe("fault at ").Hex(e.fault.Addr).Str(" of a puppet that looks at ").Hex(addr))
		}
		x := l4.ThreadRegisters{IP: probeFailedAddress()}
		_, _, err := l4.ExchangeRegisters(p.id, l4.CancelIPC|l4.SetIP, &x)
		succeeds("end of a fault", err)
	}
	p.probing = false
	return p.probe[2], p.probe[3] != 0
}

// sees fails the case unless the word at addr is want; 0 means that nothing can be read there.
func (p *puppet) sees(addr, want uint32) {
	got, ok := p.access(readWord, addr, 0)
	if !ok {
		got = 0
	}
	if got != want {
		t := describe("puppet ").Dec(uint64(p.number())).Str(" at ").Hex(addr)
		fatal(t.Str(": got ").Hex(got).Str(", want ").Hex(want))
	}
}

// seesNot fails the case if the word at addr is the given one. Something else may be there, or nothing.
func (p *puppet) seesNot(addr, value uint32) {
	if got, ok := p.access(readWord, addr, 0); ok && got == value {
		fatal(describe("puppet ").Dec(uint64(p.number())).Str(" still sees ").Hex(value).Str(" at ").Hex(addr))
	}
}

// writable fails the case unless the word at addr can be written, or cannot.
func (p *puppet) writable(addr uint32, want bool) {
	value, ok := p.access(readWord, addr, 0)
	check(ok, "a page to write to is not there")
	if _, ok = p.access(writeWord, addr, value); ok != want {
		fatal(describe("puppet ").Dec(uint64(p.number())).Str([...]string{" can write at ", " cannot write at "}[boolBit(want)]).Hex(addr))
	}
}

// hasPort fails the case unless the port can be read, or cannot.
func (p *puppet) hasPort(port uint32, want bool) {
	if _, ok := p.access(readPort, port, 0); ok != want {
		fatal(describe("puppet ").Dec(uint64(p.number())).Str([...]string{" has port ", " has not port "}[boolBit(want)]).Hex(port))
	}
}

// Mapping. The words of the item must arrive as they were sent, whatever comes of them.

// takes maps from the case's space to the puppet.
func (p *puppet) takes(send l4.Fpage, base uint32, window l4.Fpage) {
	p.receives(controller).accepts(l4.Window(window))
	p.begin()
	var m l4.Msg
	arrives("map", l4.Send(p.id, m.Start(0).AddMap(l4.MapItem{Base: base, Fpage: send}), soon))
	p.finish()
	p.want("receiver of a mapping", l4.OK)
}

// gives maps from one puppet to another.
func (p *puppet) gives(q *puppet, send l4.Fpage, base uint32, window l4.Fpage) {
	w0, w1 := l4.MapItem{Base: base, Fpage: send}.Words()
	p.passes(q, w0, w1, window)
}

// grants is gives with a grant item.
func (p *puppet) grants(q *puppet, send l4.Fpage, base uint32, window l4.Fpage) {
	w0, w1 := l4.GrantItem{Base: base, Fpage: send}.Words()
	p.passes(q, w0, w1, window)
}

func (p *puppet) passes(q *puppet, w0, w1 uint32, window l4.Fpage) {
	p.set(w0, w1)
	q.accepts(l4.Window(window))
	transfers(p, q, tag(0, 2))
	equal("first word of the item", q.got[1], w0)
	equal("second word of the item", q.got[2], w1)
}

// unmaps lets the puppet unmap a page; it returns what was done with it.
func (p *puppet) unmaps(page l4.Fpage, flush bool) (status l4.Rights) {
	p.does(func() { status = l4.UnmapPage(page, flush) })
	return status
}

// stampRegions writes the stamp of every page of the regions into its first word.
func stampRegions() {
	for i := range regions {
		for x := uint32(0); x < regionSize/l4.PageSize; x++ {
			store(regions[i]+x*l4.PageSize, stampOf(i, x))
		}
	}
}

// stampOf is the stamp of page x of a region.
func stampOf(region int, x uint32) uint32 { return 0x5A000000 | uint32(region)<<20 | x }

// rwx is a page of one region with all rights, beginning at its page x.
func rwx(region int, x, log2 uint32) l4.Fpage {
	return l4.NewFpage(regions[region]+x*l4.PageSize, log2, l4.RWX)
}

// free is where puppets have nothing, and other large ranges of the size of a region.
const (
	free  = 0x70000000
	free2 = 0x70800000
)
