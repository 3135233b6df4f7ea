package kernel

import "pecan/arch/ia32"

// Plain waits: the form in which a thread waits for untyped words from one thread or any, for ever, with nothing
// else to be said of it. It is one word, Fast.Wait, so that the fast path (arch/ia32) puts one thread into it and
// takes another out of it with a write each. State says ready meanwhile, and every field that describes an IPC is stale:
// surface makes the thread an ordinary StateReceive again, which is what everything here but the short paths works on.

// plain reports whether t is in a plain wait.
func (t *TCB) plain() bool { return t.Wait&^ia32.WaitMarked != 0 }

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
	if t.ipc == ipcUser && t.timeouts&0xFFFF == 0 && from != anyLocalThread && !t.nested && t.Reasons&^ia32.ReasonsPlain == 0 {
		t.waitPlain(from)
		return
	}
	t.State = StateReceive
	t.partner = from
}

// waitPlain puts t into a plain wait. From now on it counts as waited for: the fast path does not note who calls it.
func (t *TCB) waitPlain(from ThreadID) {
	t.State = StateReady
	t.Wait = uint32(from)
}

// markWaitedFor notes that some thread may be in a closed receive from t.
func (t *TCB) markWaitedFor() {
	if t.Wait == ia32.WaitNone {
		t.Wait = ia32.WaitMarked
	}
}

// surface turns a plain wait into the general form. Everybody who changes another thread's IPC or context does so first.
func (t *TCB) surface() {
	if !t.plain() {
		return
	}
	from := ThreadID(t.Wait)
	t.Wait = ia32.WaitMarked
	t.State = StateReceive
	t.partner, t.from = from, from
	t.Exit, t.ipc, t.timeouts = ia32.ExitIPC, ipcUser, 0
	t.tag, t.virtual, t.intended = 0, nilThread, nilThread
}
