package harness

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pecan/tools/run/qemu"
)

// TestCollect runs machines that misbehave. The guest of the runner's tests echoes what it reads, so the test tells it
// what to print; after '!' it ends with a status: '0' success, '@' panic.
func TestCollect(t *testing.T) {
	dir := t.TempDir()
	if err := qemu.Assemble(filepath.Join(dir, "guest.elf"), 0x100000, "../../tools/run/qemu/testdata/guest.S"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		prints string
		status qemu.Status
		reason string // of the last case
	}{
		"good":  {"case a start\ncase a pass\ncases done: 1\n!0", qemu.Success, ""},
		"hang":  {"case a start\ncase a pass\ncase b start\nwaiting\n", qemu.Killed, "the case hung"},
		"crash": {"case a start\ncase a pass\ncase b start\noops\n!@", qemu.Panic, "kernel panic"},
	} {
		t.Run(name, func(t *testing.T) {
			m := &qemu.Machine{Dir: dir, Kernel: "guest.elf"}
			cases, problems, console := collect(func(lines *qemu.Lines) *qemu.Process {
				p := Start(t, m, lines)
				p.Send(c.prints)
				return p
			}, 2*time.Second)
			if console.Status != c.status || len(cases) == 0 {
				t.Fatalf("%v: %s", console.Status, console.Text)
			}
			if last := cases[len(cases)-1]; last.Reason != c.reason {
				t.Errorf("%+v", last)
			}
			if good := len(problems) == 0; good != (c.reason == "") {
				t.Error(strings.Join(problems, "\n"))
			}
		})
	}
}
