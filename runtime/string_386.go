//go:build !pecan_kernel

package runtime

import "unsafe"

// tmpBuf is a buffer on the caller's stack, for results that do not leave the caller.
type tmpBuf [32]byte

// newBytes returns n bytes, in buf if they fit.
func newBytes(pc uintptr, buf *tmpBuf, n int) []byte {
	if buf != nil && n <= len(buf) {
		*buf = tmpBuf{}
		return buf[:n]
	}
	return unsafe.Slice((*byte)(allocate(uintptr(n), pc)), n)
}

func concat(pc uintptr, buf *tmpBuf, parts []string) []byte {
	n := 0
	for _, s := range parts {
		if n+len(s) < n {
			throwAt(pc, "string concatenation too long")
		}
		n += len(s)
	}
	b := newBytes(pc, buf, n)
	at := 0
	for _, s := range parts {
		at += copy(b[at:], s)
	}
	return b
}

// concatString avoids a copy when only one part is not empty. With a buffer the part itself may lie on the
// caller's stack and must be copied.
func concatString(pc uintptr, buf *tmpBuf, parts []string) string {
	if buf == nil {
		filled, last := 0, 0
		for i, s := range parts {
			if s != "" {
				filled++
				last = i
			}
		}
		if filled == 0 {
			return ""
		}
		if filled == 1 {
			return parts[last]
		}
	}
	b := concat(pc, buf, parts)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

//go:noinline
func concatstrings(buf *tmpBuf, a []string) string {
	return concatString(callerPC(unsafe.Pointer(&buf)), buf, a)
}

//go:noinline
func concatstring2(buf *tmpBuf, a0, a1 string) string {
	return concatString(callerPC(unsafe.Pointer(&buf)), buf, []string{a0, a1})
}

//go:noinline
func concatstring3(buf *tmpBuf, a0, a1, a2 string) string {
	return concatString(callerPC(unsafe.Pointer(&buf)), buf, []string{a0, a1, a2})
}

//go:noinline
func concatstring4(buf *tmpBuf, a0, a1, a2, a3 string) string {
	return concatString(callerPC(unsafe.Pointer(&buf)), buf, []string{a0, a1, a2, a3})
}

//go:noinline
func concatstring5(buf *tmpBuf, a0, a1, a2, a3, a4 string) string {
	return concatString(callerPC(unsafe.Pointer(&buf)), buf, []string{a0, a1, a2, a3, a4})
}

//go:noinline
func concatbytes(buf *tmpBuf, a []string) []byte {
	return concat(callerPC(unsafe.Pointer(&buf)), buf, a)
}

//go:noinline
func concatbyte2(buf *tmpBuf, a0, a1 string) []byte {
	return concat(callerPC(unsafe.Pointer(&buf)), buf, []string{a0, a1})
}

//go:noinline
func concatbyte3(buf *tmpBuf, a0, a1, a2 string) []byte {
	return concat(callerPC(unsafe.Pointer(&buf)), buf, []string{a0, a1, a2})
}

//go:noinline
func concatbyte4(buf *tmpBuf, a0, a1, a2, a3 string) []byte {
	return concat(callerPC(unsafe.Pointer(&buf)), buf, []string{a0, a1, a2, a3})
}

//go:noinline
func concatbyte5(buf *tmpBuf, a0, a1, a2, a3, a4 string) []byte {
	return concat(callerPC(unsafe.Pointer(&buf)), buf, []string{a0, a1, a2, a3, a4})
}

//go:noinline
func slicebytetostring(buf *tmpBuf, p *byte, n int) string {
	if n == 0 {
		return ""
	}
	b := newBytes(callerPC(unsafe.Pointer(&buf)), buf, n)
	copy(b, unsafe.Slice(p, n))
	return unsafe.String(&b[0], n)
}

// slicebytetostringtmp makes a string of bytes that will not change while it lives.
func slicebytetostringtmp(p *byte, n int) string { return unsafe.String(p, n) }

//go:noinline
func stringtoslicebyte(buf *tmpBuf, s string) []byte {
	b := newBytes(callerPC(unsafe.Pointer(&buf)), buf, len(s))
	copy(b, s)
	return b
}

//go:noinline
func slicerunetostring(buf *tmpBuf, a []rune) string {
	n := 0
	for _, r := range a {
		n += runeLen(r)
	}
	b := newBytes(callerPC(unsafe.Pointer(&buf)), buf, n)
	at := 0
	for _, r := range a {
		at += encodeRune(b[at:], r)
	}
	return unsafe.String(unsafe.SliceData(b), n)
}

//go:noinline
func stringtoslicerune(buf *[32]rune, s string) []rune {
	pc := callerPC(unsafe.Pointer(&buf))
	n := countrunes(s)
	var a []rune
	if buf != nil && n <= len(buf) {
		*buf = [32]rune{}
		a = buf[:n]
	} else {
		a = unsafe.Slice((*rune)(allocate(4*uintptr(n), pc)), n)
	}
	i := 0
	for _, r := range s {
		a[i] = r
		i++
	}
	return a
}

//go:noinline
func intstring(buf *[4]byte, v int64) string {
	r := rune(v)
	if int64(r) != v {
		r = runeError
	}
	var b []byte
	if buf != nil {
		b = buf[:]
	} else {
		b = newBytes(callerPC(unsafe.Pointer(&buf)), nil, runeLen(r))
	}
	n := encodeRune(b, r)
	return unsafe.String(&b[0], n)
}
