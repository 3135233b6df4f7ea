package tests

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pecan/tests/harness"
	"pecan/tools/run/gdb"
	"pecan/tools/run/stage"
)

// TestDebug does what a user of "make debug" does: breakpoints on Go functions and lines, a backtrace from Go through
// the assembly of an entry, and a look at arguments.
func TestDebug(t *testing.T) {
	t.Parallel()
	m := harness.Machine(t, smokeBoot(t, "../README.md", 0))
	kernel, err := stage.Image(harness.Build, "pecan.elf")
	if err != nil {
		t.Fatal(err)
	}
	cmd, err := gdb.Command(m, kernel, filepath.Join(t.TempDir(), "serial"),
		"-nx", "-batch",
		"-ex", "break 'pecan/kernel.pageFault'",
		"-ex", "continue",
		"-ex", "backtrace",
		"-ex", "info args",
		"-ex", "list",
		"-ex", "delete",
		"-ex", "break 'pecan/kernel.EnterIPC'",
		"-ex", "continue",
		"-ex", "backtrace",
		"-ex", "kill")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), bootTime)
	defer cancel()
	bounded := exec.CommandContext(ctx, cmd.Path, cmd.Args[1:]...)
	bounded.Dir = ".." // the sources have names relative to the root
	out, err := bounded.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	rest := string(out)
	for _, want := range []string{
		"Breakpoint 1, pecan/kernel.pageFault (",
		"in pecan/kernel.EnterTrap (",
		"in pecan/arch/ia32.trapEntry () at arch/ia32/entry_386.s:",
		"addr = ",
		"func pageFault(t *TCB, addr uint32)",
		"Breakpoint 2, pecan/kernel.EnterIPC (",
		"in pecan/arch/ia32.sysenterEntry () at arch/ia32/entry_386.s:",
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("no %q, or not in this order:\n%s", want, out)
		}
		rest = after
	}
}
