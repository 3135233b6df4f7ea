package tests

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"pecan/tools/run/report"
)

// makeTarget runs make as a user does, with a standard input that holds the text.
func makeTarget(t *testing.T, input string, args ...string) (output string, err error) {
	t.Helper()
	cmd := exec.Command("make", append([]string{"-C", ".."}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	for _, v := range os.Environ() {
		// What an outer make says about itself is none of the inner one's business.
		if !strings.HasPrefix(v, "MAKE") && !strings.HasPrefix(v, "MFLAGS") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestMake goes through the front door: file names of all kinds, and files that are none.
func TestMake(t *testing.T) {
	odd := write(t, "a file, with $odd 'name'.txt", []byte("one two\nthree\n"))
	t.Run("smoke", func(t *testing.T) {
		out, err := makeTarget(t, "", "smoke", "FILE="+odd)
		run, parseErr := report.Parse(out)
		if err != nil || parseErr != nil {
			t.Fatalf("%v, %v\n%s", err, parseErr, out)
		}
		if run.Name != "a_file__with__odd__name_.txt" || run.Counts.Words != 3 {
			t.Errorf("%+v", run)
		}
	})
	for name, c := range map[string]struct{ file, want string }{
		"missing": {odd + "x", fmt.Sprintf("smoke: there is no file %sx", odd)},
		"folder":  {"docs", "smoke: docs is a directory, not a file"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := makeTarget(t, "", "smoke", "FILE="+c.file)
			if err == nil || !strings.Contains(out, c.want) {
				t.Errorf("%v\n%s", err, out)
			}
			if strings.Contains(strings.ToLower(out), "boot") {
				t.Errorf("something was started:\n%s", out)
			}
		})
	}
	t.Run("run", func(t *testing.T) {
		out, err := makeTarget(t, "quit\n", "run")
		if err != nil || !strings.Contains(out, "pecan> ") {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("fork", func(t *testing.T) {
		out, err := makeTarget(t, "", "fork", "LIMIT=400")
		if err != nil || !strings.Contains(out, "process: 400 of 400 page frames free, 0 promised") {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("paging", func(t *testing.T) {
		out, err := makeTarget(t, "", "paging", "LIMIT=100")
		if err != nil || !strings.Contains(out, "swap: 100 page frames, ") {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("nothing to build", func(t *testing.T) {
		if out, err := makeTarget(t, "", "build"); err != nil || strings.Contains(out, "mk ") {
			t.Errorf("%v\n%s", err, out)
		}
	})
}
