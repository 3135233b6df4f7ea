package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// event is one line of "go test -json" (see "go doc test2json").
type event struct {
	Action     string
	Package    string
	ImportPath string // instead of Package for the output of builds
	Test       string
	Elapsed    float64 // seconds
	Output     string
}

// counter reads the output of one target.
type counter struct {
	out      io.Writer
	tally    tally
	tests    bool // events were seen
	packages map[string]*pkg
}

// pkg is what is known of a package whose tests are running.
type pkg struct {
	tally  tally
	output map[string][]string // by name of the test, "" for the package itself
}

func newCounter(out io.Writer) *counter {
	return &counter{out: out, packages: map[string]*pkg{}}
}

// line takes one line of output.
func (c *counter) line(line string) {
	var e event
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
		io.WriteString(c.out, line)
		return
	}
	c.tests = true
	if e.Package == "" {
		io.WriteString(c.out, e.Output) // a compiler's message
		return
	}
	p := c.packages[e.Package]
	if p == nil {
		p = &pkg{output: map[string][]string{}}
		c.packages[e.Package] = p
	}
	switch e.Action {
	case "output":
		p.output[e.Test] = append(p.output[e.Test], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			c.packageEnd(e, p)
		} else {
			c.testEnd(e, p)
		}
	}
}

// testEnd counts a test and shows what a failed or skipped one said.
func (c *counter) testEnd(e event, p *pkg) {
	switch e.Action {
	case "pass":
		p.tally.passed++
	case "fail":
		p.tally.failed++
	case "skip":
		p.tally.skipped++
	}
	if e.Action != "pass" {
		for _, o := range p.output[e.Test] {
			if !strings.HasPrefix(o, "=== ") {
				io.WriteString(c.out, o)
			}
		}
	}
	delete(p.output, e.Test)
}

// packageEnd writes the line of the package. A package that fails without a failed test counts as one: it did not
// compile, or its tests died half-way; then everything that is left of its output is shown.
func (c *counter) packageEnd(e event, p *pkg) {
	if e.Action == "fail" && p.tally.failed == 0 {
		p.tally.failed++
		for _, lines := range p.output {
			io.WriteString(c.out, strings.Join(lines, ""))
		}
	}
	if p.tally != (tally{}) {
		word := "ok  "
		if p.tally.failed > 0 {
			word = "FAIL"
		}
		fmt.Fprintf(c.out, "%s %s: %v (%.1f s)\n", word, e.Package, p.tally, e.Elapsed)
	}
	c.tally.add(p.tally)
	delete(c.packages, e.Package)
}

// finish gives the count of the target that ended with err. Packages that never ended are failures, and so is a target
// that failed although all tests passed.
func (c *counter) finish(err error) (tally, error) {
	for name, p := range c.packages {
		p.tally.failed++
		fmt.Fprintf(c.out, "FAIL %s: did not end\n", name)
		c.tally.add(p.tally)
	}
	switch {
	case err != nil && c.tally.failed == 0:
		c.tally.failed++
	case err == nil && !c.tests:
		c.tally.passed++
	}
	return c.tally, err
}
