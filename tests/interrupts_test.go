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
