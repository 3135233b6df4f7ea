//go:build !386

package kernel

import (
	"testing"

	"pecan/arch/ia32"
)

// Interrupt lines on simulated controllers: what the handler hears, and what the controllers are told.

// lineWorld has a handler of some line, waiting for it.
type lineWorld struct {
	*world
	line uint32
	h    *TCB
}

func newLineWorld(t *testing.T, apics bool, line uint32) *lineWorld {
	w := &lineWorld{bootWorldOn(t, 256, apics), line, nil}
	w.h = w.newThread(tid(300, 1), tid(300, 1), 0)
	if code := w.control(irqID(line), irqID(line), nilThread, w.h.id(), utcbUnchanged); code != errOK {
		t.Fatalf("associating line %d: error %d", line, code)
	}
	w.run(w.h)
	w.ipc(nilThread, anyThread, 0, 0)
	return w
}

// told checks whether the handler has been sent the interrupt since it last waited.
func (w *lineWorld) told(what string, want bool) {
	w.t.Helper()
	if got := w.h.ready(); got != want {
		w.t.Fatalf("%s: handler told: %v, want %v", what, got, want)
	}
	if want && (w.h.Frame.EAX != uint32(irqID(w.line)) || *w.h.mr(0) != tagInterrupt) {
		w.t.Fatalf("%s: from %#x tag %#x", what, w.h.Frame.EAX, *w.h.mr(0))
	}
}

// answer acknowledges and waits again.
func (w *lineWorld) answer() {
	w.t.Helper()
	w.run(w.h)
	w.ipc(irqID(w.line), anyThread, 0, 0)
}

func TestNumbersFollowLines(t *testing.T) {
	for _, c := range []struct {
		apics bool
		lines uint32
	}{{false, 16}, {true, 24}} {
		w := bootWorldOn(t, 256, c.apics)
		if info := *kip(kipThreadInfo); info != (c.lines+32)<<20|c.lines<<8|18 {
			t.Errorf("ThreadInfo %#x", info)
		}
		if w.root.GlobalID != (c.lines+34)<<14|1 {
			t.Errorf("root task %#x", w.root.GlobalID)
		}
		for n := range c.lines + 32 {
			id := irqID(n)
			want := uint32(errOK)
			if n == 2 || n == 0 && !c.apics || n >= c.lines {
				want = errThread
			}
			if code := w.control(id, id, nilThread, w.root.id(), utcbUnchanged); code != want {
				t.Errorf("associating %d: error %d, want %d", n, code, want)
			}
		}
	}
}

func TestNoAPICOption(t *testing.T) {
	powerOn(testMemory)
	ia32.Machine.AddAPICs(24)
	usualMADT().install()
	windowEnd = ia32.WindowMax
	options.noAPIC = true
	initInterrupts()
	if ia32.Lines() != 16 || systemBase != 16 {
		t.Errorf("%d lines", ia32.Lines())
	}
}

// The controllers decide, not the tables: without a local APIC, or with no chip behind the first address, the 8259s are used.
func TestTablesWithoutAPIC(t *testing.T) {
	for _, pins := range [][]uint32{nil, {0}} {
		powerOn(testMemory)
		if pins != nil {
			ia32.Machine.AddAPICs(pins...)
		}
		usualMADT().install()
		windowEnd = ia32.WindowMax
		initInterrupts()
		if ia32.Lines() != 16 {
			t.Errorf("pins %v: %d lines", pins, ia32.Lines())
		}
	}
}

// More pins than lines, on chips that follow each other, and lines wired to odd pins.
func TestManyPins(t *testing.T) {
	powerOn(testMemory)
	ia32.Machine.AddAPICs(24, 16, 24)
	usualMADT().chip(1, ia32.SimIOAPIC+0x1000, 24).chip(2, ia32.SimIOAPIC+0x2000, 40).override(9, 20, 0xF).override(3, 47, 0).install()
	windowEnd = ia32.WindowMax
	initInterrupts()
	if ia32.Lines() != 48 {
		t.Fatalf("%d lines", ia32.Lines())
	}
	for line := range uint32(48) {
		want := line != 2 && line != 20 && line != 47
		if ia32.LineExists(line) != want {
			t.Errorf("line %d exists: %v", line, !want)
		}
	}
	ia32.UnmaskLine(3)
	ia32.Machine.Pulse(47)
	if v, ok := ia32.Machine.Take(); !ok || v != ia32.VecIRQ+3 {
		t.Errorf("pin 47 gives vector %#x %v", v, ok)
	}
}

// No edge is lost while the handler works, on either controller; however many there are, they are one more interrupt.
func TestEdgeWhileHeld(t *testing.T) {
	for _, apics := range []bool{false, true} {
		w := newLineWorld(t, apics, 4)
		m := &ia32.Machine
		for round := range 3 {
			m.Raise(4)
			w.entered()
			w.told("first edge", true)
			w.run(w.h)
			for range round {
				m.Raise(4)
				w.entered()
			}
			if round > 0 && !m.Masked(4) {
				t.Error("a second edge leaves the line open")
			}
			w.ipc(nilThread, anyThread, 0, 0)
			w.told("further edges, not acknowledged", false)
			w.run(w.root)
			spare := w.newThread(tid(301+uint32(round), 1), w.h.id(), 1+uint32(round))
			w.run(spare)
			w.ipc(irqID(4), nilThread, timeZero<<16, 0)
			if errorCode(spare) != ipcTimeout|phaseSend {
				t.Errorf("a stranger's acknowledgement: error %#x", errorCode(spare))
			}
			w.t.Helper()
			// The handler waits for anybody: let it go on, then acknowledge.
			w.run(w.root)
			w.ipc(w.h.id(), nilThread, 0, 0)
			w.answer()
			w.told("after the acknowledgement", round > 0)
			if round > 0 {
				w.answer()
				w.told("and no more", false)
			}
			if m.Masked(4) {
				t.Error("acknowledged and masked")
			}
		}
		if cpu.spurious != 0 {
			t.Errorf("%d spurious interrupts", cpu.spurious)
		}
	}
}

// A level-triggered line that stays up comes again after each acknowledgement, never before.
func TestLevelTriggered(t *testing.T) {
	w := newLineWorld(t, true, 16)
	m := &ia32.Machine
	m.Drive(16, true)
	for range 5 {
		w.entered()
		w.told("high", true)
		if !m.PinMasked(16) {
			t.Fatal("delivered and not masked")
		}
		if _, ok := m.Take(); ok {
			t.Fatal("delivered again before the acknowledgement")
		}
		w.answer()
	}
	w.told("high", true)
	m.Drive(16, false)
	w.answer()
	w.told("low", false)
	if m.PinMasked(16) {
		t.Error("quiet and masked")
	}
}

// A handler that is deleted, in any state of its line, leaves it masked; the next one hears of the next interrupt.
func TestHandlerDies(t *testing.T) {
	for _, apics := range []bool{false, true} {
		for _, when := range []string{"idle", "queued", "delivered", "latched"} {
			w := newLineWorld(t, apics, 4)
			m := &ia32.Machine
			if when == "queued" {
				w.run(w.root)
				w.ipc(w.h.id(), nilThread, 0, 0)
				w.call(callSchedule, regs{ax: w.h.GlobalID, cx: 1, dx: unchanged, si: unchanged, di: unchanged})
			}
			if when != "idle" {
				m.Raise(4)
				w.entered()
			}
			if when == "latched" {
				m.Raise(4)
				w.entered()
			}
			if code := w.control(w.h.id(), nilThread, nilThread, nilThread, utcbUnchanged); code != errOK {
				t.Fatalf("deleting the handler: error %d", code)
			}
			if when == "idle" {
				m.Raise(4) // finds nobody
				w.entered()
			}
			if !m.Masked(4) {
				t.Errorf("%s: open without a handler", when)
			}
			m.Raise(4)
			w.entered()
			h := w.newThread(tid(310, 1), tid(310, 1), 0)
			if code := w.control(irqID(4), irqID(4), nilThread, h.id(), utcbUnchanged); code != errOK {
				t.Fatalf("associating: error %d", code)
			}
			w.h = h
			w.run(h)
			w.ipc(nilThread, anyThread, 0, 0)
			if h.ready() {
				w.answer() // an 8259 has latched what came meanwhile
			}
			m.Raise(4)
			w.entered()
			w.told(when, true)
		}
	}
}

func TestSpuriousInterrupts(t *testing.T) {
	for _, apics := range []bool{false, true} {
		w := newLineWorld(t, apics, 7)
		m := &ia32.Machine
		take := func(vector uint32) {
			before := cpu.spurious
			leaveByTrap(running())
			running().Frame.Vector = vector
			EnterTrap(running())
			w.check()
			if cpu.spurious != before+1 {
				t.Errorf("APICs %v, vector %#x: not counted", apics, vector)
			}
			w.told("spurious", false)
		}
		w.run(w.root)
		if apics {
			take(ia32.VecSpurious)
			take(ia32.VecIRQ + 12) // was on its way when the line was shut
			take(ia32.VecIRQ + 47)
		} else {
			take(ia32.VecIRQ + 7)
			take(ia32.VecIRQ + 15)
		}
		m.Raise(7)
		w.entered()
		w.told("a real one", true)
		w.answer()
	}
}

// Interrupts at preemption points: every line that comes is handled, the timer too.
func TestNotedInterrupts(t *testing.T) {
	w := newLineWorld(t, true, 17)
	w.run(w.root)
	for _, line := range []uint32{3, 17} {
		if line == 3 {
			code := w.control(irqID(3), irqID(3), nilThread, w.root.id(), utcbUnchanged)
			if code != errOK {
				t.Fatal(code)
			}
		}
	}
	m := &ia32.Machine
	m.Drive(17, true)
	m.Raise(3)
	m.Advance(1 << 40)
	for {
		v, ok := m.Take()
		if !ok {
			break
		}
		m.OnInterrupt(v)
	}
	w.call(callMemoryControl, regs{})
	w.told("noted", true)
	m.Drive(17, false)
	w.run(w.root)
	w.ipc(nilThread, anyThread, 0, 0)
	if w.root.Frame.EAX != uint32(irqID(3)) {
		t.Errorf("line 3: from %#x", w.root.Frame.EAX)
	}
}

// The local APIC's timer wakes in time, whatever its frequency, and is armed for seconds.
func TestLocalTimer(t *testing.T) {
	for _, divide := range []uint64{1, 2, 10, 77} {
		powerOn(testMemory)
		ia32.Machine.Divide = divide
		ia32.Machine.AddAPICs(24)
		usualMADT().install()
		windowEnd = ia32.WindowMax
		initInterrupts()
		kHz, scale, longest := ia32.Calibrate()
		initClock(kHz)
		initTimer(scale, longest)
		if clock.timerReach < 1<<31 {
			t.Errorf("divide %d: reaches %d cycles", divide, clock.timerReach)
		}
		ia32.StartTimer()
		for _, after := range []uint64{1, 100, 12345, 1_000_000, 999_999_937, 1 << 40} {
			cpu.armed = 0
			now := ia32.Machine.TSC
			armFor(now+after, now)
			want := min(after, uint64(clock.timerReach))
			got := ia32.Machine.TimerAt() - now
			if got+got/10000+1 < want || got > want+2*divide+want/10000 {
				t.Errorf("divide %d: armed %d ahead, want %d", divide, got, want)
			}
		}
	}
}

// As many lines as there can be, all at once, are handled with preemption points in between; none is forgotten.
func TestAllLinesAtOnce(t *testing.T) {
	w := bootWorldWith(t, 256, func() {
		ia32.Machine.AddAPICs(24, 24)
		usualMADT().chip(1, ia32.SimIOAPIC+0x1000, 24).install()
	})
	m := &ia32.Machine
	lines := 0
	for n := range systemBase {
		if w.control(irqID(n), irqID(n), nilThread, w.root.id(), utcbUnchanged) == errOK {
			lines++
		}
	}
	for n := range systemBase {
		if ia32.LineExists(n) {
			pin := n
			if n == 0 {
				pin = 2
			}
			m.Drive(pin, true)
		}
	}
	if lines != 47 {
		t.Fatalf("%d lines", lines)
	}
	for {
		v, ok := m.Take()
		if !ok {
			break
		}
		m.OnInterrupt(v)
	}
	w.stretch("47 interrupts", func() { w.call(callMemoryControl, regs{}) })
	if m.Longest > 100 { // without preemption points: 188
		t.Errorf("%d accesses between preemption points", m.Longest)
	}
	for range lines {
		w.run(w.root)
		w.ipc(nilThread, anyThread, timeZero, 0)
		if *w.root.mr(0) != tagInterrupt {
			t.Fatalf("tag %#x", *w.root.mr(0))
		}
	}
}
