package ia32

// Interrupt lines, whichever controller has them (docs/interrupts.md): the 8259s (pic.go), or the I/O APICs and the local APIC
// (ioapic.go, apic.go).

// MaxLines is the most interrupt lines there can be.
const MaxLines = 48

// What TakeLine found.
const (
	LineDue      = iota // to be told to the handler
	LineLatched         // a further one: it comes again after UnmaskLine
	LineSpurious        // nothing behind it, or nobody wants it
)

var (
	apicInUse bool

	// TimerLine is what the timer's interrupt counts as: a line that users cannot have.
	TimerLine uint32
)

// InitInterrupts programs the controllers, all lines masked: the APICs if w says where they are and they are usable, else (or
// with w nil) the 8259s.
func InitInterrupts(w *Wiring) {
	initPIC()
	apicInUse = w != nil && initAPIC(w)
	TimerLine = LineTimer
	if apicInUse {
		TimerLine = VecTimer - VecIRQ
	}
}

// Lines is the number of interrupt lines, SystemBase of the KIP.
func Lines() uint32 {
	if apicInUse {
		return ioLineCount
	}
	return picLines
}

// LineExists reports whether users can have a line. Precondition: line is below Lines.
func LineExists(line uint32) bool {
	if apicInUse {
		return ioLines[line].regs != 0
	}
	return line != LineTimer && line != lineCascade
}

// TakeLine does what the controller wants when an interrupt of a line has come: it acknowledges, and keeps the line quiet until
// UnmaskLine.
func TakeLine(line uint32) (found uint32) {
	if apicInUse {
		return takePin(line)
	}
	if spuriousPIC(line) {
		return LineSpurious
	}
	maskPIC(line)
	ackPIC(line)
	return LineDue
}

// TakeTimer acknowledges an interrupt of TimerLine.
func TakeTimer() {
	if apicInUse {
		ackAPIC()
		return
	}
	ackPIC(LineTimer)
}

// MaskLine stops a line.
func MaskLine(line uint32) {
	if apicInUse {
		shutPin(line)
		return
	}
	maskPIC(line)
}

// UnmaskLine allows a line. What came meanwhile, as far as the controller has latched it, is delivered as soon as interrupts
// are on.
func UnmaskLine(line uint32) {
	if apicInUse {
		openPin(line)
		return
	}
	unmaskPIC(line)
}

// LineOpen reports whether a line's interrupts may come. Precondition: line is below Lines.
func LineOpen(line uint32) bool {
	if apicInUse {
		return ioLines[line].state == lineOpen
	}
	return In8(maskPort(line))>>(line&7)&1 == 0
}

// StartTimer lets the timer's interrupts come.
func StartTimer() {
	if apicInUse {
		writeAPIC(apicTimer, VecTimer)
		return
	}
	unmaskPIC(LineTimer)
}

// ArmTimer requests one interrupt after that many timer ticks; ticks is 1 to what Calibrate calls longest.
func ArmTimer(ticks uint32) {
	if apicInUse {
		writeAPIC(apicInitial, ticks)
		return
	}
	armPIT(ticks)
}

// Calibrate measures the TSC, and the timer by it, during about 10 ms of the 8254's channel 2. kHz is the TSC's frequency, 0 if
// one of them does not count; scale is timer ticks per TSC tick times 2^32, at most 2^32-1, and longest the longest one-shot
// in timer ticks.
func Calibrate() (kHz, scale, longest uint32) {
	if apicInUse {
		writeAPIC(apicInitial, ^uint32(0))
	}
	tsc, used := measure()
	kHz = uint32(tsc * TimerHz / measureTicks / 1000)
	if kHz == 0 {
		return 0, 0, 0
	}
	if !apicInUse {
		return kHz, uint32(uint64(TimerHz) << 32 / (uint64(kHz) * 1000)), pitLongest
	}
	writeAPIC(apicInitial, 0)
	if used < 1000 {
		return 0, 0, 0
	}
	ratio := uint64(used) << 32 / tsc
	return kHz, uint32(min(ratio, 1<<32-1)), ^uint32(0)
}

// timerLeft is what the timer still has to count, if it is the local APIC's.
func timerLeft() uint32 {
	if apicInUse {
		return readAPIC(apicCurrent)
	}
	return 0
}
