package kernel

import "pecan/arch/ia32"

// Mappings of 4 MiB (docs/mapping-database.md). Precondition everywhere: source and destination are aligned to it.

// takesLarge reports whether a space can have a 4 MiB page at addr. Page 0 is never mapped.
func (s *Space) takesLarge(addr uint32) bool {
	return addr != 0 && addr < ia32.UserTop && !s.isSigma0 && !s.areaWithin(addr)
}

// areaWithin reports whether a part of the 4 MiB at addr lies in the KIP or UTCB area.
func (s *Space) areaWithin(addr uint32) bool {
	return s.ready && (addr < s.kipEnd && s.kipBase-addr < ia32.LargeSize || addr-s.kipBase < s.kipEnd-s.kipBase ||
		addr < s.utcbEnd && s.utcbBase-addr < ia32.LargeSize || addr-s.utcbBase < s.utcbEnd-s.utcbBase)
}

// largeSource looks up a source of 4 MiB: its node (0 for sigma0) and directory entry; 0 if it is not mapped by one page.
// The first 4 MiB of physical memory have several memory types, which must not be within one page.
func largeSource(s *Space, addr uint32) (parent, pde uint32) {
	if s.isSigma0 {
		if addr == 0 || addr < ia32.UserTop && *s.pde(addr) != 0 {
			return 0, 0 // its own pages may have attributes
		}
		return 0, addr | userPte | ia32.PteWrite | ia32.PteLarge
	}
	if addr >= ia32.UserTop {
		return 0, 0
	}
	if pde = *s.pde(addr); pde&ia32.PteLarge == 0 {
		return 0, 0
	}
	return s.nodes[pdIndex(addr)], pde
}

// mapLarge maps or grants 4 MiB of from at src to space to at dst. mapClear and mapSmall say that it takes more.
func mapLarge(from, to *Space, src, dst, rights uint32, grant bool, walk *treeWalk) int {
	parent, source := largeSource(from, src)
	if source == 0 {
		return mapSmall
	}
	rights &= pteRights(source)
	if rights == 0 || from == to && src == dst {
		return mapDone
	}
	grant = grant && parent != 0
	pde := to.pde(dst)
	old := to.nodes[pdIndex(dst)]
	if old != 0 {
		if nodeAt(old).memory() == source&^ia32.LargeMask {
			switch {
			case *pde&ia32.PteLarge == 0:
				if grant || rights&rightW == 0 || !rejoin(to, parent, old, source) {
					return mapSmall
				}
				return mapDone
			case grant:
				if isAncestor(old, parent) {
					if _, done := dropTree(parent, walk); !done {
						return mapAgain
					}
					return mapDone
				}
				rights |= pteRights(*pde) & pteRights(source)
			case rights&^pteRights(*pde) == 0:
				return mapDone
			default:
				switch relation(parent, old) {
				case relParent:
					*pde |= ia32.PteWrite
					to.flush(dst)
					return mapDone
				case relDerived, relSource:
					return mapDone
				}
			}
		}
		if _, done := dropTree(old, walk); !done {
			return mapAgain
		}
		if now, still := largeSource(from, src); still == 0 || now != parent {
			return mapDone
		}
	}
	if *pde != 0 {
		table := to.table(dst)
		if descOf(table).used != 0 {
			return mapClear
		}
		to.dropTable(dst, table)
	}
	if grant {
		if rights&rightW == 0 && !revokeWrite(parent, walk) {
			return mapAgain
		}
		moveLarge(parent, to, dst, rights)
		return mapDone
	}
	return newLarge(to, dst, parent, source, rights)
}

const largeAttributes = ia32.PteThrough | ia32.PteUncached | ia32.PdePAT

func largePDE(source, rights uint32) uint32 {
	return pteOf(source&(ia32.PteFrame|largeAttributes), rights) | ia32.PteLarge
}

// newLarge makes a large child of parent (0: a root). Precondition: nothing is at dst.
func newLarge(to *Space, dst, parent, source, rights uint32) int {
	depth := uint16(1)
	if parent != 0 {
		if nodeAt(parent).depth == maxDepth {
			return mapDone
		}
		depth = nodeAt(parent).depth + 1
	}
	h := allocNode()
	if h == 0 {
		return mapFull
	}
	n := nodeAt(h)
	n.va, n.space, n.depth = dst|nodeLarge, to.number(), depth
	linkLarge(n, h, parent, source)
	to.nodes[pdIndex(dst)] = h
	*to.pde(dst) = largePDE(source, rights)
	mapGeneration++
	return mapDone
}

// moveLarge grants. Precondition: the node is not broken up, its descendants have no more than rights, and nothing is at dst.
func moveLarge(h uint32, to *Space, dst, rights uint32) {
	n := nodeAt(h)
	from := n.owner()
	pde := from.pde(n.va)
	old := *pde
	*pde = 0
	from.flushLarge(n.va)
	from.nodes[pdIndex(n.va)] = 0
	n.va = n.va&ia32.LargeMask | dst
	n.space = to.number()
	to.nodes[pdIndex(dst)] = h
	pde = to.pde(dst)
	*pde = largePDE(old, rights)
	remember(pde, entryStatus(old))
	mapGeneration++
}

// rejoin makes one page with all rights of a mapping that has been broken up, if it is parent's child, nothing else has been put
// into its page table, and all is of the default memory type.
func rejoin(s *Space, parent, h, source uint32) bool {
	n := nodeAt(h)
	table := s.table(n.va)
	if descOf(table).used != 0 || source&largeAttributes != 0 || relation(parent, h) != relParent {
		return false
	}
	all := uint32(0)
	for i := uint32(0); i < ia32.PageSize; i += 32 {
		for _, entry := range (*[8]uint32)(ia32.Ptr(table + i)) {
			all |= entry
		}
	}
	longStep()
	if all&attributes != 0 {
		return false
	}
	freeClean(descOf(table).aux)
	freePage(table)
	*s.pde(n.va) = largePDE(source&^ia32.LargeMask, rightRWX) | all&(touched|touched<<ia32.PteSeen)
	s.flushLarge(n.va)
	mapGeneration++
	return true
}

// clearOther flushes the page at dst if it shows another frame than source, in preparation for a page of 4 MiB. It returns false
// after a preemption.
func clearOther(to *Space, dst, source uint32, walk *treeWalk) bool {
	_, value, old := to.find(dst)
	if value == 0 || (value^source)&ia32.PteFrame == 0 || nodeAt(old).isLarge() {
		return true
	}
	return dropPage(old, value, walk)
}
