package ia32

// The I/O APICs: pins and the lines they are.

// MaxChips is the most I/O APICs that are used.
const MaxChips = 4

// Wiring is what firmware tables say about I/O APICs and how interrupts reach them.
type Wiring struct {
	Chips      [MaxChips]Chip
	Count      uint32
	Successive bool // the pins of each chip follow those of the one before; else Base counts
	ISA        [16]Route
	NMI        uint32 // input of the local APIC that NMI is wired to, 0 or 1
	IMCR       bool   // the 8259s bypass the APICs until told otherwise
}

// Chip is an I/O APIC.
type Chip struct {
	Phys uint32 // of its registers
	ID   uint32
	Base uint32 // number of its first pin
	pins uint32
	regs uint32
}

// Route is how an ISA interrupt arrives.
type Route struct {
	Pin        uint32
	Level, Low bool // level-triggered, active low
}

// Bits of a redirection entry's low word.
const (
	redirLow    = 1 << 13
	redirLevel  = 1 << 15
	redirMasked = 1 << 16
)

// States of a line (docs/interrupts.md).
const (
	lineShut    = iota // masked
	lineOpen           // unmasked
	lineHeld           // taken, not acknowledged by its handler
	lineLatched        // held, and a further edge has come; masked
)

// ioLine is a line and its pin.
type ioLine struct {
	regs  uint32 // of its chip, 0: the line has no pin
	pin   uint32 // of the chip
	entry uint32 // low word of the redirection entry, when unmasked
	state uint32
}

var (
	ioLines     [MaxLines]ioLine
	ioLineCount uint32
)

// An I/O APIC has a register to select one of its own by number, and a window on that.
const (
	ioWindow    = 0x10
	ioVersion   = 1
	ioRedirects = 0x10 // two per pin
	maxPins     = 240
)

func readChip(regs, index uint32) uint32 {
	writeDevice(regs, index)
	return readDevice(regs + ioWindow)
}

func writeChip(regs, index, value uint32) {
	writeDevice(regs, index)
	writeDevice(regs+ioWindow, value)
}

// findPins looks at the chips and gives each line its pin: first those that firmware says are wired otherwise, then those
// that are not. It reports whether pin 0 exists.
func findPins(w *Wiring) bool {
	end := uint32(0)
	for i := range w.Chips[:w.Count] {
		c := &w.Chips[i]
		c.regs = mapDevice(1+uint32(i), c.Phys) + c.Phys&PageMask
		version := readChip(c.regs, ioVersion)
		if missing(version) {
			continue
		}
		c.pins = min(version>>16&0xFF+1, maxPins)
		if w.Successive {
			c.Base = end
		}
		if c.Base < MaxLines {
			end = max(end, min(c.Base+c.pins, MaxLines))
		}
	}
	ioLines = [MaxLines]ioLine{}
	ioLineCount = max(end, picLines)
	for line := range uint32(16) {
		if r := w.ISA[line]; r.Pin != line {
			w.wire(line, r)
		}
	}
	for line := range uint32(16) {
		if r := w.ISA[line]; r.Pin == line {
			w.wire(line, r)
		}
	}
	for line := uint32(16); line < ioLineCount; line++ {
		w.wire(line, Route{line, true, true})
	}
	for _, c := range w.Chips[:w.Count] {
		if c.Base == 0 && c.pins != 0 {
			return true
		}
	}
	return false
}

// wire gives a line its pin, if there is such a pin and no other line has it.
func (w *Wiring) wire(line uint32, r Route) {
	for _, c := range w.Chips[:w.Count] {
		if r.Pin < c.Base || r.Pin-c.Base >= c.pins {
			continue
		}
		l := ioLine{regs: c.regs, pin: r.Pin - c.Base, entry: VecIRQ + line}
		if r.Low {
			l.entry |= redirLow
		}
		if r.Level {
			l.entry |= redirLevel
		}
		for i := range ioLines {
			if ioLines[i].regs == l.regs && ioLines[i].pin == l.pin {
				return
			}
		}
		ioLines[line] = l
		return
	}
}

// programPins masks every pin but those that the firmware keeps for itself, and lets the interrupts of lines go to the local
// APIC called id.
func (w *Wiring) programPins(id uint32) {
	for _, c := range w.Chips[:w.Count] {
		for pin := range c.pins {
			if low := readChip(c.regs, ioRedirects+2*pin); !firmwareOwned(low) {
				writeChip(c.regs, ioRedirects+2*pin, low|redirMasked)
			}
		}
	}
	for i := range ioLines {
		l := &ioLines[i]
		switch {
		case l.regs == 0:
		case firmwareOwned(readChip(l.regs, ioRedirects+2*l.pin)):
			l.regs = 0
		default:
			l.write(redirMasked)
			writeChip(l.regs, ioRedirects+2*l.pin+1, id<<24)
		}
	}
}

// firmwareOwned reports whether a redirection entry delivers SMI, NMI or INIT.
func firmwareOwned(low uint32) bool {
	mode := low >> 8 & 7
	return mode == 2 || mode == 4 || mode == 5
}

// write sets the low word of a pin's redirection entry.
func (l *ioLine) write(masked uint32) { writeChip(l.regs, ioRedirects+2*l.pin, l.entry|masked) }

// takePin is TakeLine. The acknowledgement of a level-triggered line comes after its mask.
func takePin(line uint32) (found uint32) {
	if line >= MaxLines {
		return LineSpurious // vector VecSpurious: not to be acknowledged
	}
	l := &ioLines[line]
	found = LineSpurious
	switch {
	case l.state == lineOpen:
		l.state = lineHeld
		if l.entry&redirLevel != 0 {
			l.write(redirMasked)
		}
		found = LineDue
	case l.state == lineHeld && l.entry&redirLevel == 0:
		l.state = lineLatched
		l.write(redirMasked)
		found = LineLatched
	}
	ackAPIC()
	return
}

// shutPin is MaskLine.
func shutPin(line uint32) {
	l := &ioLines[line]
	l.state = lineShut
	if l.regs != 0 {
		l.write(redirMasked)
	}
}

// openPin is UnmaskLine. An edge-triggered line has stayed unmasked while it was held.
func openPin(line uint32) {
	l := &ioLines[line]
	was := l.state
	l.state = lineOpen
	if was == lineOpen || was == lineHeld && l.entry&redirLevel == 0 {
		return
	}
	l.write(0)
	if was == lineLatched {
		sendAgain(VecIRQ + line)
	}
}
