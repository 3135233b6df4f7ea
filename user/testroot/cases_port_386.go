package main

import "pecan/user/l4"

// I/O ports (abi 1.5.1, 6.7, semantics 5.6). The ports of the real-time clock (0x70, 0x71) and of the dead area
// at 0x5550 serve as examples.

var portCases = []testCase{
	{"abi-6.7-fault-message", portMessage},
	{"abi-6.7-widths", portWidths},
	{"abi-6.7-string-instructions", portStrings},
	{"abi-6.7-prefixes", portPrefixes},
	{"abi-6.7-one-port", portOne},
	{"abi-6.7-denial", portDenial},
	{"abi-6.7-grant", portGrant},
	{"abi-6.7-other-replies", portReplies},
	{"abi-6.7-bad-pager-halts", portBadPager},
	{"abi-6.7-edge-of-port-space", portEdge},
	{"semantics-5.6-unmap", portUnmap},
	{"semantics-5.6-chain", portChain},
	{"semantics-5.6-map-without-having", portNotOwned},
	{"semantics-5.6-space-deletion", portDeletion},
}

const deadPort = 0x5550

// isPortFault checks that e is an I/O fault.
func isPortFault(e event, port uint16, log2, ip uint32) {
	want := l4.NewIOFpage(port, log2, 0)
	if e.kind != ioFault || e.io.Ports&^7 != want || e.io.IP != ip {
		fatal(e.describe(describe("want I/O fault ").Hex(uint32(want)).Str(" at ").Hex(ip).Str(", got ")))
	}
	equal("tag", uint32(e.tag), 0xFF860002)
	equal("rights of the fpage", uint32(e.io.Ports)&7, 0)
}

// ownPorts gets ports for the root task. The runner does it: sigma0 gives to one thread only.
func ownPorts(port uint16, log2 uint32) {
	var m l4.Msg
	m.Start(labelPorts).Add(uint32(l4.NewIOFpage(port, log2, l4.RW)))
	arrives("ask the runner for ports", l4.Call(self, &m, l4.NewTimeouts(soon, soon)))
	equal("sigma0 gives ports", m.Word(1), 1)
}

// openTo answers an I/O fault with ports.
func (r *rig) openTo(port uint16, log2 uint32) {
	var m l4.Msg
	m.Start(0).AddMap(l4.MapItem{Fpage: l4.NewIOFpage(port, log2, l4.RW).Fpage()})
	arrives("port reply", l4.Send(r.id, &m, l4.Zero))
}

func portMessage() {
	r := newRigIn(nil)
	r.patterns()
	r.regs.EDX = 0x12340071
	isPortFault(r.do(0xEC), 0x71, 0, r.slot)
	r.again()
	u := newRigIn(nil)
	u.patterns()
	u.regs.Flags = 0x202 | 0x8D5
	before := u.regs
	isPortFault(u.do(0xE4, 0x71), 0x71, 0, u.slot) // in al, 0x71
	ownPorts(0x70, 1)
	u.openTo(0x70, 1)
	e := u.next(soon)
	u.done(e, 2)
	equal("EAX but AL", e.regs.EAX&^0xFF, before.EAX&^0xFF)
	equal("EDX", e.regs.EDX, before.EDX)
	equal("ESP", e.regs.ESP, before.ESP)
	equal("EFLAGS", e.regs.Flags&^flagRF, before.Flags)
}

func portWidths() {
	for i, c := range [...]struct {
		code [3]byte
		n    int
		log2 uint32
	}{
		{[3]byte{0xEC}, 1, 0}, {[3]byte{0xED}, 1, 2}, {[3]byte{0x66, 0xED}, 2, 1}, {[3]byte{0xEE}, 1, 0}, {[3]byte{0xEF}, 1, 2},
		{[3]byte{0x66, 0xEF}, 2, 1}, {[3]byte{0xE4, 0x50}, 2, 0}, {[3]byte{0xE5, 0x50}, 2, 2}, {[3]byte{0x66, 0xE5, 0x50}, 3, 1},
		{[3]byte{0xE6, 0x50}, 2, 0}, {[3]byte{0xE7, 0x50}, 2, 2}, {[3]byte{0x66, 0xE7, 0x50}, 3, 1},
	} {
		here := marked()
		stepNumber("row", uint32(i))
		r := newRigIn(nil)
		r.patterns()
		r.regs.EDX = deadPort
		port := uint16(deadPort)
		if c.code[0]&0xFC == 0xE4 || c.code[1]&0xFC == 0xE4 {
			port = 0x50
		}
		e := r.do(c.code[:c.n]...)
		isPortFault(e, port, c.log2, r.slot)
		remove(r.id)
		here.rewind()
	}
	// An access that is not aligned to its width: the fpage must cover it.
	about.Reset()
	r := newRigIn(nil)
	for _, c := range [...]struct {
		port uint16
		log2 uint32
	}{{deadPort + 1, 2}, {deadPort + 3, 3}, {deadPort + 2, 3}, {deadPort + 7, 4}} {
		r.patterns()
		r.regs.EDX = uint32(c.port)
		e := r.do(0xED)
		if c.port == deadPort+1 {
			check(e.kind == ioFault && e.io.Ports.Port() <= c.port && uint32(e.io.Ports.Port())+e.io.Ports.Ports() >= uint32(c.port)+4, "does not cover the access")
		} else {
			isPortFault(e, c.port, c.log2, r.slot)
		}
		r.again()
	}
}

func portStrings() {
	r := newRigIn(nil)
	for i, c := range [...]struct {
		code [3]byte
		n    int
		log2 uint32
	}{
		{[3]byte{0x6C}, 1, 0}, {[3]byte{0x6D}, 1, 2}, {[3]byte{0x66, 0x6D}, 2, 1},
		{[3]byte{0x6E}, 1, 0}, {[3]byte{0x6F}, 1, 2}, {[3]byte{0x66, 0x6F}, 2, 1},
		{[3]byte{0xF3, 0x6C}, 2, 0}, {[3]byte{0xF3, 0x6F}, 2, 2}, {[3]byte{0xF3, 0x66, 0x6D}, 3, 1},
	} {
		stepNumber("row", uint32(i))
		r.patterns()
		r.regs.EDX, r.regs.ESI, r.regs.EDI, r.regs.ECX = deadPort, r.sp, r.sp, 3
		isPortFault(r.do(c.code[:c.n]...), deadPort, c.log2, r.slot)
		r.again()
	}
	about.Reset()
	// After the ports are there, it works.
	r.patterns()
	ownPorts(deadPort, 3)
	r.regs.EDX, r.regs.EDI, r.regs.ECX = deadPort, r.sp, 4
	isPortFault(r.do(0xF3, 0x6C), deadPort, 0, r.slot)
	r.openTo(deadPort, 3)
	e := r.next(soon)
	r.done(e, 2)
	equal("ECX", e.regs.ECX, 0)
	equal("EDI", e.regs.EDI, r.sp+4)
	equal("read", load(r.sp), 0xFFFFFFFF)
}

func portPrefixes() {
	r := newRigIn(nil)
	for i, p := range [...]byte{0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x67, 0xF2, 0xF3} {
		stepNumber("prefix", uint32(i))
		r.patterns()
		r.regs.EDX = deadPort
		isPortFault(r.do(p, 0xEC), deadPort, 0, r.slot)
		r.again()
		r.patterns()
		r.regs.EDX = deadPort
		isPortFault(r.do(p, p, p, 0x66, p, 0xED), deadPort, 1, r.slot)
		r.again()
	}
	about.Reset()
	// Longer than an instruction can be.
	r.patterns()
	r.regs.EDX = deadPort
	var long [16]byte
	for i := range long {
		long[i] = 0x3E
	}
	long[15] = 0xEC
	e := r.do(long[:]...)
	r.is(e, vecProtection, r.slot, 0)
	// LOCK is no prefix for it.
	e = r.do(0xF0, 0xEC)
	check(e.kind == exception && e.regs.IP == r.slot, "LOCK IN is no exception")
}

func portOne() {
	r := newRigIn(nil)
	ownPorts(deadPort, 4)
	r.patterns()
	r.regs.EDX = deadPort + 5
	isPortFault(r.do(0xEC), deadPort+5, 0, r.slot)
	r.openTo(deadPort+5, 0)
	r.done(r.next(soon), 1)
	for _, port := range [...]uint16{deadPort + 4, deadPort + 6, deadPort, deadPort + 15} {
		r.regs.EDX = uint32(port)
		isPortFault(r.do(0xEC), port, 0, r.slot)
		r.again()
	}
	r.regs.EDX = deadPort + 5
	r.done(r.do(0xEC), 1)
	r.done(r.do(0xEE), 1)
	e := r.do(0xED) // four ports, one of them there
	check(e.kind == ioFault, "access to ports that are not all there")
}
