//go:build !pecan_kernel

package runtime

// UTF-8, as in package unicode/utf8, which this package may not import.

const (
	runeError    = '\uFFFD'
	maxRune      = '\U0010FFFF'
	surrogateMin = 0xD800
	surrogateMax = 0xDFFF
)

func runeLen(r rune) int {
	switch {
	case r < 0:
		return 3
	case r < 0x80:
		return 1
	case r < 0x800:
		return 2
	case r < 0x10000 || r > maxRune:
		return 3
	}
	return 4
}

// encodeRune writes r to the start of p and returns the number of bytes. What is no character becomes runeError.
func encodeRune(p []byte, r rune) int {
	if r < 0 || r > maxRune || surrogateMin <= r && r <= surrogateMax {
		r = runeError
	}
	n := runeLen(r)
	if n == 1 {
		p[0] = byte(r)
		return 1
	}
	for i := n - 1; i > 0; i-- {
		p[i] = 0x80 | byte(r)&0x3F
		r >>= 6
	}
	p[0] = byte(uint(0xF00)>>n) | byte(r)
	return n
}

// decoderune decodes the character at s[k:] and returns it with the index of the next. A bad byte counts as one
// runeError. The compiler calls it where s[k] is 0x80 or more.
func decoderune(s string, k int) (r rune, next int) {
	c := s[k]
	var n int
	var least rune
	switch {
	case c >= 0xC2 && c < 0xE0:
		n, least, r = 2, 0x80, rune(c&0x1F)
	case c >= 0xE0 && c < 0xF0:
		n, least, r = 3, 0x800, rune(c&0x0F)
	case c >= 0xF0 && c < 0xF5:
		n, least, r = 4, 0x10000, rune(c&0x07)
	case c < 0x80:
		return rune(c), k + 1
	default:
		return runeError, k + 1
	}
	if k+n > len(s) {
		return runeError, k + 1
	}
	for i := k + 1; i < k+n; i++ {
		if s[i]&0xC0 != 0x80 {
			return runeError, k + 1
		}
		r = r<<6 | rune(s[i]&0x3F)
	}
	if r < least || r > maxRune || surrogateMin <= r && r <= surrogateMax {
		return runeError, k + 1
	}
	return r, k + n
}

func countrunes(s string) int {
	n := 0
	for k := 0; k < len(s); n++ {
		_, k = decoderune(s, k)
	}
	return n
}
