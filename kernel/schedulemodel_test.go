//go:build !386

package kernel

import (
	"testing"

	"pecan/arch/ia32"
)

// books are what an observer writes down about a scheduler: who ran how long on whose timeslice, what each thread may still use,
// who waits since when. They know the rules of semantics 7 and nothing of queues, of how time is booked or where choices are
// made; of the kernel they look at who is ready, who runs and whose slice it is.
type books struct {
	accounts [schedThreads + 2]account // the threads, the root task, sigma0
	opened   uint64                    // TSC
	idle     uint64                    // TSC ticks while nobody ran
	owner    *TCB                      // whose slice runs, nil none
	switches int

	// Of the entry under way.
	ran      *TCB // who ran before; nil: nobody
	donee    *TCB // named by ThreadSwitch, as long as it runs
	donor    *TCB // who named it
	blocking bool // an IPC: its slice may go to whom it wakes
	told     struct{ slice, quantum, used uint64 }
}

// account is what the books say of one thread. Times are TSC ticks.
type account struct {
	t         *TCB
	used      uint64
	quantum   uint64 // infinite, or what is left
	slice     uint64 // length, 0 endless
	sensitive uint8
	maxDelay  uint64
	window    uint64 // TSC of the first postponement since the last yield that has been seen, 0 none
	changed   uint64 // TSC of the last change of the flags in what may have been a delay not seen

	wasReady bool
	waiting  bool // ready, and not running, at priority
	priority uint8
	base     [schedThreads + 2]uint64 // used of the others when it began to wait; ^0: no matter
}

// lateTicks is how late the timer may be, in TSC ticks: two of its own.
func lateTicks() uint64 { return 2 * (uint64(ia32.Machine.KHz)*1000/ia32.TimerHz + 1) }

func (b *books) open(t testing.TB) {
	for i := range b.accounts {
		a := &b.accounts[i]
		switch i {
		case schedThreads:
			a.t = lookup(rootID)
		case schedThreads + 1:
			a.t = lookup(sigma0ID)
		default:
			a.t = tcbRef(schedFirst + uint32(i)).tcb()
		}
		a.used, a.quantum, a.slice = usedNow(a.t), a.t.quantum, a.t.sliceLen
		a.sensitive = a.t.sensitive
		b.idle -= a.used
	}
	b.idle += ia32.Machine.TSC // what passed before, whoever used it
	b.owner = cpu.owner.tcb()
}

// of is the account of x.
func (b *books) of(x *TCB) *account {
	for i := range b.accounts {
		if b.accounts[i].t == x {
			return &b.accounts[i]
		}
	}
	panic("a thread without account")
}

// usedNow is what the kernel would say that x has used.
func usedNow(x *TCB) uint64 {
	if cpu.owner == x.ref() {
		return x.used + ia32.Machine.TSC - cpu.since
	}
	return x.used
}

// quantumNow likewise, of what x may still use.
func quantumNow(x *TCB) uint64 {
	q := x.quantum
	if q != infinite && cpu.owner == x.ref() {
		q -= min(q, ia32.Machine.TSC-cpu.since)
	}
	return q
}

// before is called when the kernel is about to be entered.
func (b *books) before(donee *TCB, t testing.TB) {
	b.ran = running()
	if b.ran.number() == idleNumber {
		b.ran = nil
	}
	if donee != nil || b.ran != b.donee {
		b.donee, b.donor = donee, b.ran
	}
	for i := range b.accounts {
		b.accounts[i].wasReady = b.accounts[i].t.ready()
	}
	b.opened = ia32.Machine.TSC
}

// passed is called when time has passed since before, at user level or idle.
func (b *books) passed(t testing.TB) {
	spent := ia32.Machine.TSC - b.opened
	b.opened = ia32.Machine.TSC
	if b.owner == nil {
		b.idle += spent
		return
	}
	a := b.of(b.owner)
	a.used += spent
	if a.quantum != infinite {
		if spent > a.quantum+lateTicks() {
			t.Fatalf("thread %d ran %d ticks on a quantum of %d", b.owner.number(), spent, a.quantum)
		}
		a.quantum -= min(spent, a.quantum)
	}
}

// yield is called before a ThreadSwitch to x, nil or not.
func (b *books) yield(x *TCB) {
	if x == nil || x != running() && !x.ready() {
		b.of(running()).window = 0
	}
}

// flags is called before the running thread changes its PreemptFlags: a delay may be under way.
func (b *books) flags() {
	a := b.of(running())
	if *a.t.tcr(tcrPreemptFlags)&(preemptDelay|preemptPending) == preemptDelay|preemptPending {
		a.changed = ia32.Machine.TSC
	}
}

// schedule is called before a Schedule that must succeed: it writes down what it sets.
func (b *books) schedule(x *TCB, r regs) {
	a := b.of(x)
	b.told.slice, b.told.quantum, b.told.used = x.sliceLen, a.quantum, a.used
	p := x.prio
	if r.cx != unchanged {
		p = uint8(r.cx)
	}
	a.sensitive = max(a.sensitive, p)
	if r.di != unchanged {
		a.sensitive, a.window = max(uint8(r.di>>16), p), 0
		if a.maxDelay = 0; r.di&0xFFFF != 0 {
			a.maxDelay = cyclesOf(uint64(r.di & 0xFFFF))
		}
	}
	for i := range b.accounts {
		b.accounts[i].base[b.index(x)] = ^uint64(0) // its slice begins anew, or its place changes
	}
	if r.dx == unchanged {
		return
	}
	if a.slice = 0; r.dx>>16&0x3FF != 0 {
		a.slice = cyclesOf(max(periodOf(r.dx>>16), shortestSlice))
	}
	switch q := r.dx & 0xFFFF; {
	case q == 0:
		a.quantum = infinite
	case q&0x3FF == 0:
		a.quantum = 0
	default:
		a.quantum = cyclesOf(periodOf(q))
	}
}

func (b *books) index(x *TCB) int {
	for i := range b.accounts {
		if b.accounts[i].t == x {
			return i
		}
	}
	return -1
}

// reported checks what Schedule of x has told its caller.
func (b *books) reported(t testing.TB, x *TCB, f *ia32.Frame) {
	t.Helper()
	if f.EAX == 0 {
		t.Fatalf("Schedule of %d failed", x.number())
	}
	if us := uint64(f.EDI)<<32 | uint64(f.ESI); us != microseconds(b.told.used) {
		t.Fatalf("CPU time of %d: %d us, want %d", x.number(), us, microseconds(b.told.used))
	}
	want := uint32(0)
	if b.told.quantum != infinite {
		want = timeOf(microseconds(b.told.quantum))
	}
	if got := f.EDX & 0xFFFF; got != want {
		t.Fatalf("quantum of %d: %#x, want %#x", x.number(), got, want)
	}
	slice := f.EDX >> 16
	if (slice == 0) != (b.told.slice == 0) || periodOf(slice) > microseconds(b.told.slice) {
		t.Fatalf("remaining timeslice of %d: %#x of %d ticks", x.number(), slice, b.told.slice)
	}
}

// after is called when the entry is over: the rules must hold.
func (b *books) after(t testing.TB) {
	t.Helper()
	r := running()
	if r.number() == idleNumber {
		r = nil
	}
	if r != b.ran {
		b.switches++
	}
	b.checkOwner(t, r)
	b.checkAccounts(t)
	b.checkPriority(t, r)
	b.checkTimer(t)
	b.checkTurns(t, r)
	b.blocking = false
}

// checkOwner: a slice is passed on only by IPC to a thread that it wakes, or by ThreadSwitch.
func (b *books) checkOwner(t testing.TB, r *TCB) {
	t.Helper()
	var owner *TCB
	if cpu.owner != 0 {
		owner = cpu.owner.tcb()
	}
	woken := r != nil && !b.of(r).wasReady && (b.blocking || b.donee != nil) // by the message of a donee without quantum, too
	passedOn := r != nil && (r == b.ran || r == b.donee) || woken
	if owner != r && !(owner == b.owner && passedOn) {
		t.Fatalf("thread %v runs on the slice of %v", name(r), name(owner))
	}
	b.owner = owner
}

func name(x *TCB) any {
	if x == nil {
		return "nobody"
	}
	return x.number()
}

// checkAccounts: all time is charged, to the right thread.
func (b *books) checkAccounts(t testing.TB) {
	t.Helper()
	sum := b.idle
	for i := range b.accounts {
		a := &b.accounts[i]
		sum += usedNow(a.t)
		if got := usedNow(a.t); got != a.used {
			t.Fatalf("thread %d has used %d ticks, want %d", a.t.number(), got, a.used)
		}
		if got := quantumNow(a.t); got != a.quantum {
			t.Fatalf("thread %d has a quantum of %d ticks, want %d", a.t.number(), got, a.quantum)
		}
	}
	if sum != ia32.Machine.TSC {
		t.Fatalf("%d ticks are charged, %d have passed", sum, ia32.Machine.TSC)
	}
}

// checkPriority: nobody runs while a more urgent thread is ready, but on a finite slice of a thread as urgent, by
// ThreadSwitch of one, or in a delay that it may take.
func (b *books) checkPriority(t testing.TB, r *TCB) {
	t.Helper()
	for i := range b.accounts {
		q := b.accounts[i].t
		if !q.ready() || q == r {
			continue
		}
		switch {
		case r == nil:
			t.Fatalf("idle, and thread %d is ready", q.number())
		case b.of(r).quantum == 0:
			t.Fatalf("thread %d runs without quantum", r.number())
		case q.prio <= b.rank(r), r == b.donee && (q.prio <= b.donor.prio || b.delays(b.donor, q)):
		case !b.delays(r, q):
			t.Fatalf("thread %d of priority %d runs on the slice of %v, and %d of %d is ready; flags %#x",
				r.number(), b.rank(r), name(b.owner), q.number(), q.prio, *r.tcr(tcrPreemptFlags))
		}
	}
}

func (b *books) rank(r *TCB) uint8 {
	if o := b.of(b.owner); o.slice != 0 || o.quantum != infinite {
		return max(r.prio, b.owner.prio)
	}
	return r.prio
}

// delays reports whether r may keep q from running for the moment; it opens the window. Clearing d closes it only when the
// kernel chooses next.
func (b *books) delays(r, q *TCB) bool {
	a, flags := b.of(r), *r.tcr(tcrPreemptFlags)
	if a.maxDelay == 0 || q.prio > a.sensitive {
		return false
	}
	if a.window == 0 && flags&(preemptDelay|preemptPending) == preemptDelay|preemptPending {
		a.window = ia32.Machine.TSC
	}
	return ia32.Machine.TSC < max(a.window, a.changed)+a.maxDelay+lateTicks()
}

// checkTimer: the timer will fire when the running slice's quantum is used up, and when a delay or a timeout is over.
func (b *books) checkTimer(t testing.TB) {
	t.Helper()
	m := &ia32.Machine
	until := func(what string, deadline uint64) {
		if deadline-m.TSC >= uint64(clock.timerReach) {
			deadline = m.TSC + uint64(clock.timerReach)
		}
		if at := m.TimerAt(); at == 0 || at > max(deadline, m.TSC)+lateTicks() {
			t.Fatalf("the timer fires at %d, the %s is over at %d", at, what, deadline)
		}
	}
	if b.owner != nil {
		if q := b.of(b.owner).quantum; q != infinite {
			until("quantum", m.TSC+q)
		}
		if cpu.sliceEnd != 0 {
			until("slice", cpu.sliceEnd)
		}
	}
	for i := range b.accounts {
		if x := b.accounts[i].t; x.heapIndex != 0 {
			until("timeout", x.heapKey)
		}
	}
}

// checkTurns: while a thread waits for its turn, no equal gets more than the rest of a slice and another slice, delays apart.
func (b *books) checkTurns(t testing.TB, r *TCB) {
	t.Helper()
	for i := range b.accounts {
		a := &b.accounts[i]
		q := a.t
		waits := q.ready() && q != r
		if !waits || !a.waiting || a.priority != q.prio {
			for k := range b.accounts {
				a.base[k] = b.accounts[k].used
			}
		}
		a.waiting, a.priority = waits, q.prio
		if !waits {
			continue
		}
		for k := range b.accounts {
			o := &b.accounts[k]
			if k == i || o.t.prio != q.prio || o.slice == 0 || a.base[k] == ^uint64(0) {
				continue
			}
			if got := o.used - a.base[k]; got > 2*o.slice+2*o.maxDelay+4*lateTicks() {
				t.Fatalf("thread %d waits, and its equal %d has got %d ticks, its slices being %d", q.number(), o.t.number(), got, o.slice)
			}
		}
	}
}
