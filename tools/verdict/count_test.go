package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCounter(t *testing.T) {
	broken := errors.New("exit status 1")
	for name, c := range map[string]struct {
		lines string
		err   error
		want  tally
		shows []string
	}{
		"plain good": {"hello\n", nil, tally{passed: 1}, []string{"hello\n"}},
		"plain bad":  {"{odd\n", broken, tally{failed: 1}, []string{"{odd\n"}},
		"tests": {`{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"A"}
{"Action":"output","Package":"p","Test":"A/x","Output":"noise\n"}
{"Action":"pass","Package":"p","Test":"A/x"}
{"Action":"pass","Package":"p","Test":"A"}
{"Action":"skip","Package":"p","Test":"B"}
{"Action":"pass","Package":"p","Elapsed":1}
`, nil, tally{passed: 2, skipped: 1}, []string{"ok   p: 2 passed, 0 failed, 1 skipped (1.0 s)\n"}},
		"failed": {`{"Action":"output","Package":"p","Test":"A","Output":"=== RUN A\n"}
{"Action":"output","Package":"p","Test":"A","Output":"reason\n"}
{"Action":"fail","Package":"p","Test":"A"}
{"Action":"fail","Package":"p"}
`, broken, tally{failed: 1}, []string{"reason\n", "FAIL p: 0 passed, 1 failed"}},
		"does not compile": {`{"ImportPath":"p","Action":"build-output","Output":"x.go:1: wrong\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"output","Package":"p","Output":"FAIL p [build failed]\n"}
{"Action":"fail","Package":"p"}
`, broken, tally{failed: 1}, []string{"x.go:1: wrong\n", "[build failed]"}},
		"died": {`{"Action":"pass","Package":"p","Test":"A"}
{"Action":"output","Package":"p","Test":"B","Output":"panic: late\n"}
{"Action":"fail","Package":"p"}
`, broken, tally{passed: 1, failed: 1}, []string{"panic: late"}},
		"killed": {`{"Action":"pass","Package":"p","Test":"A"}
`, broken, tally{passed: 1, failed: 1}, []string{"did not end"}},
		"bad end": {`{"Action":"pass","Package":"p","Test":"A"}
{"Action":"pass","Package":"p"}
`, broken, tally{passed: 1, failed: 1}, nil},
		"no tests": {`{"Action":"skip","Package":"p"}
{"Action":"pass","Package":"q","Test":"A"}
{"Action":"pass","Package":"q"}
`, nil, tally{passed: 1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			n := newCounter(&out)
			for _, line := range strings.SplitAfter(c.lines, "\n") {
				if line != "" {
					n.line(line)
				}
			}
			if got, _ := n.finish(c.err); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
			for _, s := range c.shows {
				if !strings.Contains(out.String(), s) {
					t.Errorf("%q is not in %q", s, out.String())
				}
			}
			if strings.Contains(out.String(), "noise") {
				t.Error("the output of a good test is shown")
			}
		})
	}
}

func TestStep(t *testing.T) {
	program := filepath.Join(t.TempDir(), "make")
	os.WriteFile(program, []byte("#!/bin/sh\nshift; echo making $1; test $1 = good\n"), 0o755)
	var out strings.Builder
	if got, err := step(program, "good", &out); got != (tally{passed: 1}) || err != nil || out.String() != "making good\n" {
		t.Errorf("%v, %v, %q", got, err, out.String())
	}
	if got, err := step(program, "bad", &out); got != (tally{failed: 1}) || err == nil {
		t.Errorf("%v, %v", got, err)
	}
}
