package main

import "testing"

// TestForbiddenInstructions plants one instruction of every class in a function that may not contain it.
func TestForbiddenInstructions(t *testing.T) {
	for _, c := range []struct{ class, inst string }{
		{"floating point", "fld1"},
		{"floating point", "fildl (%eax)"},
		{"floating point", "fwait"},
		{"MMX or SSE", "movss %xmm0, %xmm1"},
		{"MMX or SSE", "movsd (%eax), %xmm1"},
		{"MMX or SSE", "pxor %mm0, %mm1"},
		{"MMX or SSE", "emms"},
		{"MMX or SSE", "ldmxcsr (%eax)"},
		{"MMX or SSE", "vaddps %ymm0, %ymm1, %ymm2"},
		{"FPU state", "fxsave (%eax)"},
		{"FPU state", "fninit"},
		{"SSE without vector", "mfence"},
		{"CR0 write", "mov %eax, %cr0"},
		{"CR0 write", "lmsw %ax"},
		{"CR2 write", "mov %eax, %cr2"},
		{"CR3 write", "mov %eax, %cr3"},
		{"CR4 write", "mov %eax, %cr4"},
		{"debug register write", "mov %eax, %dr7"},
		{"descriptor table load", "lgdt (%eax)"},
		{"descriptor table load", "lidt (%eax)"},
		{"descriptor table load", "ltr %ax"},
		{"descriptor table load", "lldt %ax"},
		{"segment register load", "mov %eax, %ds"},
		{"segment register load", "push %eax; pop %gs"},
		{"segment register load", "les (%eax), %ecx"},
		{"port I/O", "out %al, %dx"},
		{"port I/O", "in $4, %al"},
		{"port I/O", "rep outsl"},
		{"TLB invalidation", "invlpg (%eax)"},
		{"MSR access", "wrmsr"},
		{"MSR access", "rdmsr"},
		{"STI", "sti"},
		{"CLI", "cli"},
		{"POPF", "pushf; popf"},
		{"HLT", "hlt"},
		{"IRET", "iret"},
		{"SYSENTER or SYSEXIT", "sysexit"},
		{"SYSENTER or SYSEXIT", "sysenter"},
		{"CLTS", "clts"},
		{"software interrupt", "int $0x80"},
		{"software interrupt", "int3; nop"},
		{"cache flush", "wbinvd"},
		{"far transfer", "ljmp $8, $1f; 1:"},
	} {
		t.Run(c.inst, func(t *testing.T) {
			r := Audit(plant(t, "FUNC planted\n nop\n "+c.inst+"\n ret\nEND planted\n"), soundPolicy())
			wantViolation(t, r, "forbidden instruction", "planted", c.class, "planted+0x", "_start -> kmain -> planted")
		})
	}
}

// TestPermittedInstruction: the policy's word, with its reason, is enough, and only for the named function.
func TestPermittedInstruction(t *testing.T) {
	p := soundPolicy()
	p.Privileged = append(p.Privileged, Privileged{Func: "planted", Classes: []Class{CR3}, Reason: "test"})
	if r := Audit(plant(t, "FUNC planted\n mov %eax, %cr3\n ret\nEND planted\n"), p); !r.OK {
		t.Errorf("a permitted instruction is refused: %v", r.Violations)
	}
}

// TestOrdinaryInstructions: string moves share x86asm's operation name with an SSE one, reads of control and segment
// registers change nothing, ENDBR32 is a NOP: none of them is forbidden.
func TestOrdinaryInstructions(t *testing.T) {
	code := "FUNC planted\n endbr32\n rep movsl\n rep stosl\n mov %cr3, %eax\n mov %ds, %eax\n push %ds\n pop %eax\n" +
		" rdtsc\n cpuid\n lock cmpxchg8b (%eax)\n bswap %eax\n ret\nEND planted\n"
	if r := Audit(plant(t, code), soundPolicy()); !r.OK {
		t.Errorf("ordinary instructions are refused: %v", r.Violations)
	}
}

// TestHiddenInstruction: code that no path reaches is looked at, too, and code inside another instruction is found.
func TestHiddenInstruction(t *testing.T) {
	r := Audit(plant(t, "FUNC planted\n ret\n mov %eax, %cr3\n ret\nEND planted\n"), soundPolicy())
	wantViolation(t, r, "forbidden instruction", "planted", "CR3 write")
	wantViolation(t, r, "unreached code", "planted", "4 bytes", "planted+0x1")

	r = Audit(plant(t, "FUNC planted\n test %eax, %eax\n jz 1f+1\n1: mov $0xc3fb, %eax\n ret\nEND planted\n"), soundPolicy())
	wantViolation(t, r, "overlap", "planted", "share bytes")

	r = Audit(plant(t, "FUNC planted\n .byte 0x0f, 0x05\n ret\nEND planted\n"), soundPolicy())
	wantViolation(t, r, "undecodable", "planted", "0f 05")
}
