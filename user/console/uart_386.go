package main

import "pecan/user/l4"

// Registers of the 16550 UART at COM1.
const (
	base = 0x3F8

	data          = base // also the divisor's low byte
	interruptMask = base + 1
	interruptID   = base + 2 // read
	fifoControl   = base + 2 // written
	lineControl   = base + 3
	modemControl  = base + 4
	lineStatus    = base + 5
	modemStatus   = base + 6

	fifoSize = 16
)

// Bits of interruptMask.
const (
	whenReceived = 1 << 0
	whenReady    = 1 << 1
)

// Bits of lineStatus.
const (
	received     = 1 << 0
	readyForNext = 1 << 5 // the transmitter's FIFO is empty
	allSent      = 1 << 6
)

// startLine sets 115200 baud, 8 bits, no parity, one stop bit, after what the kernel printed has left.
func startLine(interrupts bool) {
	drain()
	l4.Out8(interruptMask, 0)
	l4.Out8(lineControl, 0x80) // divisor
	l4.Out8(data, 1)
	l4.Out8(interruptMask, 0)
	l4.Out8(lineControl, 0x03)
	l4.Out8(fifoControl, 0x07)  // on, both emptied, interrupt at each byte
	l4.Out8(modemControl, 0x0B) // ready; OUT2 lets interrupts through
	if interrupts {
		l4.Out8(interruptMask, whenReceived)
	}
}

func available() bool { return l4.In8(lineStatus)&received != 0 }

// take reads a received byte. Precondition: available.
func take() byte { return l4.In8(data) }

// drain waits until all bytes are on the line.
func drain() {
	for l4.In8(lineStatus)&allSent == 0 {
	}
}

// serveLine deals with what the UART wants, until it wants nothing: its interrupt is an edge, and comes only after that.
func serveLine() {
	for {
		id := l4.In8(interruptID)
		if id&1 != 0 {
			return
		}
		switch id >> 1 & 7 {
		case 0:
			l4.In8(modemStatus)
		case 1:
			refill()
		case 2, 6:
			for available() {
				ahead.put(take())
			}
		case 3:
			l4.In8(lineStatus)
		}
	}
}
