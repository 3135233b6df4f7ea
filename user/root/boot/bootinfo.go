package boot

// Header is the length of the fixed part of the boot information, in bytes.
const Header = 32

// magic marks the generic boot information (boot.md 4.1).
const magic = 0x14B0021D

// Record types.
const (
	moduleRecord     = 1
	executableRecord = 2
)

func word32(b []byte, at uint32) uint32 {
	return uint32(b[at]) | uint32(b[at+1])<<8 | uint32(b[at+2])<<16 | uint32(b[at+3])<<24
}

// Size is the length of the boot information that begins with head, Header bytes or more; 0 if it is none.
func Size(head []byte) uint32 {
	if len(head) < Header || word32(head, 0) != magic || word32(head, 4) != 1 || word32(head, 8) < Header {
		return 0
	}
	return word32(head, 8)
}

// Info is what the boot information says to the root task.
type Info struct {
	Line    []byte // own command line
	Modules Modules
}

// Parse reads the boot information b. The program that holds the physical address self is the root task. Strings in
// the result alias b. What is malformed ends the list. It returns false if there is nothing to read.
func Parse(b []byte, self uint32) (info Info, ok bool) {
	size := Size(b)
	if size == 0 || uint64(size) > uint64(len(b)) {
		return info, false
	}
	b = b[:size]
	at := word32(b, 12)
	for n := word32(b, 16); n > 0; n-- {
		const fixed = 12 // of every record
		if at > size || size-at < fixed {
			break
		}
		r := b[at:]
		next := word32(r, 8)
		switch {
		case word32(r, 0) == moduleRecord && len(r) >= 24:
			info.Modules.Add(word32(r, 12), word32(r, 16), text(r, word32(r, 20)))
		case word32(r, 0) == executableRecord && len(r) >= 64:
			if self-word32(r, 12) < word32(r, 20) {
				info.Line = text(r, word32(r, 60))
			}
		}
		if next < fixed || next > size-at {
			break
		}
		at += next
	}
	return info, true
}

// text is the NUL-terminated string at offset at of record r; at 0 means that there is none.
func text(r []byte, at uint32) []byte {
	if at == 0 || at >= uint32(len(r)) {
		return nil
	}
	s := r[at:]
	for i, c := range s {
		if c == 0 {
			return s[:i]
		}
	}
	return nil
}
