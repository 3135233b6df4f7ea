package main

import "fmt"

// usage remembers which policy entries were needed, to complain about the others.
type usage struct{ used map[string]bool }

func newUsage() *usage { return &usage{used: map[string]bool{}} }

// mark records that the entry of the given kind for name excused or described something.
func (u *usage) mark(kind, name string) { u.used[kind+" "+name] = true }

// stale returns one violation per policy entry that names nothing that exists, or that nothing needed.
func (a *auditor) stale() {
	p := a.policy
	check := func(kind, name, reason string) {
		if reason == "" {
			a.fail("policy", name, "%s entry without a reason", kind)
		}
		if !a.usage.used[kind+" "+name] {
			what := "is no longer needed"
			if a.byName[name] == nil && a.image.symbol(name) == nil {
				what = "names a symbol that does not exist"
			}
			a.fail("stale policy", name, "%s entry %s (its reason was: %s)", kind, what, reason)
		}
	}
	for _, e := range p.Entries {
		check("Entries", e.Func, e.Reason)
	}
	for _, e := range p.Switches {
		check("Switches", e.Func, e.Reason)
	}
	for _, e := range p.Joins {
		check("Joins", e.Func, e.Reason)
	}
	for _, e := range p.Layout.WritableCode {
		check("WritableCode", e.Section, e.Reason)
	}
	for _, e := range p.Indirects {
		check("Indirects", e.Func, e.Reason)
	}
	for _, e := range p.MidEntries {
		check("MidEntries", e.Func, e.Reason)
	}
	for _, e := range p.HandChecked {
		check("HandChecked", e.Func, e.Reason)
	}
	for _, e := range p.Data {
		check("Data", e.Symbol, e.Reason)
	}
	for _, e := range p.Unreached {
		if e.Optional {
			a.usage.mark("Unreached", e.Func)
		}
		check("Unreached", e.Func, e.Reason)
	}
	for _, e := range p.Stacks {
		check("Stacks", e.Name, e.Reason)
	}
	for _, e := range p.Nests {
		check("Nests", e.Name, e.Reason)
	}
	for _, e := range p.Entries {
		for _, w := range e.Without {
			check("Without", entryName(e)+" -> "+w, e.Reason)
		}
	}
	for _, e := range p.FastPaths {
		a.usage.mark("FastPaths", e.Name) // one that cannot be walked has been reported
		check("FastPaths", e.Name, e.Reason)
	}
	for _, e := range p.Addresses {
		check("Addresses", e.Name, e.Reason)
	}
	for _, e := range p.Privileged {
		for _, c := range e.Classes {
			check(fmt.Sprintf("Privileged[%s]", c), e.Func, e.Reason)
		}
	}
}

// entryName is how figures and messages call an entry point.
func entryName(e Entry) string {
	if e.Mode == "" {
		return e.Func
	}
	return e.Func + " (" + e.Mode + ")"
}
