package kernel

import (
	"math/bits"

	"pecan/arch/ia32"
)

// Scheduling: 256 priorities, round robin inside one, strict between them (semantics 7).
//
// Invariant: every ready thread but the running one is in the ready queue of its priority. The reverse need not hold: a
// thread that blocks stays queued and is dropped when the scheduler meets it (lazy dequeueing), so IPC does not
// touch the queues.

type processor struct {
	ready  [256]Ref  // head of each circular queue
	bitmap [8]uint32 // bit p: ready[p] is not empty
	top    int32     // highest p with a non-empty queue, -1 none

	pdir    uint32 // physical address of the loaded page directory
	reload  bool   // its copy area has been used: load it again before anything else runs
	handoff Ref    // thread made ready by the current entry, not queued yet
	pending uint32 // pending* : interrupts taken at a preemption point and not yet handled
	work    uint32 // steps since the last preemption point

	owner    Ref    // whose timeslice is running (the donor, after IPC)
	since    uint64 // TSC up to which it has been charged
	sliceEnd uint64 // TSC; 0 = endless
	armed    uint64 // TSC at which the timer will fire; 0 = not armed

	resched uint32 // resched*: why the running thread may have to go, 0 between entries
	donated Ref    // ThreadSwitch: runs next, on the running slice

	lines    [2]uint32 // of pendingLines: which
	spurious uint32    // spurious interrupts seen

	fpuOwner Ref  // whose registers are in the FPU, 0 nobody's (fpu.go)
	fpuOn    bool // CR0.TS is clear: the owner runs
}

var cpu processor

// Bits of resched. In both cases the running thread has been put behind its equals.
const (
	reschedYield   = 1 << 0 // it has given up
	reschedExpired = 1 << 1 // its slice is over; cpu.sliceEnd is 0 meanwhile
)

const noDeadline = ^uint64(0)

func (t *TCB) ready() bool { return t.State == StateReady }

// setPriority sets the priority of a thread that is in no ready queue. The sensitive priority is never below it.
func (t *TCB) setPriority(p uint8) {
	t.prio = p
	t.sensitive = max(t.sensitive, p)
}

// enqueue puts a ready thread at the tail of its queue, unless it is still queued.
func enqueue(t *TCB) { link(t, false) }

func link(t *TCB, first bool) {
	if t.queued {
		return
	}
	t.queued = true
	p := uint32(t.prio)
	r := t.ref()
	head := cpu.ready[p]
	if head == 0 {
		t.readyNext, t.readyPrev = r, r
		cpu.ready[p] = r
		cpu.bitmap[p>>5] |= 1 << (p & 31)
		if int32(p) > cpu.top {
			cpu.top = int32(p)
		}
		return
	}
	h := head.tcb()
	tail := h.readyPrev
	t.readyNext, t.readyPrev = head, tail
	tail.tcb().readyNext = r
	h.readyPrev = r
	if first {
		cpu.ready[p] = r
	}
}

// dequeue takes a thread out of its queue, ready or not.
func dequeue(t *TCB) {
	if !t.queued {
		return
	}
	t.queued = false
	p := uint32(t.prio)
	r := t.ref()
	if t.readyNext == r {
		cpu.ready[p] = 0
		cpu.bitmap[p>>5] &^= 1 << (p & 31)
		if int32(p) == cpu.top {
			cpu.top = highest()
		}
		return
	}
	t.readyNext.tcb().readyPrev = t.readyPrev
	t.readyPrev.tcb().readyNext = t.readyNext
	if cpu.ready[p] == r {
		cpu.ready[p] = t.readyNext
	}
}

func highest() int32 {
	for i := int32(7); i >= 0; i-- {
		if w := cpu.bitmap[i]; w != 0 {
			return i<<5 + int32(bits.Len32(w)) - 1
		}
	}
	return -1
}

// makeReady wakes a thread. The first one that an entry wakes is kept aside, so that a sender that blocks switches to its
// receiver without touching a queue.
func makeReady(t *TCB) {
	t.State = StateReady
	if cpu.handoff == 0 {
		cpu.handoff = t.ref()
		return
	}
	if cpu.handoff != t.ref() {
		enqueue(t)
	}
}

// leave ends a kernel entry of thread t, which may be ready or not: it decides who runs next (semantics 1.5) and
// arranges for exitToUser to go there.
func leave(t *TCB) {
	// The common cases: the caller goes on; or it blocks and who it woke goes on, on the same timeslice.
	if t != nil && cpu.pending|uint32(cpu.donated)|cpu.resched == 0 && cpu.owner != 0 {
		w := t
		if cpu.handoff != 0 && !t.ready() {
			w = cpu.handoff.tcb()
		}
		if (w != t || cpu.handoff == 0) && w.ready() && w.Reasons&^ia32.ReasonsQuiet == 0 && cpu.top <= rank(w) {
			cpu.handoff = 0
			switchTo(w)
			debugLeave()
			return
		}
	}
	next := t
	// Each round either ends or completes, blocks or preempts one thread's operation.
	for {
		if cpu.pending != 0 {
			takePending(next)
		}
		next = stillThere(next)
		next = donee(choose(next), next)
		if next == nil && cpu.handoff != 0 || cpu.pending != 0 {
			continue // woken or noted meanwhile
		}
		if next == nil {
			goIdle()
			debugLeave()
			return
		}
		if cpu.owner == 0 || cpu.resched&reschedExpired != 0 {
			startSlice(next)
		}
		if next.Reasons&^ia32.ReasonsQuiet == 0 && cpu.handoff == 0 {
			break
		}
		if cpu.handoff == 0 && settle(next) {
			if next.Reasons&ia32.ReasonAny != 0 {
				switchSmall(next)
				debugLeave()
				return
			}
			break
		}
	}
	switchTo(next)
	debugLeave()
}

// choose picks between the thread that could go on (nil: none), the one just woken and the ready queues.
func choose(t *TCB) *TCB {
	if h := cpu.handoff; h != 0 {
		cpu.handoff = 0
		w := h.tcb()
		switch {
		case !w.ready() || w == t:
		case t == nil:
			t = w // direct switch; the timeslice goes along
		case (int32(w.prio) > rank(t) || w.prio > t.prio && h == cpu.owner) && givesWay(t, w.prio):
			link(t, true)
			t = w
			startSlice(w)
		default:
			enqueue(w)
			if cpu.resched&reschedExpired != 0 {
				dequeue(t)
				enqueue(t)
			}
		}
	}
	// Somebody queued may have a higher priority, or t cannot run. Stale entries are dropped here, each once.
	for cpu.top >= 0 && (t == nil || cpu.top > rank(t) || cpu.top == int32(t.prio) && cpu.resched != 0) {
		q := cpu.ready[cpu.top].tcb()
		switch {
		case q == t:
			return t // its slice is over, and it is first again
		case q.ready():
			if t != nil {
				if !givesWay(t, q.prio) {
					return t
				}
				link(t, true)
			}
			dequeue(q)
			startSlice(q)
			return q
		}
		dequeue(q)
		if exhausted() {
			ia32.Poll()
			if cpu.pending != 0 {
				takePending(t)
				t = stillThere(t)
			}
		}
	}
	return t
}

// stillThere returns t, the thread that could go on, or nil if it has blocked or given up. A slice that is over then ends
// here, so that nobody gets it along.
func stillThere(t *TCB) *TCB {
	if cpu.resched&reschedYield == 0 && t != nil && t.ready() {
		return t
	}
	if cpu.resched&reschedExpired != 0 {
		settleSlice(ia32.ReadTSC())
	}
	cpu.resched = 0
	return nil
}

// donee is who runs after a ThreadSwitch of t: the thread named there, on t's slice, unless somebody is more urgent than t;
// best is who would run otherwise.
func donee(best, t *TCB) *TCB {
	if cpu.donated == 0 {
		return best
	}
	x := cpu.donated.tcb()
	cpu.donated = 0
	if best == t && cpu.resched == 0 {
		return x
	}
	link(x, true)
	return best
}

// rank is the priority that the running thread has: at least that of the thread whose (finite) timeslice it got.
func rank(t *TCB) int32 {
	p := int32(t.prio)
	if cpu.owner != 0 && cpu.sliceEnd != 0 {
		p = max(p, int32(cpu.owner.tcb().prio))
	}
	return p
}

// exhausted counts a step of a long operation; it reports true when a preemption point is due.
func exhausted() bool {
	if cpu.work++; cpu.work < stepsPerStretch {
		return false
	}
	cpu.work = 0
	return true
}

// stepsPerStretch bounds the interrupts-off stretch of long operations: steps cost up to some 100 instructions, the
// ceiling is 5,000 (docs/kernel-entry.md).
const stepsPerStretch = 32

// preempted counts a step and, at a preemption point, takes interrupts. It reports true when the operation should
// be put off because there is something more urgent.
//
// Precondition: the operation can be continued from its thread's progress words; nothing is half done.
func preempted() bool {
	if !exhausted() {
		return false
	}
	ia32.Poll()
	return cpu.pending != 0
}

// settle deals with the reasons why a chosen thread may not simply return to user level. It reports true when
// the thread can run now.
func settle(t *TCB) bool {
	if t.Reasons&ia32.ReasonOp != 0 {
		resume(t)
		return false
	}
	if t.Reasons&ia32.ReasonHalt != 0 {
		t.Reasons &^= ia32.ReasonHalt
		t.State = StateHalted
		return false
	}
	if t.Reasons&ia32.ReasonSignal != 0 {
		signal(t)
		return false
	}
	if t.Reasons&ia32.ReasonQuantum != 0 {
		stopUntilRefilled(t)
		return false
	}
	if t.Reasons&(ia32.ReasonTrace|ia32.ReasonFlags) != 0 {
		returnByTrap(t)
	}
	return true
}

// returnByTrap gives the thread its remembered EFLAGS, which only IRET can load: a pending SYSEXIT becomes a trap
// return with the same registers.
func returnByTrap(t *TCB) {
	f := &t.Frame
	if t.Exit == ia32.ExitIPC {
		f.EDI, f.EBX, f.EBP = t.LocalID, *t.mr(1), *t.mr(2)
		f.ECX, f.EDX = 0, 0
		setFrame(f, t.Fast.EIP, t.Fast.ESP)
		t.Exit = ia32.ExitTrap
	}
	if t.Reasons&ia32.ReasonTrace != 0 {
		f.EFLAGS |= ia32.FlagTF
	}
	if t.Reasons&ia32.ReasonFlags != 0 {
		f.EFLAGS = f.EFLAGS&^ia32.FlagsUser | t.userFlags
	}
	t.Reasons &^= ia32.ReasonTrace | ia32.ReasonFlags
}

// setFrame makes f a frame that returns to user level at ip.
func setFrame(f *ia32.Frame, ip, sp uint32) {
	f.EIP, f.CS, f.EFLAGS, f.ESP, f.SS = ip, ia32.SelUserCS, ia32.FlagsStart, sp, ia32.SelUserDS
}

// switchTo makes t the thread that exitToUser returns to.
func switchTo(t *TCB) {
	if cpu.fpuOn && cpu.fpuOwner != t.ref() {
		leaveFPU()
	}
	if t.PDir != cpu.pdir || cpu.reload {
		cpu.pdir, cpu.reload = t.PDir, false
		ia32.LoadCR3(t.PDir)
	}
	ia32.SetWord(t.GSWord)
	ia32.SetESP0(uint32(t.ref()) + esp0Offset)
}

// goIdle leaves the processor halted until an interrupt, in the master directory: no space can vanish below it.
func goIdle() {
	settleSlice(ia32.ReadTSC())
	switchTo(tcbRef(idleNumber).tcb())
}
