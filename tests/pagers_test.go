package tests

import (
	"regexp"
	"strings"
	"testing"

	"pecan/tests/harness"
	"pecan/tools/run/qemu"
	"pecan/tools/run/stage"
)

// wantLine fails the test if no line of the console matches.
func wantLine(t *testing.T, c harness.Console, want string) {
	t.Helper()
	if !regexp.MustCompile(`(?m)^` + want + `\r?$`).MatchString(c.Text) {
		t.Errorf("no line %q; the serial log:\n%s", want, qemu.Tail(c.Text, 40))
	}
}

// deaths are what the process server must say of the bad children in user/family.
var deaths = []string{
	"write to 0x00400000, at 0x[0-9a-f]+: read-only",
	"(read of|write to) 0x70000000, at 0x[0-9a-f]+: no such page",
	"access to port 0x00000060, at 0x[0-9a-f]+",
	"jump to 0x70000000, at 0x70000000: no such page",
	"write to 0xd0000000, at 0x00000000: no such page",
	"an exception that it leaves to nobody",
	"read of 0x00400000, at 0x00000001: the page does not stay, so the kernel has no memory for it",
}

// TestFork runs the cases of user/family under the process server, with few page frames (so that fork is refused for want of
// memory), and with so many that the number of processes is the limit.
func TestFork(t *testing.T) {
	for limit, refusal := range map[string]string{
		"600":  "not enough memory for another process",
		"3000": "too many processes",
	} {
		t.Run(limit, func(t *testing.T) {
			// Little memory for the kernel: what a fork leaves behind would use it up.
			bootCases(t, stage.Boot{KernelArgs: []string{"kmem=1M"},
				Root: "process.elf", RootArgs: []string{"limit=" + limit}, Programs: []string{"family"},
			}, func(t *testing.T, c harness.Console) {
				c.WantStatus(t, qemu.Success)
				wantLine(t, c, `fork \d+ refused: `+refusal+`; \d+ of `+limit+` frames promised`)
				wantLine(t, c, `process: `+limit+` of `+limit+` page frames free, 0 promised`)
				for _, death := range deaths {
					wantLine(t, c, `process: killed thread \d+\.\d+: `+death)
				}
			})
		})
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
		{"large", "the program is too large", stage.Boot{Programs: []string{"bench"}}},
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

// disk is an empty RAM disk of the given length.
func disk(t *testing.T, bytes int) *stage.File {
	t.Helper()
	f, err := stage.Open(write(t, "ramdisk", make([]byte, bytes)))
	if err != nil {
		t.Fatal(err)
	}
	return &f
}

// TestPaging runs the cases of user/sweep under the pager that evicts, with several limits.
func TestPaging(t *testing.T) {
	for _, limit := range []string{"8", "64", "256"} {
		t.Run(limit, func(t *testing.T) {
			bootCases(t, stage.Boot{Root: "swap.elf", RootArgs: []string{"limit=" + limit}, Programs: []string{"sweep"},
				File: disk(t, 4*megabyte),
			}, func(t *testing.T, c harness.Console) {
				c.WantStatus(t, qemu.Success)
				wantLine(t, c, `checksum ([0-9a-f]{8}), should be ([0-9a-f]{8}); 512 pages, \d+ evictions`)
				wantLine(t, c, `hot page brought in 0 times, cold page 3 times, \d+ evictions`)
				wantLine(t, c, `swap: `+limit+` page frames, \d+ page faults, \d+ pages fresh, \d+ from the RAM disk`)
				wantLine(t, c, `swap: \d+ evictions, \d+ write-backs, \d+ pages dropped, \d+ spared by the clock`)
			})
		})
	}
}

// TestPagingBadClients: what ends the client says why.
func TestPagingBadClients(t *testing.T) {
	for deed, want := range map[string]string{
		"outside":   `(read of|write to) 0x70000000, at 0x[0-9a-f]+: no such page`,
		"read-only": `write to 0x00400000, at 0x[0-9a-f]+: read-only`,
		"port":      `access to port 0x00000060, at 0x[0-9a-f]+`,
		"silent":    `an exception that it leaves to nobody`,
		"lie":       `write to 0xd0000000, at 0x00000001: no such page`,
		"repeat":    `read of 0x00400000, at 0x00000001: the page does not stay, so the kernel has no memory for it`,
		"null":      "", // it says so itself
		"kernel":    "",
		"panic":     "",
	} {
		t.Run(deed, func(t *testing.T) {
			t.Parallel()
			c := harness.Run(t, harness.Machine(t, stage.Boot{Root: "swap.elf", RootArgs: []string{"bad=" + deed},
				Programs: []string{"sweep"}, File: disk(t, 4*megabyte)}), bootTime)
			c.WantStatus(t, qemu.Failure)
			if want != "" {
				want = ": " + want
			} else {
				wantLine(t, c, `thread \d+\.1: (exception: nil pointer dereference, or an address of the kernel's|panic: as it should be) at .*`)
			}
			wantLine(t, c, `swap: killed thread \d+\.1`+want)
		})
	}
}

// TestPagingRefusals: what the pager cannot start says why.
func TestPagingRefusals(t *testing.T) {
	sweep := []string{"sweep"}
	for _, c := range []struct {
		name, want string
		boot       stage.Boot
	}{
		{"no client", "there is no boot module with a client", stage.Boot{}},
		{"no disk", "there is no RAM disk: no boot module is marked as data", stage.Boot{Programs: sweep}},
		{"empty disk", `the RAM disk has 0 pages, the client may write \d+`, stage.Boot{Programs: sweep, File: disk(t, 0)}},
		{"small disk", `the RAM disk has 16 pages, the client may write \d+`, stage.Boot{Programs: sweep, File: disk(t, 16<<12)}},
		{"odd disk", `the RAM disk has 16 pages, the client may write \d+`, stage.Boot{Programs: sweep, File: disk(t, 17<<12-1)}},
		{"small limit", "limit=7 is too small: an instruction may need 8 pages at once",
			stage.Boot{Programs: sweep, File: disk(t, 4*megabyte), RootArgs: []string{"limit=7"}}},
		{"large limit", `only \d+ page frames are free, limit=60000 are wanted`,
			stage.Boot{Programs: sweep, File: disk(t, 4*megabyte), RootArgs: []string{"limit=60000"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.boot.Root = "swap.elf"
			console := harness.Run(t, harness.Machine(t, c.boot), bootTime)
			console.WantStatus(t, qemu.Failure)
			wantLine(t, console, "swap: "+c.want)
		})
	}
}
