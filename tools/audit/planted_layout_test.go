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

// TestNotAKernel: files that are no i386 executables, or have no symbols, are refused.
func TestNotAKernel(t *testing.T) {
	if _, err := OpenImage("layout.go"); err == nil {
		t.Error("a Go file is taken for an executable")
	}
	if _, err := OpenImage("/proc/self/exe"); err == nil || !strings.Contains(err.Error(), "i386") {
		t.Errorf("a host program is taken for a kernel: %v", err)
	}
}
