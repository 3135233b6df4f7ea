package kernel

import "pecan/arch/ia32"

// mapItem is a map or grant item on its way: all that the transfer needs, read once, kept in the sender's TCB
// while it is preempted.
type mapItem struct {
	send   Fpage
	base   uint32 // send base
	window Fpage
	grant  bool
}

// run maps from offset on and returns the offset to go on with after a preemption; done says it is finished.
func (m *mapItem) run(from, to *Space, offset uint32) (next uint32, done bool) {
	if m.send.isIO() {
		return 0, mapPorts(from, to, m.send, m.grant)
	}
	src, dst, log2, ok := mapRange(m.send, m.base, m.window)
	if !ok {
		return 0, true
	}
	last := ^maskOf(log2) // offset of the last byte
	for {
		if !from.isSigma0 {
			// Parts without a page table hold nothing.
			if at := src + offset; at >= ia32.UserTop {
				break
			} else if from.pte(at) == nil {
				skip := ia32.LargeSize - at&ia32.LargeMask
				if skip > last-offset {
					break
				}
				offset += skip
				continue
			}
		}
		if dst+offset >= ia32.UserTop {
			break
		}
		switch mapPage(from, to, src+offset, dst+offset, m.send.rights(), m.grant) {
		case mapAgain:
			return offset, false
		case mapFull:
			return 0, true
		}
		if last-offset < ia32.PageSize {
			break
		}
		offset += ia32.PageSize
		if preempted() {
			return offset, false
		}
	}
	return 0, true
}
