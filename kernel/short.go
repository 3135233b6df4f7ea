package kernel

import "pecan/arch/ia32"

// shortIPC does the IPC that the kernel is built around in one piece: untyped words from a caller that then waits
// to a receiver that waits already and goes on at once, on the caller's timeslice. It returns false, with
// nothing changed, when anything else is the case; sysIPC then does it in full. The result is the same.
func shortIPC(t *TCB, to, from ThreadID, times, tag uint32) bool {
	const untyped = 0xFFFF0000 | tagWords // label and words
	if tag&^uint32(untyped) != 0 || from != to && from != anyThread {
		return false
	}
	r := tcbRef(to.number()).tcb()
	if r.GlobalID != uint32(to) {
		// A local ID, as every reply within a space uses, or no thread at all.
		if r = lookupLocal(t.space(), to); r == nil {
			return false
		}
		if from == to {
			from = r.id()
		}
	}
	if !r.plain() && (r.State != StateReceive || r.ipc != ipcUser) {
		return false
	}
	if p := r.waitsFor(); p != t.id() && p != anyThread {
		return false
	}
	// The caller has nobody to receive from, nobody more important is ready, nothing special holds for the receiver.
	if t.sendHead != 0 || t.space().redirector != nilThread || r.Reasons&^ia32.ReasonsQuiet != 0 || cpu.owner == 0 || cpu.top > rank(r) {
		return false
	}
	plain := times&0x8000 == 0 && t.Reasons&^ia32.ReasonsPlain == 0
	moved := plain && times&0xFFFF != 0 && t.moveTimer(times&0xFFFF)
	if times&0xFFFF != 0 && !moved && !hasDeadline(t, times&0xFFFF) {
		return false
	}
	if !r.plain() {
		cancelTimeout(r)
	}
	for i := tag & tagWords; i != 0; i-- {
		*r.mr(i) = *t.mr(i)
	}
	*r.mr(0) = tag
	r.Frame.EAX, r.Frame.ESI = uint32(t.seenBy(r)), tag
	r.Exit, r.ipc = ia32.ExitIPC, ipcUser
	r.State, r.Wait, r.WaitedFor = StateReady, 0, 1
	switch {
	case moved:
	case times&0xFFFF != 0:
		setTimeout(t, t.Deadline)
	default:
		cancelTimeout(t)
	}
	if plain {
		if times&0xFFFF != 0 {
			t.keepTimer(times & 0xFFFF)
		}
		t.waitPlain(from)
	} else {
		t.Exit, t.ipc, t.timeouts = ia32.ExitIPC, ipcUser, times
		t.virtual, t.intended = nilThread, nilThread
		t.tag, t.from, t.partner = tag, from, from
		t.State = StateReceive
	}
	switchTo(r)
	debugLeave()
	return true
}
