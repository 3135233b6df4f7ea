package main

import "fmt"

// String says where ESP is, for messages.
func (s state) String() string {
	if s.stack == "" {
		return fmt.Sprintf("%d bytes below the entry", s.depth)
	}
	return fmt.Sprintf("%d bytes below the top of %s", s.depth, s.stack)
}

// switches maps the instructions of f that load ESP to where the policy says they point it.
func (a *auditor) switches(f *Func) map[uint32]Place {
	var loads []*Inst
	for _, i := range f.code.sorted() {
		if _, ok := effect(i); !ok {
			loads = append(loads, i)
		}
	}
	var to []Place
	for _, p := range a.policy.Switches {
		if f.named(p.Func) {
			a.usage.mark("Switches", p.Func)
			to = p.To
		}
	}
	if len(loads) != len(to) {
		a.fail("stack switch", f.Name, "loads ESP %d times, its policy explains %d; the instructions are at %s",
			len(loads), len(to), a.wheres(loads))
		return nil
	}
	out := map[uint32]Place{}
	for k, i := range loads {
		out[i.Addr] = to[k]
		a.checkPlace(f, i, to[k])
	}
	return out
}

// checkPlace verifies what can be verified about a switch: the stack is known, and a constant agrees with it.
func (a *auditor) checkPlace(f *Func, i *Inst, p Place) {
	if p.Stack == "" {
		return
	}
	s := a.stack(p.Stack)
	if s == nil {
		a.fail("policy", f.Name, "switches to a stack %s that the policy does not define", p.Stack)
		return
	}
	_, top, ok := a.stackRange(s)
	n, constant := i.X.Args[1].(immediate)
	if !ok || !constant {
		return
	}
	if at := uint32(n) + uint32(p.Depth); at != top && (s.MappedTop == 0 || at != s.MappedTop) {
		a.fail("stack switch", f.Name, "%v at %s does not point %d bytes below the top of %s (%#x)", i, a.where(i.Addr), p.Depth, s.Name, top)
	}
}

// stack finds a stack of the policy by name.
func (a *auditor) stack(name string) *Stack {
	for k := range a.policy.Stacks {
		if a.policy.Stacks[k].Name == name {
			return &a.policy.Stacks[k]
		}
	}
	return nil
}
