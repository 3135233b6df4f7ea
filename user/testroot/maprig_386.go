package main

import "pecan/user/l4"

// What rigs do with memory: look, write, receive and send mappings, unmap.

// peek reads the word at addr; ok is false if it cannot be read.
func (r *rig) peek(addr uint32) (value uint32, ok bool) {
	r.patterns()
	r.regs.EBX = addr
	return r.access(readEBX)
}

// poke writes the word at addr.
func (r *rig) poke(addr, value uint32) (ok bool) {
	r.patterns()
	r.regs.EBX, r.regs.EAX = addr, value
	_, ok = r.access(writeEBX)
	return ok
}

func (r *rig) access(code []byte) (value uint32, ok bool) {
	e := r.do(code...)
	if e.kind == pageFault {
		r.again()
		return 0, false
	}
	check(e.kind == exception, "access of a rig blocks")
	return e.regs.EAX, e.regs.Vector == vecInvalid
}

// shows checks that the word at addr is want; 0 means that there is nothing.
func (r *rig) shows(addr, want uint32) {
	got, ok := r.peek(addr)
	if !ok {
		got = 0
	}
	if got != want {
		fatal(describe("at ").Hex(addr).Str(": got ").Hex(got).Str(", want ").Hex(want))
	}
}

// writable checks whether addr can be written, with what is there.
func (r *rig) writable(addr uint32, want bool) {
	v, ok := r.peek(addr)
	check(ok, "not readable")
	if r.poke(addr, v) != want {
		fatal(describe("wrong write access at ").Hex(addr))
	}
}

// waits lets the rig wait for a message of from, with a receive window.
func (r *rig) waits(from l4.ThreadID, window l4.Fpage) {
	local := r.local()
	check(r.poke(local-64, uint32(l4.Window(window))), "BR0 cannot be written")
	r.ipc(l4.NilThread, from, 0, 0)
	r.start(callCode(r.slot, linkIpc))
	waitState(r.id, l4.WaitingReceive)
}

// received is the end of waits.
func (r *rig) received() {
	e := r.next(soon)
	r.done(e, callLength)
	equal("E of the receiver", e.regs.ESI&uint32(l4.Failed), 0)
}

// take maps from the case's space to the rig: send base, send fpage, window.
func (r *rig) take(base uint32, p, window l4.Fpage) {
	r.waits(me(), window)
	var m l4.Msg
	arrives("map", l4.Send(r.id, m.Start(0).AddMap(l4.MapItem{Base: base, Fpage: p}), soon))
	r.received()
}

// takeGrant is take with a grant item.
func (r *rig) takeGrant(base uint32, p, window l4.Fpage) {
	r.waits(me(), window)
	var m l4.Msg
	arrives("grant", l4.Send(r.id, m.Start(0).AddGrant(l4.GrantItem{Base: base, Fpage: p}), soon))
	r.received()
}

// give maps from the rig's space to another rig's, or grants.
func (r *rig) give(to *rig, base uint32, p, window l4.Fpage, grant bool) {
	to.waits(r.id, window)
	w0, w1 := l4.MapItem{Base: base, Fpage: p}.Words()
	if grant {
		w0, w1 = l4.GrantItem{Base: base, Fpage: p}.Words()
	}
	local := r.local()
	check(r.poke(local+4, w0) && r.poke(local+8, w1), "MRs cannot be written")
	r.ipc(to.id, l4.NilThread, 0, l4.NewTag(0, 0, 2))
	r.start(callCode(r.slot, linkIpc))
	e := r.next(soon)
	r.done(e, callLength)
	equal("E of the sender", e.regs.ESI&uint32(l4.Failed), 0)
	to.received()
}

// unmap is Unmap of one page by the rig; it returns the status bits.
func (r *rig) unmap(p l4.Fpage, flush bool) l4.Rights {
	local := r.local()
	r.patterns()
	r.regs.EAX, r.regs.ESI, r.regs.EDI = 0, uint32(p), local
	if flush {
		r.regs.EAX = 1 << 6
	}
	e := r.call(linkUnmap)
	r.done(e, callLength)
	equal("fpage but for its rights", e.regs.ESI&^7, uint32(p)&^7)
	return l4.Fpage(e.regs.ESI).Rights()
}

// rig3 are rigs in spaces of their own.
func rig3() (a, b, c *rig) { return newRigIn(nil), newRigIn(nil), newRigIn(nil) }

// largePage is page i of large, with rights.
func largePage(i uint32, rights l4.Rights) l4.Fpage {
	return l4.PageAt(large+i*l4.PageSize, rights)
}

// takeBack unmaps large from everybody else.
func takeBack() { l4.UnmapPage(l4.NewFpage(large, largeLog2, l4.RWX), false) }

// restore makes all pages of large present in the root task again.
func restore() {
	var m l4.Msg
	m.Start(labelPorts).Add(uint32(l4.NewFpage(large, largeLog2, 0)))
	arrives("ask the runner for memory", l4.Call(self, &m, l4.NewTimeouts(soon, soon)))
	equal("sigma0 gives memory", m.Word(1), 1)
}
