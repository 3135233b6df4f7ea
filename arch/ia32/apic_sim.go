//go:build !386

package ia32

import "math/bits"

// Simulated local APIC and I/O APICs, as the 82093AA and its successors behave: an edge on a masked pin is lost, a
// level-triggered pin delivers again after its acknowledgement.

// Physical addresses of the simulated registers.
const (
	SimLocalAPIC = 0xFEE00000
	SimIOAPIC    = 0xFEC00000 // the first; the others follow, 4 KiB apart
)

type apicState struct {
	regs             [0x400]uint32
	request, service [8]uint32
	deadline         uint64 // TSC of the timer's interrupt, 0 none
}

type chipState struct {
	index uint32
	pins  []pinState
}

type pinState struct {
	low, high uint32
	level     bool // the input, as the device drives it
	remote    bool // level-triggered: delivered, not acknowledged
}

// AddAPICs gives the machine a local APIC and I/O APICs with that many pins each. Power-on leaves every pin masked.
func (m *Computer) AddAPICs(pins ...uint32) {
	m.apic = &apicState{}
	m.apic.regs[apicVersion] = 0x50014
	for _, n := range pins {
		c := chipState{pins: make([]pinState, n)}
		for i := range c.pins {
			c.pins[i].low = redirMasked
		}
		m.chips = append(m.chips, c)
	}
}

// inAPICMode reports whether interrupts come through the local APIC.
func (m *Computer) inAPICMode() bool {
	return m.apic != nil && m.apic.regs[apicSpurious]&apicEnable != 0
}

// Drive sets the input of a pin, counted over all chips.
func (m *Computer) Drive(pin uint32, level bool) {
	for i := range m.chips {
		c := &m.chips[i]
		if pin >= uint32(len(c.pins)) {
			pin -= uint32(len(c.pins))
			continue
		}
		p := &c.pins[pin]
		rising := level && !p.level
		p.level = level
		if p.low&redirLevel == 0 && rising && p.low&redirMasked == 0 {
			m.apic.set(p.low & 0xFF)
		}
		m.serviceLevel(p)
		return
	}
	panic(Fault{"no such pin", pin})
}

// Pulse is an edge on a pin.
func (m *Computer) Pulse(pin uint32) {
	m.Drive(pin, true)
	m.Drive(pin, false)
}

// PinMasked reports whether a pin of the first chip is masked.
func (m *Computer) PinMasked(pin uint32) bool { return m.chips[0].pins[pin].low&redirMasked != 0 }

// Spurious makes the local APIC deliver its spurious vector next.
func (m *Computer) Spurious() { m.apic.set(VecSpurious) }

func (m *Computer) serviceLevel(p *pinState) {
	if p.low&redirLevel != 0 && p.level && !p.remote && p.low&redirMasked == 0 {
		p.remote = true
		m.apic.set(p.low & 0xFF)
	}
}

func (a *apicState) set(vector uint32) { a.request[vector>>5] |= 1 << (vector & 31) }

func highestBit(b *[8]uint32) int {
	for i := 7; i >= 0; i-- {
		if b[i] != 0 {
			return i<<5 + bits.Len32(b[i]) - 1
		}
	}
	return -1
}

// take acknowledges the most urgent interrupt for the processor.
func (a *apicState) take(now uint64) (vector uint32, ok bool) {
	if a.deadline != 0 && now >= a.deadline {
		a.deadline = 0
		if lvt := a.regs[apicTimer]; lvt&lvtMasked == 0 {
			a.set(lvt & 0xFF)
		}
	}
	v := highestBit(&a.request)
	if v < 0 || v>>4 <= highestBit(&a.service)>>4 {
		return 0, false
	}
	a.request[v>>5] &^= 1 << (v & 31)
	if v != VecSpurious {
		a.service[v>>5] |= 1 << (v & 31)
	}
	return uint32(v), true
}

// end is the acknowledgement.
func (m *Computer) end() {
	a := m.apic
	v := highestBit(&a.service)
	if v < 0 {
		return
	}
	a.service[v>>5] &^= 1 << (v & 31)
	for i := range m.chips {
		for k := range m.chips[i].pins {
			if p := &m.chips[i].pins[k]; p.remote && p.low&0xFF == uint32(v) {
				p.remote = false
				m.serviceLevel(p)
			}
		}
	}
}

// localAPIC is where the local APIC's registers are.
func localAPIC() (phys uint32, ok bool) { return SimLocalAPIC, Machine.apic != nil }

// mapDevice shows the page of device registers at phys in place slot of DeviceArea and returns its address.
func mapDevice(slot, phys uint32) uint32 {
	Machine.devices[slot] = phys & PteFrame
	return DeviceArea + slot*PageSize
}

// readDevice and writeDevice access a register of 32 bits in DeviceArea.
func readDevice(addr uint32) uint32 {
	m := &Machine
	c, reg := m.device(addr)
	switch {
	case c == nil && reg == apicCurrent:
		if a := m.apic; a.deadline > m.TSC {
			return uint32((a.deadline - m.TSC) / m.APICDivide())
		}
		return 0
	case c == nil:
		return m.apic.regs[reg]
	case reg == 0:
		return c.index
	case reg != ioWindow:
		panic(Fault{"no such register", addr})
	case len(c.pins) == 0:
		return ^uint32(0)
	case c.index == ioVersion:
		return uint32(len(c.pins)-1)<<16 | 0x11
	}
	p := &c.pins[(c.index-ioRedirects)/2]
	if c.index&1 != 0 {
		return p.high
	}
	return p.low
}

func writeDevice(addr, value uint32) {
	m := &Machine
	c, reg := m.device(addr)
	switch {
	case c == nil:
		m.writeAPICSim(reg, value)
	case reg == 0:
		c.index = value
	case c.index < ioRedirects:
		panic(Fault{"write to a read-only register", addr})
	case c.index&1 != 0:
		c.pins[(c.index-ioRedirects)/2].high = value
	default:
		p := &c.pins[(c.index-ioRedirects)/2]
		p.low = value
		if value&redirLevel == 0 {
			p.remote = false
		}
		m.serviceLevel(p)
	}
}

func (m *Computer) writeAPICSim(reg, value uint32) {
	a := m.apic
	switch reg {
	case apicEOI:
		m.end()
	case apicCommand:
		if value>>18 != 1 {
			panic(Fault{"an interprocessor interrupt, not to itself", value})
		}
		a.set(value & 0xFF)
	case apicInitial:
		a.deadline = 0
		if value != 0 {
			a.deadline = m.TSC + uint64(value)*m.APICDivide()
		}
	}
	a.regs[reg] = value
}

// device finds the chip (nil: the local APIC) and the register behind an address.
func (m *Computer) device(addr uint32) (c *chipState, reg uint32) {
	slot, reg := (addr-DeviceArea)/PageSize, addr&PageMask
	phys := m.devices[slot]
	switch n := (phys - SimIOAPIC) / PageSize; {
	case phys == SimLocalAPIC:
		return nil, reg
	case n < uint32(len(m.chips)):
		return &m.chips[n], reg
	}
	return &chipState{}, reg // nothing there
}

// APICDivide is TSC ticks per tick of the local APIC's timer.
func (m *Computer) APICDivide() uint64 { return max(1, m.Divide) }
