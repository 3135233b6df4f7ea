package main

// targets returns the addresses to which i may transfer control, apart from going on behind it. Empty for an indirect
// transfer that nothing explains, which checkIndirects reports.
func (a *auditor) targets(f *Func, i *Inst) []uint32 {
	switch i.Flow {
	case Branch, Jump, Call:
		return []uint32{i.Target}
	case TableJump:
		return i.Via
	case IndirectCall, IndirectJump, FarReturn:
		return a.indirectTargets(f, i)
	}
	return nil
}

// isPushPC recognises `call next; next: pop reg`, which only reads EIP.
func isPushPC(f *Func, i *Inst) bool {
	return i.Flow == Call && i.Target == i.Next() && i.Target < f.End
}

// leaves tells whether a transfer of control to addr enters a function anew instead of going on in f.
func leaves(f *Func, i *Inst, addr uint32) bool {
	return i.Flow == Call || i.Flow == IndirectCall || addr < f.Addr || addr >= f.End
}

// findNodes collects all addresses at which functions are entered: their starts, and what the policy permits besides.
func (a *auditor) findNodes() {
	for _, f := range a.funcs {
		a.addNode(f.Addr)
	}
	for before := -1; before < len(a.nodes); { // a new entry can bring new instructions
		before = len(a.nodes)
		for _, f := range a.funcs {
			for _, i := range f.code.sorted() {
				for _, t := range a.targets(f, i) {
					if leaves(f, i, t) && !isPushPC(f, i) {
						a.checkTarget(f, i, t)
					}
				}
			}
		}
	}
}

// addNode makes addr an entry of the function that contains it.
func (a *auditor) addNode(addr uint32) {
	if a.nodes[addr] == nil {
		a.nodes[addr] = &node{fn: a.funcAt(addr), entry: addr}
	}
}

// checkTarget makes the target of a call or of a jump out of f a node, or reports why it cannot be one.
func (a *auditor) checkTarget(f *Func, i *Inst, t uint32) {
	g := a.funcAt(t)
	switch {
	case g == nil:
		a.fail("wild target", f.Name, "%v at %s leads to %#x, which is in no function", i, a.where(i.Addr), t)
		return
	case t == g.Addr || g == f:
	case a.midEntry(g):
		a.explore(g, []uint32{t})
	default:
		a.fail("wild target", f.Name, "%v at %s leads into the middle of %s", i, a.where(i.Addr), g.Name)
		return
	}
	a.addNode(t)
}

// midEntry asks the policy.
func (a *auditor) midEntry(g *Func) bool {
	for _, p := range a.policy.MidEntries {
		if g.named(p.Func) {
			a.usage.mark("MidEntries", p.Func)
			return true
		}
	}
	return false
}
