package main

// Use is what one entry point needs of one stack at most.
type Use struct {
	Entry string `json:"entry"`
	Stack string `json:"stack"` // "" for a nested entry: the interrupted stack
	Nest  string `json:"nest,omitempty"`
	Bytes int    `json:"bytes"` // with what the hardware pushes
	Chain []Link `json:"chain"`
}

// entryPoints returns the addresses at which an Entry starts.
func (a *auditor) entryPoints(e Entry) []uint32 {
	f := a.byName[e.Func]
	if f == nil {
		return nil // stale reports it
	}
	if e.Stride <= 0 {
		return []uint32{f.Addr}
	}
	if (f.End-f.Addr)%uint32(e.Stride) != 0 {
		a.fail("policy", f.Name, "its size %d is not a multiple of %d, the size of a stub", f.End-f.Addr, e.Stride)
	}
	var out []uint32
	for at := f.Addr; at+uint32(e.Stride) <= f.End; at += uint32(e.Stride) {
		out = append(out, at)
	}
	return out
}

// checkEntries computes what every entry uses.
func (a *auditor) checkEntries() {
	a.roots = make([][]*gnode, len(a.policy.Entries))
	for k, e := range a.policy.Entries {
		if (e.Stack == "") == (e.Nest == "") || e.Stack != "" && a.stack(e.Stack) == nil {
			a.fail("policy", e.Func, "the entry must begin either on a defined stack or as part of a nest group")
		}
		ctx := context{}
		if len(e.Without) > 0 {
			ctx.mode = k + 1
		}
		for _, at := range a.entryPoints(e) {
			a.usage.mark("Entries", e.Func)
			a.roots[k] = append(a.roots[k], a.graphNode(at, ctx))
		}
	}
	a.findRecursion()
	a.solve()
	for k, e := range a.policy.Entries {
		deepest := map[string]*gnode{}
		var stacks []string
		for _, g := range a.roots[k] {
			for s, b := range g.best {
				if deepest[s] == nil {
					stacks = append(stacks, s)
				}
				if deepest[s] == nil || b.depth > deepest[s].best[s].depth {
					deepest[s] = g
				}
			}
		}
		for _, s := range sorted(stacks) {
			a.addUse(use(e, s, deepest[s]))
		}
	}
}

// addUse adds a figure; of two for the same entry and stack (one from where it began, one after a switch) the larger.
func (a *auditor) addUse(u Use) {
	for k, old := range a.report.Uses {
		if old.Entry == u.Entry && old.Stack == u.Stack && old.Nest == u.Nest {
			if u.Bytes > old.Bytes {
				a.report.Uses[k] = u
			}
			return
		}
	}
	a.report.Uses = append(a.report.Uses, u)
}

// use makes the figure of one entry and one stack.
func use(e Entry, stack string, g *gnode) Use {
	u := Use{Entry: entryName(e), Stack: stack, Bytes: g.best[stack].depth, Chain: g.chain(stack)}
	if stack == "" {
		u.Stack, u.Nest = e.Stack, e.Nest
		u.Bytes += e.Hardware
		if e.Hardware > 0 {
			u.Chain = append([]Link{{"(hardware)", e.Hardware}}, u.Chain...)
		}
	}
	return u
}
