//go:build !386

package kernel

import (
	"fmt"
	"strings"

	"pecan/arch/ia32"
)

var stateNames = [...]string{"none", "inactive", "ready", "send", "receive", "receiving", "fault wait", "halted"}

// describeThreads is a line per thread, for failed tests.
func describeThreads() string {
	var b strings.Builder
	fmt.Fprintf(&b, "running %d\n", running().number())
	for at := uint32(ia32.TCBArea); at < ia32.TCBEnd; at += ia32.LargeSize {
		if *masterEntry(at) == 0 {
			continue
		}
		for r := Ref(at); uint32(r) < at+ia32.LargeSize; r += tcbSize {
			t := r.tcb()
			if !t.exists() || t.number() <= idleNumber {
				continue
			}
			fmt.Fprintf(&b, "%d id %#x space %#x %s ipc %d op %d partner %#x from %#x queued %v prio %d reasons %#x sendTo %#x\n", (uint32(r)-ia32.TCBArea)/tcbSize, t.GlobalID,
				t.Space, stateNames[t.visible()], t.ipc, t.op, t.waitsFor(), t.from, t.queued, t.prio, t.Reasons, t.sendTo)
		}
	}
	return b.String()
}

// visible is the state of a thread whose plain wait counts as what it is.
func (t *TCB) visible() uint32 {
	if t.plain() {
		return StateReceive
	}
	return t.State
}
