package main

import (
	"sort"
	"strings"
)

// findReach finds the functions that some entry reaches by calls, jumps and running on, whatever the stack computation
// leaves out, and for each the function through which it was first reached.
func (a *auditor) findReach() {
	var work []*Func
	visit := func(f, from *Func) {
		if _, seen := a.parent[f]; f != nil && !seen {
			a.parent[f] = from
			work = append(work, f)
		}
	}
	for _, e := range a.policy.Entries {
		visit(a.byName[e.Func], nil)
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
// depth would go unproved, or the code does not belong into the image.
func (a *auditor) checkReach() {
	for _, f := range a.funcs {
		if _, ok := a.parent[f]; ok {
			continue
		}
		excused := false
		for _, p := range a.policy.Unreached {
			if f.named(p.Func) {
				a.usage.mark("Unreached", p.Func)
				excused = true
			}
		}
		if !excused {
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

// sorted returns the strings in order.
func sorted(list []string) []string {
	sort.Strings(list)
	return list
}

// joinLinks writes a chain of links.
func joinLinks(list []Link) string {
	var out []string
	for _, l := range list {
		out = append(out, l.Func)
	}
	return strings.Join(out, " -> ")
}
