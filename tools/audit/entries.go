package main

import (
	"maps"
	"slices"
)

// Use is what one entry point needs of one stack at most.
type Use struct {
	Entry string `json:"entry"`
	Stack string `json:"stack"` // "" for a nested entry: the interrupted stack
	Nest  string `json:"nest,omitempty"`
	Bytes int    `json:"bytes"` // with what the hardware pushes
	Chain []Link `json:"chain"`
}

// checkEntries computes what every entry uses.
func (a *auditor) checkEntries() {
	a.roots = make([]*gnode, len(a.policy.Entries))
	for k, e := range a.policy.Entries {
		if (e.Stack == "") == (e.Nest == "") || e.Stack != "" && a.stack(e.Stack) == nil {
			a.fail("policy", e.Func, "the entry must begin either on a defined stack or as part of a nest group")
		}
		mode := 0
		if len(e.Without) > 0 {
			mode = k + 1
		}
		if f := a.byName[e.Func]; f != nil {
			a.usage.mark("Entries", e.Func)
			a.roots[k] = a.graphNode(f.Addr, mode)
		}
	}
	a.findRecursion()
	a.solve()
	for k, e := range a.policy.Entries {
		g := a.roots[k]
		if g == nil {
			continue // stale reports it
		}
		for _, s := range slices.Sorted(maps.Keys(g.best)) {
			a.addUse(use(e, s, g))
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
