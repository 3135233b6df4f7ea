package kernel

import "pecan/arch/ia32"

// MemoryControl (abi 5.10): memory types by the page attribute table. A type is an index into the PAT, whose three bits stand in
// each entry; mappings made later inherit them from their source.

// Operations on mappings besides rights to revoke (reduceEntry).
const (
	leaveStatus   = 1 << 3 // neither report nor reset the status
	setAttribute  = 1 << 4 // make the memory type that at attributeShift
	attributeTail = 8      // bits up to the type
)

// attributeFailed, in a status, says that there was no memory to break a 4 MiB page up.
const attributeFailed = 1 << 31

// validAttribute reports whether a is one of abi 5.10: 0 default, else a PAT index plus 1. Those beyond 4 need a processor
// with a PAT.
func validAttribute(a uint32) bool {
	switch a {
	case 0, 1, 2, 4:
		return true
	case 5, 8:
		return ia32.HasPAT()
	}
	return false
}

// attributeOp is the operation that sets attribute a.
func attributeOp(a uint32) uint32 {
	if a != 0 {
		a--
	}
	return leaveStatus | setAttribute | a<<attributeTail
}

// withAttribute is a page-table or (large) directory entry with the memory type of an operation.
func withAttribute(entry, op uint32, large bool) uint32 {
	index := op >> attributeTail
	pat := uint32(ia32.PtePAT)
	if large {
		pat = ia32.PdePAT
	}
	entry &^= ia32.PteThrough | ia32.PteUncached | pat
	entry |= index&1*ia32.PteThrough | index>>1&1*ia32.PteUncached
	if index&4 != 0 {
		entry |= pat
	}
	return entry
}

// otherType reports whether an operation would change the memory type of a 4 MiB page.
func otherType(pde, op uint32) bool {
	return op&setAttribute != 0 && withAttribute(pde, op, true) != pde
}

// sysMemoryControl can be preempted: its progress is in the words that Unmap uses.
func sysMemoryControl(t *TCB) bool {
	f := &t.Frame
	p := &t.prog
	if p[unStarted] == 0 {
		if !t.space().privileged {
			result(t, errPrivilege)
			return true
		}
		if f.EAX > 63 {
			result(t, errParameter)
			return true
		}
		// Nothing is changed if anything is wrong.
		for i := uint32(0); i <= f.EAX; i++ {
			if page := *t.mr(i); page != 0 && !validAttribute(t.attribute(page)) {
				result(t, errParameter)
				return true
			}
		}
		beginFpage(t, 0, *t.mr(0))
	}
	for {
		page := p[unFpage]
		a := t.attribute(page)
		if page != 0 && !validAttribute(a) {
			result(t, errParameter) // changed meanwhile
			return true
		}
		if !controlFpage(t, Fpage(page), attributeOp(a)) {
			return false
		}
		if p[unStatus]&attributeFailed != 0 {
			ia32.FlushCaches()
			result(t, errMemory)
			return true
		}
		next := p[unIndex] + 1
		if next > f.EAX {
			break
		}
		beginFpage(t, next, *t.mr(next))
	}
	ia32.FlushCaches()
	result(t, errOK)
	return true
}

// attribute is the one that a page's lowest two bits choose.
func (t *TCB) attribute(page uint32) uint32 {
	f := &t.Frame
	return [4]uint32{f.ECX, f.EDX, f.EBX, f.EBP}[page&3]
}

// controlFpage applies op to the caller's mappings in an fpage and to all derived from them; false after a preemption.
func controlFpage(t *TCB, f Fpage, op uint32) bool {
	if uint32(f)&^0xF == 0 || f.isIO() {
		return true
	}
	p := &t.prog
	last := lastOf(f)
	if s := t.space(); !s.isSigma0 {
		return unmapRange(s, &p[unAddr], &p[unStage], min(last, ia32.UserTop-1), op, true, &t.walk, &p[unStatus])
	}
	return unmapRoots(t, op, last)
}

// controlOwn applies op to the page that sigma0 itself has at addr.
func controlOwn(s *Space, addr, op uint32) {
	if addr >= ia32.UserTop || s.inArea(addr) {
		return
	}
	if entry := s.pte(addr); entry != nil && *entry != 0 {
		reduceEntry(s, addr, entry, op)
	}
}
