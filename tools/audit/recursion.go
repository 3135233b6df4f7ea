package main

import "strings"

// findRecursion reports the cycles of the call graph on which the stack could grow without end, and drops their edges so
// that the rest still gives figures.
//
// Edges taken after a stack switch are left out: what follows them starts at a fixed depth, so a cycle through
// one does not grow. A cycle of jumps is a loop if it comes back with ESP unchanged, and harmless.
func (a *auditor) findRecursion() {
	a.components()
	members := map[int][]*gnode{}
	for _, g := range a.order {
		members[g.scc] = append(members[g.scc], g)
	}
	for _, g := range a.order { // in a fixed order, for stable messages
		list := members[g.scc]
		if list[0] != g {
			continue
		}
		a.checkComponent(list)
	}
}

// relative tells whether an edge's depth counts from where its function was entered.
func (e *edge) relative() bool { return e.at.stack == "" && !e.dropped }

// checkComponent looks for growth inside one strongly connected component.
func (a *auditor) checkComponent(list []*gnode) {
	for _, g := range list {
		for _, e := range g.edges {
			if e.call && e.relative() && e.to.scc == g.scc {
				a.fail("recursion", g.n.fn.Name, "%s", cycle(e))
			}
		}
	}
	base := map[*gnode]int{list[0]: 0}
	for work := []*gnode{list[0]}; len(work) > 0; work = work[1:] {
		g := work[0]
		for _, e := range g.edges {
			if !e.relative() || e.to.scc != g.scc {
				continue
			}
			if e.call {
				e.dropped = true
				continue
			}
			at, seen := base[e.to]
			if !seen {
				base[e.to] = base[g] + e.weight
				work = append(work, e.to)
			} else if at != base[g]+e.weight {
				a.fail("recursion", g.n.fn.Name, "jumps in a circle and moves ESP by %d each time: %s", base[g]+e.weight-at, cycle(e))
				e.dropped = true
			}
		}
	}
	for _, g := range list { // calls out of nodes that the walk over jumps did not reach
		for _, e := range g.edges {
			if e.call && e.relative() && e.to.scc == g.scc {
				e.dropped = true
			}
		}
	}
}

// cycle writes the shortest way from e's source through e back to it.
func cycle(e *edge) string {
	prev := map[*gnode]*gnode{e.to: nil}
	for work := []*gnode{e.to}; len(work) > 0; work = work[1:] {
		g := work[0]
		if g == e.from {
			break
		}
		for _, d := range g.edges {
			if _, seen := prev[d.to]; !seen && d.at.stack == "" && d.to.scc == g.scc {
				prev[d.to] = g
				work = append(work, d.to)
			}
		}
	}
	var names []string
	for g := e.from; g != nil; g = prev[g] {
		names = append([]string{g.n.fn.Name}, names...)
	}
	return strings.Join(append([]string{e.from.n.fn.Name}, names...), " -> ")
}

// components numbers the strongly connected components of the graph of relative edges (Tarjan).
func (a *auditor) components() {
	t := &tarjan{}
	for _, g := range a.order {
		if g.number == 0 {
			t.visit(g)
		}
	}
}

// tarjan is the state of the algorithm.
type tarjan struct {
	count, sccs int
	path        []*gnode
}

func (t *tarjan) visit(g *gnode) {
	t.count++
	g.number, g.low, g.onPath = t.count, t.count, true
	t.path = append(t.path, g)
	for _, e := range g.edges {
		switch {
		case !e.relative():
		case e.to.number == 0:
			t.visit(e.to)
			g.low = min(g.low, e.to.low)
		case e.to.onPath:
			g.low = min(g.low, e.to.number)
		}
	}
	if g.low != g.number {
		return
	}
	for {
		m := t.path[len(t.path)-1]
		t.path = t.path[:len(t.path)-1]
		m.onPath, m.scc = false, t.sccs
		if m == g {
			break
		}
	}
	t.sccs++
}
