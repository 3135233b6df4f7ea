package main

import (
	"strings"
	"testing"
)

// TestDeepFrame: a chain that needs more than the stack has is reported function by function.
func TestDeepFrame(t *testing.T) {
	code := "FUNC planted\n call deep\n ret\nEND planted\nFUNC deep\n sub $160, %esp\n add $160, %esp\n ret\nEND deep\n"
	r := Audit(plant(t, code), soundPolicy())
	wantViolation(t, r, "stack overflow", "deep", "kernel needs 204 bytes", "its size is 256", "64 must stay free",
		"180 for _start [_start -> kmain -> planted -> deep]", "24 for trap (kernel)", "_start -> kmain -> planted -> deep")
	p := soundPolicy()
	p.Stacks[0].Margin = 52
	if r := Audit(plant(t, code), p); !r.OK {
		t.Errorf("with a smaller margin it fits: %v", r.Violations)
	}
	p = soundPolicy()
	p.Nests[0].Times = 9
	r = Audit(plant(t, sound), p)
	wantViolation(t, r, "stack overflow", "handler_a", "kernel needs 252 bytes")
}

// TestRecursion: direct, mutual and through a function table.
func TestRecursion(t *testing.T) {
	r := Audit(plant(t, "FUNC planted\n call planted\n ret\nEND planted\n"), soundPolicy())
	wantViolation(t, r, "recursion", "planted", "planted -> planted", "_start -> kmain -> planted")

	r = Audit(plant(t, "FUNC planted\n call second\n ret\nEND planted\nFUNC second\n jmp third\nEND second\n"+
		"FUNC third\n test %eax, %eax\n jz 1f\n call planted\n1: ret\nEND third\n"), soundPolicy())
	wantViolation(t, r, "recursion", "planted", "planted -> second -> third -> planted")

	p := soundPolicy()
	p.Indirects = append(p.Indirects, Indirect{Func: "planted", Sites: 1, Targets: []string{"kmain"}, Reason: "test"})
	r = Audit(plant(t, "FUNC planted\n call *%eax\n ret\nEND planted\n"), p)
	wantViolation(t, r, "recursion", "planted", "planted -> kmain -> planted")
}

// TestJumpCircle: functions that jump to each other in a circle are a loop if ESP comes back unchanged.
func TestJumpCircle(t *testing.T) {
	circle := func(second string) string {
		return "FUNC planted\n push %eax\n test %eax, %eax\n jz second\n pop %eax\n ret\nEND planted\nFUNC second\n" + second + " jmp planted\nEND second\n"
	}
	if r := Audit(plant(t, circle(" pop %eax\n")), soundPolicy()); !r.OK {
		t.Errorf("a loop of jumps is refused: %v", r.Violations)
	}
	r := Audit(plant(t, circle("")), soundPolicy())
	wantViolation(t, r, "recursion", "second", "moves ESP by 4 each time", "second -> planted -> second")
}

// TestMismatch: every way of losing track of ESP is an error.
func TestMismatch(t *testing.T) {
	for _, c := range []struct{ name, code, kind, part string }{
		{"merge", "test %eax, %eax\n jz 1f\n push %eax\n1: nop\n ret", "stack mismatch", "disagree about ESP"},
		{"loop", "1: push %eax\n loop 1b\n ret", "stack mismatch", "disagree about ESP"},
		{"return", "push %eax\n ret", "stack mismatch", "returns at planted+0x1"},
		{"off end", "nop", "stack mismatch", "runs off its end"},
		{"returns", "test %eax, %eax\n jz 1f\n ret $4\n1: ret", "stack mismatch", "different numbers of bytes"},
		{"mov", "mov %eax, %esp\n ret", "stack switch", "loads ESP 1 times"},
		{"xchg", "xchg %eax, %esp\n ret", "stack switch", "loads ESP 1 times"},
		{"and", "and $-16, %esp\n ret", "stack switch", "loads ESP 1 times"},
		{"leave", "leave\n ret", "stack switch", "loads ESP 1 times"},
		{"lss", "lss (%eax), %esp\n ret", "stack switch", "loads ESP 1 times"},
		{"low half", "mov %ax, %sp\n ret", "stack switch", "loads ESP 1 times"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Audit(plant(t, "FUNC planted\n "+c.code+"\nEND planted\n"), soundPolicy())
			wantViolation(t, r, c.kind, "planted", c.part, "_start -> kmain -> planted")
		})
	}
}

// TestEffects: instructions that move ESP by a constant are followed exactly.
func TestEffects(t *testing.T) {
	code := "FUNC planted\n pusha\n popa\n pushf\n lea 4(%esp), %esp\n lea -40(%esp), %esp\n sub $-40, %esp\n pushw $1\n" +
		" popw %ax\n push (%eax)\n pop (%eax)\n call 1f\n1: pop %eax\n push $1\n call pops\n ret\nEND planted\n" +
		"FUNC pops\n ret $4\nEND pops\n"
	r := Audit(plant(t, code), soundPolicy())
	if !r.OK {
		t.Fatalf("violations: %v", r.Violations)
	}
	if got, want := r.Stacks[0].Deepest.Bytes, 12+4+40; got != want {
		t.Errorf("depth %d, want %d", got, want)
	}
}

// TestStackSwitch: a constant that does not point where the policy says is found.
func TestStackSwitch(t *testing.T) {
	p := soundPolicy()
	p.Switches[1].To[0].Depth = 16
	r := Audit(plant(t, sound), p)
	wantViolation(t, r, "stack switch", "trap", "does not point 16 bytes below the top of kernel")
	code := "FUNC planted\n mov $0xF0C0A000, %esp\n1: hlt\n jmp 1b\nEND planted\n"
	p = soundPolicy()
	p.Privileged = append(p.Privileged, Privileged{Func: "planted", Classes: []Class{Halt}, Reason: "test"})
	p.Switches = append(p.Switches, Switch{Func: "planted", To: []Place{{"kernel", 0}}, Reason: "test"})
	wantViolation(t, Audit(plant(t, code), p), "stack switch", "planted", "does not point 0 bytes below the top of kernel")
	p.Stacks[0].MappedTop = 0xF0C0A000
	if r := Audit(plant(t, code), p); !r.OK {
		t.Errorf("the stack's other mapping is refused: %v", r.Violations)
	}
	p = soundPolicy()
	p.Stacks[0].Guard = "kernel_stack_top"
	wantViolation(t, Audit(plant(t, sound), p), "stack overflow", "kernel", "is not the page below kernel_stack")
}

// TestJoin: an entry that goes on in the same way on two stacks is followed on both, if the policy says so.
func TestJoin(t *testing.T) {
	code := "FUNC planted\n test %eax, %eax\n jz 1f\n mov $spare_top, %esp\n1: push %eax\n2: hlt\n jmp 2b\nEND planted\n" +
		".bss\n.globl spare\n.type spare, @object\nspare: .skip 32\n.size spare, 32\nspare_top:\n"
	p := soundPolicy()
	p.Stacks = append(p.Stacks, Stack{Name: "spare", Bottom: "spare", Reason: "test"})
	p.Switches = append(p.Switches, Switch{Func: "planted", To: []Place{{"spare", 0}}, Reason: "test"})
	p.Privileged = append(p.Privileged, Privileged{Func: "planted", Classes: []Class{Halt}, Reason: "test"})
	wantViolation(t, Audit(plant(t, code), p), "stack mismatch", "planted", "disagree about ESP")
	p.Joins = []Join{{Func: "planted", States: 2, Reason: "test"}}
	r := Audit(plant(t, code), p)
	if !r.OK {
		t.Fatalf("violations: %v", r.Violations)
	}
	if k, s := r.Stacks[0].Deepest.Bytes, r.Stacks[2]; k != 36 || s.Bound != 4 || s.Size != 32 {
		t.Errorf("kernel %d, spare %d of %d", k, s.Bound, s.Size)
	}
}

// TestMode: what an entry excludes counts neither with what it calls nor with what its own code pushes on the way there.
func TestMode(t *testing.T) {
	source := strings.Replace(prelude, "jz trap_nested\n", "jnz 2f\n push $1\n push $2\n call nested\n add $8, %esp\n sub $16, %esp\n add $20, %esp\n iret\n2:\n", 1)
	source = strings.Replace(source, "FUNC trap_nested\n	call nested\n	pop %eax\n	iret\nEND trap_nested\n", "", 1)
	p := soundPolicy()
	p.Privileged = p.Privileged[:4]
	p.Entries[1].Without = []string{"nested"}
	p.Entries[2].Without = []string{"handler"}
	r := Audit(plantWith(t, source+sound, script), p)
	if !r.OK {
		t.Fatalf("violations: %v", r.Violations)
	}
	for _, u := range r.Uses {
		if u.Entry == "trap (user)" && u.Stack == "frame" && u.Bytes != 24 {
			t.Errorf("from user mode %d bytes, want 24: %v", u.Bytes, u)
		}
		if u.Entry == "trap (kernel)" && u.Nest == "fault" && u.Bytes != 12+4+8+4+4 {
			t.Errorf("nested %d bytes, want 32: %v", u.Bytes, u)
		}
		if u.Entry == "trap (kernel)" && u.Stack == "kernel" {
			t.Errorf("the nested mode takes the way of the other: %v", u)
		}
	}
}

// TestPreemption: interrupts may be on only where the stack has room for them, and never in what is nested already.
func TestPreemption(t *testing.T) {
	code := "FUNC planted\n sti\n nop\n cli\n ret\nEND planted\n"
	p := soundPolicy()
	p.Privileged = append(p.Privileged, Privileged{Func: "planted", Classes: []Class{InterruptOn, InterruptOff}, Reason: "test"})
	wantViolation(t, Audit(plant(t, code), p), "interrupts", "planted", "STI at planted+0x0 with ESP on kernel", "_start -> kmain -> planted")
	p.Nests[0].AtSTI = true
	if r := Audit(plant(t, code), p); !r.OK {
		t.Errorf("a preemption point on a stack with room: %v", r.Violations)
	}
	nested := strings.Replace(prelude, "push %ebx\n", "push %ebx\n call planted\n", 1)
	wantViolation(t, Audit(plantWith(t, nested+code, script), p), "interrupts", "planted", "an interrupted stack")
	p = soundPolicy()
	p.Privileged = append(p.Privileged, Privileged{Func: "planted", Classes: []Class{InterruptOn, FastCall}, Reason: "test"})
	if r := Audit(plant(t, "FUNC planted\n sti\n sysexit\nEND planted\n"), p); !r.OK {
		t.Errorf("an STI whose effect begins at user level: %v", r.Violations)
	}
}

// TestNoStack: where nothing may be pushed, nothing is.
func TestNoStack(t *testing.T) {
	p := soundPolicy()
	p.Stacks = append(p.Stacks, Stack{Name: "none", Reason: "test"})
	p.Entries[0].Stack = "none"
	if r := Audit(plant(t, sound), p); !r.OK {
		t.Errorf("the start pushes nothing before it has a stack: %v", r.Violations)
	}
	p.Entries[1].Stack = "none"
	wantViolation(t, Audit(plant(t, sound), p), "stack overflow", "trap", "none needs 24 bytes, its size is 0")
}

// TestHandChecked: the policy may state the depth of a function that cannot be followed.
func TestHandChecked(t *testing.T) {
	code := "FUNC planted\n test %eax, %eax\n jz 1f\n push %eax\n1: nop\n call handler_a\n ret\nEND planted\n"
	p := soundPolicy()
	p.HandChecked = []HandChecked{{Func: "planted", Depth: 100, Reason: "test"}}
	r := Audit(plant(t, code), p)
	if !r.OK || r.Stacks[0].Deepest.Bytes != 12+4+100+4+8 {
		t.Errorf("depth %d, violations %v", r.Stacks[0].Deepest.Bytes, r.Violations)
	}
}
