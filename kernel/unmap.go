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
	unStatus         // collected so far, as accessed and dirty bits
	unStage          // see unmapRange
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
		result := uint32(f)&^rightRWX | statusRights(p[unStatus])
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
	*p = [6]uint32{unStarted: 1, unIndex: index, unFpage: value}
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
		return unmapPorts(t.space(), base, count, flush, &t.prog[unAddr], &t.walk)
	}
	last := lastOf(f)
	s := t.space()
	if s.isSigma0 {
		return unmapRoots(t, f.rights(), last)
	}
	last = min(last, ia32.UserTop-1)
	p := &t.prog
	return unmapRange(s, &p[unAddr], &p[unStage], last, f.rights(), flush, &t.walk, &p[unStatus])
}

// lastOf is the last address of an fpage; one smaller than a page counts as a page.
func lastOf(f Fpage) uint32 {
	log2 := max(f.log2(), 12)
	return uint32(f)&^0x3FF&maskOf(log2) + ^maskOf(log2)
}

// unmapRoots is unmap, or an operation of attributes.go, by sigma0: everything derived from its idempotent ownership of the frames in the range.
func unmapRoots(t *TCB, rights, last uint32) bool {
	p := &t.prog
	for {
		addr := p[unAddr]
		step := uint32(ia32.PageSize)
		var status uint32
		done := true
		whole := addr&ia32.LargeMask == 0 && last-addr >= ia32.LargeMask
		own := rights&setAttribute != 0 && addr < ia32.UserTop && *t.space().pde(addr) != 0
		switch {
		case own:
			controlOwn(t.space(), addr, rights)
			status, done = reducePart(0, addr, rights, &t.walk)
		case largeHeads[addr>>22] == 0 && frameTables[addr>>22] == 0:
			step = ia32.LargeSize - addr&ia32.LargeMask
		case whole && rights == rightRWX:
			step = ia32.LargeSize
			status, done = flushRoots(addr, &t.walk)
		case whole:
			step = ia32.LargeSize
			status, done = reduceLargeChildren(0, addr, rights, &t.walk)
		case rights == rightRWX:
			status, done = flushPart(0, addr, &t.walk)
		default:
			status, done = reducePart(0, addr, rights, &t.walk)
		}
		p[unStatus] |= status
		if !done {
			return false
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
