// Conformance is a root task that tests the kernel: it has at least one case for every clause of the specification's
// chapters (the tables of clauses say which, and what section 10 says about them). It uses the X.2 ABI and nothing else, so
// it runs on any X.2 kernel with I/O fpages, with any sigma0.
//
// It prints the lines of docs/structure.md, "Test images", then the table of clauses, one line for each clause and case:
//
//	clause 1.3.3a timeout-zero-send pass
//
// then the clauses that no case covers, and last how many cases passed and failed. The words only=PREFIX on the command
// line select cases by name.
//
// Cases are made of puppets (puppet_386.go): threads that do one IPC after the other, with registers that the case
// sets, and report everything that came of it. The case is also their pager, so it sees every fault in their
// strings (memory_386.go). Puppets also look at memory and ports, and run functions in their own space (probe_386.go).
package main

import (
	"pecan/user/checks"
	"pecan/user/invocation"
	"pecan/user/l4"
)

// testCase is one case. Clauses are the IDs, separated by spaces, of the clauses that it covers.
type testCase struct {
	name    string
	clauses string
	run     func()
}

var (
	self    l4.ThreadID // the runner: the first thread, which runs one case after the other
	current *testCase
	results [maxCases]uint8
	passed  uint32
	failed  uint32
)

const maxCases = 512

// Results of cases.
const (
	notRun = iota
	casePassed
	caseFailed
)

func main() {
	self = l4.MyGlobalID()
	checks.Runner = self
	l4.OnDeath = func() { fatal(new(l4.Text).Str("panic, see above")) }
	invocation.ReadOptions()
	takeMemory()
	clockInterrupt(false) // gets the ports from sigma0, if they must be got: it pages this thread only
	startPageServer()
	n := 0
	for _, cases := range suite {
		for i := range cases {
			if invocation.Selected(cases[i].name) {
				results[n] = runCase(&cases[i])
			}
			n++
		}
	}
	var t l4.Text
	print(t.Str("cases done: ").Dec(uint64(passed + failed)).Line())
	complete := printClauses()
	print(t.Reset().Dec(uint64(passed)).Str(" passed, ").Dec(uint64(failed)).Str(" failed").Line())
	invocation.Exit(failed == 0 && complete)
	l4.Suspend()
}

// print prints from the runner.
func print(t *l4.Text) { checks.Print(t) }

// runCase runs one case and prints its verdict.
func runCase(c *testCase) uint8 {
	var t l4.Text
	print(t.Str("case ").Str(c.name).Str(" start").Line())
	current = c
	reset()
	controller = spawnAt(casePriority, caseBody)
	ok := checks.Await(controller, nil)
	cleanUp()
	t.Reset().Str("case ").Str(c.name)
	if ok {
		passed++
		print(t.Str(" pass").Line())
		return casePassed
	}
	failed++
	print(t.Str(" fail: ").Chars(reason.Bytes()).Line())
	return caseFailed
}

// caseBody is what the case's thread does.
func caseBody() {
	controller = l4.MyGlobalID()
	current.run()
	checks.Done()
}
