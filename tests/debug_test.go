package tests

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pecan/tests/harness"
	"pecan/tools/run/gdb"
	"pecan/tools/run/stage"
)

// debugger runs gdb commands on the stopped machine of a smoke run, and returns what gdb and the machine printed.
func debugger(t *testing.T, commands ...string) (output, serial string) {
	t.Helper()
	m := harness.Machine(t, smokeBoot(t, "../README.md", 0))
	kernel, err := stage.Image(harness.Build, "pecan.elf")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-nx", "-batch"}
	for _, c := range commands {
		args = append(args, "-ex", c)
	}
	log := filepath.Join(t.TempDir(), "serial")
	cmd, err := gdb.Command(m, kernel, log, args...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), bootTime)
	defer cancel()
	bounded := exec.CommandContext(ctx, cmd.Path, cmd.Args[1:]...)
	bounded.Dir = ".." // the sources have names relative to the root
	out, err := bounded.CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("gdb does not end: %v\n%s", err, out)
	}
	text, _ := os.ReadFile(log) // nothing may have been printed
	return string(out), string(text)
}

// TestDebug does what a user of "make debug" does: breakpoints on Go functions and lines, a backtrace from Go through
// the assembly of an entry, and a look at arguments.
func TestDebug(t *testing.T) {
	t.Parallel()
	output, _ := debugger(t,
		"break 'pecan/kernel.pageFault'", "continue", "backtrace", "info args", "list", "delete",
		"break 'pecan/kernel.EnterIPC'", "continue", "backtrace", "kill")
	rest := output
	for _, want := range []string{
		"Breakpoint 1, pecan/kernel.pageFault (",
		"in pecan/kernel.EnterTrap (",
		"in pecan/arch/ia32.trapEntry () at arch/ia32/entry_386.s:",
		"addr = ",
		"func pageFault(t *TCB, addr uint32)",
		"Breakpoint 2, pecan/kernel.EnterIPC (",
		"in pecan/arch/ia32.slowIPC () at arch/ia32/entry_386.s:",
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("no %q, or not in this order:\n%s", want, output)
		}
		rest = after
	}
}

// TestDoubleFault takes the kernel's stack away under it.
func TestDoubleFault(t *testing.T) {
	t.Parallel()
	output, serial := debugger(t, "break 'pecan/kernel.pageFault'", "continue", "set $esp = 16", "continue", "kill")
	if !strings.Contains(serial, "PANIC: double fault at kernel.pageFault (kernel/exception.go:") {
		t.Errorf("the kernel said %q; gdb:\n%s", serial, output)
	}
}
