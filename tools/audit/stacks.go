package main

import "strings"

// StackBound is the proof for one stack.
type StackBound struct {
	Name    string `json:"name"`
	Size    int    `json:"size"`
	Deepest Use    `json:"deepest"` // the entry that needs most of it
	Nested  []Use  `json:"nested"`  // what can come on top, once per time
	Bound   int    `json:"bound"`   // Deepest and all of Nested
	Margin  int    `json:"margin"`  // must stay free
	Free    int    `json:"free"`    // Size - Bound
}

// checkStacks adds up what can lie on each stack and compares it with its size.
func (a *auditor) checkStacks() {
	for _, s := range a.policy.Stacks {
		b := StackBound{Name: s.Name, Size: a.stackSize(s), Margin: s.Margin}
		for _, u := range a.report.Uses {
			if u.Stack == s.Name && u.Nest == "" && (b.Deepest.Entry == "" || u.Bytes > b.Deepest.Bytes) {
				b.Deepest = u
				a.usage.mark("Stacks", s.Name)
			}
		}
		b.Bound = b.Deepest.Bytes
		for _, name := range s.Nests {
			a.addNest(&b, name)
		}
		b.Free = b.Size - b.Bound
		a.report.Stacks = append(a.report.Stacks, b)
		if b.Free < b.Margin {
			a.fail("stack overflow", deepestFunc(b.Deepest),
				"%s needs %d bytes, its size is %d and %d must stay free: %s", s.Name, b.Bound, b.Size, s.Margin, sum(b))
		}
	}
}

// addNest adds a group of nested entries to a bound.
func (a *auditor) addNest(b *StackBound, group string) {
	for _, n := range a.policy.Nests {
		if n.Name != group {
			continue
		}
		deepest := Use{Bytes: -1}
		for _, u := range a.report.Uses {
			if u.Nest == group && u.Stack == "" && u.Bytes > deepest.Bytes {
				deepest = u
			}
		}
		if deepest.Bytes < 0 {
			return // no entry of the group: stale reports the group
		}
		a.usage.mark("Nests", group)
		for k := 0; k < n.Times; k++ {
			b.Nested = append(b.Nested, deepest)
			b.Bound += deepest.Bytes
		}
		return
	}
	a.fail("policy", b.Name, "the stack lists a nest group %s that is not defined", group)
}

// stackSize reads a stack's size from the image and checks its symbols.
func (a *auditor) stackSize(s Stack) int {
	if s.Bottom == "" {
		return s.Size
	}
	bottom, top, ok := a.stackRange(&s)
	if !ok {
		a.fail("policy", s.Name, "the image has no stack from %s to %s", s.Bottom, s.Top)
		return 0
	}
	if top%4 != 0 {
		a.fail("stack overflow", s.Name, "its top (%#x) is not a multiple of 4", top)
	}
	if s.Guard != "" {
		g := a.image.symbol(s.Guard)
		if g == nil || g.Value%4096 != 0 || uint32(g.Value)+4096 != bottom {
			a.fail("stack overflow", s.Name, "%s is not the page below %s", s.Guard, s.Bottom)
		}
	}
	return int(top - bottom)
}

// stackRange returns the addresses between which the image has the stack; not ok for one that has no symbols.
func (a *auditor) stackRange(s *Stack) (bottom, top uint32, ok bool) {
	lo := a.image.symbol(s.Bottom)
	if lo == nil {
		return 0, 0, false
	}
	bottom, top = uint32(lo.Value), uint32(lo.Value+lo.Size)
	if s.Top != "" {
		hi := a.image.symbol(s.Top)
		if hi == nil {
			return 0, 0, false
		}
		top = uint32(hi.Value)
	}
	return bottom, top, top > bottom
}

// deepestFunc is the last function of a chain: the one to look at first.
func deepestFunc(u Use) string {
	if len(u.Chain) == 0 {
		return u.Entry
	}
	return u.Chain[len(u.Chain)-1].Func
}

// sum writes a bound as a sum of chains.
func sum(b StackBound) string {
	parts := []string{b.Deepest.String()}
	for _, n := range b.Nested {
		parts = append(parts, n.String())
	}
	return strings.Join(parts, " + ")
}
