//go:build !386

package kernel

import (
	"flag"
	"fmt"
	"math/rand"
	"sort"
	"testing"

	"pecan/arch/ia32"
)

// Deaths: threads are deleted in whatever they are doing, and made again under the same ID at once. In between the others do
// arbitrary things (chaos), send each other strings with page faults on both sides, and interrupts at preemption points let a
// killer act in the middle of every long operation, its own colleague's deletions included. The invariants are
// sampled; now and then everything is taken down and all memory counted.

var deathGoal = flag.Int("deaths", deathCount, "how many threads TestDeaths deletes")

const (
	deathsPerWorld = 2500
	deathSample    = 61                   // entries between two checks of all invariants
	reaperID       = ThreadID(57<<14 | 1) // the root task's colleague, who deletes as well
)

type deaths struct {
	*chaos
	random *rand.Rand
	kinds  map[string]int // how many died doing what
	total  int

	others int // how often others have run at a preemption point
}

// doing says what a thread is in the middle of.
func doing(t *TCB) string {
	phase := ""
	switch t.visible() {
	case StateInactive:
		return "inactive"
	case StateHalted:
		return "halted"
	case StateFaultWait:
		return "sender, receiver faults"
	case StateSend:
		phase = ", queued"
	case StateReceive:
		phase = ", waits"
	case StateReceiving:
		phase = ", is being answered"
	case StateReady:
		phase = [...]string{opNone: "", opReceive: ", about to receive", opTransfer: ", copies", opAbort: ", transfer to abort", opSyscall: ", in a system call"}[t.op]
	}
	what := [...]string{ipcUser: "IPC", ipcPageFault: "fault", ipcIOFault: "port fault", ipcException: "exception", ipcStart: "start", ipcInterrupt: "interrupt"}
	switch {
	case t.nested && t.outer.receiver:
		return "receiver's fault" + phase
	case t.nested:
		return "sender's fault" + phase
	case t.ready() && t.op == opNone:
		return "ready"
	case int(t.ipc) >= len(what):
		return fmt.Sprint("IPC of kind ", t.ipc, phase)
	}
	return what[t.ipc] + phase
}

// deathKinds are those that must be among the deaths. Of the last few there is one in some thousand deaths.
var deathKinds = []string{
	"inactive", "halted", "ready", "IPC, queued", "IPC, waits", "IPC, copies", "IPC, is being answered", "IPC, about to receive",
	"IPC, in a system call", "sender, receiver faults", "fault, queued", "fault, waits", "port fault, queued", "port fault, waits",
	"exception, queued", "exception, waits", "start, waits", "sender's fault, queued", "sender's fault, waits",
	"receiver's fault, queued", "receiver's fault, waits",
	"fault, is being answered", "sender's fault, is being answered", "receiver's fault, is being answered",
}

const rareDeathKinds = 3

func TestDeaths(t *testing.T) {
	kinds, total := map[string]int{}, 0
	for seed := int64(1); total < *deathGoal; seed++ {
		d := &deaths{random: rand.New(rand.NewSource(seed)), kinds: kinds}
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { d.lifetime(t, min(deathsPerWorld, *deathGoal-total)) }) {
			return
		}
		total += d.total
	}
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		t.Logf("%8d %s", kinds[name], name)
	}
	wanted := deathKinds
	switch {
	case total < 40000:
		return // too few to expect anything
	case total < 400000:
		wanted = wanted[:len(wanted)-rareDeathKinds]
	}
	for _, name := range wanted {
		if kinds[name] == 0 {
			t.Errorf("nobody died like this: %s", name)
		}
	}
}

// lifetime runs one machine.
func (d *deaths) lifetime(t *testing.T, goal int) {
	d.chaos = &chaos{world: bootWorld(t, 400)}
	ia32.Machine.Void = true // sigma0 maps memory that is not there
	defer d.tell()
	d.refill()
	d.run(d.root)
	for i := uint32(0); i < chaosThreads; i++ {
		d.actCreate(i)
		d.toRoot()
	}
	for _, t := range [2]*TCB{d.root, d.sigma0} {
		*t.tcr(tcrXferTimeouts) = timeZero<<16 | timeZero // they must not wait for ever
	}
	d.every = deathSample
	d.patient = true // sigma0 may give somebody all memory, with an interrupt at every preemption point
	d.call(callSchedule, regs{ax: uint32(rootID), cx: 100, dx: unchanged, si: unchanged, di: unchanged})
	d.handle(handlerID)
	d.between = d.interrupted
	m := &ia32.Machine
	m.RaiseLine, m.RaiseAt, m.RaiseEvery = testLine, m.Polls+1, 1
	for d.total < goal {
		d.refill()
		m.RaiseEvery = 1 + uint64(d.roll(6))
		for n := d.roll(30); n > 0; n-- {
			d.live()
		}
		if d.roll(4) == 0 {
			d.pass(uint64(d.roll(8)) * 50)
		}
		d.toRoot()
		if pool.left < pool.reserve+80 {
			// The root task has been given too much.
			d.note("flush")
			d.call(callUnmap, regs{ax: 64, si: uint32(completePage) | rightRWX})
			d.toRoot()
		}
		d.kill()
	}
	d.between = nil
	d.toRoot()
	d.note("the end")
	d.call(callThreadControl, regs{ax: uint32(reaperID)})
	d.finish(d.root)
	d.every = 0
	d.takeDown()
}

func (d *deaths) refill() {
	if len(d.data) < 2048 {
		d.data = make([]byte, 8192)
		d.random.Read(d.data)
	}
}

// live lets somebody do something.
func (d *deaths) live() {
	if d.idle() || d.between != nil && d.roll(5) == 0 {
		d.toRoot()
		d.serve(d.root)
		return
	}
	t := running()
	switch {
	case t == d.root || t == d.sigma0:
		switch d.roll(5) {
		case 0, 1:
			d.serve(t)
		case 2:
			d.actServer(t)
		default:
			id := d.threadID()
			d.note("switch to %#x", id)
			d.call(callThreadSwitch, regs{ax: uint32(id)})
		}
	case t.id() == reaperID:
		d.kill()
	case d.roll(3) == 0:
		d.actString(t)
	case d.roll(8) == 0:
		d.actPort(t)
	default:
		d.act()
	}
}

// serve lets a server take a message, and perhaps answer a thread that waits for an answer before: a fault with the page,
// perhaps among many others.
func (d *deaths) serve(t *TCB) {
	to := nilThread
	if d.roll(3) != 0 {
		first := d.roll(chaosThreads)
		for i := uint32(0); i < chaosThreads && to == nilThread; i++ {
			x := tcbRef(chaosFirst + (first+i)%chaosThreads).tcb()
			if !x.waits() || x.waitsFor() != t.id() {
				continue
			}
			to = x.id()
			page := d.page()
			if x.ipc == ipcPageFault {
				page = x.message[1] &^ ia32.PageMask
			}
			log2 := uint32(12)
			if d.roll(8) == 0 {
				log2 = 18 // long enough for some preemption points
			}
			*t.mr(1), *t.mr(2) = page|itemMap<<1, page|log2<<4|7
		}
	}
	d.note("serve %#x", to)
	d.ipc(to, anyThread, timeZero<<16|timeZero, [4]uint32{2 << 6, 2 << 6, 2, 1}[d.roll(4)])
}

// interrupted is what happens at a preemption point.
func (d *deaths) interrupted() {
	d.others++
	id := d.threadID()
	switch d.roll(4) {
	case 0, 1:
		if d.root.ready() {
			id = rootID
		}
	case 2:
		id = reaperID
	}
	d.call(callThreadSwitch, regs{ax: uint32(id)})
	switch t := running(); {
	case t.id() == handlerID || d.idle():
	case t == d.root || t.id() == reaperID:
		d.kill()
	default:
		d.live()
	}
}

// kill lets the running thread, which is privileged, delete another, and mostly make it again at once.
func (d *deaths) kill() {
	by := running()
	first, want := d.roll(chaosThreads), d.roll(8)
	number := chaosFirst + first
	for i := uint32(0); i < chaosThreads; i++ {
		n := chaosFirst + (first+i)%chaosThreads
		t := tcbRef(n).tcb()
		if !t.exists() {
			continue
		}
		if want == 0 && t.op != opNone || want == 1 && t.nested || want == 2 && t.State == StateReceiving || want == 3 && t.op == opReceive || want > 3 && !t.ready() {
			number = n
			break
		}
	}
	x := tcbRef(number).tcb()
	if r := lookup(reaperID); d.roll(100) == 0 && by == d.root && r != nil {
		x = r
	}
	if !x.exists() || x.version() == 0 {
		d.make(by, tid(number, 1))
		return
	}
	id, kind := x.id(), doing(x)
	d.kinds[kind]++
	d.total++
	d.note("delete %#x: %s", id, kind)
	others := d.others
	d.call(callThreadControl, regs{ax: uint32(id)})
	if by.op != opNone || running() != by || others != d.others {
		return // preempted: others have done something, it will end some time
	}
	if by.Frame.EAX == 0 {
		d.t.Fatalf("deleting %#x: error %d", id, errorCode(by))
	}
	if lookup(id) != nil {
		d.t.Fatalf("%#x has been deleted and exists", id)
	}
	if d.roll(4) != 0 {
		d.make(by, id)
	}
}

// make creates the thread that has been deleted.
func (d *deaths) make(by *TCB, id ThreadID) {
	if by != d.root {
		return
	}
	if lookup(reaperID) == nil && d.roll(3) == 0 {
		at := d.root.space().utcbBase + 4*utcbSize
		d.sequence(func() {
			d.note("create the reaper")
			d.call(callThreadControl, regs{ax: uint32(reaperID), cx: uint32(rootID), dx: uint32(rootID), si: uint32(rootID), di: at})
		}, func() {
			*d.root.mr(1), *d.root.mr(2) = 0x1000, 0x2000
			d.ipc(reaperID, nilThread, timeZero<<16, 2)
		})
		return
	}
	if number := id.number(); number >= chaosFirst && number < chaosFirst+chaosThreads {
		d.actCreate(number - chaosFirst)
	}
}

// receiver is a thread that waits for a message that t may send, or any.
func (d *deaths) receiver(t *TCB) ThreadID {
	first := d.roll(chaosThreads)
	for i := uint32(0); i < chaosThreads; i++ {
		x := tcbRef(chaosFirst + (first+i)%chaosThreads).tcb()
		if (x.plain() || x.State == StateReceive && x.ipc == ipcUser) && accepts(x, t) {
			return x.id()
		}
	}
	return d.threadID()
}

// place is where a string may lie: in pages that may be missing, or in t's UTCB, which is there.
func (d *deaths) place(t *TCB) uint32 {
	if d.roll(2) == 0 {
		return t.LocalID - utcbMR0
	}
	return d.page() + d.roll(2)*0xFF0
}

// actString is an IPC with strings, and buffers for some.
func (d *deaths) actString(t *TCB) {
	lengths := [6]uint32{0, 16, 0x1001, 0x3000, 20000, 3 << 16}
	at := uint32(1)
	for n := 1 + d.roll(2); n > 0; n-- {
		*t.mr(at), *t.mr(at + 1) = lengths[d.roll(6)]<<10, d.place(t)
		at += 2
	}
	*t.tcr(br0) = [3]uint32{1, 0x11, 0x11}[d.roll(3)]
	for i := uint32(1); i < 5; i += 2 {
		*t.br(i), *t.br(i + 1) = lengths[d.roll(6)]<<10|1, d.place(t)
	}
	*t.tcr(tcrXferTimeouts) = [4]uint32{0, 0, 100<<16 | 100, timeZero}[d.roll(4)]
	to, from := d.receiver(t), ThreadID(anyThread)
	tag := (at - 1) << 6
	switch d.roll(6) {
	case 0, 1:
		to, tag = nilThread, 0
	case 2:
		from = d.threadID()
	case 3:
		to, tag = rootID, 1
	}
	times := [3]uint32{0, 0, 0x2000<<16 | 0x2000}[d.roll(3)]
	d.note("string ipc to %#x from %#x times %#x tag %#x", to, from, times, tag)
	d.ipc(to, from, times, tag)
}

// actPort is an access to a port: IN AL, DX, with the instruction in the thread's UTCB.
func (d *deaths) actPort(t *TCB) {
	*t.mr(50) = 0xEC
	d.note("port")
	leaveByTrap(t)
	f := &t.Frame
	f.EIP, f.EDX, f.Vector, f.Error = t.LocalID+4*50, 2048*d.roll(4), ia32.VecProtection, 0
	EnterTrap(t)
	d.entered()
}
