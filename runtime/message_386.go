package runtime

import "unsafe"

// messageBuf holds the text of the only panic that there can be.
var messageBuf [400]byte

// message appends to messageBuf; what does not fit is cut off.
type message struct{ n int }

func (m *message) text(s string) {
	m.n += copy(messageBuf[m.n:], s)
}

func (m *message) string() string { return unsafe.String(&messageBuf[0], m.n) }

func (m *message) decimal(v uint64) {
	var digits [20]byte
	i := len(digits)
	for {
		i--
		digits[i] = byte('0' + v%10)
		v /= 10
		if v == 0 {
			break
		}
	}
	m.text(unsafe.String(&digits[i], len(digits)-i))
}

func (m *message) integer(v int64) {
	if v < 0 {
		m.text("-")
	}
	m.decimal(magnitude(v))
}

// assertion tells what a failed type assertion found and wanted.
func (m *message) assertion(have, want *_type) {
	m.text("interface conversion: interface is ")
	if have == nil {
		m.text("nil")
	} else {
		m.text(typeString(have))
	}
	m.text(", not ")
	m.text(typeString(want))
}

// basic writes the value of a type without methods, and reports whether it could.
func (m *message) basic(e any) bool {
	switch v := e.(type) {
	case nil:
		m.text("nil")
	case string:
		m.text(v)
	case bool:
		if v {
			m.text("true")
		} else {
			m.text("false")
		}
	case int:
		m.integer(int64(v))
	case int8:
		m.integer(int64(v))
	case int16:
		m.integer(int64(v))
	case int32:
		m.integer(int64(v))
	case int64:
		m.integer(v)
	case uint:
		m.decimal(uint64(v))
	case uint8:
		m.decimal(uint64(v))
	case uint16:
		m.decimal(uint64(v))
	case uint32:
		m.decimal(uint64(v))
	case uint64:
		m.decimal(v)
	case uintptr:
		m.decimal(uint64(v))
	default:
		return false
	}
	return true
}
