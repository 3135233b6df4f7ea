package operand

import (
	"testing"

	"golang.org/x/arch/x86/x86asm"
)

// TestRefs: instructions of all kinds, by what they read and write.
func TestRefs(t *testing.T) {
	for _, c := range []struct {
		name          string
		code          []byte
		reads, writes int
		bytes         int // of the first reference
		repeat        bool
	}{
		{"mov eax,[ebp+4]", []byte{0x8B, 0x45, 0x04}, 1, 0, 4, false},
		{"mov [ebp+4],eax", []byte{0x89, 0x45, 0x04}, 0, 1, 4, false},
		{"mov byte [eax],1", []byte{0xC6, 0x00, 0x01}, 0, 1, 1, false},
		{"mov dword [eax],1", []byte{0xC7, 0x00, 1, 0, 0, 0}, 0, 1, 4, false},
		{"cmp [eax],ecx", []byte{0x39, 0x08}, 1, 0, 4, false},
		{"add [eax],ecx", []byte{0x01, 0x08}, 1, 1, 4, false},
		{"or eax,[ecx]", []byte{0x0B, 0x01}, 1, 0, 4, false},
		{"test [eax],1", []byte{0xF7, 0x00, 1, 0, 0, 0}, 1, 0, 4, false},
		{"xchg [eax],ecx", []byte{0x87, 0x08}, 1, 1, 4, false},
		{"lea eax,[ecx+4]", []byte{0x8D, 0x41, 0x04}, 0, 0, 0, false},
		{"push eax", []byte{0x50}, 0, 1, 4, false},
		{"push [eax]", []byte{0xFF, 0x30}, 1, 1, 4, false},
		{"pop eax", []byte{0x58}, 1, 0, 4, false},
		{"call [eax]", []byte{0xFF, 0x10}, 1, 1, 4, false},
		{"ret", []byte{0xC3}, 1, 0, 4, false},
		{"pushad", []byte{0x60}, 0, 8, 4, false},
		{"popad", []byte{0x61}, 8, 0, 4, false},
		{"popfd", []byte{0x9D}, 1, 0, 4, false},
		{"iretd", []byte{0xCF}, 5, 0, 4, false},
		{"movsd", []byte{0xA5}, 1, 1, 4, false},
		{"rep movsd", []byte{0xF3, 0xA5}, 1, 1, 4, true},
		{"rep stosb", []byte{0xF3, 0xAA}, 0, 1, 1, true},
		{"sysexit", []byte{0x0F, 0x35}, 0, 0, 0, false},
		{"mov cr3,eax", []byte{0x0F, 0x22, 0xD8}, 0, 0, 0, false},
		{"mov eax,gs:[0]", []byte{0x65, 0xA1, 0, 0, 0, 0}, 1, 0, 4, false},
		{"movzx eax,byte [ecx]", []byte{0x0F, 0xB6, 0x01}, 1, 0, 1, false},
		{"imul eax,[ecx]", []byte{0x0F, 0xAF, 0x01}, 1, 0, 4, false},
		{"sete [ecx]", []byte{0x0F, 0x94, 0x01}, 0, 1, 1, false},
		{"cmovz eax,[ecx]", []byte{0x0F, 0x44, 0x01}, 1, 0, 4, false},
		{"inc [ecx]", []byte{0xFF, 0x01}, 1, 1, 4, false},
	} {
		in, err := x86asm.Decode(c.code, 32)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		list := Refs(in)
		reads, writes := Count(list)
		if reads != c.reads || writes != c.writes {
			t.Errorf("%s (%v): %d reads, %d writes; want %d, %d", c.name, in, reads, writes, c.reads, c.writes)
		}
		if len(list) > 0 && c.name != "push [eax]" && c.name != "call [eax]" && (list[0].Bytes != c.bytes || list[0].Repeat != c.repeat) {
			t.Errorf("%s: %+v", c.name, list[0])
		}
	}
}

// TestSegmentOf: defaults, prefixes, and the fixed segment of string instructions.
func TestSegmentOf(t *testing.T) {
	for _, c := range []struct {
		name string
		code []byte
		want []x86asm.Reg
	}{
		{"mov eax,[ebp+4]", []byte{0x8B, 0x45, 0x04}, []x86asm.Reg{x86asm.SS}},
		{"mov eax,[ebx]", []byte{0x8B, 0x03}, []x86asm.Reg{x86asm.DS}},
		{"mov eax,ss:[ebx]", []byte{0x36, 0x8B, 0x03}, []x86asm.Reg{x86asm.SS}},
		{"mov ss:[0xF0800084],ebp", []byte{0x36, 0x89, 0x2D, 0x84, 0, 0x80, 0xF0}, []x86asm.Reg{x86asm.SS}},
		{"cmp ss:[0xD0120000],edi", []byte{0x36, 0x39, 0x3D, 0, 0, 0x12, 0xD0}, []x86asm.Reg{x86asm.SS}},
		{"mov eax,gs:[0]", []byte{0x65, 0xA1, 0, 0, 0, 0}, []x86asm.Reg{x86asm.GS}},
		{"push eax", []byte{0x50}, []x86asm.Reg{x86asm.SS}},
		{"rep movsd", []byte{0xF3, 0xA5}, []x86asm.Reg{x86asm.DS, x86asm.ES}},
		{"ss rep movsd", []byte{0x36, 0xF3, 0xA5}, []x86asm.Reg{x86asm.SS, x86asm.ES}},
	} {
		in, err := x86asm.Decode(c.code, 32)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		list := Refs(in)
		if len(list) != len(c.want) {
			t.Errorf("%s: %+v", c.name, list)
			continue
		}
		for i := range list {
			if got := SegmentOf(&list[i]); got != c.want[i] {
				t.Errorf("%s: reference %d goes through %v, want %v", c.name, i, got, c.want[i])
			}
		}
	}
}
