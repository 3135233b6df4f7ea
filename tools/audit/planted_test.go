package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// prelude has the macros and the sound half of every planted kernel: a start, a trap entry that works on a frame
// stack or nested, a table of handlers, a KIP. %PLANTED% is called from kmain.
const prelude = `
.macro FUNC name
	.globl \name
	.type \name, @function
	\name:
.endm
.macro END name
	.size \name, . - \name
.endm

.section .boot, "ax"
FUNC _start
	cli
	mov $kernel_stack_top, %esp
	jmp kmain
END _start

.text
FUNC kmain
	sub $12, %esp
	call planted
	call handler_a
	add $12, %esp
1:	hlt
	jmp 1b
END kmain

FUNC trap
	push %eax
	testb $3, 8(%esp)
	jz trap_nested
	mov $kernel_stack_top, %esp
	call handler
	mov frame_pointer, %esp
	pop %eax
	iret
END trap

FUNC trap_nested
	call nested
	pop %eax
	iret
END trap_nested

FUNC nested
	push %ebx
	pop %ebx
	ret
END nested

FUNC handler
	sub $20, %esp
	mov handlers, %eax
	call *%eax
	add $20, %esp
	ret
END handler

FUNC handler_a
	push $1
	push $2
	add $8, %esp
	ret
END handler_a

.balign 16
FUNC handler_b
	push %esi
	call panics
END handler_b

FUNC panics
	hlt
	jmp panics
END panics

.section .rodata
.type handlers, @object
handlers:
	.long handler_a, handler_b, 0
.size handlers, . - handlers

.section .kip, "a"
.globl kip
kip:	.long 0x4BE6344C, 0x84050000

.bss
.globl kernel_guard, kernel_stack, kernel_stack_top, frame_pointer
.balign 4096
kernel_guard:	.skip 4096
kernel_stack:	.skip 256
kernel_stack_top:
.data
frame_pointer:	.long 0
.text
`

// script links a planted kernel the way a sound one is linked.
const script = `
ENTRY(_start)
PHDRS { boot PT_LOAD FLAGS(5); text PT_LOAD FLAGS(5); ro PT_LOAD FLAGS(4); data PT_LOAD FLAGS(6); }
SECTIONS
{
	. = 0x100000;
	.boot : { *(.boot) } :boot
	. = 0xD0101000;
	.text : AT(0x101000) { *(.text) } :text
	. = ALIGN(4096);
	.kip : AT(ADDR(.kip) - 0xD0000000) { *(.kip) } :ro
	.rodata : AT(ADDR(.rodata) - 0xD0000000) { *(.rodata) } :ro
	. = ALIGN(4096);
	.data : AT(ADDR(.data) - 0xD0000000) { *(.data) } :data
	.bss : AT(ADDR(.bss) - 0xD0000000) { *(.bss) } :data
	/DISCARD/ : { *(.note*) *(.comment) }
}
`

// sound is a function that the planted kernel can call without harm.
const sound = "FUNC planted\n ret\nEND planted\n"

// soundPolicy describes the prelude.
func soundPolicy() *Policy {
	return &Policy{
		Layout: Layout{Window: 0xD0000000, Low: 0x100000, High: 0x400000, Magic: 0x4BE6344C, MagicAt: "kip"},
		Stacks: []Stack{
			{Name: "kernel", Bottom: "kernel_stack", Top: "kernel_stack_top", Guard: "kernel_guard", Margin: 64,
				Nests: []string{"fault"}, Reason: "test"},
			{Name: "frame", Size: 64, Reason: "test"},
		},
		Nests: []Nest{{Name: "fault", Times: 1, Reason: "test"}},
		Entries: []Entry{
			{Func: "_start", Stack: "kernel", Reason: "test"},
			{Func: "trap", Mode: "user", Stack: "frame", Hardware: 20, Without: []string{"trap_nested"}, Reason: "test"},
			{Func: "trap", Mode: "kernel", Nest: "fault", Hardware: 12, Reason: "test"},
		},
		Switches: []Switch{
			{Func: "_start", To: []Place{{"kernel", 0}}, Reason: "test"},
			{Func: "trap", To: []Place{{"kernel", 0}, {"frame", 24}}, Reason: "test"},
		},
		Indirects: []Indirect{{Func: "handler", Sites: 1, Targets: []string{"table:handlers"}, Reason: "test"}},
		Privileged: []Privileged{
			{Func: "_start", Classes: []Class{InterruptOff}, Reason: "test"},
			{Func: "kmain", Classes: []Class{Halt}, Reason: "test"},
			{Func: "panics", Classes: []Class{Halt}, Reason: "test"},
			{Func: "trap", Classes: []Class{InterruptRet}, Reason: "test"},
			{Func: "trap_nested", Classes: []Class{InterruptRet}, Reason: "test"},
		},
	}
}

// plant assembles and links the prelude and the given code.
func plant(t *testing.T, code string) *Image { return plantWith(t, prelude+code, script) }

// plantWith assembles and links a source with a linker script.
func plantWith(t *testing.T, source, script string) *Image {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	src, lds := write("k.S", source), write("k.ld", script)
	obj, out := filepath.Join(dir, "k.o"), filepath.Join(dir, "k.elf")
	tool(t, "gcc", "-m32", "-c", "-o", obj, src)
	tool(t, "ld", "-m", "elf_i386", "-nostdlib", "-static", "-z", "max-page-size=4096", "-z", "noexecstack",
		"--no-warn-rwx-segments", "--build-id=none", "-T", lds, "-o", out, obj)
	im, err := OpenImage(out)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

// tool runs a program of binutils or gcc.
func tool(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// find returns the violation of a kind in a function.
func find(r *Report, kind, function string) *Violation {
	for k := range r.Violations {
		if v := &r.Violations[k]; v.Kind == kind && v.Func == function {
			return v
		}
	}
	return nil
}

// wantViolation checks that exactly the expected kind of violation was found and that its text has all the parts.
func wantViolation(t *testing.T, r *Report, kind, function string, parts ...string) {
	t.Helper()
	v := find(r, kind, function)
	if v == nil {
		t.Fatalf("no violation %q in %s; found %v", kind, function, r.Violations)
	}
	for _, p := range parts {
		if !strings.Contains(v.String(), p) {
			t.Errorf("the violation does not say %q:\n%v", p, v)
		}
	}
	if r.OK {
		t.Error("the report says that all is well")
	}
}
