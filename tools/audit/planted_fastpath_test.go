package main

import (
	"strings"
	"testing"

	"golang.org/x/arch/x86/x86asm"
)

// fastCode is a small entry with a way for a message of no words, one with a branch and one with loops.
const fastCode = sound + `
FUNC entry
	mov (%esp), %esp
	test %ecx, %ecx
	jnz 2f
	cmpl $0, 16(%esp)
	jnz slow
1:	mov %eax, 4(%ebp)
	mov 8(%ebp), %edx
	cmp %edx, 20(%esp)
	je 3f
	mov %edx, %cr3
3:	sti
	sysexit
2:	dec %ecx
	jnz 2b
	jmp 1b
slow:
	call panics
END entry
`

// fastPolicy is soundPolicy with the way, and what it may touch.
func fastPolicy(p FastPath) *Policy {
	policy := soundPolicy()
	policy.Entries = append(policy.Entries, Entry{Func: "entry", Stack: "kernel", Reason: "test"})
	policy.Switches = append(policy.Switches, Switch{Func: "entry", To: []Place{{"frame", 0}}, Reason: "test"})
	policy.Privileged = append(policy.Privileged, Privileged{Func: "entry", Classes: []Class{InterruptOn, FastCall, CR3}, Reason: "test"})
	p.From, p.Reason = "entry", "test"
	if p.Name == "" {
		p.Name = "way"
	}
	policy.FastPaths = []FastPath{p}
	policy.Addresses = []Address{
		{Name: "caller", Base: x86asm.ESP, Low: 0, High: 64, Reason: "test"},
		{Name: "partner", Base: x86asm.EBP, Low: 0, High: 64, Write: true, Reason: "test"},
	}
	return policy
}

// onFastPath are the violations that concern the way.
func onFastPath(r *Report) (text string) {
	for _, v := range r.Violations {
		if v.Kind == "fast path" || strings.HasPrefix(v.Message, "Addresses") {
			text += v.String() + "\n"
		}
	}
	return
}

// TestFastPath: ways are followed as the policy says, and counted.
func TestFastPath(t *testing.T) {
	for _, c := range []struct {
		name string
		path FastPath
	}{
		{"falls through", FastPath{Budget: Cost{12, 4, 1, 1}}},
		{"third branch taken", FastPath{Taken: []int{3}, Budget: Cost{11, 4, 1, 0}}},
		{"at its ceiling", FastPath{Budget: Cost{12, 4, 1, 1}, Ceiling: Cost{12, 5, 1, 1}}},
		{"a loop of three rounds", FastPath{Taken: []int{1}, Loops: []int{2}, Budget: Cost{17, 3, 1, 1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Audit(plant(t, fastCode), fastPolicy(c.path))
			if s := onFastPath(r); s != "" {
				t.Error(s)
			}
			if len(r.FastPaths) != 1 || r.FastPaths[0].Cost != c.path.Budget {
				t.Errorf("%+v", r.FastPaths)
			}
		})
	}
}

// TestFastPathViolations: each thing that a way must not do is found.
func TestFastPathViolations(t *testing.T) {
	good := FastPath{Budget: Cost{12, 4, 1, 1}}
	for _, c := range []struct {
		name, old, new string // change of the code
		path           FastPath
		addresses      func([]Address) []Address
		want           string
	}{
		{name: "one instruction more", old: "sti", new: "nop\n sti", path: good, want: "13 / 4 / 1, 1 CR3 instructions / reads / writes, over the budget of 12 / 4 / 1, 1 CR3"},
		{name: "one read more", old: "test %ecx, %ecx", new: "test %ecx, 4(%esp)", path: good, want: "12 / 5 / 1"},
		{name: "one write more", old: "cmp %edx, 20(%esp)", new: "mov %edx, 20(%ebp)", path: good, want: "12 / 3 / 2"},
		{name: "CR3 loaded twice", old: "mov %edx, %cr3", new: "mov %edx, %cr3\n mov %edx, %cr3", path: FastPath{Budget: Cost{13, 4, 1, 1}}, want: "13 / 4 / 1, 2 CR3"},
		{name: "CR3 read", old: "test %ecx, %ecx", new: "mov %cr3, %edx\n test %ecx, %ecx", path: FastPath{Budget: Cost{13, 4, 1, 1}}, want: "reads CR3"},
		{name: "budget too large", path: FastPath{Budget: Cost{13, 4, 1, 1}}, want: "the budget of 13 / 4 / 1, 1 CR3 is to be lowered to that"},
		{name: "call", old: "sti", new: "call panics\n sti", path: good, want: "calls: "},
		{name: "indirect jump", old: "sti", new: "jmp *%edx", path: good, want: "has no fixed target"},
		{name: "return", old: "sti", new: "ret", path: good, want: "has no fixed target"},
		{name: "a foreign address", old: "mov 8(%ebp), %edx", new: "mov 8(%ebx), %edx", path: good, want: "touches memory of no permitted class: mov edx, dword ptr [ebx+0x8]"},
		{name: "beyond the fields", old: "mov 8(%ebp), %edx", new: "mov 64(%ebp), %edx", path: good, want: "no permitted class"},
		{name: "an absolute address", old: "mov 8(%ebp), %edx", new: "mov frame_pointer, %edx", path: good, want: "no permitted class"},
		{name: "a write to what may be read", old: "cmp %edx, 20(%esp)", new: "mov %edx, 20(%esp)", path: good, want: "no permitted class"},
		{name: "a push", old: "sti", new: "push %eax\n sti", path: FastPath{Budget: Cost{13, 4, 2, 1}}, want: "no permitted class"},
		{name: "a special instruction", old: "sti", new: "popf\n sti", path: FastPath{Budget: Cost{13, 5, 1, 1}}, want: "POPF"},
		{name: "an address through DS", old: "mov 8(%ebp), %edx", new: "mov %ds:8(%ebp), %edx", path: good, want: "no permitted class"},
		{name: "an index", old: "mov 8(%ebp), %edx", new: "mov 8(%ebp,%eax), %edx", path: good, want: "no permitted class"},
		{name: "below the fields", old: "mov 8(%ebp), %edx", new: "mov -4(%ebp), %edx", path: good, want: "no permitted class"},
		{name: "over the ceiling", path: FastPath{Budget: Cost{12, 4, 1, 1}, Ceiling: Cost{11, 4, 1, 1}}, want: "the budget of 12 / 4 / 1, 1 CR3 is above the ceiling of 11 / 4 / 1, 1 CR3"},
		{name: "a string instruction of unknown length", old: "sti", new: "rep movsl\n sti", path: good, want: "does not say how often"},
		{name: "the slow way", path: FastPath{Taken: []int{2}}, want: "calls: "},
		{name: "a branch that is not there", path: FastPath{Taken: []int{9}, Budget: Cost{12, 4, 1, 1}}, want: "names 1 branches to take, the way meets 0"},
		{name: "an unknown loop", path: FastPath{Taken: []int{1}, Budget: Cost{15, 3, 1, 1}}, want: "does not say how often"},
		{name: "a loop too many", path: FastPath{Loops: []int{1}, Budget: Cost{12, 4, 1, 1}}, want: "1 repetitions more"},
		{name: "an endless loop", old: "sti", new: "9: jmp 9b", path: good, want: "more than 10000 instructions"},
		{name: "a class that nothing needs", path: good, addresses: func(l []Address) []Address {
			return append(l, Address{Name: "spare", Base: x86asm.EDI, High: 4, Reason: "test"})
		}, want: "Addresses entry"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code := fastCode
			if c.old != "" {
				if code = strings.Replace(fastCode, c.old, c.new, 1); code == fastCode {
					t.Fatal("the code does not change")
				}
			}
			p := fastPolicy(c.path)
			if c.addresses != nil {
				p.Addresses = c.addresses(p.Addresses)
			}
			r := Audit(plant(t, code), p)
			if s := onFastPath(r); !strings.Contains(s, c.want) || r.OK {
				t.Errorf("no %q in\n%s", c.want, s)
			}
		})
	}
}

// TestFastPathMissing: a way from nowhere is a violation.
func TestFastPathMissing(t *testing.T) {
	p := soundPolicy()
	p.FastPaths = []FastPath{{Name: "way", From: "gone", Reason: "test"}}
	wantViolation(t, Audit(plant(t, sound), p), "fast path", "gone", "does not exist")
}
