//go:build !386

package kernel

import (
	"testing"

	"pecan/arch/ia32"
)

// The word at gs:0 (docs/gs-word.md). That the running thread's is the one that shows is an invariant, checked after each
// entry.

// gs reads and, with exHandle, sets the word of dest; it returns the old one.
func (w *world) gs(dest *TCB, control, v uint32) uint32 {
	w.t.Helper()
	t := w.call(callExchangeRegisters, regs{ax: dest.GlobalID, cx: control, bx: v})
	if t.Frame.EAX == 0 {
		w.t.Fatalf("ExchangeRegisters: error %d", errorCode(t))
	}
	return t.Frame.EBX
}

const gsRead = gsKey << 16

func TestGSWord(t *testing.T) {
	w, a, b := twoThreads(t)
	w.run(a)
	if got := w.gs(a, gsRead, 5); got != a.LocalID || ia32.Word() != a.LocalID {
		t.Fatalf("gs:0 of a fresh thread is %#x, want %#x", got, a.LocalID)
	}
	w.gs(a, exHandle, 0x1234)
	if got := w.gs(a, gsRead|exHandle, 0xC0000004); got != a.LocalID || ia32.Word() != 0xC0000004 {
		t.Fatalf("setting one's own: was %#x, is %#x", got, ia32.Word())
	}
	if got := w.gs(a, 0, 0); got != 0x1234 {
		t.Errorf("the handle is %#x", got)
	}
	w.run(b)
	if ia32.Word() != b.LocalID {
		t.Error("another thread sees it")
	}
	w.run(a)
	if ia32.Word() != 0xC0000004 {
		t.Error("it is gone after a switch")
	}
	for _, key := range [...]uint32{0, 0xFFFF, 0x6772, 0x6777, 0x7367, 0x4753} {
		if w.gs(a, key<<16|exHandle, 0x1234) != 0x1234 || a.GSWord != 0xC0000004 {
			t.Errorf("key %#x is known", key)
		}
	}
	// The kernel goes by its own record.
	*a.mr(1) = 77
	w.ipc(b.id(), nilThread, timeZero<<16, 1)
	if *a.mr(0)&tagError == 0 || errorCode(a) != ipcTimeout {
		t.Error("IPC does not find the UTCB")
	}
}

// A word that is the UTCB's address follows it; one that was set stays. Whoever gets the ID next starts afresh.
func TestGSWordLife(t *testing.T) {
	for _, set := range [...]uint32{0, 0xFFFFFFFF} {
		w, a, b := twoThreads(t)
		if set != 0 {
			w.run(a)
			w.gs(a, gsRead|exHandle, set)
		}
		id := a.id()
		if code := w.control(id, b.id(), nilThread, nilThread, utcbUnchanged); code != errOK {
			t.Fatalf("migration: error %d", code)
		}
		want := set
		if set == 0 {
			want = a.LocalID
		}
		w.run(a)
		if ia32.Word() != want {
			t.Errorf("after migration gs:0 is %#x, want %#x", ia32.Word(), want)
		}
		w.control(id, nilThread, nilThread, nilThread, 0)
		if a = w.newThread(id, id, 3); a.GSWord != a.LocalID {
			t.Errorf("gs:0 of the next thread is %#x", a.GSWord)
		}
	}
}
