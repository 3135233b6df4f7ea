package kernel

import "pecan/arch/ia32"

// Unmap (abi 5.2, semantics 5.5). Progress lives in the caller's TCB, so that the loop can be preempted after each
// page and within long trees.

// Words of TCB.prog while an unmap runs.
const (
	unStarted = iota // not 0: words below are valid
	unIndex          // fpage number
	unFpage          // its value, read once
	unAddr           // next address
	unStatus         // collected so far
)

func sysUnmap(t *TCB) bool {
	p := &t.prog
	count := t.Frame.EAX&63 + 1
	flush := t.Frame.EAX&64 != 0
	if p[unStarted] == 0 {
		beginFpage(t, 0, t.Frame.ESI)
	}
	for {
		f := Fpage(p[unFpage])
		if !unmapFpage(t, f, flush) {
			return false
		}
		result := uint32(f)&^rightRWX | p[unStatus]
		*t.mr(p[unIndex]) = result
		if p[unIndex] == 0 {
			t.Frame.ESI = result
		}
		if p[unIndex]+1 >= count {
			break
		}
		beginFpage(t, p[unIndex]+1, *t.mr(p[unIndex] + 1))
	}
	p[unStarted] = 0
	return true
}

func beginFpage(t *TCB, index, value uint32) {
	p := &t.prog
	p[unStarted], p[unIndex], p[unFpage], p[unAddr], p[unStatus] = 1, index, value, 0, 0
	if f := Fpage(value); !f.isIO() && f != nilPage {
		log2 := max(f.log2(), 12)
		t.prog[unAddr] = value & ^uint32(0x3FF) & maskOf(log2)
	}
}

func unmapFpage(t *TCB, f Fpage, flush bool) bool {
	if uint32(f)&^0xF == 0 {
		return true // nilpage
	}
	if f.isIO() {
		base, count := f.ports()
		return unmapPorts(t.space(), base, count, flush, &t.prog[unAddr])
	}
	log2 := max(f.log2(), 12)
	base := uint32(f) &^ 0x3FF & maskOf(log2)
	last := base + ^maskOf(log2)
	s := t.space()
	if s.isSigma0 {
		return unmapRoots(t, f.rights(), last)
	}
	last = min(last, ia32.UserTop-1)
	p := &t.prog
	for p[unAddr] <= last {
		addr := p[unAddr]
		pte := s.pte(addr)
		step := uint32(ia32.PageSize)
		if pte == nil {
			step = ia32.LargeSize - addr&ia32.LargeMask
		} else if *pte != 0 && !s.inArea(addr) {
			if !unmapPage(t, *s.nodeSlot(addr), f.rights(), flush) {
				return false
			}
		}
		p[unAddr] = addr + step
		if preempted() {
			return false
		}
	}
	return true
}

// unmapPage applies the call to one mapping of the caller.
func unmapPage(t *TCB, h, rights uint32, flush bool) bool {
	n := nodeAt(h)
	p := &t.prog
	var status uint32
	done := true
	if rights == rightRWX {
		status, done = flushChildren(h, &t.walk)
	} else {
		status, done = reduceChildren(h, n.next, n.depth, rights, &t.walk)
	}
	if !flush {
		n.va |= status // for ancestors
		p[unStatus] |= status
		return done
	}
	p[unStatus] |= status
	if !done {
		return false
	}
	if rights == rightRWX {
		p[unStatus] |= removeNode(n)
	} else {
		p[unStatus] |= reduceNode(n, rights)
	}
	return true
}

// unmapRoots is unmap by sigma0: everything derived from its idempotent ownership of the frames in the range.
func unmapRoots(t *TCB, rights, last uint32) bool {
	p := &t.prog
	for {
		addr := p[unAddr]
		head := frameHead(addr)
		step := uint32(ia32.PageSize)
		if head == nil {
			step = ia32.LargeSize - addr&ia32.LargeMask
		} else if *head != 0 {
			var status uint32
			var done bool
			if rights == rightRWX {
				status, done = flushRoots(addr, &t.walk)
			} else {
				status, done = reduceChildren(addr|1, *head, 0, rights, &t.walk)
			}
			p[unStatus] |= status
			if !done {
				return false
			}
		}
		if last-addr < step {
			return true
		}
		p[unAddr] = addr + step
		if preempted() {
			return false
		}
	}
}

func flushRoots(frame uint32, walk *treeWalk) (status uint32, done bool) {
	for {
		head := frameHead(frame)
		if head == nil || *head == 0 {
			return status, true
		}
		part, whole := flushTree(*head, walk)
		status |= part
		if !whole || preempted() {
			return status, false
		}
	}
}
