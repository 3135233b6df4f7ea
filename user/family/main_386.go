// Family is a program that forks: it makes children, grandchildren and many of them at once, and compares what parents and
// children see. It runs under the process server (docs/paging.md) and prints the lines of a test image, a case
// for each property of fork.
package main

import (
	"sync/atomic"

	"pecan/user/l4"
)

// testCase is one case: run returns what is wrong, or "".
type testCase struct {
	name string
	run  func() string
}

var cases = []testCase{
	{"fork-values-diverge", valuesDiverge},
	{"fork-child-before-parent", childBeforeParent},
	{"fork-stack-diverges", stackDiverges},
	{"fork-registers", registersReproduced},
	{"fork-utcb", utcbReproduced},
	{"fork-copies-written-pages", copiesWrittenPages},
	{"fork-last-sharer-keeps", lastSharerKeeps},
	{"fork-untouched-pages", untouchedPages},
	{"fork-of-a-fork", forkOfAFork},
	{"fork-orphan", orphan},
	{"fork-memory-returned", memoryReturned},
	{"fork-refused", refused},
	{"fork-many-times", manyTimes},
	{"fork-wait-without-child", waitWithoutChild},
	{"fork-bad-outside", badOutside},
	{"fork-bad-read-only", badReadOnly},
	{"fork-bad-kernel-address", badKernelAddress},
	{"fork-bad-port", badPort},
	{"fork-bad-panic", badPanic},
	{"fork-bad-start", badStart},
	{"fork-bad-messages", badMessages},
	{"fork-bad-repeated-fault", badRepeatedFault},
}

func main() {
	l4.Connect()
	failed := uint32(0)
	for _, c := range cases {
		l4.Println("case " + c.name + " start")
		before := figures()
		why := c.run()
		if _, _, ok := l4.WaitChild(); ok && why == "" {
			why = "a child is left over"
		}
		after := figures()
		if why == "" && (after.Processes != before.Processes || after.Promised != before.Promised) {
			why = "the process server's accounting did not end where it began"
		}
		if why != "" {
			l4.Println("case " + c.name + " fail: " + why)
			failed = 1
			continue
		}
		l4.Println("case " + c.name + " pass")
	}
	var t l4.Text
	l4.PrintText(t.Str("cases done: ").Dec(uint64(len(cases))).Line())
	l4.Exit(failed)
}

// figures are the process server's.
func figures() l4.ProcessFigures {
	f, ok := l4.Processes()
	if !ok {
		panic("the process server has no figures")
	}
	return f
}

// child forks a child that runs f and exits with its result. The parent gets its ID.
func child(f func() uint32) l4.ThreadID {
	id, err := l4.Fork()
	if err != l4.OK {
		panic(err.Error())
	}
	if id == l4.NilThread {
		l4.Exit(f())
	}
	return id
}

// family forks a child that runs f, and returns the status with which it ended.
func family(f func() uint32) uint32 {
	id := child(f)
	got, status, ok := l4.WaitChild()
	if !ok || got != id {
		panic("waited for another child")
	}
	return status
}

// x is a variable that parent and child write.
var x uint32

func set(v uint32)  { atomic.StoreUint32(&x, v) }
func value() uint32 { return atomic.LoadUint32(&x) }
