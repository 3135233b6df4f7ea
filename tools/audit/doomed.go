package main

// findDoomed finds the instructions of g's function that do not run in g's mode: those from which every path leads to
// a call or a jump that the entry's mode excludes, and those that come only behind such. So the half of an entry that handles traps from the kernel does not
// count for traps from user mode, although both are one function.
func (a *auditor) findDoomed(g *gnode) map[uint32]bool {
	doomed := map[uint32]bool{}
	if g.mode == 0 {
		return doomed
	}
	list := g.n.fn.code.sorted()
	for _, i := range list {
		if _, out := a.split(g.n.fn, i); len(out) > 0 && a.allExcluded(g, out) && i.Flow != Branch {
			doomed[i.Addr] = true
		}
	}
	for changed := len(doomed) > 0; changed; {
		changed = false
		for k := len(list) - 1; k >= 0; k-- {
			if i := list[k]; !doomed[i.Addr] && a.allDoomed(g, i, doomed) {
				doomed[i.Addr] = true
				changed = true
			}
		}
	}
	if len(doomed) > 0 {
		a.dropBehind(g, list, doomed)
	}
	return doomed
}

// dropBehind adds the instructions to which only doomed ones lead.
func (a *auditor) dropBehind(g *gnode, list []*Inst, doomed map[uint32]bool) {
	reached := map[uint32]bool{}
	for work := []uint32{g.n.entry}; len(work) > 0; work = work[1:] {
		i := g.n.fn.code.insts[work[0]]
		if i == nil || reached[i.Addr] || doomed[i.Addr] {
			continue
		}
		reached[i.Addr] = true
		inside, _ := a.split(g.n.fn, i)
		work = append(work, inside...)
	}
	for _, i := range list {
		if !reached[i.Addr] {
			doomed[i.Addr] = true
		}
	}
}

// allExcluded tells whether the mode excludes all of the functions at the given addresses.
func (a *auditor) allExcluded(g *gnode, out []uint32) bool {
	for _, t := range out {
		if m := a.nodes[t]; m == nil || m.fn == nil || !a.excluded(g, m.fn) {
			return false
		}
	}
	return true
}

// allDoomed tells whether i goes on somewhere in its function, and only to doomed instructions.
func (a *auditor) allDoomed(g *gnode, i *Inst, doomed map[uint32]bool) bool {
	inside, out := a.split(g.n.fn, i)
	call := i.Flow == Call || i.Flow == IndirectCall
	if len(inside) == 0 || len(out) > 0 && !call && !a.allExcluded(g, out) {
		return false
	}
	for _, t := range inside {
		if !doomed[t] {
			return false
		}
	}
	return true
}
