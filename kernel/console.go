package kernel

import "pecan/arch/ia32"

// The kernel's console: boot messages, refusals, panics and the pseudo calls. User programs own the line otherwise.

type consoleDevice struct {
	off       bool // console=none
	lineStart bool // the last character ended a line
}

var console consoleDevice

func (c *consoleDevice) put(b byte) {
	if c.off {
		return
	}
	c.lineStart = b == '\n'
	if c.lineStart {
		ia32.PutUART('\r')
	}
	ia32.PutUART(b)
}

func (c *consoleDevice) print(s string) {
	for i := 0; i < len(s); i++ {
		c.put(s[i])
	}
}

func (c *consoleDevice) hex(v uint32) {
	for shift := 28; shift >= 0; shift -= 4 {
		c.put("0123456789abcdef"[v>>uint(shift)&15])
	}
}

func (c *consoleDevice) decimal(v uint32) {
	var digits [10]byte
	i := len(digits)
	for {
		i--
		digits[i] = byte('0' + v%10)
		v /= 10
		if v == 0 {
			break
		}
	}
	for ; i < len(digits); i++ {
		c.put(digits[i])
	}
}

// pair prints a name and a hexadecimal word.
func (c *consoleDevice) pair(name string, v uint32) {
	c.print(name)
	c.hex(v)
}
