package l4

// IPC errors as Go errors: an IPCError is an error, and errors.Is finds its code.
//
//	err := l4.Call(server, &m, limits)
//	if errors.Is(err.Err(), l4.Timeout) { ... }

// Error names the code, so that codes are errors themselves.
func (c IPCCode) Error() string { return IPCError(c << 1).Error() }

// Err is e as an error: nil for OK.
func (e IPCError) Err() error {
	if e == OK {
		return nil
	}
	return e
}

// Is reports whether e is the same error as target, or target is its code.
func (e IPCError) Is(target error) bool {
	switch t := target.(type) {
	case IPCCode:
		return e.Code() == t
	case IPCError:
		return e == t
	}
	return false
}

// Phase is the name of the phase in which the error occurred.
func (e IPCError) Phase() string {
	if e.Receiving() {
		return "receive"
	}
	return "send"
}

// InTransfer reports whether the message had begun to be transferred, so that Offset counts.
func (e IPCError) InTransfer() bool { return e.Code() >= Overflow }

// IPCError appends phase, cause and offset of an error.
func (t *Text) IPCError(e IPCError) *Text {
	if e == OK {
		return t.Str("success")
	}
	t.Str(e.Phase()).Str(": ").Str(e.Error())
	if e.InTransfer() {
		t.Str(" after ").Dec(uint64(e.Offset())).Str(" bytes")
	}
	return t
}
