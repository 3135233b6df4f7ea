package main

import (
	"fmt"
	"strings"
)

// indirectTargets returns where the policy says an indirect call, jump or far return of f may go; nil if it says nothing.
func (a *auditor) indirectTargets(f *Func, i *Inst) []uint32 {
	var out []uint32
	for _, p := range a.policy.Indirects {
		if !f.named(p.Func) {
			continue
		}
		a.usage.mark("Indirects", p.Func)
		for _, t := range p.Targets {
			out = append(out, a.resolve(p, t, i)...)
		}
	}
	return out
}

// resolve turns one target of an Indirect entry into addresses.
func (a *auditor) resolve(p Indirect, target string, i *Inst) []uint32 {
	if target == "next" {
		return []uint32{i.Next()}
	}
	if table, ok := strings.CutPrefix(target, "table:"); ok {
		return a.tableTargets(p, table)
	}
	if f := a.byName[target]; f != nil {
		return []uint32{f.Addr}
	}
	if s := a.image.symbol(target); s != nil {
		return []uint32{uint32(s.Value)}
	}
	a.fail("policy", p.Func, "its indirect target %s does not exist", target)
	return nil
}

// tableTargets reads a table of functions from the image.
func (a *auditor) tableTargets(p Indirect, table string) []uint32 {
	s := a.image.symbol(table)
	if s == nil || s.Size == 0 {
		a.fail("policy", p.Func, "the table %s does not exist or has no size", table)
		return nil
	}
	var out []uint32
	for off := uint64(0); off+4 <= s.Size; off += 4 {
		v, err := a.functionWord(uint32(s.Value + off))
		if err != nil {
			a.fail("policy", p.Func, "the table %s: %v", table, err)
			return nil
		}
		if v != 0 {
			out = append(out, v)
		}
	}
	return out
}

// functionWord reads a pointer to code: a function's address, or the address of a word that holds one (how Go stores
// func values). A nil pointer gives 0.
func (a *auditor) functionWord(addr uint32) (uint32, error) {
	v, _, ok := a.image.word(addr)
	if !ok {
		return 0, fmt.Errorf("%#x is not in the image", addr)
	}
	if v == 0 || a.byAddr[v] != nil {
		return v, nil
	}
	if w, _, ok := a.image.word(v); ok && a.byAddr[w] != nil {
		return w, nil
	}
	return 0, fmt.Errorf("the word at %#x (%#x) is no pointer to a function", addr, v)
}

// checkIndirects reports the indirect transfers of f that the policy does not explain, and a wrong count of them.
func (a *auditor) checkIndirects(f *Func) {
	var sites []*Inst
	for _, i := range f.code.sorted() {
		if i.Flow == IndirectCall || i.Flow == IndirectJump || i.Flow == FarReturn {
			sites = append(sites, i)
		}
	}
	for _, p := range a.policy.Indirects {
		if !f.named(p.Func) {
			continue
		}
		if len(sites) != p.Sites {
			a.fail("indirect call", f.Name, "has %d indirect calls or jumps, its policy explains %d; they are at %s",
				len(sites), p.Sites, a.wheres(sites))
		}
		return
	}
	for _, i := range sites {
		a.fail("indirect call", f.Name, "%v at %s: the policy does not name its targets", i, a.where(i.Addr))
	}
}

// wheres lists the places of several instructions.
func (a *auditor) wheres(list []*Inst) string {
	var out []string
	for _, i := range list {
		out = append(out, a.where(i.Addr))
	}
	return strings.Join(out, ", ")
}
