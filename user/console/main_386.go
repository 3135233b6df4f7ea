// Console is the server that owns the serial line and the PS/2 keyboard. Others print by sending it bytes, and one may wait
// for a line of input, from either. It sleeps while nothing happens: the UART and the keyboard's controller interrupt. Without the line's
// interrupt it polls the line, but only while somebody waits for input.
package main

import (
	"pecan/user/console/line"
	"pecan/user/l4"
)

// serialIRQ is COM1's interrupt line.
const serialIRQ = 4

var (
	interrupts bool        // the serial line announces input and room for output
	reader     l4.ThreadID // who waits for a line, or nil
	ahead      typeahead
	editor     line.Editor
)

func main() {
	l4.Connect()
	interrupts = own(serialIRQ)
	startLine(interrupts)
	if own(keyboardIRQ) {
		startKeyboard()
	}
	serve()
}

// own asks to be the handler of an interrupt line.
func own(irq uint32) bool {
	var m l4.Msg
	err := l4.Call(l4.Kernel().RootID(), m.Start(l4.RootInterrupt).Add(irq), l4.Forever)
	return err == l4.OK && m.Tag().Label() == l4.Reply
}

func serve() {
	var m l4.Msg
	to := l4.NilThread
	for {
		limit := l4.Never
		polling := !interrupts && !reader.IsNil()
		if polling {
			limit = l4.Zero
		}
		from, err := l4.ReplyWait(to, &m, limit)
		to = l4.NilThread
		switch {
		case err == l4.OK:
			if handle(from, &m) {
				to = from
			}
		case polling:
			l4.ThreadSwitch(l4.NilThread)
		}
		for polling && available() {
			ahead.put(take())
		}
		edit()
		start()
	}
}

// handle deals with a message: m becomes the reply, if it returns true.
func handle(from l4.ThreadID, m *l4.Msg) (reply bool) {
	switch from {
	case l4.Interrupt(serialIRQ):
		serveLine()
		m.Start(0) // acknowledges
		return true
	case l4.Interrupt(keyboardIRQ):
		takeKeys()
		m.Start(0)
		return true
	}
	switch m.Tag().Label() {
	case l4.ConsoleWrite:
		var buf [4 * l4.MaxWords]byte
		for _, c := range buf[:m.Bytes(1, buf[:])] {
			if c == '\n' {
				transmit('\r')
			}
			transmit(c)
		}
		writer{from, out.put}.await()
		return false
	case l4.ConsoleRead:
		if !reader.IsNil() { // it may be dead: the new one takes its place
			var old l4.Msg
			l4.Send(reader, old.Start(l4.Refused), l4.Zero)
		}
		reader = from
		return false
	}
	m.Start(l4.Refused)
	return true
}

// edit works on the input, while somebody waits for it.
func edit() {
	for !reader.IsNil() {
		c, ok := ahead.get()
		if !ok {
			return
		}
		if editor.Put(c, transmit) {
			var m l4.Msg
			m.Start(l4.Reply).AddBytes(editor.Bytes())
			l4.Send(reader, &m, l4.Zero) // a reader that gave up gets nothing
			reader = l4.NilThread
			editor.Reset()
		}
	}
}

// typeahead keeps what was typed before somebody wants it: the first 256 bytes of it.
type typeahead struct {
	buf         [256]byte
	head, count uint32
}

func (t *typeahead) put(c byte) {
	if t.count < uint32(len(t.buf)) {
		t.buf[(t.head+t.count)%uint32(len(t.buf))] = c
		t.count++
	}
}

func (t *typeahead) get() (c byte, ok bool) {
	if t.count == 0 {
		return 0, false
	}
	c = t.buf[t.head]
	t.head = (t.head + 1) % uint32(len(t.buf))
	t.count--
	return c, true
}
