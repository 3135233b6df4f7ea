package tests

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pecan/tests/harness"
	"pecan/tools/run/qemu"
	"pecan/tools/run/stage"
)

// kernels are the builds of the kernel that the pagers are booted with.
var kernels = map[string]string{"release": "pecan.elf", "debug": "pecan-debug.elf"}

// wantLine fails the test if no line of the console matches.
func wantLine(t *testing.T, c harness.Console, want string) {
	t.Helper()
	if !regexp.MustCompile(`(?m)^` + want + `\r?$`).MatchString(c.Text) {
		t.Errorf("no line %q; the serial log:\n%s", want, qemu.Tail(c.Text, 40))
	}
}

// TestFork runs the cases of user/family under the process server, with few page frames (so that fork is refused for want of
// memory), and with so many that the number of processes is the limit.
func TestFork(t *testing.T) {
	for name, kernel := range kernels {
		for limit, refusal := range map[string]string{
			"600":  "not enough memory for another process",
			"3000": "too many processes",
		} {
			t.Run(name+" "+limit, func(t *testing.T) {
				t.Parallel()
				// Little memory for the kernel: what a fork leaves behind would use it up.
				m := harness.Machine(t, stage.Boot{Kernel: kernel, KernelArgs: []string{"kmem=1M"},
					Root: "process.elf", RootArgs: []string{"limit=" + limit}, Programs: []string{"family"}})
				m.ICount = true
				c := harness.Cases(t, m, 45*time.Second)
				c.WantStatus(t, qemu.Success)
				wantLine(t, c, `fork \d+ refused: `+refusal+`; \d+ of `+limit+` frames promised`)
				wantLine(t, c, `process: `+limit+` of `+limit+` page frames free, 0 promised`)
				for _, death := range []string{
					"write to 0x00400000, at 0x[0-9a-f]+: read-only",
					"(read of|write to) 0x70000000, at 0x[0-9a-f]+: no such page",
					"access to port 0x00000060, at 0x[0-9a-f]+",
					"jump to 0x70000000, at 0x70000000: no such page",
					"write to 0xd0000000, at 0x00000000: no such page",
					"an exception that it leaves to nobody",
					"read of 0x00400000, at 0x00000001: the page does not stay, so the kernel has no memory for it",
				} {
					wantLine(t, c, `process: killed thread \d+\.\d+: `+death)
				}
				if strings.Contains(c.Text, "PANIC") {
					t.Error("a panic")
				}
			})
		}
	}
}

// TestProcessServerRefusals: what the process server cannot start says why in its last line.
func TestProcessServerRefusals(t *testing.T) {
	text := strings.TrimSuffix(write(t, "text.elf", []byte(strings.Repeat("text ", 99))), ".elf")
	for _, c := range []struct {
		name, want string
		boot       stage.Boot
	}{
		{"no program", "there is no boot module with a program", stage.Boot{}},
		{"text", "the program is not an ELF file", stage.Boot{Programs: []string{text}}},
		{"no memory", "the program cannot be started: not enough memory for another process",
			stage.Boot{RootArgs: []string{"limit=9"}, Programs: []string{"family"}}},
		{"large", "the program is larger than 4 MiB", stage.Boot{Programs: []string{"bench"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.boot.Root = "process.elf"
			console := harness.Run(t, harness.Machine(t, c.boot), bootTime)
			console.WantStatus(t, qemu.Failure)
			wantLine(t, console, "process: "+c.want)
		})
	}
}
