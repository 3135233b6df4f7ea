package main

import (
	"bytes"

	"golang.org/x/arch/x86/x86asm"
)

// supplements are the encodings that x86asm does not decode and kernel code may hold.
//
// ENDBR32 is a NOP on every processor without control-flow enforcement; a gcc configured for it emits it in front
// of assembly functions.
var supplements = []struct {
	bytes []byte
	op    x86asm.Op
}{
	{[]byte{0xF3, 0x0F, 0x1E, 0xFB}, x86asm.NOP},
}

// supplement decodes what x86asm cannot.
func supplement(b []byte) (x86asm.Inst, bool) {
	for _, s := range supplements {
		if bytes.HasPrefix(b, s.bytes) {
			return x86asm.Inst{Op: s.op, Mode: 32, AddrSize: 32, DataSize: 32, Len: len(s.bytes)}, true
		}
	}
	return x86asm.Inst{}, false
}
