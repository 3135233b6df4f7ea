package kernel

import "pecan/arch/ia32"

// Plain waits: the form in which a thread waits for untyped words from one thread or any, for ever or for a relative time, with
// nothing else to be said of it. It is one word, Fast.Wait, so that the fast path (arch/ia32) puts one thread into it and
// takes another out of it with a write each. State says ready meanwhile, and every field that describes an IPC is stale:
// surface makes the thread an ordinary StateReceive again, which is what everything here but the short paths works on.

// plain reports whether t is in a plain wait.
func (t *TCB) plain() bool { return t.Wait != 0 }

// waits reports whether t waits for a message.
func (t *TCB) waits() bool { return t.State == StateReceive || t.plain() }

// waitsFor is the normalised from-specifier of a thread that waits.
func (t *TCB) waitsFor() ThreadID {
	if t.plain() {
		return ThreadID(t.Wait)
	}
	return t.partner
}

// wait lets t wait for from, normalised, in the plain form if that can say it all. A timeout runs already if there is one.
func (t *TCB) wait(from ThreadID) {
	time := t.timeouts & 0xFFFF
	if t.ipc == ipcUser && time&0x8000 == 0 && from != anyLocalThread && !t.nested && t.Reasons&^ia32.ReasonsPlain == 0 {
		if time == 0 {
			cancelTimeout(t)
		} else {
			t.keepTimer(time)
		}
		t.waitPlain(from)
		return
	}
	t.State = StateReceive
	t.partner = from
}

// waitPlain puts t into a plain wait.
func (t *TCB) waitPlain(from ThreadID) {
	t.State = StateReady
	t.Wait = uint32(from)
}

// keepTimer makes the timeout of t, which runs, one that plain waits with the same relative time only move on.
func (t *TCB) keepTimer(time uint32) {
	t.Reasons |= ia32.ReasonTimer
	if t.Time != time {
		t.Time, t.Cycles = time, deadlineOf(time, 0)
	}
}

// moveTimer starts the timeout of a plain wait by moving the deadline of the entry that the last one has left in the heap. It returns false if
// there is none for this time. The entry's place is not after the deadline: it was made for the same period, earlier.
func (t *TCB) moveTimer(time uint32) bool {
	if t.Reasons&ia32.ReasonTimer == 0 || t.Time != time {
		return false
	}
	t.Deadline = ia32.ReadTSC() + t.Cycles
	return true
}

// timed reports whether a timeout of t runs.
func (t *TCB) timed() bool {
	return t.heapIndex != 0 && (t.Reasons&ia32.ReasonTimer == 0 || t.plain())
}

// surface turns a plain wait into the general form. Everybody who changes another thread's IPC or context does so first.
func (t *TCB) surface() {
	if !t.plain() {
		return
	}
	from := ThreadID(t.Wait)
	t.Wait = 0
	t.State = StateReceive
	t.partner, t.from = from, from
	t.Exit, t.ipc, t.timeouts = ia32.ExitIPC, ipcUser, 0
	if t.heapIndex != 0 {
		t.timeouts = t.Time
		setTimeout(t, t.Deadline)
	}
	t.tag, t.virtual, t.intended = 0, nilThread, nilThread
}
