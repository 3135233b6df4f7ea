package tests

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pecan/tests/harness"
	"pecan/tools/run/bochs"
	"pecan/tools/run/qemu"
	"pecan/tools/run/stage"
)

// TestSegmentLimits runs the cases about small spaces on a machine that checks segment limits, with the attempts to get around
// them, which show nothing on others.
func TestSegmentLimits(t *testing.T) {
	if why := bochs.Missing(); why != "" {
		t.Skip(why + ": that segment limits keep small spaces apart is not shown")
	}
	t.Parallel()
	image := filepath.Join(t.TempDir(), "limits.iso")
	b := stage.Boot{Build: harness.Build, Root: "testroot.elf", RootArgs: []string{"only=abi-5.5"}}
	if err := b.ISO(t.TempDir(), image); err != nil {
		t.Fatal(err)
	}
	var tracker harness.Tracker
	status := qemu.Success
	lines := &qemu.Lines{Each: func(line string) {
		tracker.Line(line)
		if strings.HasPrefix(line, "case ") && strings.Contains(line, " fail") {
			status = qemu.Failure
		}
	}}
	if err := bochs.Run(t.TempDir(), image, "cases done: ", 3*time.Minute, lines); err != nil {
		t.Errorf("%v\n%s", err, qemu.Tail(lines.String(), 4000))
	}
	cases, problems := tracker.Finish(status, false)
	attempts := 0
	for _, c := range cases {
		if strings.HasPrefix(c.Name, "abi-5.5-limits-") {
			attempts++
		}
		t.Run(c.Name, func(t *testing.T) {
			if !c.Passed {
				t.Errorf("%s\n%s", c.Reason, strings.Join(c.Log, "\n"))
			}
		})
	}
	for _, s := range problems {
		t.Error(s)
	}
	if attempts < 2 {
		t.Error("the machine checks no segment limits")
	}
}
