package main

import (
	"strings"
	"testing"
)

// TestLayout plants one fault in the image's layout at a time.
func TestLayout(t *testing.T) {
	for _, c := range []struct{ name, old, new, part string }{
		{"beyond the end", ". = ALIGN(4096);\n\t.data", ". = 0xD03FF000;\n\t.data", "is not inside 0x100000..0x400000"},
		{"not in the window", ".text : AT(0x101000)", ".text : AT(0x180000)", "is linked at 0xd0101000"},
		{"writable code", "text PT_LOAD FLAGS(5)", "text PT_LOAD FLAGS(7)", "is writable and executable"},
		{"shared page", ". = ALIGN(4096);\n\t.data", "\n\t.data", "share a page, and only one is writable"},
		{"entry", "ENTRY(_start)", "ENTRY(kmain)", "the ELF entry 0xd0101000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(script, c.old) {
				t.Fatalf("the script has no %q", c.old)
			}
			r := Audit(plantWith(t, prelude+sound, strings.Replace(script, c.old, c.new, 1)), soundPolicy())
			wantViolation(t, r, "layout", "", c.part)
		})
	}
}

// TestWriteProtection: a kernel in one writable segment may protect itself, page by page, if the range it protects is right.
func TestWriteProtection(t *testing.T) {
	one := strings.NewReplacer("text PT_LOAD FLAGS(5); ro PT_LOAD FLAGS(4); data PT_LOAD FLAGS(6)", "text PT_LOAD FLAGS(7)",
		":ro", ":text", ":data", ":text").Replace(script)
	one = strings.Replace(one, "*(.text)", "text_start = .; *(.text)", 1)
	one = strings.Replace(one, ". = ALIGN(4096);\n\t.data", ". = ALIGN(4096); const_end = .;\n\t.data", 1)
	p := soundPolicy()
	p.Layout.ConstFrom, p.Layout.ConstTo = "text_start", "const_end"
	wantViolation(t, Audit(plantWith(t, prelude+sound, one), p), "layout", "", "is writable and executable")
	p.Layout.WritableCode = []WritableCode{{".text", "test"}}
	if r := Audit(plantWith(t, prelude+sound, one), p); !r.OK {
		t.Errorf("violations: %v", r.Violations)
	}
	for _, c := range []struct{ old, new, function, part string }{
		{". = ALIGN(4096); const_end = .;", "const_end = .; . = ALIGN(4096);", "text_start", "is no range of pages"},
		{". = ALIGN(4096);\n\t.kip", ". = ALIGN(4096); const_end = .;\n\t.kip", ".kip", "does not lie in the protected range"},
		{"*(.rodata) }", "*(.rodata) } :text .mutable : AT(ADDR(.mutable) - 0xD0000000) { *(.mutable) }", ".mutable", "lies in the protected range"},
	} {
		changed := strings.Replace(one, c.old, c.new, 1)
		if strings.Count(changed, "const_end = .;") > 1 {
			changed = strings.Replace(changed, "const_end = .;\n\t.data", "\n\t.data", 1)
		}
		code := prelude + sound + ".section .mutable, \"aw\"\n.long 0\n"
		wantViolation(t, Audit(plantWith(t, code, changed), p), "layout", c.function, c.part)
	}
}

// TestMagic: a second magic word, even as an immediate, misleads loaders; so does a KIP elsewhere.
func TestMagic(t *testing.T) {
	r := Audit(plant(t, "FUNC planted\n cmp $0x4BE6344C, %eax\n ret\nEND planted\n"), soundPolicy())
	wantViolation(t, r, "layout", "kip", "occurs 2 times")
	p := soundPolicy()
	p.Layout.MagicAt = "handlers"
	wantViolation(t, Audit(plant(t, sound), p), "layout", "handlers", "want a page that begins with")
}

// TestUnnamedBytes: code that belongs to no symbol is not overlooked.
func TestUnnamedBytes(t *testing.T) {
	r := Audit(plant(t, "FUNC planted\n ret\nEND planted\n mov %eax, %cr3\n ret\n"), soundPolicy())
	wantViolation(t, r, "symbols", ".text", "belong to no function")
}

// TestUnsizedFunctions: GNU as code without .size is cut at global symbols, and may run from one into the next.
func TestUnsizedFunctions(t *testing.T) {
	code := ".globl planted\nplanted: push %eax\nlocal: dec %ecx\n jnz local\n.globl tail\ntail: pop %eax\n ret\n"
	r := Audit(plant(t, code), soundPolicy())
	wantViolation(t, r, "stack mismatch", "tail", "returns at tail+0x1")
	code = ".globl planted\nplanted: push %eax\nlocal: dec %ecx\n jnz local\n pop %eax\n.globl tail\ntail: ret\n .balign 16\n"
	if r := Audit(plant(t, code), soundPolicy()); !r.OK || r.Functions != 11 {
		t.Errorf("violations: %v", r.Violations)
	}
}

// TestLocalStart: code that begins at a local label belongs to that label, and data beside it is set apart by name.
func TestLocalStart(t *testing.T) {
	source := strings.Replace(prelude, ".section .boot, \"ax\"\n", ".section .boot, \"ax\"\nheader: .long 0x1BADB002\n", 1) + sound
	source = strings.Replace(source, "FUNC _start", ".globl _start\n_start:", 1)
	source = strings.Replace(source, "END _start", "table: .byte 0x0f, 0x05", 1)
	p := soundPolicy()
	p.Data = []Data{{"header", "test"}, {"table", "test"}}
	if r := Audit(plantWith(t, source, script), p); !r.OK {
		t.Errorf("violations: %v", r.Violations)
	}
	p.Data = p.Data[:1]
	wantViolation(t, Audit(plantWith(t, source, script), p), "undecodable", "_start", "0f 05")
}

// TestNotAKernel: files that are no i386 executables, or have no symbols, are refused.
func TestNotAKernel(t *testing.T) {
	if _, err := OpenImage("layout.go"); err == nil {
		t.Error("a Go file is taken for an executable")
	}
	if _, err := OpenImage("/proc/self/exe"); err == nil || !strings.Contains(err.Error(), "i386") {
		t.Errorf("a host program is taken for a kernel: %v", err)
	}
}
