package main

import (
	"sort"

	"golang.org/x/arch/x86/x86asm"
)

// code is what a function's bytes turned out to be.
type code struct {
	insts map[uint32]*Inst // by address; reached from an entry of the function
	dead  []*Inst          // decoded, but no path leads there
	owner []uint32         // per byte of the function: address+1 of the instruction that holds it, 0 = none
	data  []span           // jump tables inside the function
}

// sorted returns the reached instructions by address.
func (c *code) sorted() []*Inst {
	out := make([]*Inst, 0, len(c.insts))
	for _, i := range c.insts {
		out = append(out, i)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Addr < out[j].Addr })
	return out
}

// all returns every decoded instruction, reached or not.
func (c *code) all() []*Inst { return append(c.sorted(), c.dead...) }

// explore decodes f by following its branches from the given addresses, calls being taken to return.
//
// Following branches instead of decoding from the first byte to the last keeps data in text apart from code, and
// finds jumps into the middle of instructions, which would hide others from the auditor.
func (a *auditor) explore(f *Func, entries []uint32) {
	c := f.code
	if c == nil {
		c = &code{insts: map[uint32]*Inst{}, owner: make([]uint32, f.End-f.Addr)}
		f.code = c
	}
	work := append([]uint32(nil), entries...)
	for len(work) > 0 {
		at := work[len(work)-1]
		work = work[:len(work)-1]
		if c.insts[at] != nil {
			continue
		}
		if at < f.Addr || at >= f.End {
			continue // a fall off the end or a jump to elsewhere: frames and edges look at those
		}
		i, err := decode(f.bytes()[at-f.Addr:], at)
		if err != nil {
			a.fail("undecodable", f.Name, "%v", err)
			continue
		}
		if !a.claim(f, i) {
			continue
		}
		c.insts[at] = i
		work = append(work, a.successors(f, i)...)
	}
}

// claim marks the bytes of i as taken; false if another instruction already has one of them.
func (a *auditor) claim(f *Func, i *Inst) bool {
	for at := i.Addr; at < i.Next(); at++ {
		if o := f.code.owner[at-f.Addr]; o != 0 {
			a.fail("overlap", f.Name, "the instructions at %#x and %#x share bytes: a jump into the middle of an instruction", o-1, i.Addr)
			return false
		}
	}
	for at := i.Addr; at < i.Next(); at++ {
		f.code.owner[at-f.Addr] = i.Addr + 1
	}
	return true
}

// successors returns where control may go from i inside or outside f, and resolves jump tables.
func (a *auditor) successors(f *Func, i *Inst) []uint32 {
	switch i.Flow {
	case Next, Call, IndirectCall:
		if i.Flow == Call && f.Addr <= i.Target && i.Target < f.End {
			return []uint32{i.Next(), i.Target}
		}
		return []uint32{i.Next()}
	case Branch:
		return []uint32{i.Next(), i.Target}
	case Jump:
		return []uint32{i.Target}
	case IndirectJump:
		if via := a.jumpTable(f, i); via != nil {
			i.Flow, i.Via = TableJump, via
			return via
		}
		return a.indirectTargets(f, i)
	case FarReturn:
		return a.indirectTargets(f, i)
	}
	return nil
}

// named tells whether name is the function's name or one of its aliases.
func (f *Func) named(name string) bool {
	if f.Name == name {
		return true
	}
	for _, n := range f.Aliases {
		if n == name {
			return true
		}
	}
	return false
}

// jumpTable recognises `jmp [table+reg*4]` where the table lies in memory that is not writable and holds addresses in
// the same function: a switch. It ends at the first word that is no such address, at the next symbol, or at code.
func (a *auditor) jumpTable(f *Func, i *Inst) []uint32 {
	m, ok := i.X.Args[0].(x86asm.Mem)
	if !ok || m.Base != 0 || m.Index == 0 || m.Scale != 4 {
		return nil
	}
	base := uint32(m.Disp)
	end := a.image.nextSymbol(base, base+4*4096)
	var via []uint32
	at := base
	for ; at+4 <= end; at += 4 {
		inside := at >= f.Addr && at < f.End
		if inside && f.code.owner[at-f.Addr] != 0 {
			break
		}
		v, writable, ok := a.image.word(at)
		if !ok || a.canChange(at, writable) || v < f.Addr || v >= f.End {
			break
		}
		via = append(via, v)
	}
	if at > base && base >= f.Addr && base < f.End {
		f.code.data = append(f.code.data, span{base, at})
	}
	return via
}

// sweep decodes what explore did not reach. Padding and jump tables are well; other bytes are decoded as dead code, so
// that nothing in them escapes the checks of single instructions, and reported.
func (a *auditor) sweep(f *Func) {
	c := f.code
	for _, d := range c.data {
		for at := d.lo; at < d.hi; at++ {
			c.owner[at-f.Addr] = 1
		}
	}
	for at := f.Addr; at < f.End; {
		if c.owner[at-f.Addr] != 0 {
			at++
			continue
		}
		lo := at
		for at < f.End && c.owner[at-f.Addr] == 0 {
			at++
		}
		if isPadding(f.sect, span{lo, at}) {
			continue
		}
		a.fail("unreached code", f.Name, "nothing leads to the %d bytes at %s", at-lo, a.where(lo))
		a.decodeDead(f, span{lo, at})
	}
}

// decodeDead decodes a range of a function that no path reaches.
func (a *auditor) decodeDead(f *Func, r span) {
	for at := r.lo; at < r.hi; {
		i, err := decode(f.bytes()[at-f.Addr:r.hi-f.Addr], at)
		if err != nil {
			a.fail("undecodable", f.Name, "%v", err)
			return
		}
		f.code.dead = append(f.code.dead, i)
		at = i.Next()
	}
}
