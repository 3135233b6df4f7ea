package main

import (
	"slices"

	"golang.org/x/arch/x86/x86asm"
)

// nestedStack stands for whatever stack a nested entry has interrupted.
const nestedStack = "(an interrupted stack)"

// checkPreemption checks that interrupts are turned on only while ESP is on a stack that has room for them: one that lists the
// nest group marked AtSTI. On an interrupted stack they would nest without end.
func (a *auditor) checkPreemption() {
	group := ""
	for _, n := range a.policy.Nests {
		if n.AtSTI {
			group = n.Name
		}
	}
	type place struct {
		g     *gnode
		stack string
	}
	seen := map[place]bool{}
	var work []place
	for k, e := range a.policy.Entries {
		stack := e.Stack
		if e.Nest != "" {
			stack = nestedStack
		}
		if g := a.roots[k]; g != nil {
			work = append(work, place{g, stack})
		}
	}
	for len(work) > 0 {
		p := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[p] {
			continue
		}
		seen[p] = true
		a.checkSTI(p.g, p.stack, group)
		for _, e := range p.g.edges {
			stack := e.at.stack
			if stack == "" {
				stack = p.stack
			}
			work = append(work, place{e.to, stack})
		}
	}
}

// checkSTI checks the STI instructions of one function that was entered on a stack.
func (a *auditor) checkSTI(g *gnode, entered, group string) {
	for _, p := range g.n.points {
		i := g.n.fn.code.insts[p.at]
		if i == nil || i.X.Op != x86asm.STI || g.doomed[p.at] || a.shadowed(g.n.fn, i) {
			continue
		}
		on := p.esp.stack
		if on == "" {
			on = entered
		}
		if s := a.stack(on); s == nil || group == "" || !slices.Contains(s.Nests, group) {
			a.fail("interrupts", g.n.fn.Name, "STI at %s with ESP on %s, whose policy leaves no room for an interrupt", a.where(p.at), on)
		}
	}
}

// shadowed tells whether the instruction behind an STI leaves the kernel: no interrupt is taken in between.
func (a *auditor) shadowed(f *Func, sti *Inst) bool {
	i := f.code.insts[sti.Next()]
	return i != nil && (i.X.Op == x86asm.SYSEXIT || i.X.Op == x86asm.IRETD)
}
