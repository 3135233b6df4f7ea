package main

import "sort"

// gnode is a node in the context in which its depth is computed.
//
// What makes the same function's depth differ is the mode of the entry: it can exclude functions.
type gnode struct {
	n      *node
	mode   int             // 1 + index of the entry whose Without applies, 0 = none
	doomed map[uint32]bool // instructions that do not run in this mode
	edges  []*edge
	best   map[string]best // per stack, "" = the one the function was entered on
	scc    int
	number int // for Tarjan's algorithm
	low    int
	onPath bool
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
	mode  int
}

// graphNode returns the node for an entry in a mode, and builds what lies behind it.
func (a *auditor) graphNode(entry uint32, mode int) *gnode {
	root := a.lookup(entry, mode)
	for len(a.unbuilt) > 0 {
		g := a.unbuilt[len(a.unbuilt)-1]
		a.unbuilt = a.unbuilt[:len(a.unbuilt)-1]
		a.buildEdges(g)
	}
	return root
}

// lookup finds or creates a node without its edges.
func (a *auditor) lookup(entry uint32, mode int) *gnode {
	k := gkey{entry, mode}
	if g := a.graph[k]; g != nil {
		return g
	}
	g := &gnode{n: a.nodes[entry], mode: mode, best: map[string]best{}, scc: -1}
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

// buildEdges turns the sites of g's function into edges, leaving out what the mode excludes.
func (a *auditor) buildEdges(g *gnode) {
	for k := range g.n.sites {
		s := &g.n.sites[k]
		if s.inst != nil && g.doomed[s.inst.Addr] {
			continue
		}
		for _, t := range s.targets {
			m := a.nodes[t]
			if m == nil || m.fn == nil || a.excluded(g, m.fn) {
				continue
			}
			e := &edge{from: g, to: a.lookup(t, g.mode), at: s.at, weight: s.at.depth, call: s.call}
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

// excluded tells whether g's mode excludes f.
func (a *auditor) excluded(g *gnode, f *Func) bool {
	if g.mode > 0 {
		e := a.policy.Entries[g.mode-1]
		for _, w := range e.Without {
			if f.named(w) {
				a.usage.mark("Without", entryName(e)+" -> "+w)
				return true
			}
		}
	}
	return false
}
