package kernel

import "pecan/arch/ia32"

// mapOneItem does a map or grant item whose words stand in the sender's progress words p. It returns false after a
// preemption; p[trOffset] then says where to go on.
func mapOneItem(from, to *Space, p *[6]uint32, walk *treeWalk) bool {
	send := Fpage(p[trFpage])
	grant := p[trBase]>>1&7 == itemGrant
	if send.isIO() {
		return mapPorts(from, to, send, grant, &p[trOffset], walk)
	}
	if p[trStarted] == trFlushRest {
		return flushSent(from, send, p, walk)
	}
	src, dst, log2, ok := mapRange(send, p[trBase], Fpage(p[trWindow]))
	if !ok {
		return true
	}
	last := ^maskOf(log2) // offset of the last byte
	for {
		offset := p[trOffset]
		s, d := src+offset, dst+offset
		step := uint32(ia32.PageSize)
		if d >= ia32.UserTop || !from.isSigma0 && s >= ia32.UserTop {
			break
		}
		if !from.isSigma0 && from.vacant(s) {
			step = ia32.LargeSize - s&ia32.LargeMask
			p[trStarted] = trPages
		} else if (s|d)&ia32.LargeMask == 0 && last-offset >= ia32.LargeMask && p[trStarted] < trClear && to.takesLarge(d) {
			step = ia32.LargeSize
			switch mapLarge(from, to, s, d, send.rights(), grant, walk) {
			case mapAgain:
				return false
			case mapFull:
				return true
			case mapClear:
				if p[trStarted] == trPages {
					p[trStarted] = trClear
				} else {
					p[trStarted] = trSmall
				}
				continue
			case mapSmall:
				p[trStarted] = trSmall
				continue
			}
			p[trStarted] = trPages
		} else if p[trStarted] == trClear {
			if _, source := sourceOf(from, s); source != 0 && !clearOther(to, d, source, walk) {
				return false
			}
			if ptIndex(d) == 1023 {
				p[trStarted] = trCleared
				step -= ia32.LargeSize // back to the beginning of the 4 MiB
			}
		} else if n := plainRun(from, to, s, d, last-offset, grant); n != 0 && mapRun(from, to, s, d, n, send.rights(), &step) {
			cpu.work += step / ia32.PageSize
			if ptIndex(d+step-1) == 1023 {
				p[trStarted] = trPages
			}
		} else {
			switch mapPage(from, to, s, d, send.rights(), grant, walk) {
			case mapAgain:
				return false
			case mapFull:
				return true
			}
			if ptIndex(d) == 1023 {
				p[trStarted] = trPages
			}
		}
		if last-offset < step && p[trStarted] != trCleared {
			break
		}
		p[trOffset] = offset + step
		if preempted() {
			return false
		}
	}
	// Not within a space: that would take what has just been granted.
	if grant && from != to && !from.isSigma0 && send.log2() > log2 {
		p[trStarted], p[trOffset], p[trWindow] = trFlushRest, send.base(), 0
		return flushSent(from, send, p, walk)
	}
	return true
}

// Stages of an item, in p[trStarted]. 1 is the beginning of an item.
const (
	trPages   = 1 // 4 MiB at a time where possible
	trCleared = 2 // the same, after trClear
	trClear   = 3 // the next 4 MiB: flush pages that show other frames, so that a page of 4 MiB can take their place
	trSmall   = 4 // the next 4 MiB: page by page
	// trFlushRest: a grant larger than its window takes the whole send fpage from the sender (semantics 5.4). trOffset is
	// an address then, trWindow the stage of the walk.
	trFlushRest = 5
)

func flushSent(from *Space, send Fpage, p *[6]uint32, walk *treeWalk) bool {
	last := min(send.base()+^maskOf(send.log2()), ia32.UserTop-1)
	var status uint32
	return unmapRange(from, &p[trOffset], &p[trWindow], last, rightRWX, true, walk, &status)
}
