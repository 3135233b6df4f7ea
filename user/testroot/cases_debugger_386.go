package main

import (
	"unsafe"

	"pecan/user/l4"
)

// A debugger at user level (abi 0.1, 6.4): all it needs is to be exception handler of the thread and to see its code. It sets
// breakpoints by writing INT3 over an instruction and single-steps with TF in its answers.

var debuggerCases = []testCase{
	{"abi-6.4-debugger-breakpoints", debuggerBreakpoints},
	{"abi-6.4-debugger-counts-every-step", debuggerSteps},
	{"abi-6.4-debugger-attaches-to-running-thread", debuggerAttaches},
	{"abi-6.4-debugger-changes-registers", debuggerChanges},
	{"abi-6.4-debugger-steps-over-exceptions", debuggerFaults},
}

const opInt3 = 0xCC

// debugger controls a rig, which waits in an exception.
type debugger struct {
	r     *rig
	at    [4]uint32 // breakpoints, 0: free
	saved [4]byte   // what they cover
}

// set makes a breakpoint.
func (d *debugger) set(addr uint32) {
	for i := range d.at {
		if d.at[i] == 0 {
			d.at[i], d.saved[i] = addr, loadByte(addr)
			storeByte(addr, opInt3)
			return
		}
	}
	fatal(describe("too many breakpoints"))
}

// clear takes it away.
func (d *debugger) clear(addr uint32) {
	if i := d.find(addr); i >= 0 {
		storeByte(addr, d.saved[i])
		d.at[i] = 0
	}
}

// find is the index of a breakpoint, or -1.
func (d *debugger) find(addr uint32) int {
	for i := range d.at {
		if d.at[i] == addr {
			return i
		}
	}
	return -1
}

// step executes one instruction, the one under a breakpoint if there is one.
func (d *debugger) step() event {
	i := d.find(d.r.regs.IP)
	if i >= 0 {
		storeByte(d.at[i], d.saved[i])
	}
	d.r.regs.Flags |= flagTF
	d.r.resume()
	e := d.r.next(soon)
	d.r.regs.Flags &^= flagTF
	if i >= 0 {
		storeByte(d.at[i], opInt3)
	}
	return e
}

// run goes on to the next breakpoint, where IP then is, or to another exception.
func (d *debugger) run() event {
	if d.find(d.r.regs.IP) >= 0 {
		if e := d.step(); e.kind != exception || e.regs.Vector != vecDebug {
			return e
		}
	}
	d.r.resume()
	return d.arrived(d.r.next(soon))
}

// arrived moves IP back to the breakpoint that e is about, if it is.
func (d *debugger) arrived(e event) event {
	if e.kind == exception && e.regs.Vector == vecBreakpoint && d.find(e.regs.IP-1) >= 0 {
		d.r.regs.IP--
	}
	return e
}

//go:noinline
func loadByte(addr uint32) byte { return *(*byte)(unsafe.Add(nil, addr)) }

// sumCode adds up ECX, ECX-1, ... 1 in EAX and increments EBX each time.
var sumCode = []byte{
	0x31, 0xC0, //             xor eax, eax
	0x01, 0xC8, //        2:   add eax, ecx
	0xE8, 0x05, 0, 0, 0, //    call 14
	0x49,       //             dec ecx
	0x75, 0xF6, //             jne 2
	0xEB, 0x02, //             jmp 16
	0x43, //             14:   inc ebx
	0xC3, //                   ret
} //                     16:   ud2

const (
	sumAdd = 2
	sumSub = 14
)

// load puts code into a rig and gets it to the beginning, with a count in ECX and EBX 0.
func debug(r *rig, code []byte) *debugger {
	r.put(code)
	r.patterns()
	r.regs.IP, r.regs.ECX, r.regs.EBX = r.slot, 5, 0
	return &debugger{r: r}
}

func debuggerBreakpoints() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		d := debug(r, sumCode)
		d.set(r.slot + sumAdd)
		d.set(r.slot + sumSub)
		for i := range uint32(5) {
			stepNumber("round", i)
			r.is(d.run(), vecBreakpoint, r.slot+sumAdd+1, 0)
			equal("ECX", r.regs.ECX, 5-i)
			equal("EBX", r.regs.EBX, i)
			r.is(d.run(), vecBreakpoint, r.slot+sumSub+1, 0)
			equal("return address", load(r.regs.ESP), r.slot+9)
			if i == 3 {
				d.clear(r.slot + sumSub)
				r.is(d.run(), vecBreakpoint, r.slot+sumAdd+1, 0)
				d.clear(r.slot + sumAdd)
				break
			}
		}
		about.Reset()
		e := d.run()
		r.done(e, len(sumCode))
		equal("sum", e.regs.EAX, 15)
		equal("calls", e.regs.EBX, 5)
		equal("ESP", e.regs.ESP, r.sp)
	}
}

func debuggerSteps() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		d := debug(r, sumCode)
		steps := uint32(0)
		for {
			before := r.regs.IP
			e := d.step()
			if e.kind == exception && e.regs.Vector == vecInvalid {
				r.done(e, len(sumCode))
				break
			}
			check(e.kind == exception && e.regs.Vector == vecDebug && e.regs.IP != before, "a step")
			steps++
		}
		equal("steps", steps, 1+5*6+1)
		equal("sum", r.regs.EAX, 15)
		// A step with breakpoints everywhere executes what is under them.
		d = debug(r, sumCode)
		d.set(r.slot)
		d.set(r.slot + sumAdd)
		r.is(d.step(), vecDebug, r.slot+sumAdd, 0)
		r.is(d.step(), vecDebug, r.slot+sumAdd+2, 0)
		equal("EAX", r.regs.EAX, 5)
	}
}

// A thread in an endless loop meets a breakpoint that is put in front of it.
func debuggerAttaches() {
	for _, r := range [...]*rig{newRig(), newRigIn(nil)} {
		r.patterns()
		r.regs.EAX = 0
		r.start([]byte{0x40, 0x90, 0xEB, 0xFC}) // inc eax; nop; jmp
		equal("event", r.next(tick).kind, nothing)
		d := &debugger{r: r}
		d.set(r.slot + 1)
		r.is(d.arrived(r.next(soon)), vecBreakpoint, r.slot+2, 0)
		count := r.regs.EAX
		check(count > 1, "it has not run")
		r.is(d.run(), vecBreakpoint, r.slot+2, 0)
		equal("one round", r.regs.EAX, count+1)
		d.clear(r.slot + 1)
		r.resume()
		equal("event", r.next(tick).kind, nothing)
		r.again()
	}
}

// Registers and memory can be changed at a breakpoint; the code can be left for another place.
func debuggerChanges() {
	r := newRigIn(nil)
	d := debug(r, sumCode)
	d.set(r.slot + sumSub)
	r.is(d.run(), vecBreakpoint, r.slot+sumSub+1, 0)
	r.regs.ECX, r.regs.EAX = 1, 100                // the last round
	store(r.regs.ESP, r.slot+uint32(len(sumCode))) // ret goes straight to the end
	e := d.run()
	r.done(e, len(sumCode))
	equal("EAX", e.regs.EAX, 100)
	equal("EBX", e.regs.EBX, 1)
}

// An instruction that faults is no step: the fault comes, with TF still set, and the step after it has been repaired.
func debuggerFaults() {
	r := newRigIn(nil)
	d := debug(r, []byte{0xF7, 0xF1, 0x8B, 0x06, 0xCD, 0x80, 0x90}) // div ecx; mov eax, [esi]; int 0x80; nop
	r.regs.ECX, r.regs.EDX, r.regs.EAX, r.regs.ESI = 0, 0, 7, hole
	e := d.step()
	r.is(e, 0, r.slot, 0)
	check(e.regs.Flags&flagTF != 0, "TF is gone")
	r.regs.ECX = 7
	r.is(d.step(), vecDebug, r.slot+2, 0)
	equal("quotient", r.regs.EAX, 1)
	isFault(d.step(), hole, r.slot+2, l4.Read)
	r.mapTo(hole, pages, l4.RWX)
	r.is(r.next(soon), vecDebug, r.slot+4, 0)
	r.regs.Flags &^= flagTF
	r.is(d.step(), vecProtection, r.slot+4, 8*0x80+2)
	r.regs.IP += 2
	r.is(d.step(), vecDebug, r.slot+7, 0)
}
