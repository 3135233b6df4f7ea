package main

// solve computes gnode.best by relaxation: the deepest use of each stack by a function and all that it leads to.
//
// It ends because findRecursion dropped the edges of growing cycles: every path then has a bounded weight.
func (a *auditor) solve() {
	for changed := true; changed; {
		changed = false
		for k := len(a.order) - 1; k >= 0; k-- {
			g := a.order[k]
			for _, e := range g.edges {
				if !e.dropped && g.relax(e) {
					changed = true
				}
			}
		}
	}
}

// relax takes over what the target of e uses.
func (g *gnode) relax(e *edge) bool {
	changed := false
	for s, b := range e.to.best {
		at, depth := s, b.depth
		if s == "" {
			at, depth = e.at.stack, e.weight+b.depth
		}
		if old, ok := g.best[at]; !ok || depth > old.depth {
			g.best[at] = best{depth: depth, at: e.addr, via: e, next: s}
			changed = true
		}
	}
	return changed
}

// Link is one function of a chain.
type Link struct {
	Func  string `json:"func"`
	Bytes int    `json:"bytes"` // what it has on the stack in question when it goes on to the next link
}

// chain lists the functions that make up the deepest use of a stack.
func (g *gnode) chain(stack string) []Link {
	var out []Link
	for len(out) < 1000 {
		b, ok := g.best[stack]
		if !ok {
			return out
		}
		if b.via == nil {
			return append(out, Link{g.n.fn.Name, b.depth})
		}
		l := Link{Func: g.n.fn.Name}
		if b.via.at.stack == stack && b.next == "" {
			l.Bytes = b.via.weight
		}
		out = append(out, l)
		g, stack = b.via.to, b.next
	}
	return out
}
