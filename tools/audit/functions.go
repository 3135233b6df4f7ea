package main

import (
	"debug/elf"
	"sort"
)

// Func is a stretch of code with a name.
type Func struct {
	Name    string
	Aliases []string
	Addr    uint32
	End     uint32
	Sized   bool // the symbol table gives the end; otherwise it is the next function's start
	sect    *Section
	code    *code // filled by explore
}

// bytes returns the function's code.
func (f *Func) bytes() []byte { return f.sect.Data[f.Addr-f.sect.Addr : f.End-f.sect.Addr] }

// span is a range of addresses.
type span struct{ lo, hi uint32 }

// findFunctions fills a.funcs from the symbol table.
//
// Symbols of type FUNC with a size are functions: all that Go's compiler and assembler make, and GNU as code that
// says .type and .size. In what they leave, the first symbol and each global one (or FUNC without size) starts a
// function that reaches to the next boundary; other local symbols are labels inside it. Objects are data, and so are the linker's markers that hold only INT3. What then has no name must be padding.
func (a *auditor) findFunctions() {
	for _, s := range a.image.Code() {
		a.sections = append(a.sections, s)
		a.sectionFunctions(s)
	}
	sort.Slice(a.funcs, func(i, j int) bool { return a.funcs[i].Addr < a.funcs[j].Addr })
	for _, f := range a.funcs {
		a.byAddr[f.Addr] = f
		for _, n := range append([]string{f.Name}, f.Aliases...) {
			if a.byName[n] == nil {
				a.byName[n] = f
			}
		}
	}
}

// sectionFunctions finds the functions of one section.
func (a *auditor) sectionFunctions(s *Section) {
	var taken []span
	byStart := map[uint32]*Func{}
	for _, sym := range a.symbolsIn(s) {
		t, lo := elf.ST_TYPE(sym.Info), uint32(sym.Value)
		if sym.Size == 0 || (t != elf.STT_FUNC && t != elf.STT_OBJECT) {
			continue
		}
		hi := lo + uint32(sym.Size)
		if hi > s.End() || hi < lo {
			a.fail("symbols", sym.Name, "extends beyond its section %s", s.Name)
			continue
		}
		if f := byStart[lo]; f != nil && f.End == hi {
			f.Aliases = append(f.Aliases, sym.Name)
			continue
		}
		if n := len(taken); n > 0 && lo < taken[n-1].hi {
			a.fail("symbols", sym.Name, "overlaps the function before it, at %#x", lo)
			continue
		}
		taken = append(taken, span{lo, hi})
		if t == elf.STT_FUNC && !a.isData(sym.Name) && !isMarker(s, span{lo, hi}) {
			f := &Func{Name: sym.Name, Addr: lo, End: hi, Sized: true, sect: s}
			byStart[lo] = f
			a.funcs = append(a.funcs, f)
		}
	}
	at := s.Addr
	for _, t := range append(taken, span{s.End(), s.End()}) {
		if at < t.lo {
			a.gapFunctions(s, span{at, t.lo}, byStart)
		}
		at = t.hi
	}
	a.addAliases(s, byStart)
}

// gapFunctions names the code in a range without sized symbols.
func (a *auditor) gapFunctions(s *Section, g span, byStart map[uint32]*Func) {
	var starts []elf.Symbol
	for _, sym := range a.symbolsIn(s) {
		v := uint32(sym.Value)
		global := elf.ST_BIND(sym.Info) != elf.STB_LOCAL || elf.ST_TYPE(sym.Info) == elf.STT_FUNC || a.isData(sym.Name)
		if v < g.lo || v >= g.hi || sym.Size != 0 || !global && len(starts) > 0 {
			continue
		}
		if n := len(starts); n > 0 && uint32(starts[n-1].Value) == v {
			if a.isData(sym.Name) {
				starts[n-1] = sym
			}
			continue
		}
		starts = append(starts, sym)
	}
	end := g.hi
	for i := len(starts) - 1; i >= 0; i-- {
		lo := uint32(starts[i].Value)
		if a.isData(starts[i].Name) {
			end = lo
			continue
		}
		if !isPadding(s, span{lo, end}) {
			f := &Func{Name: starts[i].Name, Addr: lo, End: end, sect: s}
			byStart[lo] = f
			a.funcs = append(a.funcs, f)
		}
		end = lo
	}
	if g.lo < end && !isPadding(s, span{g.lo, end}) {
		a.fail("symbols", s.Name, "%d bytes at %#x belong to no function and are not padding", end-g.lo, g.lo)
	}
}

// addAliases gives functions the names of other symbols at their start.
func (a *auditor) addAliases(s *Section, byStart map[uint32]*Func) {
	for _, sym := range a.symbolsIn(s) {
		f := byStart[uint32(sym.Value)]
		if f != nil && sym.Name != f.Name && sym.Size == 0 {
			f.Aliases = append(f.Aliases, sym.Name)
		}
	}
}

// symbolsIn returns the symbols of a section by address, the larger first where several share one.
func (a *auditor) symbolsIn(s *Section) []elf.Symbol {
	var out []elf.Symbol
	for _, sym := range a.image.syms {
		if sym.Section == s.Index && uint32(sym.Value) >= s.Addr && uint32(sym.Value) < s.End() {
			out = append(out, sym)
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].Value != out[j].Value {
			return out[i].Value < out[j].Value
		}
		return out[i].Size > out[j].Size
	})
	return out
}

// isData tells whether the policy declares the symbol's bytes to be no kernel code.
func (a *auditor) isData(name string) bool {
	for _, d := range a.policy.Data {
		if d.Symbol == name {
			a.usage.mark("Data", name)
			return true
		}
	}
	return false
}

// funcAt returns the function that contains addr, nil if none does.
func (a *auditor) funcAt(addr uint32) *Func {
	i := sort.Search(len(a.funcs), func(i int) bool { return a.funcs[i].Addr > addr })
	if i == 0 || addr >= a.funcs[i-1].End {
		return nil
	}
	return a.funcs[i-1]
}
