package tests

import (
	"strings"
	"testing"
	"time"

	"pecan/tests/harness"
	"pecan/tools/run/stage"
)

// TestControllers runs cases on each kind of interrupt controller, found in each way; TestCases runs all of them on what
// QEMU's PC has and ACPI describes, an I/O APIC.
func TestControllers(t *testing.T) {
	for _, c := range []struct {
		name       string
		kernel     string
		kernelArgs []string
		only       string
		extra      []string
		lines      string
	}{
		{name: "8259, release", kernel: "pecan.elf", kernelArgs: []string{"noapic"}, lines: "16"},
		{name: "8259, debug", kernel: "pecan-debug.elf", kernelArgs: []string{"noapic"}, only: "only=semantics-8", lines: "16"},
		{name: "MP table", kernel: "pecan-debug.elf", only: "only=abi-6.3", extra: []string{"-no-acpi"}, lines: "24"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := stage.Boot{Kernel: c.kernel, KernelArgs: c.kernelArgs, Root: "testroot.elf"}
			if c.only != "" {
				b.RootArgs = []string{c.only}
			}
			m := harness.Machine(t, b)
			m.ICount = true
			m.Extra = c.extra
			console := harness.Cases(t, m, 45*time.Second)
			if !strings.Contains(console.Text, "interrupt lines: "+c.lines+"\n") {
				t.Errorf("not %s interrupt lines", c.lines)
			}
		})
	}
	t.Run("processor without APIC", func(t *testing.T) {
		t.Parallel()
		m := harness.Machine(t, stage.Boot{Kernel: "pecan-debug.elf", Root: "testroot.elf", RootArgs: []string{"only=abi-6.3"}})
		m.ICount, m.CPU = true, "qemu32,-apic"
		if console := harness.Cases(t, m, 45*time.Second); !strings.Contains(console.Text, "interrupt lines: 16\n") {
			t.Error("not 16 interrupt lines")
		}
	})
}

// TestSpurious makes the second 8259 withdraw a request that the first has passed on already, from outside, while the kernel
// runs: what the processor then gets is line 15 with nothing behind it. It is counted, and all goes on.
func TestSpurious(t *testing.T) {
	t.Parallel()
	m := harness.Machine(t, smokeBoot(t, "../README.md", 0))
	m.Append += " noapic"
	m.ICount = true
	output, serial := debug(t, m,
		"break 'pecan/kernel.pageFault'", "continue",
		// The clock's periodic interrupt on line 8, which nobody has associated.
		"monitor o /b 0x70 0x0a", "monitor o /b 0x71 0x26", "monitor o /b 0x70 0x0b", "monitor o /b 0x71 0x42",
		"ignore 1 10", "continue", "delete",
		"print 'pecan/kernel.cpu'.spurious",
		"monitor o /b 0xa1 0xfe", "monitor o /b 0xa1 0xff",
		"break 'pecan/arch/ia32.spuriousPIC'", "continue", "info args", "finish",
		"delete", "break 'pecan/kernel.pageFault'", "continue",
		"print 'pecan/kernel.cpu'.spurious", "delete", "continue")
	for _, want := range []string{"$1 = 0\n", "line = 15\n", "= 1\n"} {
		_, after, found := strings.Cut(output, want)
		if !found {
			t.Fatalf("no %q, or not in this order:\n%s", want, output)
		}
		output = after
	}
	if !strings.Contains(serial, "pager: ") {
		t.Errorf("the system did not go on; the serial log:\n%s", serial)
	}
}
