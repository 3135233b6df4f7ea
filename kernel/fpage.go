package kernel

// Fpage is a flexpage word (abi 1.5).
type Fpage uint32

// Rights as in an fpage.
const (
	rightX   = 1
	rightW   = 2
	rightR   = 4
	rightRWX = 7
)

const (
	nilPage      Fpage = 0
	completePage Fpage = 0x10
)

func (f Fpage) rights() uint32 { return uint32(f) & rightRWX }
func (f Fpage) isIO() bool     { return uint32(f)>>4&0x3F == 2 }

// log2 is the logarithm of the size in bytes: 32 for the complete space, else what the fpage says (may be below 12).
func (f Fpage) log2() uint32 {
	s := uint32(f) >> 4 & 0x3F
	if s == 1 {
		return 32
	}
	if s > 32 {
		return 32
	}
	return s
}

// size in bytes. Precondition: log2 is below 32.
func (f Fpage) size() uint32 { return 1 << f.log2() }

// base is the first address, cut down to the size: users build fpages from unaligned addresses.
func (f Fpage) base() uint32 { return uint32(f) &^ 0x3FF & maskOf(f.log2()) }

// maskOf has the bits of an address above a size of 2^log2.
func maskOf(log2 uint32) uint32 {
	if log2 >= 32 {
		return 0
	}
	return ^uint32(0) << log2
}

// mapRange computes source and destination of a map item (semantics 5.2). ok is false when the range is smaller than a page.
func mapRange(send Fpage, sendBase uint32, window Fpage) (src, dst, log2 uint32, ok bool) {
	ss, rs := send.log2(), window.log2()
	b := sendBase &^ 0x3FF
	if ss <= rs {
		log2 = ss
		src = send.base()
		dst = window.base() + b&^maskOf(rs)&maskOf(ss)
	} else {
		log2 = rs
		src = send.base() + b&^maskOf(ss)&maskOf(rs)
		dst = window.base()
	}
	return src, dst, log2, log2 >= 12
}

// I/O fpages (abi 1.5.1): first port and number of ports, at most 65536.
func (f Fpage) ports() (base, count uint32) {
	s := uint32(f) >> 10 & 0x3F
	if s > 16 {
		s = 16
	}
	return uint32(f) >> 16 & maskOf(s), 1 << s
}

func ioFpage(port, log2 uint32) uint32 { return port<<16 | log2<<10 | 2<<4 }
