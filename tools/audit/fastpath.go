package main

import (
	"fmt"
	"slices"

	"golang.org/x/arch/x86/x86asm"

	"pecan/tools/operand"
)

// FastPath is one way through the entry code that must stay short: from From to an instruction that leaves the kernel.
//
// The way is told by its conditional branches. They fall through, but for those whose numbers are in Taken: the first
// conditional branch on the way has the number 1. A branch backwards is the end of a loop: it is taken as often as the next
// element of Loops says, and has one number for all times. Repeated string instructions take their counts from Loops as well.
//
// The budget is exact: what costs more is a violation, and so is a budget that has become too large. docs/PERFORMANCE.md has a row
// for each budget, with the reason for its last change.
type FastPath struct {
	Name    string
	From    string // function
	Taken   []int
	Loops   []int
	Special []Class // instructions of these classes are permitted besides STI, SYSEXIT and loads of CR3
	Budget  Cost
	Ceiling Cost   // that the budget must not exceed; zero = none
	Trace   string // the same way in the report of tools/bench: "rpc_inter/1"
	Reason  string
}

// Cost is what a way executes.
type Cost struct {
	Instructions int `json:"instructions"`
	Reads        int `json:"reads"`  // memory operands
	Writes       int `json:"writes"` // the same
	CR3          int `json:"cr3"`    // loads of CR3
}

func (c Cost) String() string {
	s := fmt.Sprintf("%d / %d / %d", c.Instructions, c.Reads, c.Writes)
	if c.CR3 > 0 {
		s += fmt.Sprintf(", %d CR3", c.CR3)
	}
	return s
}

// Address is a class of memory that fast paths may touch: operands through this segment (0 = SS) with this base register (0 =
// none), without an index, and with a displacement in [Low, High), or within Symbol.
type Address struct {
	Name      string
	Segment   x86asm.Reg
	Base      x86asm.Reg
	Low, High uint32
	Symbol    string
	Write     bool // may be written, too
	Reason    string
}

// FastPathCost is a line of the report.
type FastPathCost struct {
	Name  string `json:"name"`
	Trace string `json:"trace"`
	Cost
}

// maxFastPath bounds the walk.
const maxFastPath = 10_000

// checkFastPaths walks all of them.
func (a *auditor) checkFastPaths() {
	for i := range a.policy.FastPaths {
		p := &a.policy.FastPaths[i]
		f := a.byName[p.From]
		if f == nil {
			a.fail("fast path", p.From, "%s begins in a function that does not exist", p.Name)
			continue
		}
		w := walker{a: a, path: p, loops: p.Loops, left: map[uint32]int{}, number: map[uint32]int{}}
		if !w.walk(f.Addr) {
			continue
		}
		a.report.FastPaths = append(a.report.FastPaths, FastPathCost{p.Name, p.Trace, w.cost})
		w.judge()
	}
}

// walker follows one path.
type walker struct {
	a        *auditor
	path     *FastPath
	cost     Cost
	branches int            // conditional branches met
	number   map[uint32]int // of each of them
	loops    []int          // not used yet
	left     map[uint32]int // rounds that a loop still has
	used     int            // elements of Taken that were met
}

// fail reports a violation on the path.
func (w *walker) fail(f *Func, format string, args ...any) {
	w.a.fail("fast path", f.Name, "%s: %s", w.path.Name, fmt.Sprintf(format, args...))
}

// walk follows the path from addr to its end; false if it has none.
func (w *walker) walk(addr uint32) bool {
	for range maxFastPath {
		f := w.a.funcAt(addr)
		if f == nil || f.code.insts[addr] == nil {
			w.a.fail("fast path", w.path.From, "%s: leads to %#x, where no code is", w.path.Name, addr)
			return false
		}
		i := f.code.insts[addr]
		w.count(f, i)
		switch i.Flow {
		case Next:
			addr = i.Next()
		case Jump:
			addr = i.Target
		case Branch:
			addr = i.Next()
			if w.takes(f, i) {
				addr = i.Target
			}
		case Stop:
			if i.X.Op != x86asm.SYSEXIT && i.X.Op != x86asm.IRETD {
				w.fail(f, "ends with %v at %s", i, w.a.where(i.Addr))
				return false
			}
			return w.complete(f)
		case Call, IndirectCall:
			w.fail(f, "calls: %v at %s", i, w.a.where(i.Addr))
			return false
		default:
			w.fail(f, "%v at %s has no fixed target", i, w.a.where(i.Addr))
			return false
		}
	}
	w.a.fail("fast path", w.path.From, "%s: more than %d instructions", w.path.Name, maxFastPath)
	return false
}

// takes decides a conditional branch.
func (w *walker) takes(f *Func, i *Inst) bool {
	n, met := w.number[i.Addr]
	if !met {
		w.branches++
		n = w.branches
		w.number[i.Addr] = n
	}
	if i.Target <= i.Addr {
		if _, running := w.left[i.Addr]; !running {
			w.left[i.Addr] = w.loop(f, i)
		}
		if w.left[i.Addr]--; w.left[i.Addr] >= 0 {
			return true
		}
		delete(w.left, i.Addr)
		return false
	}
	for _, t := range w.path.Taken {
		if t == n {
			if !met {
				w.used++
			}
			return true
		}
	}
	return false
}

// loop takes the next count of rounds.
func (w *walker) loop(f *Func, i *Inst) int {
	if len(w.loops) == 0 {
		w.fail(f, "the policy does not say how often %v at %s repeats", i, w.a.where(i.Addr))
		return 0
	}
	n := w.loops[0]
	w.loops = w.loops[1:]
	return n
}

// count adds an instruction to the cost, and checks what it touches.
func (w *walker) count(f *Func, i *Inst) {
	w.cost.Instructions++
	switch c := classOf(i); {
	case c == "", c == FastCall, c == InterruptOn, slices.Contains(w.path.Special, c):
	case c == CR3:
		w.cost.CR3++
	default:
		w.fail(f, "%s (%v) at %s", c, i, w.a.where(i.Addr))
	}
	if m := i.X.Args[1]; m == x86asm.CR3 {
		w.fail(f, "reads CR3: %v at %s", i, w.a.where(i.Addr))
	}
	times := 1
	for _, r := range operand.Refs(i.X) {
		if r.Repeat && times == 1 {
			times = w.loop(f, i)
			w.cost.Instructions += times
		}
	}
	for _, r := range operand.Refs(i.X) {
		if r.Read {
			w.cost.Reads += times
		}
		if r.Write {
			w.cost.Writes += times
		}
		w.checkAddress(f, i, &r)
	}
}

// checkAddress looks the operand's class up.
func (w *walker) checkAddress(f *Func, i *Inst, r *operand.Ref) {
	for k := range w.a.policy.Addresses {
		c := &w.a.policy.Addresses[k]
		segment := c.Segment
		if segment == 0 {
			segment = x86asm.SS
		}
		low, high := c.Low, c.High
		if s := w.a.image.symbol(c.Symbol); c.Symbol != "" && s != nil {
			low, high = uint32(s.Value), uint32(s.Value+s.Size)
		}
		at := uint32(r.Disp)
		if operand.SegmentOf(r) == segment && r.Base == c.Base && r.Index == 0 && at-low < high-low && (c.Write || !r.Write) {
			w.a.usage.mark("Addresses", c.Name)
			return
		}
	}
	w.fail(f, "touches memory of no permitted class: %v at %s", i, w.a.where(i.Addr))
}

// complete checks that all of the policy's decisions were met.
func (w *walker) complete(f *Func) bool {
	switch {
	case w.used < len(w.path.Taken):
		w.fail(f, "the policy names %d branches to take, the way meets %d of them", len(w.path.Taken), w.used)
	case len(w.loops) > 0:
		w.fail(f, "the policy names %d repetitions more than the way has", len(w.loops))
	default:
		return true
	}
	return false
}

// judge compares cost and budget.
func (w *walker) judge() {
	p := w.path
	got, most := w.cost, p.Budget
	if c := p.Ceiling; c != (Cost{}) && (most.Instructions > c.Instructions || most.Reads > c.Reads || most.Writes > c.Writes || most.CR3 > c.CR3) {
		w.a.fail("fast path", p.From, "%s: the budget of %v is above the ceiling of %v", p.Name, most, c)
	}
	switch {
	case got.Instructions > most.Instructions, got.Reads > most.Reads, got.Writes > most.Writes, got.CR3 > most.CR3:
		w.a.fail("fast path", p.From, "%s: %v instructions / reads / writes, over the budget of %v", p.Name, got, most)
	case got != most:
		w.a.fail("fast path", p.From, "%s: %v instructions / reads / writes, the budget of %v is to be lowered to that", p.Name, got, most)
	}
}
