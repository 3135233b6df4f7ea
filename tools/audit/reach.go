package main

import "strings"

// findReach finds the functions that some entry reaches by calls, jumps and running on, in whatever
// mode, and for each the function through which it was first reached.
func (a *auditor) findReach() {
	var roots []*Func
	for _, e := range a.policy.Entries {
		roots = append(roots, a.byName[e.Func])
	}
	a.reach(roots, a.parent)
}

// reach adds to parent the functions that can be reached from the roots, with the function that leads to each.
func (a *auditor) reach(roots []*Func, parent map[*Func]*Func) {
	var work []*Func
	visit := func(f, from *Func) {
		if _, seen := parent[f]; f != nil && !seen {
			parent[f] = from
			work = append(work, f)
		}
	}
	for _, f := range roots {
		visit(f, nil)
	}
	for ; len(work) > 0; work = work[1:] {
		f := work[0]
		for _, i := range f.code.sorted() {
			for _, t := range a.targets(f, i) {
				if t < f.Addr || t >= f.End {
					visit(a.funcAt(t), f)
				}
			}
			if i.Next() == f.End {
				visit(a.fallsInto(f, f.End), f)
			}
		}
	}
}

// checkReach reports functions that no entry reaches: either an entry is missing in the policy, and its stack
// depth would go unproved, or the code does not belong into the image. What only excused functions lead to is excused.
func (a *auditor) checkReach() {
	excused := map[*Func]*Func{}
	for _, p := range a.policy.Unreached {
		f := a.byName[p.Func]
		if _, reached := a.parent[f]; f != nil && !reached {
			a.usage.mark("Unreached", p.Func)
			a.reach([]*Func{f}, excused)
		}
	}
	for _, f := range a.funcs {
		_, reached := a.parent[f]
		_, known := excused[f]
		if !reached && !known {
			a.fail("unreached function", f.Name, "no entry of the policy leads to it")
		}
	}
}

// chainTo lists the functions from an entry to the one named, nil if none reaches it.
func (a *auditor) chainTo(name string) []string {
	f := a.byName[name]
	if _, ok := a.parent[f]; f == nil || !ok {
		return nil
	}
	var out []string
	for ; f != nil; f = a.parent[f] {
		out = append([]string{f.Name}, out...)
	}
	return out
}

// joinLinks writes a chain of links.
func joinLinks(list []Link) string {
	var out []string
	for _, l := range list {
		out = append(out, l.Func)
	}
	return strings.Join(out, " -> ")
}
