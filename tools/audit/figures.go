package main

import (
	"debug/elf"
	"sort"
)

// figures fills in what the report says about size and contents.
func (a *auditor) figures() {
	r := a.report
	for _, s := range a.image.elf.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 {
			continue
		}
		r.Sections = append(r.Sections, SectionSize{s.Name, int(s.Size)})
		if s.Type == elf.SHT_NOBITS {
			continue
		}
		switch {
		case s.Flags&elf.SHF_EXECINSTR != 0:
			r.Text += int(s.Size)
		case s.Flags&elf.SHF_WRITE == 0:
			r.ROData += int(s.Size)
		}
	}
	r.Functions = len(a.funcs)
	r.GoLines, r.AsmLines = a.countLines()
	counts := map[Class]*ClassCount{}
	for _, f := range a.funcs {
		r.Code += int(f.End - f.Addr)
		r.Insts += len(f.code.insts)
		for _, i := range f.code.all() {
			if c := classOf(i); c != "" {
				count(counts, c, f)
			}
		}
	}
	for _, c := range counts {
		r.Classes = append(r.Classes, *c)
	}
	sort.Slice(r.Classes, func(i, j int) bool { return r.Classes[i].Class < r.Classes[j].Class })
}

// count adds one instruction of f to its class.
func count(counts map[Class]*ClassCount, c Class, f *Func) {
	k := counts[c]
	if k == nil {
		k = &ClassCount{Class: c}
		counts[c] = k
	}
	k.Count++
	if n := len(k.Funcs); n == 0 || k.Funcs[n-1] != f.Name {
		k.Funcs = append(k.Funcs, f.Name)
	}
}
