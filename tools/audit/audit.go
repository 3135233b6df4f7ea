package main

import (
	"fmt"
	"slices"
)

// auditor is one run over one image.
type auditor struct {
	image  *Image
	policy *Policy
	usage  *usage
	report *Report

	sections []*Section
	funcs    []*Func // by address
	byAddr   map[uint32]*Func
	byName   map[string]*Func
	nodes    map[uint32]*node // by entry address
	parent   map[*Func]*Func  // reached functions and through which
	lines    []sourceLine

	graph   map[gkey]*gnode
	order   []*gnode // in the order of discovery
	unbuilt []*gnode
	roots   []*gnode // per entry of the policy
}

// Audit checks an image against a policy.
func Audit(im *Image, p *Policy) *Report {
	a := &auditor{
		image: im, policy: p, usage: newUsage(), report: &Report{Image: im.Path},
		byAddr: map[uint32]*Func{}, byName: map[string]*Func{}, nodes: map[uint32]*node{},
		parent: map[*Func]*Func{}, graph: map[gkey]*gnode{},
	}
	a.readLines()
	a.findFunctions()
	a.disassemble()
	for _, f := range a.funcs {
		a.checkClasses(f)
		a.checkIndirects(f)
	}
	a.findReturns()
	for _, n := range a.byEntry() {
		a.frame(n)
	}
	a.checkEntries()
	a.checkStacks()
	a.checkPreemption()
	a.findReach()
	a.checkReach()
	a.checkAlloc()
	a.checkFastPaths()
	a.checkLayout()
	a.figures()
	a.stale()
	return a.finish()
}

// disassemble decodes all functions and finds all places where functions are entered.
func (a *auditor) disassemble() {
	for _, f := range a.funcs {
		a.explore(f, []uint32{f.Addr})
	}
	a.findNodes()
	for _, f := range a.funcs {
		a.sweep(f)
	}
}

// byEntry returns the nodes in the order of their addresses.
func (a *auditor) byEntry() []*node {
	var out []*node
	for _, n := range a.nodes {
		if n.fn != nil {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(x, y *node) int { return int(int64(x.entry) - int64(y.entry)) })
	return out
}

// fail records a violation; the same one only once.
func (a *auditor) fail(kind, function, format string, args ...any) {
	v := Violation{Kind: kind, Func: function, Message: fmt.Sprintf(format, args...)}
	for _, old := range a.report.Violations {
		if old.Kind == v.Kind && old.Func == v.Func && old.Message == v.Message {
			return
		}
	}
	a.report.Violations = append(a.report.Violations, v)
}
