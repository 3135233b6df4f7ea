//go:build !386

package ia32

import "math/bits"

// Simulated devices: two 8259s, channels 0 and 2 of the 8254, COM1.

type picState struct {
	mask, request, service uint32
	step                   int // initialisation words still to come
	readService            bool
}

// Raise is an edge on an interrupt line: of the 8259s, and on the pin of the same number.
func (m *Computer) Raise(line uint32) {
	m.pic[line>>3].request |= 1 << (line & 7)
	if m.inAPICMode() {
		m.Pulse(line)
	}
}

// Masked reports whether a line is masked.
func (m *Computer) Masked(line uint32) bool {
	if m.inAPICMode() {
		return m.PinMasked(line)
	}
	return m.pic[line>>3].mask>>(line&7)&1 != 0
}

// TimerAt is the TSC value of the armed one-shot, 0 if it is not armed.
func (m *Computer) TimerAt() uint64 {
	if m.inAPICMode() {
		return m.apic.deadline
	}
	return m.timerAt
}

// Advance lets cycles pass.
func (m *Computer) Advance(cycles uint64) { m.TSC += cycles }

// Take acknowledges the most urgent interrupt that the controllers would deliver now and returns its vector.
func (m *Computer) Take() (vector uint32, ok bool) {
	if m.timerAt != 0 && m.TSC >= m.timerAt {
		m.timerAt = 0
		m.pic[0].request |= 1 << LineTimer
	}
	if m.inAPICMode() {
		return m.apic.take(m.TSC)
	}
	for i := range m.pic {
		p := &m.pic[i]
		open := p.request &^ p.mask
		if i == 1 && m.pic[0].mask&(1<<lineCascade) != 0 {
			return 0, false
		}
		if open == 0 {
			continue
		}
		line := uint32(bits.TrailingZeros32(open))
		if p.service != 0 && uint32(bits.TrailingZeros32(p.service)) <= line {
			continue // fully nested: not before the acknowledgement
		}
		p.request &^= 1 << line
		p.service |= 1 << line
		return VecIRQ + uint32(i)*8 + line, true
	}
	return 0, false
}

// In8 and friends access I/O ports.
func In8(port uint32) uint32 {
	m := &Machine
	switch port {
	case pic1, pic2:
		p := &m.pic[port>>7]
		if p.readService {
			return p.service
		}
		return p.request
	case pic1 + 1, pic2 + 1:
		return m.pic[port>>7].mask
	case 0x61:
		m.TSC += uint64(m.KHz) / 100 // 10 us per look
		if m.TSC >= m.gateAt {
			return 0x20
		}
		return 0
	case com1:
		if len(m.Input) == 0 {
			return 0
		}
		b := m.Input[0]
		m.Input = m.Input[1:]
		return uint32(b)
	case com1 + 5:
		if len(m.Input) != 0 {
			return 0x21
		}
		return 0x20
	}
	return 0xFF
}

// Out8 writes a port; only the low byte of value counts.
func Out8(port, value uint32) {
	m := &Machine
	value &= 0xFF
	switch port {
	case pic1, pic2:
		m.pic[port>>7].command(value)
	case pic1 + 1, pic2 + 1:
		if p := &m.pic[port>>7]; p.step > 0 {
			p.step--
		} else {
			p.mask = value
		}
	case 0x40, 0x41, 0x42:
		m.count(port-0x40, value)
	case 0x43:
		m.second[value>>6&3%3] = false
	case com1:
		m.Output = append(m.Output, byte(value))
	default:
		m.PortWrites[port] = value
	}
}

// Out16 writes a port of 16 bits.
func Out16(port, value uint32) { Machine.PortWrites[port] = value & 0xFFFF }

func (p *picState) command(value uint32) {
	switch {
	case value&0x10 != 0:
		*p = picState{step: 3}
	case value == 0x20:
		p.service &= p.service - 1
	case value == 0x0A || value == 0x0B:
		p.readService = value == 0x0B
	}
}

// count takes a byte of a channel's counter; the second one starts it.
func (m *Computer) count(channel, value uint32) {
	if !m.second[channel] {
		m.latch[channel] = value
		m.second[channel] = true
		return
	}
	m.second[channel] = false
	ticks := uint64(m.latch[channel] | value<<8)
	if ticks == 0 {
		ticks = 1 << 16
	}
	at := m.TSC + ticks*uint64(m.KHz)*1000/TimerHz
	switch channel {
	case 0:
		m.timerAt = at
	case 2:
		m.gateAt = at
	}
}
