//go:build !386

package kernel

import "testing"

func TestBootPatched(t *testing.T) {
	w := bootWorld(t, 256)
	if !w.sigma0.space().isSigma0 || !w.root.space().privileged {
		t.Error("servers have no privileges")
	}
	a := w.newThread(tid(60, 1), tid(60, 1), 0)
	b := w.newThread(tid(61, 1), tid(60, 1), 1)
	w.run(a)
	w.ipc(b.id(), b.id(), 0, 0)
	w.run(b)
	w.ipc(nilThread, anyThread, 0, 0)
	if b.Frame.EAX != a.LocalID || b.Frame.ESI != 0 {
		t.Errorf("b got %#x, tag %#x", b.Frame.EAX, b.Frame.ESI)
	}
}
