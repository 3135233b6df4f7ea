package harness

import (
	"strings"
	"testing"

	"pecan/tools/run/qemu"
)

func TestTracker(t *testing.T) {
	const good = "boot\ncase a start\nlog of a\ncase a pass\ncase b start\ncase b pass\n"
	for name, c := range map[string]struct {
		console  string
		status   qemu.Status
		late     bool
		cases    string // name, and reason of a failed one
		problems string // part of them, none when empty
	}{
		"good":         {good + "cases done: 2", qemu.Success, false, "a,b", ""},
		"failed":       {"case a start\ncase a fail: because\ncases done: 1", qemu.Failure, false, "a:because", ""},
		"short fail":   {"case a start\ncase a fail\ncases done: 1", qemu.Failure, false, "a:", ""},
		"hung":         {good + "case c start\nwaiting", qemu.Killed, true, "a,b,c:the case hung", "did not come to the end"},
		"hung between": {good, qemu.Killed, true, "a,b", "after case b: hung"},
		"hung early":   {"boot", qemu.Killed, true, "", "before the first case: hung\nboot"},
		"panic":        {good + "case c start\npanic!", qemu.Panic, false, "a,b,c:kernel panic", "did not come to the end"},
		"late panic":   {good + "cases done: 2", qemu.Panic, false, "a,b", "after case b: kernel panic"},
		"early end":    {good, qemu.Success, false, "a,b", "did not come to the end"},
		"wrong count":  {good + "cases done: 3", qemu.Success, false, "a,b", "ran 3 cases, 2 were seen"},
		"no verdict":   {"case a start\ncase b start\ncase b pass\ncases done: 2", qemu.Failure, false, "a:the image went on to b without a verdict,b", ""},
		"no verdict 2": {"case a start\ncases done: 1", qemu.Failure, false, "a:the image ended without a verdict", ""},
		"twice":        {"case a start\ncase a pass\ncase a start\ncase a pass\ncases done: 2", qemu.Success, false, "a,a", "ran twice"},
		"lying":        {"case a start\ncase a fail: x\ncases done: 1", qemu.Success, false, "a:x", "says success"},
		"other words":  {"case a start\ncase in point\ncase a passes\ncase a pass\ncases done: 1", qemu.Success, false, "a", ""},
		"nothing":      {"", qemu.Success, false, "", "did not come to the end"},
	} {
		t.Run(name, func(t *testing.T) {
			var tracker Tracker
			for _, line := range strings.Split(c.console, "\n") {
				tracker.Line(line)
			}
			cases, problems := tracker.Finish(c.status, c.late)
			var got []string
			for _, c := range cases {
				s := c.Name
				if !c.Passed {
					s += ":" + c.Reason
				}
				got = append(got, s)
			}
			if s := strings.Join(got, ","); s != c.cases {
				t.Errorf("cases %q, want %q", s, c.cases)
			}
			all := strings.Join(problems, "\n")
			if c.problems == "" && all != "" || !strings.Contains(all, c.problems) {
				t.Errorf("problems %q, want %q", all, c.problems)
			}
		})
	}
}

func TestTrackerKeepsLogOfCase(t *testing.T) {
	var tracker Tracker
	for _, line := range []string{"before", "case a start", "one", "two", "case a fail: x", "after"} {
		tracker.Line(line)
	}
	cases, _ := tracker.Finish(qemu.Failure, false)
	if got := strings.Join(cases[0].Log, ","); got != "one,two" {
		t.Errorf("log %q", got)
	}
}
