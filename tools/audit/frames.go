package main

import "slices"

// state is where ESP points: depth bytes below the top of a stack, or, for stack "", below where it pointed when the
// function was entered (at the return address).
type state struct {
	stack string
	depth int
}

// site is a call or a jump out of a function.
type site struct {
	inst    *Inst // nil for running into the next function
	at      state
	call    bool
	targets []uint32
}

// frame computes ESP at every instruction of n that can be reached: n.points, and n.sites for calls and jumps.
//
// All paths to an instruction must agree on ESP: if they do not, no statement about the stack would hold, so
// it is an error unless the policy says that the function was checked by hand, or that it joins paths on purpose.
func (a *auditor) frame(n *node) {
	if h := a.handChecked(n.fn); h != nil {
		a.handFrame(n, h)
		return
	}
	places := a.switches(n.fn)
	joins := a.joins(n.fn)
	states := map[uint32][]state{n.entry: {{}}}
	work := []visit{{n.entry, state{}}}
	for len(work) > 0 {
		v := work[len(work)-1]
		work = work[:len(work)-1]
		i := n.fn.code.insts[v.at]
		if i == nil {
			a.offEnd(n, v.at, v.before)
			continue
		}
		n.note(v.before, v.at)
		after, ok := a.step(n, i, v.before, places)
		if !ok {
			continue
		}
		inside, out := a.split(n.fn, i)
		a.addSite(n, i, after, out)
		after = a.behindCall(i, after, out)
		for _, t := range inside {
			switch known := states[t]; {
			case slices.Contains(known, after):
			case len(known) < joins:
				states[t] = append(known, after)
				work = append(work, visit{t, after})
			default:
				a.fail("stack mismatch", n.fn.Name, "paths that join at %s disagree about ESP: %s and %s", a.where(t), known[0], after)
			}
		}
	}
}

// visit is an instruction to look at, and where ESP points before it.
type visit struct {
	at     uint32
	before state
}

// joins is the number of states that paths in f may join with: one, unless the policy says more.
func (a *auditor) joins(f *Func) int {
	for _, p := range a.policy.Joins {
		if f.named(p.Func) {
			a.usage.mark("Joins", p.Func)
			return p.States
		}
	}
	return 1
}

// note records where ESP is at an instruction.
func (n *node) note(s state, at uint32) { n.points = append(n.points, point{at, s}) }

// step applies one instruction to the state. ok is false where the path ends or nothing more can be said about it.
func (a *auditor) step(n *node, i *Inst, s state, places map[uint32]Place) (state, bool) {
	if isPushPC(n.fn, i) {
		s.depth += 4
		return s, true
	}
	switch i.Flow {
	case Return:
		if s != (state{}) {
			a.fail("stack mismatch", n.fn.Name, "returns at %s with ESP %s", a.where(i.Addr), s)
		}
		if retImm(i) != n.pops {
			a.fail("stack mismatch", n.fn.Name, "its returns remove different numbers of bytes: %d and, at %s, %d", n.pops, a.where(i.Addr), retImm(i))
		}
		return s, false
	case FarReturn:
		s.depth -= 8 + retImm(i)
		return s, true
	case Stop:
		return s, false
	case Call:
		return s, true
	}
	delta, ok := effect(i)
	if !ok {
		p, known := places[i.Addr]
		if !known {
			return s, false // reported by switches
		}
		s = state{p.Stack, p.Depth}
	}
	s.depth += delta
	n.note(s, i.Addr)
	return s, true
}

// addSite records the transfers out of the function at i.
func (a *auditor) addSite(n *node, i *Inst, s state, out []uint32) {
	if len(out) == 0 {
		return
	}
	call := i.Flow == Call || i.Flow == IndirectCall
	if call {
		n.note(state{s.stack, s.depth + 4}, i.Addr)
	}
	n.sites = append(n.sites, site{inst: i, at: s, call: call, targets: out})
}

// behindCall is the state after a call: callees that end in `ret n` have raised ESP by n.
func (a *auditor) behindCall(i *Inst, s state, out []uint32) state {
	if i.Flow != Call && i.Flow != IndirectCall {
		return s
	}
	for _, t := range out {
		if m := a.nodes[t]; m != nil && m.returns {
			s.depth -= m.pops
			return s
		}
	}
	return s
}

// offEnd handles a path that runs out of the function.
func (a *auditor) offEnd(n *node, at uint32, s state) {
	if g := a.fallsInto(n.fn, at); g != nil {
		n.sites = append(n.sites, site{at: s, targets: []uint32{g.Addr}})
		return
	}
	if at == n.fn.End {
		a.fail("stack mismatch", n.fn.Name, "runs off its end at %s", a.where(at))
	}
}

// handFrame trusts the policy for a function that was checked by hand.
func (a *auditor) handFrame(n *node, h *HandChecked) {
	s := state{"", h.Depth}
	n.note(s, n.entry)
	for _, i := range n.fn.code.sorted() {
		_, out := a.split(n.fn, i)
		a.addSite(n, i, s, out)
	}
}

// handChecked asks the policy.
func (a *auditor) handChecked(f *Func) *HandChecked {
	for k := range a.policy.HandChecked {
		if h := &a.policy.HandChecked[k]; f.named(h.Func) {
			a.usage.mark("HandChecked", h.Func)
			return h
		}
	}
	return nil
}
