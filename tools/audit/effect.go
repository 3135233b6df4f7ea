package main

import "golang.org/x/arch/x86/x86asm"

// immediate is x86asm's name for a constant operand.
type immediate = x86asm.Imm

// effect returns by how many bytes an instruction other than a call lowers ESP (negative: raises it). ok is false if it
// writes ESP in a way that only the policy can explain: a stack switch.
func effect(i *Inst) (bytes int, ok bool) {
	word := i.X.DataSize / 8
	dst, _ := i.X.Args[0].(x86asm.Reg)
	switch i.X.Op {
	case x86asm.PUSH:
		return word, true
	case x86asm.POP:
		return -word, !isSP(dst)
	case x86asm.PUSHA, x86asm.PUSHAD:
		return 8 * word, true
	case x86asm.POPA, x86asm.POPAD:
		return -8 * word, true
	case x86asm.PUSHF, x86asm.PUSHFD:
		return word, true
	case x86asm.POPF, x86asm.POPFD:
		return -word, true
	case x86asm.ENTER, x86asm.LEAVE, x86asm.LSS:
		return 0, i.X.Op == x86asm.LSS && !isSP(dst)
	case x86asm.CMP, x86asm.TEST, x86asm.BT, x86asm.NOP, x86asm.CALL, x86asm.JMP, x86asm.MUL, x86asm.DIV, x86asm.IDIV,
		x86asm.LLDT, x86asm.LTR, x86asm.LMSW, x86asm.VERR, x86asm.VERW:
		return 0, true // read their first operand
	case x86asm.XCHG, x86asm.XADD:
		second, _ := i.X.Args[1].(x86asm.Reg)
		return 0, !isSP(dst) && !isSP(second)
	}
	if dst == x86asm.ESP {
		return constant(i)
	}
	return 0, !isSP(dst)
}

// constant computes the effect of arithmetic on ESP.
func constant(i *Inst) (int, bool) {
	switch i.X.Op {
	case x86asm.INC:
		return -1, true
	case x86asm.DEC:
		return 1, true
	case x86asm.ADD:
		n, ok := i.X.Args[1].(x86asm.Imm)
		return -int(int32(n)), ok
	case x86asm.SUB:
		n, ok := i.X.Args[1].(x86asm.Imm)
		return int(int32(n)), ok
	case x86asm.LEA:
		m, ok := i.X.Args[1].(x86asm.Mem)
		return -int(int32(m.Disp)), ok && m.Base == x86asm.ESP && m.Index == 0
	}
	return 0, false
}

// isSP tells whether a register is ESP or its low half.
func isSP(r x86asm.Reg) bool { return r == x86asm.ESP || r == x86asm.SP }
