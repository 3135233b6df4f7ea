package tests

import (
	"regexp"
	"strconv"
	"testing"

	"pecan/tests/harness"
)

// longestOff is how many instructions the kernel may run with interrupts off, besides the iterations of string instructions. The
// ceiling is 5,000 (docs/kernel-entry.md); what is above it is work of ThreadControl and Unmap that has up to
// 16,595 in a row (docs/PERFORMANCE.md).
const longestOff = 20000

var offLine = regexp.MustCompile(`(?m)^pecan: longest with interrupts off: (\d+) ticks, vector (\d+)\r?$`)

// checkLatency looks at the longest time with interrupts off that the debug kernel has printed. The machine counts
// instructions as ticks (ICount).
func checkLatency(t *testing.T, c harness.Console) {
	t.Helper()
	longest, vector := 0, ""
	for _, m := range offLine.FindAllStringSubmatch(c.Text, -1) {
		if n, _ := strconv.Atoi(m[1]); n > longest {
			longest, vector = n, m[2]
		}
	}
	t.Logf("longest with interrupts off: %d instructions, vector %s", longest, vector)
	if longest == 0 {
		t.Error("the debug kernel printed no time with interrupts off")
	}
	if longest > longestOff {
		t.Errorf("interrupts were off for %d instructions in an entry by vector %s, more than %d", longest, vector, longestOff)
	}
}
