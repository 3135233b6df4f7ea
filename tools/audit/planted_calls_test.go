package main

import "testing"

// TestHiddenIndirectCall: calls and jumps whose target is not in the instruction need the policy's word.
func TestHiddenIndirectCall(t *testing.T) {
	for _, inst := range []string{"call *%eax", "call *4(%eax)", "call *handlers", "jmp *%eax", "push $8; push $kmain; lret", "ljmp *(%eax)"} {
		r := Audit(plant(t, "FUNC planted\n "+inst+"\n ret\nEND planted\n"), soundPolicy())
		wantViolation(t, r, "indirect call", "planted", "does not name its targets", "_start -> kmain -> planted")
	}
	p := soundPolicy() // handler has one known site; a second one in it is not covered
	p.Indirects = append(p.Indirects, Indirect{Func: "planted", Sites: 1, Targets: []string{"handler_a"}, Reason: "test"})
	r := Audit(plant(t, "FUNC planted\n call *%eax\n call *%ecx\n ret\nEND planted\n"), p)
	wantViolation(t, r, "indirect call", "planted", "has 2 indirect calls or jumps, its policy explains 1", "planted+0x2")
}

// TestBadTable: a function table must hold functions.
func TestBadTable(t *testing.T) {
	p := soundPolicy()
	p.Indirects = append(p.Indirects, Indirect{Func: "planted", Sites: 1, Targets: []string{"table:bad"}, Reason: "test"})
	r := Audit(plant(t, "FUNC planted\n call *%eax\n ret\nEND planted\n.section .rodata\n.type bad, @object\nbad: .long handler_a+1\n.size bad, 4\n"), p)
	wantViolation(t, r, "policy", "planted", "the table bad", "no pointer to a function")
}

// TestJumpTable: a switch whose table is read-only is followed, each case included.
func TestJumpTable(t *testing.T) {
	code := func(section string) string {
		return "FUNC planted\n jmp *cases(,%eax,4)\n1: ret\n2: push %eax\n pop %eax\n ret\nEND planted\n" +
			".section " + section + "\ncases: .long 1b, 2b\ncases_end: .long 0\n"
	}
	if r := Audit(plant(t, code(".rodata")), soundPolicy()); !r.OK {
		t.Errorf("a jump table is refused: %v", r.Violations)
	}
	wantViolation(t, Audit(plant(t, code(".data")), soundPolicy()), "indirect call", "planted", "does not name its targets")
}

// TestWildTarget: direct branches must lead to the start of functions, or where the policy allows it.
func TestWildTarget(t *testing.T) {
	code := "FUNC planted\n call handler_a+2\n add $4, %esp\n ret\nEND planted\n"
	r := Audit(plant(t, code), soundPolicy())
	wantViolation(t, r, "wild target", "planted", "into the middle of handler_a", "_start -> kmain -> planted")
	r = Audit(plant(t, "FUNC planted\n jmp kip\nEND planted\n"), soundPolicy())
	wantViolation(t, r, "wild target", "planted", "is in no function")

	p := soundPolicy()
	p.MidEntries = []MidEntry{{Func: "fill", Reason: "test"}}
	code = "FUNC planted\n call fill+1\n ret\nEND planted\nFUNC fill\n stosl\n stosl\n stosl\n ret\nEND fill\n"
	if r := Audit(plant(t, code), p); !r.OK {
		t.Errorf("a permitted entry into the middle is refused: %v", r.Violations)
	}
}

// TestFunctionWithoutEntry: what no entry reaches is an entry that the policy forgot, or ballast.
func TestFunctionWithoutEntry(t *testing.T) {
	code := sound + "FUNC forgotten\n ret\nEND forgotten\n"
	wantViolation(t, Audit(plant(t, code), soundPolicy()), "unreached function", "forgotten", "no entry")
	p := soundPolicy()
	p.Unreached = []Unreached{{Func: "forgotten", Reason: "test"}, {Func: "absent", Optional: true, Reason: "test"}}
	if r := Audit(plant(t, code), p); !r.OK {
		t.Errorf("an excused function is refused: %v", r.Violations)
	}
}

// TestAllocation: the runtime's allocator, called or only present.
func TestAllocation(t *testing.T) {
	runtime := "FUNC runtime.newobject\n ret\nEND runtime.newobject\n"
	r := Audit(plant(t, "FUNC planted\n call runtime.newobject\n ret\nEND planted\n"+runtime), soundPolicy())
	wantViolation(t, r, "allocation", "runtime.newobject", "the kernel can allocate", "_start -> kmain -> planted -> runtime.newobject")
	r = Audit(plant(t, sound+runtime), soundPolicy())
	wantViolation(t, r, "allocation", "runtime.newobject", "in the image")
	for name, want := range map[string]bool{"runtime.convTstring": true, "runtime.growslice": true, "runtime.morestack_noctxt.abi0": true,
		"runtime.memmove": false, "runtime.panicBounds": false, "pecan/kernel.newobject": false} {
		if isAllocator(name) != want && isAllocator(name+".abi0") != want {
			t.Errorf("%s: allocator %v", name, !want)
		}
	}
}
