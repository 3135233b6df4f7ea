package step

import (
	"fmt"

	"golang.org/x/arch/x86/x86asm"

	"pecan/tools/operand"
)

// Access is one reference to memory that an instruction made.
type Access struct {
	Addr        uint32
	Bytes       uint32
	Read, Write bool
}

// Instruction is one that was executed.
type Instruction struct {
	PC       uint32
	Len      uint32
	Kernel   bool // at privilege level 0
	Inst     x86asm.Inst
	Accesses []Access
}

// Enters reports whether the instruction takes the thread into the kernel, Leaves whether it takes it out.
func (i *Instruction) Enters() bool { return i.Inst.Op == x86asm.SYSENTER }
func (i *Instruction) Leaves() bool {
	return i.Inst.Op == x86asm.SYSEXIT || i.Inst.Op == x86asm.IRETD || i.Inst.Op == x86asm.IRET
}

// oneRound says that the instruction has not come to its end: QEMU stops after each round of a repeated string instruction.
func (i *Instruction) oneRound() {
	for k, ref := range operand.Refs(i.Inst) {
		if ref.Repeat && k < len(i.Accesses) {
			i.Accesses[k].Bytes = uint32(ref.Bytes)
		}
	}
}

// longest bounds a recording, in instructions.
const longest = 100_000

// Record executes and notes instructions until it is about to execute the one at end.
func (r *Remote) Record(end uint32) ([]Instruction, error) {
	code := map[uint32][]byte{}
	var list []Instruction
	for len(list) < longest {
		g, err := r.Registers()
		if err != nil {
			return nil, err
		}
		if n := len(list); n > 0 && list[n-1].PC == g.EIP {
			list[n-1].oneRound()
		}
		if g.EIP == end {
			return list, nil
		}
		b := code[g.EIP]
		if b == nil {
			b, err = r.fetch(g.EIP)
			if err != nil && g.CS&3 != 0 {
				b, err = unseen, nil
			}
			if err != nil {
				return nil, err
			}
			code[g.EIP] = b
		}
		in, err := decode(b)
		if err != nil {
			return nil, fmt.Errorf("% x at %#x: %v", b, g.EIP, err)
		}
		list = append(list, Instruction{PC: g.EIP, Len: uint32(in.Len), Kernel: g.CS&3 == 0, Inst: in, Accesses: accesses(in, &g)})
		if err := r.Step(); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("more than %d instructions", longest)
}

// unseen stands for a user instruction that cannot be read: in a small space EIP is no linear address. It counts as one that does
// nothing.
var unseen = []byte{0x90}

// fetch reads an instruction's bytes, as many as the page has up to the longest.
func (r *Remote) fetch(at uint32) ([]byte, error) {
	const most = 15
	if b, err := r.Memory(at, most); err == nil {
		return b, nil
	}
	return r.Memory(at, int(4096-at%4096))
}

// decode knows what x86asm does not: LOCK NOP is an X.2 system call.
func decode(b []byte) (x86asm.Inst, error) {
	if len(b) >= 2 && b[0] == 0xF0 && b[1] == 0x90 {
		return x86asm.Inst{Op: x86asm.NOP, Len: 2}, nil
	}
	return x86asm.Decode(b, 32)
}

// accesses finds the addresses of an instruction's references from the registers before it.
func accesses(in x86asm.Inst, g *Registers) (list []Access) {
	for _, ref := range operand.Refs(in) {
		a := Access{Addr: address(&ref.Mem, g), Bytes: uint32(ref.Bytes), Read: ref.Read, Write: ref.Write}
		if ref.Repeat {
			a.Bytes *= g.General[1]
		}
		if a.Bytes > 0 {
			list = append(list, a)
		}
	}
	return list
}

// address is where an operand lies.
func address(m *x86asm.Mem, g *Registers) uint32 {
	at := uint32(m.Disp)
	if m.Base != 0 {
		at += g.General[m.Base-x86asm.EAX]
	}
	if m.Index != 0 {
		at += g.General[m.Index-x86asm.EAX] * uint32(m.Scale)
	}
	if m.Segment == x86asm.GS {
		at += g.GSBase
	}
	return at
}
