package kernel

import "pecan/arch/ia32"

// runPages bounds a run, in pages.
const runPages = 16

// mapRun maps pages one after the other as long as they are the plain case: a source, nothing at the destination, no need for memory but
// a node that is there. It does what mapPage does, without its questions. count is at most runPages, and neither range crosses
// a boundary of 4 MiB. It returns false if already the first page is for mapPage, else *size is how many bytes it has dealt with.
func mapRun(from, to *Space, src, dst, count, rights uint32, size *uint32) bool {
	table := to.table(dst)
	if table == 0 {
		return false
	}
	d := descOf(table)
	at, shadow := table+4*ptIndex(dst), d.aux+4*ptIndex(dst)
	number := to.number()

	// Where source entries and their nodes are; pages of one large node, or of sigma0, are counted up instead.
	var value, parent, heads, owners, step uint32
	sources := uint32(0)
	if !from.isSigma0 || src < ia32.UserTop {
		sources = from.table(src)
	}
	switch {
	case from.isSigma0:
		if sources != 0 {
			return false // its own pages may have memory types
		}
		value, step = src|userPte|ia32.PteWrite, ia32.PageSize
		heads = frameTables[src>>22]
	case sources != 0:
		owners = descOf(sources).aux + 4*ptIndex(src)
		sources += 4 * ptIndex(src)
	default:
		pde := *from.pde(src)
		if pde == 0 {
			return false
		}
		value, step = smallEntry(pde)|src&ia32.LargeMask, ia32.PageSize
		parent = from.nodes[pdIndex(src)]
		heads = nodeAt(parent).table()
	}
	if step != 0 && heads == 0 {
		return false
	}
	keep := uint32(ia32.PteFrame | attributes | userPte)
	if rights&rightW != 0 {
		keep |= ia32.PteWrite
	}
	made, done := uint16(0), uint32(0)
	lists, first := uint16(0), uint32(0) // lists that are no longer empty
	for ; done < count; done++ {
		if step == 0 {
			if value = *word(sources); value == 0 {
				sources, owners, at, shadow = sources+4, owners+4, at+4, shadow+4
				continue
			}
			parent = *word(owners)
		}
		entry := value & keep
		if old := *word(at); old != 0 && (old^entry)&ia32.PteFrame == 0 && entry&^old&ia32.PteWrite == 0 && parent|step != 0 &&
			rights&(rightR|rightX) != 0 {
			// There already, with these rights.
			if step == 0 {
				sources, owners = sources+4, owners+4
			} else {
				value += step
			}
			at, shadow = at+4, shadow+4
			continue
		}
		if *word(at) != 0 || nodePages == 0 || step == 0 && parent == 0 || entry&ia32.PteWrite == 0 && rights&(rightR|rightX) == 0 {
			break
		}
		depth := uint16(1)
		if parent != 0 {
			if depth = nodeAt(parent).depth + 1; depth > maxDepth {
				break
			}
		}
		nodes := descOf(nodePages)
		h := nodes.aux
		n := nodeAt(h)
		next := n.next
		if next == 0 {
			next = h + 16 // never used so far
		}
		if next > lastFree && next&ia32.PageMask != 0 {
			nodes.aux = next
			nodes.used++
		} else {
			takeFree(nodes)
		}
		n.va, n.space, n.depth = dst+done<<12, number, depth
		if step == 0 {
			p := nodeAt(parent)
			next = p.next
			n.prev = parent
			p.next = h
			sources, owners = sources+4, owners+4
		} else {
			head := heads + 4*ptIndex(value)
			next = *word(head)
			n.prev = head | headTag
			*word(head) = h
			if next == 0 {
				if lists == 0 {
					first = head & ia32.PageMask / 4
				}
				lists++
			}
			value += step
		}
		if n.next = next; next != 0 {
			nodeAt(next).prev = h
		}
		*word(at) = entry
		*word(shadow) = h
		at, shadow = at+4, shadow+4
		made++
	}
	d.used += made
	mapGeneration += uint64(made)
	if lists != 0 {
		hd := descOf(heads)
		hd.used += lists
		hd.aux = min(hd.aux, first)
	}
	if done == 0 {
		return false
	}
	*size = done * ia32.PageSize
	return true
}

// plainRun is the number of pages that mapRun may try, 0 none: last is the offset of the last byte from src and dst on.
func plainRun(from, to *Space, src, dst, last uint32, grant bool) uint32 {
	if grant || dst < ia32.PageSize || to.isSigma0 || to.areaWithin(dst&^ia32.LargeMask) {
		return 0
	}
	left := (ia32.LargeMask - max(src&ia32.LargeMask, dst&ia32.LargeMask)) >> 12
	return min(min(left, last>>12)+1, runPages)
}
