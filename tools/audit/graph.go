package main

import "sort"

// gnode is a node in the context in which its depth is computed.
//
// The context is what makes the same function's depth differ: the guards that are already active (they call less
// when entered again), and the functions that an entry's mode excludes.
type gnode struct {
	n      *node
	ctx    context
	doomed map[uint32]bool // instructions that do not run in this context
	edges  []*edge
	best   map[string]best // per stack, "" = the one the function was entered on
	scc    int
	number int // for Tarjan's algorithm
	low    int
	onPath bool
}

// context is comparable, so that equal contexts share nodes.
type context struct {
	guards uint64 // bit k: policy.Guards[k] is active
	mode   int    // 1 + index of the entry whose Without applies, 0 = none
}

// edge is a call or a jump from one function to another.
type edge struct {
	from, to *gnode
	at       state
	weight   int // bytes on at.stack when the target starts: at.depth, and a return address for a call
	call     bool
	addr     uint32 // of the instruction, 0 for running into the next function
	dropped  bool   // part of a recursion that has been reported; depth ignores it
}

// best is the deepest use of a stack: by the function itself (via nil) or through a call.
type best struct {
	depth int
	at    uint32
	via   *edge
	next  string // the stack, in via.to's terms, on which the chain goes on
}

// gkey identifies a gnode.
type gkey struct {
	entry uint32
	ctx   context
}

// graphNode returns the node for an entry in a context, and builds what lies behind it.
func (a *auditor) graphNode(entry uint32, ctx context) *gnode {
	root := a.lookup(entry, ctx)
	for len(a.unbuilt) > 0 {
		g := a.unbuilt[len(a.unbuilt)-1]
		a.unbuilt = a.unbuilt[:len(a.unbuilt)-1]
		a.buildEdges(g)
	}
	return root
}

// lookup finds or creates a node without its edges.
func (a *auditor) lookup(entry uint32, ctx context) *gnode {
	k := gkey{entry, ctx}
	if g := a.graph[k]; g != nil {
		return g
	}
	g := &gnode{n: a.nodes[entry], ctx: ctx, best: map[string]best{}, scc: -1}
	g.doomed = a.findDoomed(g)
	for _, p := range g.n.points {
		if b, ok := g.best[p.esp.stack]; !g.doomed[p.at] && (!ok || p.esp.depth > b.depth) {
			g.best[p.esp.stack] = best{depth: p.esp.depth, at: p.at}
		}
	}
	a.graph[k] = g
	a.order = append(a.order, g)
	a.unbuilt = append(a.unbuilt, g)
	return g
}

// buildEdges turns the sites of g's function into edges, leaving out what the policy excludes in this context.
func (a *auditor) buildEdges(g *gnode) {
	ctx := g.ctx
	var only []string // if not nil: the guard is active already, it calls nothing else
	for k, p := range a.policy.Guards {
		if !g.n.fn.named(p.Func) {
			continue
		}
		if ctx.guards&(1<<k) != 0 {
			a.usage.mark("Guards", p.Func)
			only = append([]string{}, p.Then...)
		}
		ctx.guards |= 1 << k
	}
	for k := range g.n.sites {
		s := &g.n.sites[k]
		if s.inst != nil && g.doomed[s.inst.Addr] {
			continue
		}
		for _, t := range s.targets {
			m := a.nodes[t]
			if m == nil || m.fn == nil || only != nil && !namedIn(m.fn, only) || a.excluded(g, m.fn) {
				continue
			}
			e := &edge{from: g, to: a.lookup(t, ctx), at: s.at, weight: s.at.depth, call: s.call}
			if s.call {
				e.weight += 4
			}
			if s.inst != nil {
				e.addr = s.inst.Addr
			}
			g.edges = append(g.edges, e)
		}
	}
	sort.SliceStable(g.edges, func(i, j int) bool { return g.edges[i].addr < g.edges[j].addr })
}

// excluded tells whether the policy removes the edge from g to f.
func (a *auditor) excluded(g *gnode, f *Func) bool {
	for _, c := range a.policy.Cuts {
		if g.n.fn.named(c.From) && f.named(c.To) {
			a.usage.mark("Cuts", c.From+" -> "+c.To)
			return true
		}
	}
	if g.ctx.mode > 0 {
		e := a.policy.Entries[g.ctx.mode-1]
		for _, w := range e.Without {
			if f.named(w) {
				a.usage.mark("Without", entryName(e)+" -> "+w)
				return true
			}
		}
	}
	return false
}

// namedIn tells whether one of the names is f's.
func namedIn(f *Func, names []string) bool {
	for _, n := range names {
		if f.named(n) {
			return true
		}
	}
	return false
}
