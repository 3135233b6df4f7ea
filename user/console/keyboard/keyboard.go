// Package keyboard turns the scan codes of a PS/2 keyboard, set 1 with a US layout, into characters.
package keyboard

// Decoder keeps which keys are held. The zero value is ready for use: no key held, caps lock off.
type Decoder struct {
	held     uint8 // bits of modifiers
	caps     bool
	extended bool // the last code was 0xE0
	skip     int  // codes still to come of a key that sends many
}

// Modifiers.
const (
	leftShift = 1 << iota
	rightShift
	leftCtrl
	rightCtrl

	anyShift = leftShift | rightShift
	anyCtrl  = leftCtrl | rightCtrl
)

// Scan codes that are not in the tables. Bit 7 says that the key was released.
const (
	released = 0x80
	prefix   = 0xE0
	pause    = 0xE1 // begins the six codes of the pause key

	codeEnter      = 0x1C
	codeCtrl       = 0x1D
	codeLeftShift  = 0x2A
	codeSlash      = 0x35
	codeRightShift = 0x36
	codeCaps       = 0x3A
	codeDelete     = 0x53
)

// What keys give, by scan code, without and with shift; 0: nothing. The keypad always gives numbers.
const (
	plain = "\x00\x1b1234567890-=\b\tqwertyuiop[]\r\x00asdfghjkl;'`\x00\\zxcvbnm,./\x00*\x00 " +
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00789-456+1230."
	shifted = "\x00\x1b!@#$%^&*()_+\b\tQWERTYUIOP{}\r\x00ASDFGHJKL:\"~\x00|ZXCVBNM<>?\x00*\x00 " +
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00789-456+1230."
)

// Put takes a byte from the keyboard. It returns a character if there is one.
func (d *Decoder) Put(code byte) (c byte, ok bool) {
	if d.skip > 0 {
		d.skip--
		return 0, false
	}
	extended := d.extended
	d.extended = code == prefix
	switch {
	case code == prefix:
		return 0, false
	case code == pause:
		d.skip = 5
		return 0, false
	case d.modifier(code, extended), code&released != 0:
		return 0, false
	case extended:
		return special(code)
	case int(code) >= len(plain):
		return 0, false
	}
	c = plain[code]
	if letter := c >= 'a' && c <= 'z'; (d.held&anyShift != 0) != (d.caps && letter) {
		c = shifted[code]
	}
	if d.held&anyCtrl != 0 {
		if c >= '@' && c <= '_' || c >= 'a' && c <= 'z' {
			return c & 0x1F, true
		}
		return 0, false
	}
	return c, c != 0
}

// modifier notes that a modifier is held or not any more; false if the key is none.
func (d *Decoder) modifier(code byte, extended bool) bool {
	bit := uint8(0)
	switch code &^ released {
	case codeLeftShift, codeRightShift:
		if extended {
			return true // no key: keyboards put it around others
		}
		bit = leftShift
		if code&^released == codeRightShift {
			bit = rightShift
		}
	case codeCtrl:
		bit = leftCtrl
		if extended {
			bit = rightCtrl
		}
	case codeCaps:
		if code&released == 0 {
			d.caps = !d.caps
		}
		return true
	default:
		return false
	}
	if code&released != 0 {
		d.held &^= bit
	} else {
		d.held |= bit
	}
	return true
}

// special is what a key with prefix gives.
func special(code byte) (c byte, ok bool) {
	switch code {
	case codeEnter:
		return '\r', true
	case codeSlash:
		return '/', true
	case codeDelete:
		return 0x7F, true
	}
	return 0, false
}
