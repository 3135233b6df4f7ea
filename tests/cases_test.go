package tests

import (
	"testing"
	"time"

	"pecan/tests/harness"
	"pecan/tools/run/stage"
)

// TestCases runs the cases of user/testroot, one subtest each, on both builds of the kernel.
func TestCases(t *testing.T) {
	for name, kernel := range map[string]string{"release": "pecan.elf", "debug": "pecan-debug.elf"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := harness.Machine(t, stage.Boot{Kernel: kernel, Root: "testroot.elf"})
			m.ICount = true // cases that measure time must not see how busy the host is
			console := harness.Cases(t, m, 45*time.Second)
			if name == "debug" {
				checkStack(t, console)
			}
		})
	}
}
