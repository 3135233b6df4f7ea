package harness

import (
	"fmt"
	"strconv"
	"strings"

	"pecan/tools/run/qemu"
)

// Case is one test case that an image ran.
type Case struct {
	Name   string
	Passed bool
	Reason string   // why it failed
	Log    []string // what the console showed during the case
}

// Tracker follows the line protocol of a test image (docs/structure.md, "Test images") while the image runs, and tells in
// the end what became of every case.
type Tracker struct {
	cases    []Case
	problems []string // with the image as a whole
	names    map[string]bool
	running  bool // the last case has not ended yet
	done     bool // "cases done" was seen
	tail     []string
}

// tailLength is how many lines of the serial log are shown with a failure.
const tailLength = 40

// Line takes one line of the console. It reports whether the line shows progress.
func (t *Tracker) Line(line string) bool {
	t.tail = append(t.tail, line)
	if len(t.tail) > tailLength {
		t.tail = t.tail[1:]
	}
	if rest, ok := strings.CutPrefix(line, "cases done: "); ok {
		t.end(rest)
		return true
	}
	rest, ok := strings.CutPrefix(line, "case ")
	name, verdict, _ := strings.Cut(rest, " ")
	if ok && verdict == "start" {
		t.start(name)
		return true
	}
	if t.running {
		c := t.current()
		if ok && name == c.Name {
			switch reason, failed := strings.CutPrefix(verdict, "fail"); {
			case verdict == "pass":
				c.Passed, t.running = true, false
				return true
			case failed:
				c.Reason, t.running = strings.TrimPrefix(reason, ": "), false
				return true
			}
		}
		c.Log = append(c.Log, line)
	}
	return false
}

func (t *Tracker) current() *Case { return &t.cases[len(t.cases)-1] }

func (t *Tracker) start(name string) {
	if t.running {
		t.fail("the image went on to " + name + " without a verdict")
	}
	if t.names[name] {
		t.problem("case %s ran twice", name)
	}
	if t.names == nil {
		t.names = map[string]bool{}
	}
	t.names[name] = true
	t.cases = append(t.cases, Case{Name: name})
	t.running = true
}

func (t *Tracker) end(count string) {
	if t.running {
		t.fail("the image ended without a verdict")
	}
	if n, err := strconv.Atoi(count); err != nil || n != len(t.cases) {
		t.problem("the image says that it ran %s cases, %d were seen", count, len(t.cases))
	}
	t.done = true
}

// fail ends the running case.
func (t *Tracker) fail(reason string) {
	t.current().Reason = reason
	t.running = false
}

func (t *Tracker) problem(format string, args ...any) {
	t.problems = append(t.problems, fmt.Sprintf(format, args...))
}

// Finish is told how the machine ended; late means that it was killed because nothing happened any more. What
// ended the machine is put on the running case if there is one. It returns the cases and what is wrong with the whole.
func (t *Tracker) Finish(status qemu.Status, late bool) (cases []Case, problems []string) {
	failed := false
	for _, c := range t.cases {
		failed = failed || !c.Passed
	}
	cause := status.String()
	if late {
		cause = "hung"
	}
	switch {
	case t.running:
		if cause == "hung" {
			cause = "the case hung"
		}
		t.fail(cause)
	case late || status != qemu.Success && !(failed && status == qemu.Failure):
		where := "before the first case"
		if len(t.cases) > 0 {
			where = "after case " + t.current().Name
		}
		t.problem("%s: %s\n%s", where, cause, strings.Join(t.tail, "\n"))
	case failed && status == qemu.Success:
		t.problem("the image says success although cases failed")
	}
	if !t.done {
		t.problem("the image did not come to the end of its cases")
	}
	return t.cases, t.problems
}
