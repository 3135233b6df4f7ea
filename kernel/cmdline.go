package kernel

import "pecan/arch/ia32"

// The kernel command line (docs/booting.md): words separated by blanks; the first is the file name under most loaders and is
// passed over when it has no '='.

type bootOptions struct {
	kmem     uint32 // bytes for the kernel pool, 0 = a share of memory
	maxmem   uint32 // ignore memory from here on, 0 = all
	exitPort uint32 // isa-debug-exit port, 0 = none
	noAPIC   bool   // use the 8259s and the 8254 even if there is something better
}

var options bootOptions

// text is a NUL-terminated string in kernel memory.
type text uint32

func (s text) at(i uint32) byte { return *(*byte)(ia32.Ptr(uint32(s) + i)) }

// parseOptions reads the command line at s. An unknown word or a bad value stops the boot with a line that names it, after the
// console and exit device are known.
func parseOptions(s text) {
	options = bootOptions{}
	var bad, badLength uint32
	wrong := false
	for i, n := uint32(0), 0; ; n++ {
		for s.at(i) == ' ' || s.at(i) == '\t' {
			i++
		}
		if s.at(i) == 0 {
			break
		}
		start := i
		for s.at(i) != 0 && s.at(i) != ' ' && s.at(i) != '\t' {
			i++
		}
		if !setOption(s, start, i) && !(n == 0 && !hasEquals(s, start, i)) && !wrong {
			wrong, bad, badLength = true, start, i-start
		}
	}
	if wrong {
		startLine()
		console.print("kernel command line: cannot use '")
		for i := uint32(0); i < badLength; i++ {
			console.put(s.at(bad + i))
		}
		console.print("' (know console=com1|none kmem=SIZE maxmem=SIZE exit=PORT noapic)\n")
		stopMachine(exitRefused)
	}
}

func hasEquals(s text, i, end uint32) bool {
	for ; i < end; i++ {
		if s.at(i) == '=' {
			return true
		}
	}
	return false
}

// setOption applies one word; false if it is unknown or its value is bad.
func setOption(s text, i, end uint32) bool {
	if equal(s, i, end, "noapic") {
		options.noAPIC = true
		return true
	}
	if v, ok := option(s, i, end, "console="); ok {
		if equal(s, v, end, "none") {
			console.off = true
			return true
		}
		return equal(s, v, end, "com1")
	}
	if v, ok := option(s, i, end, "kmem="); ok {
		return size(s, v, end, &options.kmem)
	}
	if v, ok := option(s, i, end, "maxmem="); ok {
		return size(s, v, end, &options.maxmem)
	}
	if v, ok := option(s, i, end, "exit="); ok {
		return number(s, v, end, &options.exitPort) && options.exitPort <= 0xFFFF
	}
	return false
}

// option returns where the value begins if the word starts with name.
func option(s text, i, end uint32, name string) (uint32, bool) {
	n := uint32(len(name))
	if end-i < n || !equal(s, i, i+n, name) {
		return 0, false
	}
	return i + n, true
}

func equal(s text, i, end uint32, name string) bool {
	if end-i != uint32(len(name)) {
		return false
	}
	for k := uint32(0); k < end-i; k++ {
		if s.at(i+k) != name[k] {
			return false
		}
	}
	return true
}

// number reads decimal or 0x hexadecimal; false if it is none or does not fit 32 bits.
func number(s text, i, end uint32, out *uint32) bool {
	base := uint64(10)
	if end-i > 2 && s.at(i) == '0' && s.at(i+1)|0x20 == 'x' {
		base = 16
		i += 2
	}
	if i == end {
		return false
	}
	v := uint64(0)
	for ; i < end; i++ {
		d := uint64(99)
		switch c := s.at(i); {
		case c >= '0' && c <= '9':
			d = uint64(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			d = uint64(c|0x20-'a') + 10
		}
		if d >= base {
			return false
		}
		if v = v*base + d; v>>32 != 0 {
			return false
		}
	}
	*out = uint32(v)
	return true
}

// size reads a number with an optional K, M or G; not 0, below 4 GiB.
func size(s text, i, end uint32, out *uint32) bool {
	shift := uint32(0)
	if end > i {
		switch s.at(end-1) | 0x20 {
		case 'k':
			shift = 10
		case 'm':
			shift = 20
		case 'g':
			shift = 30
		}
	}
	if shift != 0 {
		end--
	}
	var v uint32
	if !number(s, i, end, &v) || v == 0 || uint64(v)<<shift>>32 != 0 {
		return false
	}
	*out = v << shift
	return true
}
