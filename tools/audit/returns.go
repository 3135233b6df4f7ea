package main

// node is one entry of a function with what the analysis found out about it.
type node struct {
	fn    *Func
	entry uint32

	returns bool // a RET can be reached
	pops    int  // bytes that its RET removes from the caller's stack

	points []point // where ESP is, at every instruction that can be reached
	sites  []site
}

// point is a place of ESP and an instruction at which it is there.
type point struct {
	at  uint32
	esp state
}

// findReturns computes node.returns and node.pops.
//
// Go's compiler puts no code behind a call of a panic function, so the bytes there belong to something else. A
// function is taken to return only if some path to a RET exists on which every call returns: the least fixpoint.
func (a *auditor) findReturns() {
	for changed := true; changed; {
		changed = false
		for _, n := range a.nodes {
			if n.returns || n.fn == nil {
				continue
			}
			if pops, ok := a.canReturn(n); ok {
				n.returns, n.pops = true, pops
				changed = true
			}
		}
	}
}

// canReturn looks for a RET in n, or a tail jump to something that returns.
func (a *auditor) canReturn(n *node) (pops int, found bool) {
	seen := map[uint32]bool{}
	work := []uint32{n.entry}
	for len(work) > 0 {
		at := work[len(work)-1]
		work = work[:len(work)-1]
		i := n.fn.code.insts[at]
		if seen[at] || i == nil {
			if g := a.fallsInto(n.fn, at); g != nil && a.nodes[g.Addr].returns {
				return a.nodes[g.Addr].pops, true
			}
			continue
		}
		seen[at] = true
		if i.Flow == Return {
			return retImm(i), true
		}
		inside, out := a.split(n.fn, i)
		for _, t := range out {
			if m := a.nodes[t]; m != nil && m.returns && (i.Flow == Jump || i.Flow == Branch || i.Flow == IndirectJump) {
				return m.pops, true
			}
		}
		work = append(work, inside...)
	}
	return 0, false
}

// split divides what follows i into addresses in the same activation of f and entries of functions (the callees of a
// call, the targets of a jump out of f). What follows a call is inside only if a callee returns.
func (a *auditor) split(f *Func, i *Inst) (inside, out []uint32) {
	for _, t := range a.targets(f, i) {
		if leaves(f, i, t) && !isPushPC(f, i) {
			out = append(out, t)
		} else {
			inside = append(inside, t)
		}
	}
	switch i.Flow {
	case Next, Branch:
		inside = append(inside, i.Next())
	case Call, IndirectCall:
		for _, t := range out {
			if m := a.nodes[t]; m != nil && m.returns {
				return append(inside, i.Next()), out
			}
		}
		if len(out) == 0 && !isPushPC(f, i) { // unexplained, reported elsewhere: go on to find the rest
			inside = append(inside, i.Next())
		}
	}
	return inside, out
}

// fallsInto returns the function that begins at addr if f, whose end the symbol table does not give, may run into it.
func (a *auditor) fallsInto(f *Func, addr uint32) *Func {
	if f.Sized || addr != f.End {
		return nil
	}
	return a.byAddr[addr]
}

// retImm is n of `ret n`.
func retImm(i *Inst) int {
	if n, ok := i.X.Args[0].(immediate); ok {
		return int(n)
	}
	return 0
}
