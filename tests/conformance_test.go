package tests

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pecan/tests/harness"
	"pecan/tools/run/stage"
)

// clauseLine is a line of the conformance program's table.
var clauseLine = regexp.MustCompile(`(?m)^clause (\S+) (\S+) (pass|fail|not-run)\r?$`)

// TestConformance boots the conformance program as root task: one subtest per case, on the release and the debug kernel,
// and its table of clauses must be complete.
func TestConformance(t *testing.T) {
	for name, kernel := range map[string]string{"release": "pecan.elf", "debug": "pecan-debug.elf"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := harness.Machine(t, stage.Boot{Kernel: kernel, Root: "conformance.elf"})
			m.ICount = true // cases that measure time must not see how busy the host is
			console := harness.Cases(t, m, 45*time.Second)
			if name == "debug" {
				checkStack(t, console)
			}
			if n := len(clauseLine.FindAllString(console.Text, -1)); n < 100 {
				t.Errorf("the table of clauses has %d lines", n)
			}
			for _, line := range strings.Split(console.Text, "\n") {
				if strings.HasPrefix(line, "no case for clause ") || strings.HasPrefix(line, "no clause ") {
					t.Error(line)
				}
			}
			lines := strings.Split(strings.TrimSpace(console.Text), "\n")
			if last := lines[len(lines)-1]; !regexp.MustCompile(`^\d+ passed, 0 failed\r?$`).MatchString(last) {
				t.Errorf("the last line is %q", last)
			}
		})
	}
}
