// Package line turns characters from a terminal into lines, with the little editing that a prompt needs.
package line

// Max is the length limit of a line in bytes; what is typed beyond it is ignored.
const Max = 120

// Special characters.
const (
	backspace = 8
	tab       = 9
	interrupt = 3    // Ctrl-C: start over
	kill      = 0x15 // Ctrl-U: start over
	rubout    = 0x7F
)

// Editor holds the line being typed. The zero value is ready for use.
type Editor struct {
	buf    [Max]byte
	n      int
	lastCR bool
}

// Bytes is the line so far, valid until the next call.
func (e *Editor) Bytes() []byte { return e.buf[:e.n] }

// Reset begins a new line.
func (e *Editor) Reset() { e.n = 0 }

// Put takes a character. What the terminal shall show for it is given to echo, byte by byte. It returns true when the
// line is complete: Bytes is the line then, until Reset. CR, LF and CR LF each end one line.
func (e *Editor) Put(c byte, echo func(byte)) (complete bool) {
	afterCR := e.lastCR
	e.lastCR = c == '\r'
	switch {
	case c == '\n' && afterCR: // second half of a line end
	case c == '\r' || c == '\n':
		echo('\r')
		echo('\n')
		return true
	case c == backspace || c == rubout:
		e.erase(echo)
	case c == kill || c == interrupt:
		for e.n > 0 {
			e.erase(echo)
		}
	case c == tab:
		return e.Put(' ', echo)
	case c >= ' ' && c < rubout && e.n < Max:
		e.buf[e.n] = c
		e.n++
		echo(c)
	}
	return false
}

// erase takes back the last character, if there is one.
func (e *Editor) erase(echo func(byte)) {
	if e.n == 0 {
		return
	}
	e.n--
	echo(backspace)
	echo(' ')
	echo(backspace)
}
