// Family is a program that forks: it makes children, grandchildren and many of them at once, and compares what parents and
// children see. It runs under the process server (docs/paging.md) and prints the lines of a test image, a case
// for each property of fork.
package main

import (
	"sync/atomic"

	"pecan/user/cases"
	"pecan/user/l4"
)

var all = []cases.Case{
	{Name: "fork-values-diverge", Run: valuesDiverge},
	{Name: "fork-child-before-parent", Run: childBeforeParent},
	{Name: "fork-stack-diverges", Run: stackDiverges},
	{Name: "fork-registers", Run: registersReproduced},
	{Name: "fork-utcb", Run: utcbReproduced},
	{Name: "fork-copies-written-pages", Run: copiesWrittenPages},
	{Name: "fork-last-sharer-keeps", Run: lastSharerKeeps},
	{Name: "fork-untouched-pages", Run: untouchedPages},
	{Name: "fork-of-a-fork", Run: forkOfAFork},
	{Name: "fork-orphan", Run: orphan},
	{Name: "fork-memory-returned", Run: memoryReturned},
	{Name: "fork-refused", Run: refused},
	{Name: "fork-many-times", Run: manyTimes},
	{Name: "fork-wait-without-child", Run: waitWithoutChild},
	{Name: "fork-bad-outside", Run: badOutside},
	{Name: "fork-bad-read-only", Run: badReadOnly},
	{Name: "fork-bad-kernel-address", Run: badKernelAddress},
	{Name: "fork-bad-port", Run: badPort},
	{Name: "fork-bad-panic", Run: badPanic},
	{Name: "fork-bad-start", Run: badStart},
	{Name: "fork-bad-messages", Run: badMessages},
	{Name: "fork-bad-repeated-fault", Run: badRepeatedFault},
}

func main() {
	l4.Connect()
	cases.Run(all, accounted)
}

// accounted runs a case, after which processes and promised frames must be what they were before.
func accounted(run func() string) string {
	before := figures()
	why := run()
	if _, _, ok := l4.WaitChild(); ok && why == "" {
		why = "a child is left over"
	}
	after := figures()
	if why == "" && (after.Processes != before.Processes || after.Promised != before.Promised) {
		why = "the process server's accounting did not end where it began"
	}
	return why
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
