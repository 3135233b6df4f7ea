// Package harness boots images in QEMU for the tests, and turns what they print into Go tests.
package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pecan/tools/run/qemu"
	"pecan/tools/run/stage"
)

// Build is the folder with the images, seen from the folder of the tests.
const Build = "../build"

// Require fails the whole run when something is missing that every boot needs. Tests never skip for that: a
// machine that cannot boot has shown nothing.
func Require() error {
	if _, err := exec.LookPath(qemu.Program); err != nil {
		return fmt.Errorf("%s is not installed: run make test, which installs it", qemu.Program)
	}
	for _, name := range append([]string{"pecan", "pecan-debug", "sigma0", "root"}, stage.Programs...) {
		if _, err := os.Stat(filepath.Join(Build, name+".elf")); err != nil {
			return fmt.Errorf("build/%s.elf is missing: run make test, which builds it", name)
		}
	}
	return nil
}

// Machine stages a boot in a folder of the test.
func Machine(t *testing.T, b stage.Boot) *qemu.Machine {
	t.Helper()
	b.Build = Build
	m, err := b.Machine(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Console is what a machine that has ended printed.
type Console struct {
	Text   string
	Status qemu.Status
}

// Run boots the machine and waits for its end. A machine that does not end in time fails the test.
func Run(t *testing.T, m *qemu.Machine, limit time.Duration) Console {
	t.Helper()
	var lines qemu.Lines
	p := Start(t, m, &lines)
	status, late := p.WaitFor(limit)
	if late {
		t.Fatalf("no end after %v; the serial log:\n%s", limit, qemu.Tail(lines.String(), tailLength))
	}
	if s := p.Messages(); s != "" {
		t.Log(s)
	}
	return Console{Text: lines.String(), Status: status}
}

// Start boots the machine. It is killed when the test ends.
func Start(t *testing.T, m *qemu.Machine, lines *qemu.Lines) *qemu.Process {
	t.Helper()
	p, err := m.Start(lines)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Kill(); p.Wait() })
	return p
}

// WantStatus fails the test, with the end of the serial log, when the machine ended differently.
func (c Console) WantStatus(t *testing.T, want qemu.Status) {
	t.Helper()
	if c.Status != want {
		t.Fatalf("%v, want %v; the serial log:\n%s", c.Status, want, qemu.Tail(c.Text, tailLength))
	}
}

// Cases boots a test image and makes a subtest of every case. The image is given up when it shows no progress
// for the time in silence.
func Cases(t *testing.T, m *qemu.Machine, silence time.Duration) Console {
	t.Helper()
	cases, problems, console := collect(func(lines *qemu.Lines) *qemu.Process { return Start(t, m, lines) }, silence)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			if !c.Passed {
				t.Errorf("%s\n%s", c.Reason, qemu.Tail(strings.Join(c.Log, "\n"), tailLength))
			}
		})
	}
	for _, s := range problems {
		t.Error(s)
	}
	return console
}

// collect follows a test image to its end.
func collect(start func(*qemu.Lines) *qemu.Process, silence time.Duration) ([]Case, []string, Console) {
	var tracker Tracker
	progress := make(chan struct{}, 1)
	lines := &qemu.Lines{Each: func(line string) {
		if tracker.Line(line) {
			select {
			case progress <- struct{}{}:
			default:
			}
		}
	}}
	p := start(lines)
	late := wait(p, progress, silence)
	console := Console{Status: p.Wait(), Text: lines.String()}
	cases, problems := tracker.Finish(console.Status, late)
	return cases, problems, console
}

// wait waits for the end of the machine and kills it after too long a silence. It reports whether it had to.
func wait(p *qemu.Process, progress <-chan struct{}, silence time.Duration) bool {
	timer := time.NewTimer(silence)
	defer timer.Stop()
	for {
		select {
		case <-p.Done():
			return false
		case <-progress:
			timer.Reset(silence)
		case <-timer.C:
			p.Kill()
			return true
		}
	}
}
