//go:build !386

package kernel

import (
	"container/heap"
	"math/rand"
	"pecan/arch/ia32"
	"testing"
)

// Ready queues, timeout heap and pool against obvious models. The threads are bare: created, never run.

// bareThreads makes n inactive threads.
func bareThreads(t testing.TB, n uint32) []*TCB {
	w := bootWorld(t, 600)
	list := make([]*TCB, n)
	for i := range list {
		id := tid(100+uint32(i), 1)
		if code := w.control(id, rootID, rootID, nilThread, utcbUnchanged); code != errOK {
			t.Fatalf("thread %d: error %d", i, code)
		}
		list[i] = lookup(id)
	}
	return list
}

// Ready queues: what the scheduler would choose is the first of the highest priority; who is queued already keeps its place;
// blocked threads are passed over.
func TestReadyQueues(t *testing.T) {
	list := bareThreads(t, 40)
	var model [256][]*TCB
	remove := func(x *TCB) {
		for i, q := range model[x.prio] {
			if q == x {
				model[x.prio] = append(append([]*TCB(nil), model[x.prio][:i]...), model[x.prio][i+1:]...)
				return
			}
		}
	}
	r := rand.New(rand.NewSource(7))
	for step := 0; step < 200000; step++ {
		x := list[r.Intn(len(list))]
		switch r.Intn(5) {
		case 0, 1:
			if !x.queued {
				model[x.prio] = append(model[x.prio], x)
			}
			x.State = StateReady
			enqueue(x)
		case 2:
			remove(x)
			dequeue(x)
			x.State = StateInactive
		case 3:
			if !x.queued {
				x.prio = uint8([4]int{0, 31, 32 + r.Intn(3), 255}[r.Intn(4)])
			}
		case 4:
			if !x.queued {
				model[x.prio] = append([]*TCB{x}, model[x.prio]...)
			}
			x.State = StateReady
			link(x, true)
		}
		want := int32(255)
		for want >= 0 && len(model[want]) == 0 {
			want--
		}
		if ia32.Top != want {
			t.Fatalf("step %d: top is %d, want %d", step, ia32.Top, want)
		}
		if want >= 0 && cpu.ready[want].tcb() != model[want][0] {
			t.Fatalf("step %d: the wrong thread is first", step)
		}
		if step%64 == 0 {
			for p := range model {
				at := cpu.ready[p]
				for _, q := range model[p] {
					if at.tcb() != q {
						t.Fatalf("step %d: queue %d is in the wrong order", step, p)
					}
					at = q.readyNext
				}
			}
		}
	}
}

// choose drops stale entries and takes the best ready thread.
func TestChooseSkipsBlocked(t *testing.T) {
	list := bareThreads(t, 200)
	r := rand.New(rand.NewSource(8))
	for round := 0; round < 300; round++ {
		best := -1
		for _, x := range list {
			dequeue(x)
			x.prio, x.State = uint8(r.Intn(256)), StateReady
			enqueue(x)
			if x.State = StateReceive; r.Intn(20) == 0 {
				x.State = StateReady
				best = max(best, int(x.prio))
			}
		}
		x := choose(nil)
		for x != nil && x.number() < 100 {
			x.State = StateReceive // root and sigma0
			x = choose(nil)
		}
		if best < 0 && x != nil || best >= 0 && (x == nil || int(x.prio) != best || !x.ready()) {
			t.Fatalf("round %d: chose %v, best priority %d", round, x, best)
		}
		if ia32.Top != highest() {
			t.Fatalf("round %d: top", round)
		}
	}
}

type deadlines []uint64

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, k int) bool { return d[i] < d[k] }
func (d deadlines) Swap(i, k int)      { d[i], d[k] = d[k], d[i] }
func (d *deadlines) Push(x any)        { *d = append(*d, x.(uint64)) }
func (d *deadlines) Pop() any {
	x := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return x
}

// The timeout heap gives deadlines in order, and survives cancellation anywhere.
func TestTimeoutHeap(t *testing.T) {
	list := bareThreads(t, 300)
	r := rand.New(rand.NewSource(9))
	for step := 0; step < 100000; step++ {
		x := list[r.Intn(len(list))]
		if x.heapIndex != 0 {
			cancelTimeout(x)
		} else {
			setTimeout(x, uint64(r.Intn(1000)))
		}
		if wrong := checkHeap(); wrong != "" {
			t.Fatalf("step %d: %s", step, wrong)
		}
		if step%500 != 0 {
			continue
		}
		var model deadlines
		for _, x := range list {
			if x.heapIndex != 0 {
				model = append(model, x.deadline)
			}
		}
		heap.Init(&model)
		for len(model) > 0 {
			if want := heap.Pop(&model).(uint64); nextTimeout() != want {
				t.Fatalf("step %d: next is %d, want %d", step, nextTimeout(), want)
			}
			cancelTimeout(slot(1).tcb())
		}
		if nextTimeout() != noDeadline || timeouts.count != 0 {
			t.Fatalf("step %d: the heap is not empty", step)
		}
	}
}

// The pool: every page is zeroed, belongs to one owner at a time, comes back, and the reserve is kept.
func TestPool(t *testing.T) {
	bootWorld(t, 300)
	start := pool.left
	r := rand.New(rand.NewSource(10))
	owned := map[uint32]bool{}
	var list []uint32
	for step := 0; step < 20000; step++ {
		if r.Intn(5) < 3 {
			page := allocPage(pageNodes, 0)
			if page == 0 {
				if pool.left != pool.reserve {
					t.Fatal("refused with pages left")
				}
				continue
			}
			if owned[page] || page&4095 != 0 || !inPool(page-0xD0000000) {
				t.Fatalf("page %#x was given out twice, or is none", page)
			}
			for i := uint32(0); i < 4096; i += 4 {
				if *word(page + i) != 0 {
					t.Fatal("a page is not cleared")
				}
				*word(page + i) = ^uint32(0)
			}
			owned[page] = true
			list = append(list, page)
		} else if len(list) > 0 {
			i := r.Intn(len(list))
			freePage(list[i])
			delete(owned, list[i])
			list = append(list[:i], list[i+1:]...)
		}
		if pool.left+uint32(len(list)) != start || !freeListHas(pool.left) || pool.count[pageNodes] != uint32(len(list)) {
			t.Fatal("the pool has lost count")
		}
	}
}

// An interrupt that comes while the scheduler drops stale entries wakes its handler although nobody else is left to run.
func TestWokenAmongStaleEntries(t *testing.T) {
	w := bootWorld(t, 600)
	w.handle(handlerID)
	h := w.handler
	w.handler = nil
	for i := uint32(0); i < 40; i++ {
		id := tid(100+i, 1)
		if code := w.control(id, rootID, rootID, nilThread, utcbUnchanged); code != errOK {
			t.Fatalf("thread %d: error %d", i, code)
		}
		x := lookup(id)
		x.State = StateReady
		enqueue(x)
		x.State = StateInactive
	}
	w.raise(1, 0)
	w.ipc(nilThread, rootID, 0, 0)
	if running() != h {
		t.Errorf("thread %d runs", running().number())
	}
}
