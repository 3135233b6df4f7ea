package step

import (
	"testing"

	"golang.org/x/arch/x86/x86asm"
)

// instruction decodes code at pc with the registers g.
func instruction(t *testing.T, pc uint32, kernel bool, g Registers, code ...byte) Instruction {
	t.Helper()
	in, err := decode(code)
	if err != nil {
		t.Fatalf("% x: %v", code, err)
	}
	return Instruction{PC: pc, Len: uint32(in.Len), Kernel: kernel, Inst: in, Accesses: accesses(in, &g)}
}

// roundTrip is a list as it comes from a machine: a user program, the kernel, another program.
func roundTrip(t *testing.T) []Instruction {
	g := Registers{General: [8]uint32{0: 0x1000, 1: 3, 4: 0xC0001000, 5: 0xC0002020, 6: 0x5000, 7: 0x6000}, GSBase: 0x9000}
	return []Instruction{
		instruction(t, 0x400000, false, g, 0x65, 0x8B, 0x3D, 0, 0, 0, 0), // mov edi,gs:[0]
		instruction(t, 0x400007, false, g, 0x0F, 0x34),                   // sysenter
		instruction(t, 0xD0101000, true, g, 0x89, 0x6C, 0x24, 0x04),      // mov [esp+4],ebp
		instruction(t, 0xD0101004, true, g, 0x01, 0x45, 0x1E),            // add [ebp+0x1e],eax: across two lines
		instruction(t, 0xD0101007, true, g, 0x0F, 0x22, 0xD8),            // mov cr3,eax
		instruction(t, 0xD010100A, true, g, 0xF3, 0xA5),                  // rep movsd, three words
		instruction(t, 0xD010100C, true, g, 0x0F, 0x35),                  // sysexit
		instruction(t, 0x400009, false, g, 0xF0, 0x90),                   // lock nop
	}
}

// TestPaths: the kernel's part, its counts, loads of CR3 and writes.
func TestPaths(t *testing.T) {
	list := roundTrip(t)
	paths := Paths(list)
	if len(paths) != 1 || len(paths[0]) != 5 || !paths[0][4].Leaves() || !list[1].Enters() {
		t.Fatalf("%d ways: %+v", len(paths), paths)
	}
	if i, r, w := Count(paths[0]); i != 5 || r != 1+3 || w != 1+1+3 {
		t.Errorf("%d instructions, %d reads, %d writes", i, r, w)
	}
	if n := Loads(paths[0]); n != 1 {
		t.Errorf("%d loads of CR3", n)
	}
	writes := Writes(list)
	if len(writes) != 3 || writes[0].Addr != 0xC0001004 || writes[1].Addr != 0xC000203E || writes[2].Addr != 0x6000 || writes[2].Bytes != 12 {
		t.Errorf("writes %+v", writes)
	}
}

// TestOneRound: an instruction that is still there after a step has done one round.
func TestOneRound(t *testing.T) {
	i := roundTrip(t)[5]
	i.oneRound()
	if i.Accesses[0].Bytes != 4 || i.Accesses[1].Bytes != 4 {
		t.Errorf("%+v", i.Accesses)
	}
}

// TestFootprint: lines and pages, apart for kernel and user.
func TestFootprint(t *testing.T) {
	list := roundTrip(t)
	// Data: the TCBs' lines c0001000, c0002000 and c0002040; 5000 and 6000 of the copy.
	if f := FootprintOf(list, true); f != (Footprint{CodeLines: 1, DataLines: 5, DirtyLines: 4, CodePages: 1, DataPages: 4}) {
		t.Errorf("kernel: %+v", f)
	}
	if f := FootprintOf(list, false); f != (Footprint{CodeLines: 1, DataLines: 1, CodePages: 1, DataPages: 1}) {
		t.Errorf("user: %+v", f)
	}
}

// TestAddress: base, index, displacement and the segment's base.
func TestAddress(t *testing.T) {
	g := Registers{General: [8]uint32{1: 3, 2: 0x10000}, GSBase: 0x9000}
	for _, c := range []struct {
		m    x86asm.Mem
		want uint32
	}{
		{x86asm.Mem{Disp: 0x1234}, 0x1234},
		{x86asm.Mem{Base: x86asm.EDX, Disp: -4}, 0xFFFC},
		{x86asm.Mem{Base: x86asm.EDX, Index: x86asm.ECX, Scale: 8, Disp: 1}, 0x10019},
		{x86asm.Mem{Segment: x86asm.GS, Disp: 4}, 0x9004},
	} {
		if got := address(&c.m, &g); got != c.want {
			t.Errorf("%+v: %#x, want %#x", c.m, got, c.want)
		}
	}
}
