//go:build !386

package kernel

import (
	"encoding/binary"
	"testing"

	"pecan/arch/ia32"
)

// The FPU under the harness: whoever runs may execute an FPU instruction. A model says what each thread finds in the
// registers: what it has put there itself, or the reset state. Chaos calls it too.

// fpuModel has, by thread number, the word from which the thread's registers were last filled.
type fpuModel struct {
	filled map[uint32]uint32
	next   uint32
}

// buried forgets threads that are gone; it has to be asked after each entry.
func (m *fpuModel) buried() {
	for number := range m.filled {
		if t := tcbRef(number).tcb(); !t.exists() || t.version() == 0 {
			delete(m.filled, number)
		}
	}
}

// wanted is word i of the registers of a thread.
func (m *fpuModel) wanted(number, i uint32) uint32 {
	if first, ok := m.filled[number]; ok {
		return first + i
	}
	switch i {
	case 0:
		return 0x37F
	case 6:
		return 0x1F80
	}
	return 0
}

// float lets the running thread use the FPU: it traps if it has to, compares all registers and fills them anew. It returns
// false if the thread was interrupted before, or has no FPU.
func (w *world) float() bool {
	w.t.Helper()
	m := &w.fpu
	if m.filled == nil {
		m.filled = map[uint32]uint32{}
	}
	t, f := running(), &ia32.Machine.FPU
	if !f.On {
		leaveByTrap(t)
		t.Frame.Vector, t.Frame.Error = ia32.VecNoFPU, 0
		EnterTrap(t)
		w.entered()
		if running() != t || !f.On {
			return false
		}
	}
	number := t.number()
	for i := uint32(0); i < ia32.FPUArea/4; i++ {
		if got, want := binary.LittleEndian.Uint32(f.Registers[4*i:]), m.wanted(number, i); got != want {
			w.t.Fatalf("FPU word %d of thread %d is %#x, want %#x", i, number, got, want)
		}
	}
	m.next += ia32.FPUArea
	m.filled[number] = m.next
	for i := uint32(0); i < ia32.FPUArea/4; i++ {
		binary.LittleEndian.PutUint32(f.Registers[4*i:], m.next+i)
	}
	return true
}

// twoThreads are threads in spaces of their own.
func twoThreads(t testing.TB) (w *world, a, b *TCB) {
	w = bootWorld(t, 300)
	return w, w.newThread(tid(64, 1), tid(64, 1), 0), w.newThread(tid(80, 1), tid(80, 1), 1)
}

func (w *world) floats(threads ...*TCB) {
	w.t.Helper()
	for _, t := range threads {
		w.run(t)
		if !w.float() {
			w.t.Fatalf("thread %d does not get the FPU", t.number())
		}
	}
}

func TestFPUPrivate(t *testing.T) {
	w, a, b := twoThreads(t)
	w.floats(a, b, a, a, w.root, b, w.root, a, b)
}

// Who comes back and finds that nobody else wanted the FPU keeps the registers where they are; a switch moves nothing.
func TestFPULazy(t *testing.T) {
	w, a, b := twoThreads(t)
	f := &ia32.Machine.FPU
	w.floats(a)
	for range 5 {
		w.run(b)
		if f.On {
			t.Fatal("another thread can reach the registers")
		}
		w.floats(a)
	}
	if f.Saves != 0 || f.Loads != 1 {
		t.Errorf("%d saves and %d loads for a single user", f.Saves, f.Loads)
	}
	w.floats(b, a)
	if f.Saves != 2 || f.Loads != 3 {
		t.Errorf("%d saves and %d loads for three changes of owner", f.Saves, f.Loads)
	}
}

// A round trip of short IPC: the owner's way out locks the FPU, after that both threads are on the short way again.
func TestFPUShortIPC(t *testing.T) {
	w, a, b := twoThreads(t)
	w.run(b)
	w.ipc(nilThread, anyThread, 0, 0)
	w.floats(a)
	w.ipc(b.id(), b.id(), 0, 0)
	for range 3 {
		if running() != b || a.Reasons|b.Reasons != 0 || ia32.Machine.FPU.On {
			t.Fatal("the receiver has reasons not to be fast")
		}
		w.ipc(a.id(), anyThread, 0, 0)
		if running() != a || a.Reasons|b.Reasons != 0 || ia32.Machine.FPU.On {
			t.Fatal("the caller has reasons not to be fast")
		}
		w.ipc(b.id(), b.id(), 0, 0)
	}
	w.floats(b)
	w.ipc(a.id(), anyThread, 0, 0)
	w.floats(a)
}

// A deleted owner leaves nothing to the next thread with its ID, nor to others.
func TestFPUReuse(t *testing.T) {
	w, a, b := twoThreads(t)
	for range 3 {
		w.floats(b, a)
		id := a.id()
		if code := w.control(id, nilThread, nilThread, nilThread, 0); code != errOK {
			t.Fatalf("delete: error %d", code)
		}
		if cpu.fpuOwner != 0 {
			t.Fatal("a thread that does not exist owns the FPU")
		}
		a = w.newThread(id, id, 0)
		w.floats(a, b)
	}
}

// Registers go along into another space, whether in the FPU or not.
func TestFPUMigration(t *testing.T) {
	w, a, b := twoThreads(t)
	c := w.newThread(tid(96, 1), tid(96, 1), 2)
	w.floats(a, b, c)
	for i, to := range [...]*TCB{b, c, b, c} {
		w.floats(b, a)
		if i&1 != 0 {
			w.floats(b)
		}
		if code := w.control(a.id(), to.id(), nilThread, nilThread, utcbUnchanged); code != errOK || a.Space != to.Space {
			t.Fatalf("migration: error %d", code)
		}
		w.floats(a, to)
	}
}

// The thread that deletes the owner can be a preempted one, which goes on while the owner is still the one that runs.
func TestFPUOwnerDeletedByOperation(t *testing.T) {
	w, a, b := twoThreads(t)
	w.floats(a, b)
	w.run(w.root)
	// An operation of the root task is continued on a's way out of the kernel.
	w.run(a)
	w.float()
	f := &w.root.Frame
	f.EAX, f.ECX, f.EDX, f.ESI, f.EDI, f.Vector = a.GlobalID, 0, 0, 0, 0, callThreadControl
	setFrame(f, 0x1000, 0x2000)
	w.root.Exit = ia32.ExitTrap
	w.root.prog[0] = 0
	setOp(w.root, opSyscall)
	w.call(callThreadSwitch, regs{ax: w.root.GlobalID})
	if tcbRef(64).tcb().exists() || cpu.fpuOwner != 0 || ia32.Machine.FPU.On {
		t.Fatal("the owner has not gone")
	}
	w.floats(b)
}

// Without an FPU vector 7 is an exception of the thread; without a handler it halts.
func TestFPUAbsent(t *testing.T) {
	w, a, _ := twoThreads(t)
	ia32.Machine.FPU.Absent = true
	w.run(a)
	if w.float() || a.State != StateHalted {
		t.Error("a thread without FPU and handler goes on")
	}
}
