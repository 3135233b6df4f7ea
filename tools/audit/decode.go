package main

import (
	"fmt"

	"golang.org/x/arch/x86/x86asm"
)

// Flow is what an instruction does to the order of execution.
type Flow int

const (
	Next         Flow = iota // goes on behind it
	Branch                   // to target or on
	Jump                     // to target
	TableJump                // to one of via
	Call                     // to target, then on
	IndirectJump             // to an address not in the instruction
	IndirectCall
	Return
	FarReturn // pops EIP and CS
	Stop      // leaves the kernel's code (IRET, SYSEXIT) or traps for good (UD2)
)

// Inst is one decoded instruction.
type Inst struct {
	Addr   uint32
	Len    uint32
	X      x86asm.Inst
	Flow   Flow
	Target uint32   // of Branch, Jump, Call
	Via    []uint32 // of TableJump
}

// Next is the address behind the instruction.
func (i *Inst) Next() uint32 { return i.Addr + i.Len }

// String is the instruction in Intel syntax.
func (i *Inst) String() string { return x86asm.IntelSyntax(i.X, uint64(i.Addr), nil) }

// decode decodes the instruction at addr, whose bytes b begins with.
func decode(b []byte, addr uint32) (*Inst, error) {
	x, ok := supplement(b)
	if !ok {
		var err error
		if x, err = x86asm.Decode(b, 32); err != nil {
			return nil, fmt.Errorf("undecodable bytes % x at %#x: %v", head(b), addr, err)
		}
	}
	if x.Len == 0 || x.Len > len(b) {
		return nil, fmt.Errorf("undecodable bytes % x at %#x: the instruction is cut off", head(b), addr)
	}
	i := &Inst{Addr: addr, Len: uint32(x.Len), X: x}
	if err := i.findFlow(); err != nil {
		return nil, err
	}
	return i, nil
}

// head limits b to what a message can show.
func head(b []byte) []byte {
	if len(b) > 8 {
		return b[:8]
	}
	return b
}

// findFlow sets Flow and Target from the decoded instruction.
func (i *Inst) findFlow() error {
	switch i.X.Op {
	case x86asm.RET:
		i.Flow = Return
	case x86asm.LRET:
		i.Flow = FarReturn
	case x86asm.IRET, x86asm.IRETD, x86asm.SYSEXIT, x86asm.UD0, x86asm.UD1, x86asm.UD2, x86asm.RSM:
		i.Flow = Stop
	case x86asm.LCALL:
		i.Flow = IndirectCall
	case x86asm.LJMP:
		i.Flow = IndirectJump
		if off, ok := i.X.Args[1].(x86asm.Imm); ok { // ljmp $sel, $offset
			i.Flow, i.Target = Jump, uint32(off)
		}
	case x86asm.CALL:
		i.Flow = IndirectCall
	case x86asm.JMP:
		i.Flow = IndirectJump
	}
	rel, ok := i.X.Args[0].(x86asm.Rel)
	if !ok {
		return nil
	}
	if i.X.DataSize == 16 {
		return fmt.Errorf("%v at %#x: a branch with operand size 16 cuts EIP to 16 bits", i.X.Op, i.Addr)
	}
	i.Target = i.Next() + uint32(int32(rel))
	switch i.X.Op {
	case x86asm.CALL:
		i.Flow = Call
	case x86asm.JMP:
		i.Flow = Jump
	default:
		i.Flow = Branch
	}
	return nil
}
