package main

import (
	"bytes"

	"golang.org/x/arch/x86/x86asm"
)

// isPadding tells whether a range holds only what assemblers and linkers fill gaps with: INT3, zeros, or
// instructions without effect (NOPs, `lea esi,[esi+0]`, and the jump GNU as puts over a long row of them).
func isPadding(s *Section, r span) bool {
	b := s.Data[r.lo-s.Addr : r.hi-s.Addr]
	for at := 0; at < len(b); {
		switch b[at] {
		case 0x00, 0x90, 0xCC:
			at++
			continue
		}
		i, err := decode(b[at:], r.lo+uint32(at))
		if err != nil || !(isNop(i) || i.Flow == Jump && i.Target == r.hi) {
			return false
		}
		at += int(i.Len)
	}
	return true
}

// isMarker tells whether a range holds only INT3: Go's linker puts such a "function" at the borders of parts of text.
func isMarker(s *Section, r span) bool {
	b := s.Data[r.lo-s.Addr : r.hi-s.Addr]
	return bytes.Count(b, []byte{0xCC}) == len(b)
}

// isNop tells whether an instruction changes nothing at all.
func isNop(i *Inst) bool {
	dst, isReg := i.X.Args[0].(x86asm.Reg)
	switch i.X.Op {
	case x86asm.NOP:
		return true
	case x86asm.MOV, x86asm.XCHG:
		return isReg && i.X.Args[1] == x86asm.Arg(dst) && i.X.DataSize == 32
	case x86asm.LEA:
		m, ok := i.X.Args[1].(x86asm.Mem)
		return ok && isReg && i.X.DataSize == 32 && m.Base == dst && m.Index == 0 && m.Disp == 0
	}
	return false
}
