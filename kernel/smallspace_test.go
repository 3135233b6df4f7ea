//go:build !386

package kernel

import (
	"fmt"
	"math/rand"
	"testing"

	"pecan/arch/ia32"
)

// Small spaces on the simulated machine, which checks segment limits and knows every place where a translation may be kept.

// moveTo asks for a small-space id by the root task; it returns the old control word, as SpaceControl gives it.
func (w *world) moveTo(t *TCB, id uint32) uint32 {
	w.t.Helper()
	w.run(w.root)
	w.call(callSpaceControl, regs{ax: t.GlobalID, cx: controlSmall | id})
	w.finish(w.root)
	if w.root.Frame.EAX == 0 {
		w.t.Fatalf("SpaceControl: error %d", errorCode(w.root))
	}
	return w.root.Frame.ECX
}

// makeSmall moves t's space to id.
func (w *world) makeSmall(t *TCB, id uint32) {
	w.t.Helper()
	if got := w.moveTo(t, id); got&controlSmall == 0 || t.space().smallID() != id {
		w.t.Fatalf("small space %#x: control %#x, is %#x", id, got, t.space().smallID())
	}
}

// place16 is the n-th place of 16 MiB.
func place16(n uint32) uint32 { return 4 | n<<3 }

func TestSmallIDs(t *testing.T) {
	for id := uint32(1); id <= controlID; id++ {
		unit, k, ok := smallPlace(id)
		offset, size := uint64(id&^(1<<k))<<21, uint64(4<<20)<<k // abi 5.5
		if uint64(unit)<<22 != offset || id>>k&1 != 1 || id&(1<<k-1) != 0 {
			t.Errorf("id %#x: unit %d, k %d", id, unit, k)
		}
		if want := offset+size <= ia32.SmallEnd-ia32.SmallArea; ok != want {
			t.Errorf("id %#x: honoured %v, want %v", id, ok, want)
		}
		if !ok {
			continue
		}
		s := Space{segment: ia32.SegmentAt(unit<<22, k)}
		if ia32.SegmentBase(s.segment) != ia32.SmallArea+uint32(offset) || uint64(ia32.SegmentSize(s.segment)) != size || s.smallID() != id {
			t.Errorf("id %#x: segment %#x", id, s.segment)
		}
	}
}

func TestSmallMoves(t *testing.T) {
	w := bootWorld(t, 256)
	a, b := w.newThread(tid(60, 1), tid(60, 1), 0), w.newThread(tid(61, 1), tid(61, 1), 0)
	w.makeSmall(a, place16(3))
	if !ia32.Machine.Limited {
		t.Fatal("segments are not limited")
	}
	for _, id := range []uint32{place16(3), 1<<3 | 1<<4, 1 << 6, 1, 0x80, 0xFF} {
		if got := w.moveTo(b, id); got != 0 || b.space().segment != 0 {
			t.Errorf("id %#x: control %#x, space is %#x", id, got, b.space().smallID())
		}
	}
	if got := w.moveTo(a, place16(3)); got != controlSmall|place16(3) {
		t.Errorf("same place: control %#x", got)
	}
	if got := w.moveTo(a, 1<<3|1<<4); got != controlSmall|place16(3) { // 32 MiB over its own place
		t.Errorf("over its own place: control %#x", got)
	}
	if got := w.moveTo(a, 0); got != controlSmall|1<<3|1<<4 {
		t.Errorf("out: control %#x", got)
	}
	if ia32.Machine.Limited || small != (smallRegion{at: small.at}) {
		t.Error("limits stay without small spaces")
	}
}

// A switch to or from a small space loads no directory, and leaves the translations of both sides alone.
func TestSmallKeepsDirectory(t *testing.T) {
	w := bootWorld(t, 256)
	a, b, c := w.newThread(tid(60, 1), tid(60, 1), 0), w.newThread(tid(61, 1), tid(61, 1), 0), w.newThread(tid(62, 1), tid(62, 1), 0)
	w.makeSmall(a, place16(3))
	w.makeSmall(b, place16(4))
	for _, r := range []*TCB{a, b} {
		w.run(r)
		w.ipc(nilThread, anyThread, 0, 0)
	}
	w.run(c)
	w.touch(utcbAt.base(), false)
	directory := ia32.Machine.CR3
	ping := func(from, to *TCB) {
		t.Helper()
		if running() != from {
			t.Fatalf("thread %d runs", running().number())
		}
		w.ipc(to.id(), anyThread, 0, 0)
		if running() != to || ia32.Machine.CR3 != directory {
			t.Fatalf("thread %d runs in directory %#x, not %d in %#x", running().number(), ia32.Machine.CR3, to.number(), directory)
		}
		w.touch(utcbAt.base(), true)
	}
	for range 3 {
		ping(c, a)
		ping(a, b)
		ping(b, a)
		ping(a, c)
	}
	if _, _, _, ok := ia32.Machine.AccessIn(0, utcbAt.base(), false); !ok {
		t.Error("the large space lost a page")
	}
}

func TestSmallOutgrown(t *testing.T) {
	for name, way := range map[string]func(w *world, x *TCB){
		"data": func(w *world, x *TCB) { w.touch(0x01000000, false) },
		"return": func(w *world, x *TCB) {
			x.Frame.EIP = 0x01000000
			EnterBeyond(x)
			w.entered()
		},
		"unchecked limit": func(w *world, x *TCB) {
			ia32.Machine.CR2 = ia32.SegmentBase(x.space().segment) + 0x2FFFFFFF
			x.Frame.Vector, x.Frame.Error = ia32.VecPageFault, ia32.FaultUser
			trap(x)
			w.entered()
		},
		"stack": func(w *world, x *TCB) {
			x.Frame.Vector, x.Frame.Error = ia32.VecStack, 0
			trap(x)
			w.entered()
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := bootWorld(t, 256)
			x, y := w.newThread(tid(60, 1), tid(60, 1), 0), w.newThread(tid(61, 1), tid(61, 1), 0)
			w.makeSmall(x, place16(1))
			w.makeSmall(y, place16(2))
			w.run(x)
			w.touch(utcbAt.base(), true)
			leaveByTrap(x)
			way(w, x)
			if x.space().segment != 0 || y.space().segment == 0 {
				t.Fatal("the wrong space became large")
			}
			// Its units are cleared by later traps and serve again.
			for i := 0; i < 2000 && small.dirty != 0; i++ {
				w.run(w.root)
				w.call(callThreadSwitch, regs{})
			}
			if small.dirty != 0 || !ia32.Machine.Limited {
				t.Errorf("%d units stay dirty, limits %v", small.dirty, ia32.Machine.Limited)
			}
			w.makeSmall(x, place16(1))
		})
	}
}

// A fault of a large thread beyond its limit is its exception; so is a return there.
func TestLargeBeyondLimit(t *testing.T) {
	w := bootWorld(t, 256)
	x, y := w.newThread(tid(60, 1), tid(60, 1), 0), w.newThread(tid(61, 1), tid(61, 1), 0)
	w.makeSmall(y, place16(2))
	w.run(x)
	leaveByTrap(x)
	x.Frame.EIP = ia32.TrampolineAt
	EnterBeyond(x)
	w.entered()
	if x.State != StateHalted || x.Frame.Vector != ia32.VecProtection || x.Frame.EIP != ia32.TrampolineAt {
		t.Errorf("state %d, vector %d, EIP %#x", x.State, x.Frame.Vector, x.Frame.EIP)
	}
}

// A trap in the trampoline shows the thread's own EIP.
func TestTrampolineIsNeverSeen(t *testing.T) {
	w := bootWorld(t, 256)
	x := w.newThread(tid(60, 1), tid(60, 1), 0)
	w.makeSmall(x, place16(2))
	w.run(x)
	for at := uint32(ia32.TrampolineAt); at < ia32.TrampolineAt+ia32.TrampolineSize; at++ {
		w.ipc(nilThread, tid(99, 1), 0, 0)
		leaveByTrap(x)
		x.Frame.EIP = at
		x.Frame.Vector, x.Frame.Error = ia32.VecIRQ+7, 0 // spurious
		trap(x)
		w.entered()
		if x.Frame.EIP != x.Fast.EIP {
			t.Fatalf("EIP %#x", x.Frame.EIP)
		}
	}
}

// Without memory for a region table a space becomes large instead of losing a page.
func TestSmallWithoutMemory(t *testing.T) {
	w := bootWorld(t, 256)
	x := w.newThread(tid(60, 1), tid(60, 1), 0)
	w.makeSmall(x, place16(2))
	w.run(x)
	var taken []uint32
	for {
		page := allocPage(pageNodes, 0)
		if page == 0 {
			break
		}
		taken = append(taken, page)
	}
	w.unchecked = true
	w.touch(utcbAt.base(), true)
	if x.space().segment != 0 || running() != x {
		t.Error("the space is not large")
	}
	for _, page := range taken {
		freePage(page)
	}
	w.unchecked = false
	w.check()
}

// Moving out and deletion of a space with many pages, preempted at every turn.
func TestSmallPreempted(t *testing.T) {
	for every := uint64(1); every < 4; every++ {
		w := bootWorld(t, 512)
		x := w.newThread(tid(60, 1), tid(60, 1), 0)
		w.handle(tid(70, 1))
		w.makeSmall(x, place16(2))
		m := &mapWorld{world: w, model: mapModel{at: map[place2]*mapping{}}}
		m.threads[0], m.threads[1] = w.sigma0, x
		w.run(w.root)
		*w.root.mr(1) = 0
		w.ipc(sigma0ID, nilThread, 0, 0)
		w.unchecked = true
		m.send(0, 1, Fpage(0x00400000|16<<4|rightRWX), 0x00400000, completePage, false)
		w.run(x)
		for i := uint32(0); i < 16; i++ {
			w.touch(0x00400000+i<<12, true)
		}
		w.raise(1, every)
		w.makeSmall(x, place16(5))
		w.run(x)
		w.touch(0x00400000, true)
		w.control(x.id(), nilThread, nilThread, nilThread, utcbUnchanged)
		w.finish(w.root)
		w.unchecked = false
		ia32.Machine.RaiseAt = 0
		w.check()
		if ia32.Machine.Limited || small.dirty|small.spaces != 0 {
			t.Error("limits stay without small spaces")
		}
	}
}

// The mapping model with small spaces, which move about between operations.
func TestSmallMappingAgainstModel(t *testing.T) {
	for seed := int64(0); seed < smallSequences; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 5*(10+r.Intn(60)))
		r.Read(data)
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { smallSequence(t, data) }) {
			return
		}
	}
}

const smallSequences = mappingSequences / 5

func FuzzSmallMapping(f *testing.F) {
	f.Add(make([]byte, 50))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) <= 2000 {
			smallSequence(t, data)
		}
	})
}

func smallSequence(t testing.TB, data []byte) {
	w := newMapWorld(t, 512)
	w.unchecked = true
	for i := 1; i < mapSpaces; i++ {
		w.moveTo(w.threads[i], place16(uint32(i)))
	}
	for ; len(data) >= 5; data = data[5:] {
		b := [5]byte(data[:5])
		if x := b[1] ^ b[3]; x%4 == 0 {
			s := 1 + int(x>>2)%(mapSpaces-1)
			id := [...]uint32{0, place16(uint32(s)), place16(uint32(s) + 5), 1<<3 | uint32(s)<<4, place16(1), 1}[b[2]%6]
			w.note("space %d to small place %#x", s, id)
			w.moveTo(w.threads[s], id)
		}
		w.operation(b)
		w.compare()
	}
}
