package tests

import (
	"testing"
	"time"

	"pecan/tests/harness"
	"pecan/tools/run/stage"
)

// kernels are the builds of the kernel.
var kernels = map[string]string{"release": "pecan.elf", "debug": "pecan-debug.elf"}

// silence is how long a case may take, two machines running at a time.
const silence = 45 * time.Second

// bootCases runs the cases of a test image, one subtest each, on both builds of the kernel. The rest of the boot is as in
// b. Look sees what each of them printed.
func bootCases(t *testing.T, b stage.Boot, look func(*testing.T, harness.Console)) {
	for name, kernel := range kernels {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			boot := b
			boot.Kernel = kernel
			m := harness.Machine(t, boot)
			m.ICount = true // cases that measure time must not see how busy the host is
			console := harness.Cases(t, m, silence)
			if name == "debug" {
				checkStack(t, console)
			}
			look(t, console)
		})
	}
}

// TestCases runs the cases of user/testroot.
func TestCases(t *testing.T) {
	bootCases(t, stage.Boot{Root: "testroot.elf"}, func(*testing.T, harness.Console) {})
}
