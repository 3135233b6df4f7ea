// Package boot reads what the boot loader left for the root task: boot information, module strings, the command line.
// It is portable and trusts nothing that it reads.
package boot

// word splits the first word off s; words are separated by blanks.
func word(s []byte) (first, rest []byte) {
	for len(s) > 0 && s[0] <= ' ' {
		s = s[1:]
	}
	n := 0
	for n < len(s) && s[n] > ' ' {
		n++
	}
	return s[:n], s[n:]
}

// base is what follows the last slash of a path.
func base(path []byte) []byte {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}

// value returns what follows key in s, if s begins with key.
func value(s []byte, key string) ([]byte, bool) {
	if len(s) < len(key) || string(s[:len(key)]) != key {
		return nil, false
	}
	return s[len(key):], true
}

// number reads a decimal number, or a hexadecimal one after 0x, of at most 32 bits.
func number(s []byte) (n uint32, ok bool) {
	radix := uint64(10)
	if digits, hex := value(s, "0x"); hex {
		s, radix = digits, 16
	}
	if len(s) == 0 {
		return 0, false
	}
	for _, c := range s {
		d := uint64(99)
		switch {
		case c >= '0' && c <= '9':
			d = uint64(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			d = uint64(c|0x20-'a') + 10
		}
		v := uint64(n)*radix + d
		if d >= radix || v > 0xFFFFFFFF {
			return 0, false
		}
		n = uint32(v)
	}
	return n, true
}
