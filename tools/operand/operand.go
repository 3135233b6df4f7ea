// Package operand says which memory an x86 instruction reads and writes: its explicit operands and what it does to the stack
// or through ESI and EDI. It counts what a program causes itself; what the processor looks up for it (page tables,
// descriptors, the frame that an INT pushes) is not in it.
package operand

import (
	"golang.org/x/arch/x86/x86asm"
)

// Ref is one reference to memory.
type Ref struct {
	x86asm.Mem
	Bytes  int
	Read   bool
	Write  bool
	Repeat bool // as often as ECX says (REP), from here upward
}

// compares read their first operand and do not write it.
var readOnly = map[x86asm.Op]bool{
	x86asm.CMP: true, x86asm.TEST: true, x86asm.PUSH: true, x86asm.CALL: true, x86asm.JMP: true, x86asm.MUL: true,
	x86asm.DIV: true, x86asm.IDIV: true, x86asm.BT: true, x86asm.FXRSTOR: true, x86asm.LGDT: true, x86asm.LIDT: true,
	x86asm.LDMXCSR: true, x86asm.LMSW: true, x86asm.LLDT: true, x86asm.LTR: true,
}

// writeOnly write their first operand without reading it.
var writeOnly = map[x86asm.Op]bool{
	x86asm.MOV: true, x86asm.POP: true, x86asm.FXSAVE: true, x86asm.STMXCSR: true, x86asm.MOVNTI: true,
	x86asm.SGDT: true, x86asm.SIDT: true,
	x86asm.SETA: true, x86asm.SETAE: true, x86asm.SETB: true, x86asm.SETBE: true, x86asm.SETE: true, x86asm.SETNE: true,
	x86asm.SETG: true, x86asm.SETGE: true, x86asm.SETL: true, x86asm.SETLE: true, x86asm.SETS: true, x86asm.SETNS: true,
	x86asm.SETO: true, x86asm.SETNO: true, x86asm.SETP: true, x86asm.SETNP: true,
}

// addressOnly name memory and leave it alone.
var addressOnly = map[x86asm.Op]bool{
	x86asm.LEA: true, x86asm.NOP: true, x86asm.INVLPG: true, x86asm.PREFETCHT0: true, x86asm.PREFETCHNTA: true,
	x86asm.PREFETCHT1: true, x86asm.PREFETCHT2: true, x86asm.PREFETCHW: true, x86asm.CLFLUSH: true,
}

// Refs lists the references of an instruction in 32-bit mode, in an order without meaning.
func Refs(in x86asm.Inst) []Ref {
	if addressOnly[in.Op] {
		return nil
	}
	if list, ok := implicit(in); ok {
		return list
	}
	list := stack(in)
	for i, a := range in.Args {
		m, ok := a.(x86asm.Mem)
		if !ok {
			continue
		}
		r := Ref{Mem: m, Bytes: max(in.MemBytes, 1)}
		switch {
		case i > 0 || readOnly[in.Op] || in.Op == x86asm.IMUL && in.Args[1] == nil:
			r.Read = true
			if in.Op == x86asm.XCHG || in.Op == x86asm.XADD {
				r.Write = true
			}
		case writeOnly[in.Op]:
			r.Write = true
		default:
			r.Read, r.Write = true, true
		}
		if in.Op == x86asm.FXSAVE || in.Op == x86asm.FXRSTOR {
			r.Bytes = 512
		}
		list = append(list, r)
	}
	return list
}

// at is a word at a register plus disp.
func at(base x86asm.Reg, disp int64, bytes int, read, write bool) Ref {
	return Ref{Mem: x86asm.Mem{Base: base, Disp: disp}, Bytes: bytes, Read: read, Write: write}
}

// stack are the references to the stack of an instruction that may have operands besides.
func stack(in x86asm.Inst) (list []Ref) {
	size := 4
	if in.DataSize == 16 {
		size = 2
	}
	push := func(n int) {
		for i := 1; i <= n; i++ {
			list = append(list, at(x86asm.ESP, int64(-i*size), size, false, true))
		}
	}
	pop := func(n int) {
		for i := range n {
			list = append(list, at(x86asm.ESP, int64(i*size), size, true, false))
		}
	}
	switch in.Op {
	case x86asm.PUSH, x86asm.PUSHF, x86asm.PUSHFD, x86asm.CALL:
		push(1)
	case x86asm.POP, x86asm.POPF, x86asm.POPFD, x86asm.RET:
		pop(1)
	case x86asm.PUSHA, x86asm.PUSHAD:
		push(8)
	case x86asm.POPA, x86asm.POPAD:
		pop(8)
	case x86asm.LEAVE:
		list = append(list, at(x86asm.EBP, 0, size, true, false))
	}
	return
}

// implicit are the references of instructions whose operands, as far as the decoder shows them, say nothing more.
func implicit(in x86asm.Inst) (list []Ref, ok bool) {
	repeat, source := false, x86asm.DS
	for _, p := range in.Prefix {
		switch p &^ (x86asm.PrefixImplicit | x86asm.PrefixIgnored | x86asm.PrefixInvalid) {
		case x86asm.PrefixREP, x86asm.PrefixREPN:
			repeat = true
		case x86asm.PrefixSS:
			source = x86asm.SS
		case x86asm.PrefixES:
			source = x86asm.ES
		case x86asm.PrefixCS:
			source = x86asm.CS
		case x86asm.PrefixFS:
			source = x86asm.FS
		case x86asm.PrefixGS:
			source = x86asm.GS
		}
	}
	from := func(n int) {
		r := at(x86asm.ESI, 0, n, true, false)
		r.Segment = source
		list = append(list, r)
	}
	to := func(n int, read bool) {
		r := at(x86asm.EDI, 0, n, read, !read)
		r.Segment = x86asm.ES
		list = append(list, r)
	}
	size, known := stringSizes[in.Op]
	if !known {
		switch in.Op {
		case x86asm.IRET, x86asm.IRETD:
			// To user level; a return within the kernel takes three.
			for i := range 5 {
				list = append(list, at(x86asm.ESP, int64(4*i), 4, true, false))
			}
			return list, true
		}
		return nil, false
	}
	switch in.Op {
	case x86asm.MOVSB, x86asm.MOVSW, x86asm.MOVSD:
		from(size)
		to(size, false)
	case x86asm.STOSB, x86asm.STOSW, x86asm.STOSD, x86asm.INSB, x86asm.INSW, x86asm.INSD:
		to(size, false)
	case x86asm.SCASB, x86asm.SCASW, x86asm.SCASD:
		to(size, true)
	case x86asm.CMPSB, x86asm.CMPSW, x86asm.CMPSD:
		from(size)
		to(size, true)
	default:
		from(size)
	}
	for i := range list {
		list[i].Repeat = repeat
	}
	return list, true
}

// stringSizes are the bytes of a string instruction's element.
var stringSizes = map[x86asm.Op]int{
	x86asm.MOVSB: 1, x86asm.MOVSW: 2, x86asm.MOVSD: 4, x86asm.STOSB: 1, x86asm.STOSW: 2, x86asm.STOSD: 4,
	x86asm.LODSB: 1, x86asm.LODSW: 2, x86asm.LODSD: 4, x86asm.SCASB: 1, x86asm.SCASW: 2, x86asm.SCASD: 4,
	x86asm.CMPSB: 1, x86asm.CMPSW: 2, x86asm.CMPSD: 4, x86asm.INSB: 1, x86asm.INSW: 2, x86asm.INSD: 4,
	x86asm.OUTSB: 1, x86asm.OUTSW: 2, x86asm.OUTSD: 4,
}

// SegmentOf is the segment that a reference goes through: SS with ESP or EBP as base and DS otherwise, if the instruction does
// not say.
func SegmentOf(r *Ref) x86asm.Reg {
	switch {
	case r.Segment != 0:
		return r.Segment
	case r.Base == x86asm.ESP || r.Base == x86asm.EBP:
		return x86asm.SS
	}
	return x86asm.DS
}

// Count is how many words the references read and write; a repeated one counts once.
func Count(list []Ref) (reads, writes int) {
	for _, r := range list {
		if r.Read {
			reads++
		}
		if r.Write {
			writes++
		}
	}
	return
}
