package tests

import (
	"regexp"
	"strings"
	"testing"

	"pecan/tests/harness"
	"pecan/tools/run/stage"
)

// clauseLine is a line of the conformance program's table.
var clauseLine = regexp.MustCompile(`(?m)^clause (\S+) (\S+) (pass|fail|not-run)\r?$`)

// TestConformance runs the cases of user/conformance, and its table of clauses must be complete.
func TestConformance(t *testing.T) {
	bootCases(t, stage.Boot{Root: "conformance.elf"}, func(t *testing.T, console harness.Console) {
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
