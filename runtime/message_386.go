package runtime

import "unsafe"

// messageBuf holds the text of the only panic that there can be.
var messageBuf [400]byte

// message appends to messageBuf; what does not fit is cut off.
type message struct{ n int }

//go:noinline
func (m *message) text(s string) {
	m.n += copy(messageBuf[m.n:], s)
}

func (m *message) string() string { return unsafe.String(&messageBuf[0], m.n) }

//go:noinline
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

// basic writes the value of a type whose kind is simple, and reports whether it could.
func (m *message) basic(e any) bool {
	v := (*eface)(unsafe.Pointer(&e))
	if v._type == nil {
		m.text("nil")
		return true
	}
	switch kind := v._type.kind; {
	case kind == kindString:
		m.text(*(*string)(v.data))
	case kind == kindBool:
		m.text(boolText[*(*byte)(v.data)&1])
	case kindInt <= kind && kind <= kindInt64:
		m.integer(signed(v.data, v._type.size))
	case kindUint <= kind && kind <= kindUintptr:
		// Without the sign that was extended.
		n := uint64(signed(v.data, v._type.size))
		m.decimal(n << (64 - 8*v._type.size) >> (64 - 8*v._type.size))
	default:
		return false
	}
	return true
}

var boolText = [2]string{"false", "true"}

// signed reads a signed integer of a size.
func signed(p unsafe.Pointer, size uintptr) int64 {
	switch size {
	case 1:
		return int64(*(*int8)(p))
	case 2:
		return int64(*(*int16)(p))
	case 4:
		return int64(*(*int32)(p))
	}
	return *(*int64)(p)
}
