package main

import (
	"pecan/user/console/keyboard"
	"pecan/user/l4"
)

// The PS/2 keyboard, behind its controller, an 8042 or what looks like one.

// keyboardIRQ is its interrupt line.
const keyboardIRQ = 1

// Ports, and bits of the status port.
const (
	keyData    = 0x60
	keyStatus  = 0x64
	keyCommand = 0x64

	outputFull = 1 << 0 // a byte is in keyData
	inputFull  = 1 << 1 // the controller has not taken what was written
	fromMouse  = 1 << 5 // the byte is not the keyboard's
)

// Commands to the controller, and bits of its configuration.
const (
	readConfiguration  = 0x20
	writeConfiguration = 0x60
	enableScanning     = 0xF4 // to the keyboard

	keyInterrupt = 1 << 0
	keyDisabled  = 1 << 4
	translate    = 1 << 6 // into set 1
)

// patience is how often a status is read before the controller counts as dead.
const patience = 20000

var keys keyboard.Decoder

// startKeyboard lets the keyboard interrupt. It returns false if there is no controller. Precondition: the console handles its line.
func startKeyboard() bool {
	if l4.In8(keyStatus) == 0xFF {
		return false
	}
	takeKeys() // what was there keeps the line from rising again
	if !command(keyCommand, readConfiguration) || !await(outputFull, outputFull) {
		return false
	}
	c := l4.In8(keyData)
	ok := command(keyCommand, writeConfiguration) && command(keyData, c&^keyDisabled|keyInterrupt|translate) &&
		command(keyData, enableScanning)
	takeKeys()
	return ok
}

// command writes a byte when the controller is ready for it.
func command(port uint16, b uint8) bool {
	if !await(inputFull, 0) {
		return false
	}
	l4.Out8(port, b)
	return true
}

// await waits until the status bits in mask are as in want.
func await(mask, want uint8) bool {
	for range patience {
		if l4.In8(keyStatus)&mask == want {
			return true
		}
	}
	return false
}

// takeKeys takes what the controller has: at most a few bytes, or there is none.
func takeKeys() {
	for range 64 {
		status := l4.In8(keyStatus)
		if status&outputFull == 0 || status == 0xFF {
			return
		}
		code := l4.In8(keyData)
		if status&fromMouse != 0 {
			continue
		}
		if c, ok := keys.Put(code); ok {
			ahead.put(c)
		}
	}
}
