package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestClean: a sound kernel passes, with the figures that its code has.
func TestClean(t *testing.T) {
	r := Audit(plant(t, sound), soundPolicy())
	if !r.OK {
		t.Fatalf("violations in a sound kernel: %v", r.Violations)
	}
	uses := map[string]int{}
	for _, u := range r.Uses {
		uses[u.Entry+" on "+u.Stack] = u.Bytes
	}
	for what, want := range map[string]int{
		"_start on kernel":       12 + 4 + 8,     // kmain's frame, a return address, handler_a's pushes
		"trap (user) on kernel":  4 + 20 + 4 + 8, // handler, through its table to handler_a; as deep: handler_b and panics
		"trap (user) on frame":   20 + 4,         // hardware, EAX
		"trap (kernel) on ":      12 + 4 + 4 + 4, // hardware, EAX, a return address, EBX
		"trap (kernel) on frame": 24,             // the way out of the other mode
	} {
		if uses[what] != want {
			t.Errorf("%s: %d bytes, want %d", what, uses[what], want)
		}
	}
	if k := r.Stacks[0]; k.Size != 256 || k.Bound != 36+24 || k.Free != 256-60 {
		t.Errorf("kernel stack: size %d bound %d free %d", k.Size, k.Bound, k.Free)
	}
	if r.Functions != 10 || r.Text == 0 || r.ROData == 0 {
		t.Errorf("functions %d, text %d, read-only data %d", r.Functions, r.Text, r.ROData)
	}
}

// TestOutput: the printed figures name the bound, and the JSON form can be read back.
func TestOutput(t *testing.T) {
	r := Audit(plant(t, sound), soundPolicy())
	var b bytes.Buffer
	r.Print(&b)
	for _, part := range []string{"stack kernel: 60 of 256 bytes, 196 free", "all rules hold", "nested: trap (kernel), 24 bytes"} {
		if !bytes.Contains(b.Bytes(), []byte(part)) {
			t.Errorf("the output lacks %q:\n%s", part, b.String())
		}
	}
	file := filepath.Join(t.TempDir(), "audit.json")
	if err := r.WriteJSON(file); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(text, &back); err != nil || !back.OK || back.Stacks[0].Bound != 60 {
		t.Errorf("JSON read back: %v, ok %v", err, back.OK)
	}
}
