//go:build !386

package kernel

import (
	"fmt"
	"math/rand"
	"testing"

	"pecan/arch/ia32"
)

// Scheduling under simulation: threads spend time, send, wait, sleep, yield, donate and set each other's scheduling at random,
// and after every entry the rules of semantics 7 must hold, judged from the outside by books of the test's own
// (schedulemodel_test.go). Time passes only where a thread spends it, so it is exact.

const (
	schedFirst   = 100 // thread numbers
	schedThreads = 8
	schedBoss    = schedFirst     // scheduler of all
	schedHandler = schedFirst + 1 // exception handler of all
)

type scheduling struct {
	*world
	dice
	books books
	log   []string
}

func (s *scheduling) note(format string, args ...any) {
	s.log = append(s.log, fmt.Sprintf("%d us, %d: ", ia32.Machine.TSC/1000, running().number())+fmt.Sprintf(format, args...))
}

func (s *scheduling) thread() *TCB { return tcbRef(schedFirst + s.roll(schedThreads)).tcb() }

// period is a Time of some length up to about limit microseconds; never and zero are among them.
func (s *scheduling) period(limit uint32) uint32 {
	switch s.roll(8) {
	case 0:
		return 0
	case 1:
		return timeZero
	}
	return timeOf(uint64(1 + s.roll(256)*limit/256))
}

// spend lets the running thread, or nobody, pass some time at user level, interrupt by interrupt.
func (s *scheduling) spend(us uint64) {
	m := &ia32.Machine
	end, t := m.TSC+us*uint64(m.KHz)/1000, running()
	for m.TSC < end && running() == t {
		at := end
		if t := m.TimerAt(); t != 0 {
			at = max(m.TSC, min(t, end))
		}
		s.books.before(nil, s.t)
		m.TSC = at
		s.books.passed(s.t)
		if t := m.TimerAt(); t == 0 || t > at {
			break
		}
		s.note("timer")
		s.entered()
		s.books.after(s.t)
	}
}

func (s *scheduling) enter(donee *TCB, entry func()) {
	s.books.before(donee, s.t)
	entry()
	s.books.after(s.t)
}

func (s *scheduling) ipcOp(to, from ThreadID, times uint32) {
	s.note("ipc to %#x from %#x times %#x", to, from, times)
	s.books.blocking = true
	s.enter(nil, func() { s.ipc(to, from, times, 0) })
}

func (s *scheduling) switchOp(x *TCB) {
	id := uint32(0)
	if x != nil {
		id = x.GlobalID
	}
	s.note("switch to %#x", id)
	s.books.yield(x)
	s.enter(x, func() { s.call(callThreadSwitch, regs{ax: id}) })
}

func (s *scheduling) scheduleOp(x *TCB) {
	r := regs{ax: x.GlobalID, cx: unchanged, dx: unchanged, si: unchanged, di: unchanged}
	if s.roll(3) == 0 {
		r.cx = 50 + s.roll(3)
	}
	if s.roll(2) == 0 {
		r.dx = s.period(2000)<<16 | s.period(3000)
	}
	if s.roll(3) == 0 {
		r.di = s.roll(256)*4 | (48+s.roll(8))<<16
	}
	s.scheduleWith(x, r)
}

func (s *scheduling) scheduleWith(x *TCB, r regs) {
	s.note("schedule %d: priority %#x time %#x preemption %#x", x.number(), r.cx, r.dx, r.di)
	caller := running()
	s.books.schedule(x, r)
	s.enter(nil, func() { s.call(callSchedule, r) })
	s.books.reported(s.t, x, &caller.Frame)
}

// act lets the running thread do something.
func (s *scheduling) act() {
	t := running()
	switch s.roll(16) {
	case 0, 1, 2, 3, 4:
		us := [4]uint32{3, 100, 1000, 5000}[s.roll(4)]
		s.spend(uint64(1 + s.roll(us)))
	case 5, 6:
		x := s.thread()
		s.ipcOp(x.id(), x.id(), s.period(500)<<16|s.period(500))
	case 7:
		s.ipcOp(s.thread().id(), anyThread, timeZero<<16|s.period(3000))
	case 8:
		s.ipcOp(s.thread().id(), nilThread, s.period(500)<<16)
	case 9:
		s.ipcOp(nilThread, anyThread, s.period(3000))
	case 10:
		s.ipcOp(nilThread, t.id(), timeOf(uint64(1+s.roll(256)*4)))
	case 11:
		s.switchOp(nil)
	case 12:
		s.switchOp(s.thread())
	case 13, 14:
		s.scheduleOp(s.thread())
	case 15:
		s.books.flags()
		*t.tcr(tcrPreemptFlags) = s.roll(256)
		s.note("flags %#x", *t.tcr(tcrPreemptFlags))
	}
}

// tend is what the root task does every few milliseconds: it frees and refills a thread, so that something goes on.
func (s *scheduling) tend() {
	x := s.thread()
	if x.State == StateStopped || s.roll(2) == 0 {
		s.scheduleWith(x, regs{ax: x.GlobalID, cx: unchanged, dx: timeOf(500)<<16 | s.period(3000), si: unchanged, di: unchanged})
	} else if running() == s.root {
		s.note("abort %d", x.number())
		s.enter(nil, func() { s.call(callExchangeRegisters, regs{ax: x.GlobalID, cx: exSend | exReceive}) })
	}
	if running() == s.root {
		s.ipcOp(nilThread, rootID, timeOf(2000))
	}
}

func scheduleSequence(t testing.TB, data []byte) {
	s := &scheduling{world: bootWorld(t, 600), dice: dice{data}}
	s.unchecked = true
	defer func() {
		if t.Failed() {
			for _, l := range s.log[max(0, len(s.log)-40):] {
				t.Log(l)
			}
		}
	}()
	for i := uint32(0); i < schedThreads; i++ {
		id := tid(schedFirst+i, 1)
		if code := s.control(id, rootID, tid(schedBoss, 1), rootID, serverUTCB+(2+i)*utcbSize); code != errOK {
			t.Fatalf("thread %d: error %d", i, code)
		}
		s.start(id)
		x := lookup(id)
		*x.tcr(tcrExceptionHandler) = uint32(tid(schedHandler, 1))
		s.call(callSchedule, regs{ax: uint32(id), cx: 50 + i&1, dx: timeOf(500) << 16, si: unchanged, di: unchanged})
	}
	s.books.open(t)
	s.ipcOp(nilThread, rootID, timeOf(2000))
	for !s.empty() {
		switch {
		case s.idle():
			s.spend(100_000) // the root task wakes up before
		case running() == s.root:
			s.tend()
		default:
			s.act()
		}
	}
	if s.books.switches == 0 && len(data) > 1000 {
		t.Error("nobody was ever switched to")
	}
}

func TestSchedule(t *testing.T) {
	for seed := int64(0); seed < scheduleSequences; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 200+r.Intn(4000))
		r.Read(data)
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { scheduleSequence(t, data) }) {
			return
		}
	}
}

func FuzzSchedule(f *testing.F) {
	for seed := int64(0); seed < 10; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 500)
		r.Read(data)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) <= 6000 {
			scheduleSequence(t, data)
		}
	})
}
