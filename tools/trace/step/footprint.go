package step

// Sizes of what memory is cached in.
const (
	LineSize = 64
	PageSize = 4096
)

// Footprint is what a list of instructions touches in caches and TLBs: distinct lines of 64 bytes and pages of 4 KiB of linear
// addresses, those of code and those of data.
type Footprint struct {
	CodeLines, DataLines, DirtyLines int
	CodePages, DataPages             int
}

// FootprintOf is the footprint of the part of the list that runs in the kernel, or of the other part.
func FootprintOf(list []Instruction, kernel bool) Footprint {
	code, data, dirty := map[uint32]bool{}, map[uint32]bool{}, map[uint32]bool{}
	codePages, dataPages := map[uint32]bool{}, map[uint32]bool{}
	mark := func(lines, pages map[uint32]bool, addr, n uint32) {
		for a := addr / LineSize; a <= (addr+n-1)/LineSize; a++ {
			lines[a] = true
			if pages != nil {
				pages[a*LineSize/PageSize] = true
			}
		}
	}
	for i := range list {
		in := &list[i]
		if in.Kernel != kernel {
			continue
		}
		mark(code, codePages, in.PC, in.Len)
		for _, a := range in.Accesses {
			mark(data, dataPages, a.Addr, a.Bytes)
			if a.Write {
				mark(dirty, nil, a.Addr, a.Bytes)
			}
		}
	}
	return Footprint{len(code), len(data), len(dirty), len(codePages), len(dataPages)}
}

// Writes are the distinct addresses that the kernel writes, in the order of the first time, with the bytes of each.
func Writes(list []Instruction) (out []Access) {
	seen := map[uint32]bool{}
	for i := range list {
		if !list[i].Kernel {
			continue
		}
		for _, a := range list[i].Accesses {
			if a.Write && !seen[a.Addr] {
				seen[a.Addr] = true
				out = append(out, a)
			}
		}
	}
	return out
}
