package main

import "pecan/user/l4"

// I/O ports (semantics 5.6). This space has 16 from ownPort on.

var portCases = []testCase{
	{"5.6.1-idempotent", "5.6.1", portsThemselves},
	{"5.6.2-sizes", "5.6.2", portsSizes},
	{"5.6.3-rights", "5.6.3", portsRights},
	{"5.6.4-window", "5.6.4", portsWindow},
	{"5.6.5-unmap", "5.6.5", portsUnmap},
	{"5.6.1-grant", "5.6.1 5.4.1", portsGrant},
	{"5.6.5-end-of-space", "5.6.5 5.7.1", portsEnd},
}

func ports(at, log2 uint32) l4.Fpage { return l4.NewIOFpage(uint16(at), log2, l4.RW).Fpage() }

// takesPorts maps ports from the case's space.
func (p *puppet) takesPorts(at, log2 uint32) { p.takes(ports(at, log2), 0, l4.Complete) }

// hasPorts fails the case unless the puppet has exactly the ports from ownPort on whose bits are set.
func (p *puppet) hasPorts(bits uint32) {
	for i := range uint32(16) {
		p.hasPort(ownPort+i, bits>>i&1 != 0)
	}
}

// revokePorts takes all ports from all puppets.
func revokePorts() { l4.UnmapPage(ports(ownPort, 4), false) }

func portsThemselves() {
	p := newPuppet(nil, source)
	p.hasPorts(0)
	for _, base := range [...]uint32{0, 0x12345678, 0xFFFFFC00} { // the send base does not count
		p.takes(ports(ownPort+5, 0), base, l4.Complete)
		p.hasPorts(1 << 5)
		revokePorts()
		p.hasPorts(0)
	}
}

func portsSizes() {
	p := newPuppet(nil, source)
	for log2 := uint32(0); log2 <= 16; log2++ {
		stepNumber("log2", log2)
		p.takesPorts(ownPort+6, log2)
		bits := uint32(0xFFFF)
		if log2 < 4 {
			bits = (1<<(1<<log2) - 1) << (6 &^ (1<<log2 - 1))
		}
		p.hasPorts(bits)
		p.hasPort(ownPort-1, false) // this space does not have it either
		p.hasPort(ownPort+16, false)
		revokePorts()
	}
}

func portsRights() {
	p := newPuppet(nil, source)
	for r := l4.Fpage(0); r <= 7; r++ {
		stepNumber("rights", uint32(r))
		p.takes(ports(ownPort, 2)&^7|r, 0, l4.Complete)
		p.hasPorts(0xF)
		l4.Unmap([]l4.Fpage{ports(ownPort, 1)&^7 | r}, false)
		p.hasPorts(0xC)
		revokePorts()
	}
}

func portsWindow() {
	p := newPuppet(nil, source)
	for i, window := range [...]l4.Fpage{l4.Complete, l4.PageAt(free, 0), ports(ownPort, 4), ports(0x100, 0)} {
		stepNumber("window", uint32(i))
		p.takes(ports(ownPort, 3), 0, window)
		p.hasPorts(0xFF)
		revokePorts()
	}
}

func portsUnmap() {
	a, b, c := newPuppet(nil, source), newPuppet(nil, source), newPuppet(nil, target)
	for range 2 {
		a.takesPorts(ownPort, 4)
		a.gives(b, ports(ownPort, 4), 0, l4.Complete)
		b.gives(c, ports(ownPort, 3), 0, l4.Complete)
		c.hasPorts(0xFF)
		step("a port that the giver has not")
		c.gives(b, ports(ownPort, 4), 0, l4.Complete)
		b.hasPorts(0xFFFF)
		step("unmap")
		b.unmaps(ports(ownPort, 1), false)
		a.hasPorts(0xFFFF)
		b.hasPorts(0xFFFF)
		c.hasPorts(0xFC)
		step("flush")
		b.unmaps(ports(ownPort+2, 1), true)
		a.hasPorts(0xFFFF)
		b.hasPorts(0xFFF3)
		c.hasPorts(0xF0)
		step("of everything")
		a.unmaps(ports(0, 16), false)
		a.hasPorts(0xFFFF)
		b.hasPorts(0)
		c.hasPorts(0)
		revokePorts()
		a.hasPorts(0)
	}
}

func portsGrant() {
	a, b, c := newPuppet(nil, source), newPuppet(nil, source), newPuppet(nil, target)
	a.takesPorts(ownPort, 4)
	a.gives(c, ports(ownPort, 2), 0, l4.Complete)
	a.grants(b, ports(ownPort, 3), 0x777, l4.Complete)
	a.hasPorts(0xFF00)
	b.hasPorts(0x00FF)
	c.hasPorts(0x000F)
	step("the sender's descendants are the receiver's")
	a.unmaps(ports(0, 16), true)
	c.hasPorts(0x000F)
	b.unmaps(ports(ownPort, 0), false)
	c.hasPorts(0x000E)
	revokePorts()
	b.hasPorts(0)
	c.hasPorts(0)
}

func portsEnd() {
	a, b, c := newPuppet(nil, source), newPuppet(nil, source), newPuppet(nil, target)
	a.takesPorts(ownPort, 4)
	a.gives(b, ports(ownPort, 4), 0, l4.Complete)
	b.gives(c, ports(ownPort, 4), 0, l4.Complete)
	remove(b.id)
	a.hasPorts(0xFFFF)
	c.hasPorts(0)
}
