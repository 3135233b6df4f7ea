//go:build !386

package ia32

import "fmt"

// The simulated machine: what the _386 files do on hardware, these do on ordinary memory, so that the portable kernel
// runs under go test. Addresses are those of the real machine; page tables are walked as the MMU walks them.
//
//	machine_sim.go   the machine and its state
//	memory_sim.go    kernel addresses: window, TCB array, temporary views
//	mmu_sim.go       user accesses: page-table walk, TLB and the search for stale translations
//	devices_sim.go   8259s, 8254, UART
//	apic_sim.go      local APIC, I/O APICs
//	fpu_sim.go       the FPU
//	cpu_sim.go       the rest of cpu_386.go; region_sim.go and static_sim.go likewise

// Computer is the state of the simulated machine and how tests drive it.
type Computer struct {
	TSC    uint64 // time-stamp counter; only tests and device polling advance it
	KHz    uint32 // its frequency
	Output []byte // what the UART has sent
	Input  []byte // what the UART will receive
	ESP0   uint32
	Word   uint32 // what users read at gs:0
	CR2    uint32
	CR3    uint32
	FPU    FPU

	// OnFault is the kernel's handling of its own page fault; false: a kernel bug.
	OnFault func(addr uint32) bool
	// OnInterrupt is the kernel's handling of an interrupt at a preemption point.
	OnInterrupt func(vector uint32)

	Polls      uint64 // preemption points passed
	Longest    uint64 // most accesses to memory between two preemption points (Stretch)
	RaiseAt    uint64 // raise RaiseLine at that preemption point; 0 never
	RaiseLine  uint32
	RaiseEvery uint64 // and again after so many; 0 once

	CacheFlushes uint64
	NoPAT        bool // the processor has no page attribute table

	// Limited: user segments are limited, threads come by the other entries (LimitSegments).
	Limited bool

	// Missing is what MissingFeature reports.
	Missing string
	// Void allows accesses to physical memory that does not exist: reads give ones, writes are lost.
	Void bool
	// PortWrites has the last value written to each unknown port.
	PortWrites map[uint32]uint32

	// Divide is TSC ticks per tick of the local APIC's timer, at least 1.
	Divide uint64

	apic     *apicState // nil: none
	chips    []chipState
	devices  [1 + MaxChips]uint32 // physical pages shown in DeviceArea
	pic      [2]picState
	timerAt  uint64 // TSC of the next timer interrupt, 0 none
	timerLow uint32
	gateAt   uint64 // TSC at which channel 2 goes high
	latch    [3]uint32
	second   [3]bool
	views    [2]uint32
	tlb      map[uint32]uint32 // page to entry, both levels' rights combined
	seen     []uint32          // TCB pages touched: entry, 0 not cached
	touched  []uint32          // indices of seen that are not 0
}

// Machine is the one simulated machine.
var Machine Computer

var memory []byte

// Fault is the panic of an access or instruction that the real machine would not survive.
type Fault struct {
	What string
	Addr uint32
}

func (f Fault) Error() string { return fmt.Sprintf("%s at %#08x", f.What, f.Addr) }

// Stopped is the panic of Stop: the kernel has halted the machine for ever.
type Stopped struct{ Output string }

func (s Stopped) Error() string { return "machine stopped: " + s.Output }

// Reset turns the machine on: size bytes of zeroed physical memory, everything else in its reset state.
func (m *Computer) Reset(size uint32) {
	if uint32(len(memory)) == size {
		clear(memory)
	} else {
		memory = make([]byte, size)
	}
	seen, touched := m.seen, m.touched
	if seen == nil {
		seen = make([]uint32, (TCBEnd-TCBArea)/PageSize)
	}
	for _, i := range touched {
		seen[i] = 0
	}
	*m = Computer{KHz: 1000000, seen: seen, touched: touched[:0], tlb: map[uint32]uint32{}, PortWrites: map[uint32]uint32{}}
	m.pic[0].mask, m.pic[1].mask = 0xFF, 0xFF
	apicInUse, ioLineCount, TimerLine = false, 0, LineTimer
}

// Memory is all physical memory.
func (m *Computer) Memory() []byte { return memory }
