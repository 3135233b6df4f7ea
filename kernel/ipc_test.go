//go:build !386

package kernel

import (
	"fmt"
	"math/rand"
	"testing"
)

// The IPC state machine against the model: random calls, cancellations, deletions, renamings and passing time among six
// threads in three spaces. After each kernel entry every thread's state, queue and results must be the model's.

const (
	ipcFirst   = 60
	ipcThreads = 6
)

type ipcWorld struct {
	*world
	dice
	model ipcModel
	log   []string
}

func newIPCWorld(t testing.TB, data []byte) *ipcWorld {
	w := &ipcWorld{world: bootWorld(t, 256), dice: dice{data}}
	for i := uint32(0); i < ipcThreads; i++ {
		w.create(i, 1)
	}
	w.step = w.compare
	return w
}

// create makes and starts thread i; every second one founds a space.
func (w *ipcWorld) create(i, version uint32) {
	step := w.step
	w.step = nil
	id, spec := tid(ipcFirst+i, version), tid(ipcFirst+i, version)
	for _, y := range w.model.threads {
		if y.space == int(i/2) {
			spec = y.id()
		}
	}
	w.newThread(id, spec, i)
	w.step = step
	w.model.threads = append(w.model.threads, &ipcThread{number: ipcFirst + i, version: version, space: int(i / 2),
		local: ThreadID(utcbAt.base() + i*utcbSize + utcbMR0)})
}

// compare is called after every kernel entry.
func (w *ipcWorld) compare() string {
	// What the kernel has put off it may have done by now.
	for again := true; again; {
		again = false
		for _, x := range w.model.threads {
			if x.state == modelPending && tcbRef(x.number).tcb().op == opNone {
				w.model.receivePhase(x)
				again = true
			}
		}
	}
	for _, x := range w.model.threads {
		if wrong := w.compareThread(x, tcbRef(x.number).tcb()); wrong != "" {
			for _, l := range w.log {
				w.t.Log(l)
			}
			return fmt.Sprintf("thread %d: %s (model state %d, result %+v)", x.number, wrong, x.state, x.result)
		}
	}
	return ""
}

func (w *ipcWorld) compareThread(x *ipcThread, t *TCB) string {
	if t.id() != x.id() {
		return "wrong ID"
	}
	want := [...]uint32{modelReady: StateReady, modelSend: StateSend, modelReceive: StateReceive, modelPending: StateReady}[x.state]
	if t.visible() != want || (x.state == modelPending) != (t.op == opReceive) {
		return fmt.Sprintf("state is %s, op %d", stateNames[t.visible()], t.op)
	}
	if (x.deadline != 0) != (t.heapIndex != 0) {
		return "timeout is wrong"
	}
	r := t.sendHead
	for _, q := range x.queue {
		if r == 0 || r.tcb().number() != q.number {
			return "send queue is wrong"
		}
		if r = r.tcb().sendNext; r == t.sendHead {
			r = 0
		}
	}
	if r != 0 {
		return "send queue is too long"
	}
	o := x.result
	if o == nil {
		return ""
	}
	x.result = nil
	switch {
	case t.Frame.EAX != uint32(o.from):
		return fmt.Sprintf("sender is %#x, want %#x", t.Frame.EAX, o.from)
	case t.Frame.ESI != o.tag:
		return fmt.Sprintf("tag is %#x, want %#x", t.Frame.ESI, o.tag)
	case o.received && *t.mr(0) != o.tag:
		return fmt.Sprintf("MR0 is %#x, want %#x", *t.mr(0), o.tag)
	case o.tag&tagError != 0 && errorCode(t) != o.code:
		return fmt.Sprintf("ErrorCode is %#x, want %#x", errorCode(t), o.code)
	}
	for i, v := range o.words {
		if *t.mr(uint32(i) + 1) != v {
			return fmt.Sprintf("MR%d is %#x, want %#x", i+1, *t.mr(uint32(i) + 1), v)
		}
	}
	return ""
}

func (w *ipcWorld) note(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

// name is an ID that x may use: mostly of a thread that exists.
func (w *ipcWorld) name(x *ipcThread) ThreadID {
	y := w.model.threads[w.roll(uint32(len(w.model.threads)))]
	switch w.roll(12) {
	case 0:
		return nilThread
	case 1, 2:
		return anyThread
	case 3:
		return anyLocalThread
	case 4, 5:
		return y.local // of x's space, or of nobody
	case 6:
		return tid(ipcFirst+w.roll(ipcThreads), 1+w.roll(3))
	}
	return y.id()
}

func (w *ipcWorld) operation() {
	if len(w.model.threads) == 0 {
		w.create(0, 1)
		return
	}
	x := w.model.threads[w.roll(uint32(len(w.model.threads)))]
	t := tcbRef(x.number).tcb()
	switch w.roll(24) {
	case 0, 1, 2:
		us := uint64(1+w.roll(4)) * 100
		w.note("pass %d", us)
		w.passModel(us)
	case 3:
		control := w.roll(4) << 1
		w.run(w.root)
		w.note("exchange %d control %d", x.number, control)
		state := w.model.cancel(x, control)
		w.call(callExchangeRegisters, regs{ax: uint32(x.id()), cx: control})
		if w.root.Frame.ECX != state {
			w.t.Fatalf("ExchangeRegisters says state %#x, want %#x", w.root.Frame.ECX, state)
		}
	case 4:
		w.run(w.root)
		w.note("delete %d", x.number)
		w.model.remove(x)
		w.call(callThreadControl, regs{ax: uint32(x.id())})
	case 5:
		w.run(w.root)
		i, version := x.number-ipcFirst, 1+w.roll(3)
		if version == x.version {
			return
		}
		w.note("rename %d to %d", i, version)
		w.model.forget(x)
		x.version = version
		w.call(callThreadControl, regs{ax: uint32(x.id()), si: uint32(x.id()), di: utcbUnchanged})
	case 6:
		i := w.roll(ipcThreads)
		if !tcbRef(ipcFirst + i).tcb().exists() {
			w.note("create %d", i)
			w.create(i, 1+w.roll(3))
		}
	default:
		w.run(w.root)
		if x.state != modelReady {
			w.call(callThreadSwitch, regs{ax: t.GlobalID}) // it may have something to receive, or cannot run
			return
		}
		w.run(t)
		w.callIPC(x, t)
	}
}

func (w *ipcWorld) passModel(us uint64) {
	// The model's time comes first: the comparison happens within pass.
	step := w.step
	w.step = nil
	w.pass(us)
	w.model.pass(us)
	w.step = step
	w.check()
}

func (w *ipcWorld) callIPC(x *ipcThread, t *TCB) {
	if x.state != modelReady {
		w.t.Fatalf("thread %d runs and should not", x.number)
	}
	times := [6]uint32{0, timeZero, 150, 250, 450, 950}
	to, from, time := w.name(x), w.name(x), times[w.roll(6)]<<16|times[w.roll(6)]
	if w.roll(4) == 0 {
		from = to
	}
	common := w.roll(3) == 0
	if common {
		// What shortIPC is for: call or reply to somebody who waits, then wait without end.
		for _, y := range w.model.threads {
			if y.state == modelReceive && w.roll(2) == 0 {
				to = y.id()
			}
		}
		from, time = [2]ThreadID{to, anyThread}[w.roll(2)], time&^0xFFFF
	}
	u := w.roll(6)
	tag := u | w.roll(4)<<16
	if !common && w.roll(2) == 0 {
		tag |= w.roll(16) << 12 // bits that count for nothing
	}
	if !common && w.roll(12) == 0 {
		tag |= 62 << 6 // too many words, or typed ones that make it so
		u = tag & 63
		if u < 2 {
			tag += 2
			u += 2
		}
	}
	words := make([]uint32, u)
	for i := range words {
		words[i] = w.roll(256)<<8 | x.number
		*t.mr(uint32(i) + 1) = words[i]
	}
	w.note("%d: ipc to %#x from %#x times %#x tag %#x", x.number, to, from, time, tag)
	w.model.ipc(x, to, from, time, tag, words)
	w.ipc(to, from, time, tag)
}

func ipcSequence(t testing.TB, data []byte) {
	w := newIPCWorld(t, data)
	for !w.empty() {
		w.operation()
	}
}

func TestIPCAgainstModel(t *testing.T) {
	for seed := int64(0); seed < ipcSequences; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 200+r.Intn(2000))
		r.Read(data)
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { ipcSequence(t, data) }) {
			return
		}
	}
}

func FuzzPhases(f *testing.F) {
	for seed := int64(0); seed < 10; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 500)
		r.Read(data)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) <= 4000 {
			ipcSequence(t, data)
		}
	})
}
