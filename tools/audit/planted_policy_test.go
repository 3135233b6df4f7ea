package main

import "testing"

// TestStalePolicy: an entry of every table that names nothing, or excuses nothing, is an error.
func TestStalePolicy(t *testing.T) {
	for _, c := range []struct {
		name, function string
		change         func(*Policy)
		part           string
	}{
		{"privileged, no such function", "gone", func(p *Policy) {
			p.Privileged = append(p.Privileged, Privileged{Func: "gone", Classes: []Class{CR3}, Reason: "why"})
		}, "names a symbol that does not exist"},
		{"privileged, not needed", "handler", func(p *Policy) {
			p.Privileged = append(p.Privileged, Privileged{Func: "handler", Classes: []Class{CR3}, Reason: "why"})
		}, "Privileged[CR3 write] entry is no longer needed (its reason was: why)"},
		{"one class of several", "trap", func(p *Policy) {
			p.Privileged[3].Classes = append(p.Privileged[3].Classes, TLB)
		}, "TLB invalidation"},
		{"entry", "gone", func(p *Policy) {
			p.Entries = append(p.Entries, Entry{Func: "gone", Stack: "kernel", Reason: "why"})
		}, "Entries entry names"},
		{"switch", "gone", func(p *Policy) { p.Switches = append(p.Switches, Switch{Func: "gone", Reason: "why"}) }, "Switches"},
		{"join", "gone", func(p *Policy) { p.Joins = append(p.Joins, Join{"gone", 2, "why"}) }, "Joins"},
		{"writable code", ".gone", func(p *Policy) { p.Layout.WritableCode = []WritableCode{{".gone", "why"}} }, "WritableCode"},
		{"indirect", "nested", func(p *Policy) { p.Indirects = append(p.Indirects, Indirect{Func: "nested", Reason: "why"}) }, "Indirects"},
		{"mid entry", "nested", func(p *Policy) { p.MidEntries = append(p.MidEntries, MidEntry{"nested", "why"}) }, "MidEntries"},
		{"hand checked", "gone", func(p *Policy) { p.HandChecked = append(p.HandChecked, HandChecked{"gone", 4, "why"}) }, "HandChecked"},
		{"data", "gone", func(p *Policy) { p.Data = append(p.Data, Data{"gone", "why"}) }, "Data"},
		{"unreached", "nested", func(p *Policy) { p.Unreached = append(p.Unreached, Unreached{"nested", false, "why"}) }, "Unreached"},
		{"stack", "spare", func(p *Policy) { p.Stacks = append(p.Stacks, Stack{Name: "spare", Size: 8, Reason: "why"}) }, "Stacks"},
		{"nest", "spare", func(p *Policy) { p.Nests = append(p.Nests, Nest{"spare", 1, false, "why"}) }, "Nests"},
		{"without", "trap (user) -> nested", func(p *Policy) {
			p.Entries[1].Without = append(p.Entries[1].Without, "nested")
		}, "Without"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := soundPolicy()
			c.change(p)
			wantViolation(t, Audit(plant(t, sound), p), "stale policy", c.function, c.part)
		})
	}
}

// TestPolicyErrors: entries without a reason, or that contradict themselves.
func TestPolicyErrors(t *testing.T) {
	p := soundPolicy()
	p.Privileged[0].Reason = ""
	wantViolation(t, Audit(plant(t, sound), p), "policy", "_start", "without a reason")
	p = soundPolicy()
	p.Entries[0].Stack = "nowhere"
	wantViolation(t, Audit(plant(t, sound), p), "policy", "_start", "must begin")
	p = soundPolicy()
	p.Switches[0].To[0].Stack = "nowhere"
	wantViolation(t, Audit(plant(t, sound), p), "policy", "_start", "does not define")
	p = soundPolicy()
	p.Indirects[0].Targets = []string{"gone"}
	wantViolation(t, Audit(plant(t, sound), p), "policy", "handler", "gone does not exist")
}

// TestData: bytes in text that the policy names are not taken for code.
func TestData(t *testing.T) {
	code := sound + ".globl blob\nblob: .byte 0x0f, 0x05, 0xd9, 0xe8\n"
	if r := Audit(plant(t, code), soundPolicy()); find(r, "undecodable", "blob") == nil {
		t.Errorf("no complaint: %v", r.Violations)
	}
	p := soundPolicy()
	p.Data = []Data{{"blob", "test"}}
	if r := Audit(plant(t, code), p); !r.OK {
		t.Errorf("violations: %v", r.Violations)
	}
}
