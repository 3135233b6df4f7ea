package qemu

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const patience = 30 * time.Second

// guest is a machine in a folder of its own that boots the test guest.
func guest(t *testing.T) *Machine {
	t.Helper()
	dir := t.TempDir()
	if err := Assemble(filepath.Join(dir, "guest.elf"), 0x100000, "testdata/guest.S"); err != nil {
		t.Fatal(err)
	}
	return &Machine{Dir: dir, Kernel: "guest.elf"}
}

func start(t *testing.T, m *Machine, lines *Lines) *Process {
	t.Helper()
	p, err := m.Start(lines)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

func TestModulesAndStatus(t *testing.T) {
	m := guest(t)
	m.Append = "one two !1"
	m.Modules = []Module{{"a,b", "x,y"}, {"empty", ""}, {"a,b", "third  spaced"}}
	os.WriteFile(filepath.Join(m.Dir, "a,b"), make([]byte, 5000), 0o644)
	os.WriteFile(filepath.Join(m.Dir, "empty"), nil, 0o644)
	var lines Lines
	status, late := start(t, m, &lines).WaitFor(patience)
	if late || status != Failure {
		t.Errorf("late %v, status %v", late, status)
	}
	want := "guest.elf one two !1\n00001388 a,b x,y\n00000000 empty\n00001388 a,b third  spaced\nready\n"
	if got := lines.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSend(t *testing.T) {
	m := guest(t)
	var lines Lines
	p := start(t, m, &lines)
	select {
	case <-lines.Seen("ready\r"):
	case <-time.After(patience):
		t.Fatal(lines.String())
	}
	p.Send("hello!0")
	status, late := p.WaitFor(patience)
	if late || status != Success || !strings.HasSuffix(lines.String(), "ready\nhello") {
		t.Errorf("late %v, status %v, output %q", late, status, lines.String())
	}
}

func TestTimeout(t *testing.T) {
	var lines Lines
	status, late := start(t, guest(t), &lines).WaitFor(500 * time.Millisecond)
	if !late || status != Killed {
		t.Errorf("late %v, status %v", late, status)
	}
}

func TestMonitor(t *testing.T) {
	m := guest(t)
	m.Monitor = true
	var lines Lines
	p := start(t, m, &lines)
	if err := p.Monitor("quit"); err != nil {
		t.Fatal(err)
	}
	if status, late := p.WaitFor(patience); late || status != Off {
		t.Errorf("late %v, status %v", late, status)
	}
}

func TestInstructionCounting(t *testing.T) {
	m := guest(t)
	m.Append = "!0"
	m.ICount = true
	var lines Lines
	if status, late := start(t, m, &lines).WaitFor(patience); late || status != Success {
		t.Errorf("late %v, status %v: %s", late, status, lines.String())
	}
}

func TestMessages(t *testing.T) {
	m := guest(t)
	m.Modules = []Module{{"nowhere", ""}}
	var lines Lines
	p := start(t, m, &lines)
	if status, _ := p.WaitFor(patience); status != 1 || !strings.Contains(p.Messages(), "nowhere") {
		t.Errorf("status %v, messages %q", status, p.Messages())
	}
}

func TestMissingProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := (&Machine{}).Start(&Lines{}); err == nil || !strings.Contains(err.Error(), "tools/deps") {
		t.Errorf("error %v does not say what to do", err)
	}
}

func TestTail(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""}, {"a\nb\n", "a\nb"}, {"a\nb\nc\n", "...\nb\nc"},
	} {
		if got := Tail(c.text, 2); got != c.want {
			t.Errorf("Tail(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}
