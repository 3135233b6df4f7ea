package kernel

import "pecan/arch/ia32"

// mapOneItem does a map or grant item whose words stand in the sender's progress words p. It returns false after a
// preemption; p[trOffset] then says where to go on.
func mapOneItem(from, to *Space, p *[6]uint32, walk *treeWalk) bool {
	send := Fpage(p[trFpage])
	grant := p[trBase]>>1&7 == itemGrant
	if send.isIO() {
		return mapPorts(from, to, send, grant, &p[trOffset])
	}
	if p[trStarted] == trFlushRest {
		return flushSent(from, send, p, walk)
	}
	src, dst, log2, ok := mapRange(send, p[trBase], Fpage(p[trWindow]))
	if !ok {
		return true
	}
	offset := p[trOffset]
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
				if preempted() {
					p[trOffset] = offset
					return false
				}
				continue
			}
		}
		if dst+offset >= ia32.UserTop {
			break
		}
		switch mapPage(from, to, src+offset, dst+offset, send.rights(), grant, walk) {
		case mapAgain:
			p[trOffset] = offset
			return false
		case mapFull:
			return true
		}
		if last-offset < ia32.PageSize {
			break
		}
		offset += ia32.PageSize
		if preempted() {
			p[trOffset] = offset
			return false
		}
	}
	// Not within a space: that would take what has just been granted.
	if grant && from != to && !from.isSigma0 && send.log2() > log2 {
		p[trStarted], p[trOffset] = trFlushRest, 0
		return flushSent(from, send, p, walk)
	}
	return true
}

// trFlushRest in p[trStarted]: a grant larger than its window takes the whole send fpage from the sender (semantics 5.4).
const trFlushRest = 2

func flushSent(from *Space, send Fpage, p *[6]uint32, walk *treeWalk) bool {
	last := ^maskOf(send.log2())
	for {
		addr := send.base() + p[trOffset]
		step := uint32(ia32.PageSize)
		if addr >= ia32.UserTop {
			return true
		}
		if pte := from.pte(addr); pte == nil {
			step = ia32.LargeSize - addr&ia32.LargeMask
		} else if *pte != 0 && !from.inArea(addr) {
			if _, done := flushTree(*from.nodeSlot(addr), walk); !done {
				return false
			}
		}
		if last-p[trOffset] < step {
			return true
		}
		p[trOffset] += step
		if preempted() {
			return false
		}
	}
}
