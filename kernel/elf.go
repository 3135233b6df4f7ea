package kernel

// ELF32 loading of sigma0 and root task, by physical addresses (boot.md 2.3). Module contents are hostile: every
// offset is checked against the module before it is used.

// image is a checked ELF executable in a module.
type image struct {
	source span // the module
	target span // from the lowest to the highest byte of its segments in memory
	entry  uint32
	phoff  uint32
	phnum  uint32
}

const (
	elfHeaderSize = 52
	elfPhdrSize   = 32
	ptLoad        = 1
)

type segment struct{ offset, paddr, filesz, memsz uint32 }

// parseELF checks module n and returns its image.
func parseELF(n uint32, m span) (e image) {
	size := m.high - m.low
	if size < elfHeaderSize || physWord(m.low) != 0x464C457F || physByte(m.low+4) != 1 || physByte(m.low+5) != 1 {
		refuseModule(n, "is not an ELF32 file")
		return
	}
	if physHalf(m.low+16) != 2 || physHalf(m.low+18) != 3 {
		refuseModule(n, "is not an executable for ia32")
		return
	}
	e.source = m
	e.entry = physWord(m.low + 24)
	e.phoff = physWord(m.low + 28)
	e.phnum = physHalf(m.low + 44)
	if e.phnum == 0 || e.phnum > 32 || physHalf(m.low+42) != elfPhdrSize || e.phoff > size || size-e.phoff < e.phnum*elfPhdrSize {
		refuseModule(n, "has broken program headers")
		return
	}
	e.target = span{^uint32(0), 0}
	entered := false
	for i := uint32(0); i < e.phnum; i++ {
		s, load := e.segment(i)
		if !load {
			continue
		}
		if s.filesz > s.memsz || s.offset > size || size-s.offset < s.filesz {
			refuseModule(n, "is truncated: a segment lies beyond its end")
			return
		}
		if s.paddr+s.memsz < s.paddr || s.paddr+s.memsz > 0xFFFFF000 {
			refuseModule(n, "has a segment that wraps around")
			return
		}
		e.target.low = min(e.target.low, s.paddr)
		e.target.high = max(e.target.high, s.paddr+s.memsz)
		entered = entered || e.entry-s.paddr < s.memsz
	}
	if e.target.empty() || !entered {
		refuseModule(n, "has no segment that contains its entry point")
	}
	return
}

func (e *image) segment(i uint32) (s segment, load bool) {
	at := e.source.low + e.phoff + i*elfPhdrSize
	s = segment{physWord(at + 4), physWord(at + 12), physWord(at + 16), physWord(at + 20)}
	return s, physWord(at) == ptLoad && s.memsz|s.filesz != 0
}

// load copies the segments to their places. Precondition: target and source do not overlap.
func (e *image) load() {
	for i := uint32(0); i < e.phnum; i++ {
		if s, load := e.segment(i); load {
			physCopy(s.paddr, e.source.low+s.offset, s.filesz)
			physZero(s.paddr+s.filesz, s.memsz-s.filesz)
		}
	}
}
