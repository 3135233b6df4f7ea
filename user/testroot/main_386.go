// Testroot is a root task that tests the kernel: it runs the cases of its tables one after the other and prints for each
// what docs/structure.md, "Test images", asks for. A case is named after the clause that it tests.
//
// Every case runs in a thread of its own, in this space, while the first thread (the runner) waits for its end, for a
// limited time. Between two cases the runner deletes all threads and spaces that the case made, and proves that the
// system still works. See thread_386.go for what cases build on, rig_386.go for the thread that executes hostile
// instructions one by one.
//
// The word only=PREFIX on the command line runs the cases whose names begin so.
package main

import (
	"pecan/user/checks"
	"pecan/user/invocation"
	"pecan/user/l4"
)

// testCase is one case of a table.
type testCase struct {
	name string
	run  func()
}

// suite are all cases, by topic. The last group holds what a kernel is most likely not to survive.
var suite = [...][]testCase{
	kipCases, registerCases, waitCases, sendCases, messageCases, partnerCases,
	startCases, faultCases, exceptionCases, handlerCases, traceCases, debuggerCases, fpuCases, gsWordCases, portCases,
	controlCases, modifyCases, spaceCases, smallCases, exchangeCases, matrixCases, scheduleCases, timeCases, quantumCases, preemptionCases,
	mapCases, grantCases, unmapCases, largeCases, treeLimitCases, regionCases, interruptCases,
	privilegeCases, kernelAddressCases, entryCases, oddCases, utcbCases,
	exhaustionCases, crowdCases, stressCases, lastCases,
}

var (
	self    l4.ThreadID // the runner
	current *testCase
	failed  uint32 // cases
)

// Labels of messages to the runner.
const (
	labelPorts = 0x7E59 // get the ports in MR1 from sigma0; reply: 1 if it gave them
)

func main() {
	self = l4.MyGlobalID()
	checks.Runner = self
	l4.OnDeath = func() { fatal(new(l4.Text).Str("panic, see above")) }
	invocation.ReadOptions()
	takeMemory()
	startPageServer()
	var t l4.Text
	print(t.Str("interrupt lines: ").Dec(uint64(l4.Kernel().SystemBase())).Line())
	n := uint32(0)
	for _, cases := range suite {
		n += runCases(cases)
	}
	if checked := false; selects(limitCases) {
		resetThreads()
		runCase(&testCase{"abi-5.5-limits-probe", func() { checked = limitsChecked() }})
		n++
		if checked {
			n += runCases(limitCases)
		} else {
			var t l4.Text
			print(t.Str("This machine checks no segment limits: nothing keeps small spaces apart, and the cases about it are left out.").Line())
		}
	}
	print(t.Reset().Str("cases done: ").Dec(uint64(n)).Line())
	invocation.Exit(failed == 0)
	l4.Out16(0x604, 0x2000)
	l4.Suspend()
}

// runCases runs the selected cases of a table and counts them.
func runCases(cases []testCase) (n uint32) {
	for i := range cases {
		if invocation.Selected(cases[i].name) {
			runCase(&cases[i])
			n++
		}
	}
	return
}

// selects reports whether the command line selects a case of the table.
func selects(cases []testCase) bool {
	for i := range cases {
		if invocation.Selected(cases[i].name) {
			return true
		}
	}
	return false
}

// print prints from the runner.
func print(t *l4.Text) { checks.Print(t) }

// runCase runs one case and prints its verdict.
func runCase(c *testCase) {
	var t l4.Text
	print(t.Str("case ").Str(c.name).Str(" start").Line())
	current = c
	resetThreads()
	reason.Reset()
	controller = spawnAt(casePriority, caseBody)
	ok := checks.Await(controller, ports)
	deleteThreads()
	if ok {
		ok = healthy()
	} else {
		deleteMass()
	}
	t.Reset().Str("case ").Str(c.name)
	if ok {
		t.Str(" pass")
	} else {
		failed++
		t.Str(" fail: ").Chars(reason.Bytes())
	}
	print(t.Line())
}

// caseBody is what the case's thread does.
func caseBody() {
	current.run()
	checks.Done()
}

// ports gets ports from sigma0 for a case: sigma0 gives them to the runner only.
func ports(from l4.ThreadID, m *l4.Msg) {
	if m.Tag().Label() != labelPorts {
		return
	}
	_, ok := l4.FromSigma0(k0(), l4.Fpage(m.Word(1)), l4.DefaultMemory, l4.Complete)
	m.Start(0).Add(0)
	if ok {
		m[1] = 1
	}
	l4.Send(from, m, l4.Zero)
}
