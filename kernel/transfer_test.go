//go:build !386

package kernel

import (
	"testing"

	"pecan/arch/ia32"
)

// A receiver's page fault in mid transfer is delivered at once, and the search for a queued answer of its pager is
// preempted: the queue is long and somebody in it propagates. The receiver does not run; it must be made to go on.
func TestFaultAnswerSearchPreempted(t *testing.T) {
	w := bootWorld(t, 400)
	w.handle(handlerID)
	var list []*TCB
	for i := uint32(0); i < 48; i++ {
		id := tid(100+i, 1)
		spec := tid(100+i/8*8, 1)
		list = append(list, w.newThread(id, spec, i%8))
	}
	s, r, pager := list[0], list[1], list[2]
	var walk treeWalk
	mapPage(w.sigma0.space(), s.space(), 0x00300000, 0x10000000, rightRWX, false, &walk)
	*r.tcr(tcrPager) = uint32(pager.id())
	w.run(pager)
	w.ipc(nilThread, anyThread, 0, 0)
	w.run(r)
	*r.tcr(br0), *r.br(1), *r.br(2) = 1, 100<<10, 0x20000000
	w.ipc(nilThread, s.id(), 0, 0)
	for i, x := range list[3:] {
		tag := uint32(0)
		if i == 0 {
			*x.tcr(tcrVirtualSender) = list[4].GlobalID
			tag = tagPropagated
		}
		w.run(x)
		w.ipc(r.id(), nilThread, 0, tag)
	}
	w.run(s)
	*s.mr(1), *s.mr(2) = 100<<10, 0x10000000
	w.raise(1, 1)
	w.ipc(r.id(), nilThread, 0, 2<<6)
	ia32.Machine.RaiseAt = 0
	if w.interrupts == 0 {
		t.Fatal("no interrupt was taken")
	}
	w.run(w.root)
	w.finish(r)
	if r.State != StateReceive || !r.nested || s.State != StateFaultWait {
		t.Fatalf("the receiver does not wait for its pager\n%s", describeThreads())
	}
	w.run(pager)
	w.call(callExchangeRegisters, regs{ax: uint32(r.id()), cx: exSend | exReceive})
	if errorCode(r) != ipcAborted|phaseReceive || errorCode(s) != ipcAborted|phaseSend {
		t.Errorf("errors %#x, %#x", errorCode(s), errorCode(r))
	}
}
