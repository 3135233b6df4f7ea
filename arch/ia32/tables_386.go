package ia32

import "unsafe"

// Descriptor tables. The processor reads GDT and TSS with supervisor rights even in user mode; they lie in
// parts of the kernel region that every directory has from its creation.

type tableOperand struct {
	_     uint16 // so that base is aligned; the operand begins at limit, byte 2
	limit uint16
	base  uint32
}

const vectors = 0x80

var (
	idt [vectors]uint64

	gdtOperand, idtOperand tableOperand

	vectorTable [vectors]uint32
	staticTable uint32
)

// TSS offsets of the task-gate tasks within the TSS page, and of fields within a TSS.
const (
	taskDoubleF = 0x200
	taskNMI     = 0x280
	taskMCheck  = 0x300

	tssESP0   = 0x04
	tssSS0    = 0x08
	tssCR3    = 0x1C
	tssEIP    = 0x20
	tssEFLAGS = 0x24
	tssESP    = 0x38
	tssES     = 0x48
	tssIOMap  = 0x66
	tssLimit  = 0x67

	bitmapOffset = BitmapAt - TSSAddr

	msrSysenterEIP = 0x176
)

// Descriptor types; code and data are accessed already, for the processor cannot write them (GDTBase).
const (
	typeCode      = 0x9B
	typeData      = 0x93
	typeReadOnly  = 0x90
	accessed      = 1 << 40
	typeTSS       = 0x89
	typeInterrupt = 0x8E
	typeTask      = 0x85
	dplUser       = 0x60
	big           = 1 << 54 // 32-bit segment
)

// describe sets the descriptor of a selector.
func describe(selector uint32, descriptor uint64) {
	put32(gdtView+selector&^7, uint32(descriptor))
	put32(gdtView+selector&^7+4, uint32(descriptor>>32))
}

func flat(kind uint64) uint64 { return 0x00CF00000000FFFF | kind<<40 }

// segment describes limit+1 bytes at base.
func segment(kind uint64, base, limit uint32) uint64 {
	return uint64(limit&0xFFFF) | uint64(base&0xFFFFFF)<<16 | kind<<40 | uint64(limit>>16&15)<<48 |
		uint64(base>>24)<<56
}

// utcbSegment is the word at gs:0, not accessed yet.
func utcbSegment() uint64 { return segment(typeReadOnly|dplUser, WordArea, 3) | big }

func gate(kind uint64, selector uint64, offset uint32) uint64 {
	return uint64(offset&0xFFFF) | selector<<16 | kind<<40 | uint64(offset>>16)<<48
}

// InstallTables loads GDT, IDT, TSS and the SYSENTER registers and turns on 4 MiB and global pages.
//
// Precondition: the master directory is loaded and shows IOArea and WordArea; stack is the top of a stack for
// double faults, NMI and machine checks.
func InstallTables() {
	setControl(CPUID())
	gdtView = staticAddr(staticGDT) + GDTBase - GDTArea
	describe(SelKernelCS, flat(typeCode))
	describe(SelKernelDS, flat(typeData))
	describe(SelUserCS, flat(typeCode|dplUser))
	describe(SelUserDS, flat(typeData|dplUser))
	describe(SelUTCB, utcbSegment()|accessed)
	// The bitmap pages and the first byte of the closing page lie inside the limit.
	describe(SelTSS, segment(typeTSS, TSSAddr, BitmapAt+0x2000-TSSAddr))
	describe(SelDoubleF, segment(typeTSS, IOArea+taskDoubleF, tssLimit))
	describe(SelNMI, segment(typeTSS, IOArea+taskNMI, tssLimit))
	describe(SelMCheck, segment(typeTSS, IOArea+taskMCheck, tssLimit))

	setGates(&vectorTable)
	idt[VecDoubleF] = gate(typeTask, SelDoubleF, 0)
	idt[VecNMI] = gate(typeTask, SelNMI, 0)
	idt[VecMCheck] = gate(typeTask, SelMCheck, 0)

	put32(TSSAddr+tssSS0, SelKernelDS)
	*(*uint16)(Ptr(TSSAddr + tssIOMap)) = bitmapOffset
	initTask(IOArea+taskDoubleF, vectorTable[VecDoubleF])
	initTask(IOArea+taskNMI, vectorTable[VecNMI])
	initTask(IOArea+taskMCheck, vectorTable[VecMCheck])

	gdtOperand = tableOperand{limit: SelMCheck + 7, base: GDTBase}
	idtOperand = tableOperand{limit: uint16(unsafe.Sizeof(idt) - 1), base: Addr(unsafe.Pointer(&idt))}
	loadTables(&gdtOperand, &idtOperand)
	// GS holds it now. From here on no load of it comes to an end: the processor would mark it as accessed.
	describe(SelUTCB, utcbSegment())
	writeMSR(0x174, SelKernelCS, 0)
	writeMSR(0x175, ESP0Addr, 0)
	writeMSR(msrSysenterEIP, ipcStart, 0)
	if HasPAT() {
		// WB, WT, UC-, UC, WC, WT, UC-, WP (abi 5.10); the first four are what a processor without PAT does.
		writeMSR(0x277, 0x00070406, 0x05070401)
	}
}

// setGates makes interrupt gates of all vectors but those that have task gates.
func setGates(entries *[vectors]uint32) {
	for v := range entries {
		if entries[v] == 0 || v == VecDoubleF || v == VecNMI || v == VecMCheck {
			continue // not a gate: INT n is a protection fault, as beyond the table
		}
		kind := uint64(typeInterrupt)
		if v == VecBreakpoint || v == VecOverflow || v >= VecSyscall && v < VecIRQ {
			kind |= dplUser
		}
		idt[v] = gate(kind, SelKernelCS, entries[v])
	}
}

func put32(addr, v uint32)     { *(*uint32)(Ptr(addr)) = v }
func get32(addr uint32) uint32 { return *(*uint32)(Ptr(addr)) }

func initTask(tss, entry uint32) {
	put32(tss+tssCR3, Phys(MasterPD()))
	put32(tss+tssEIP, entry)
	put32(tss+tssEFLAGS, FlagReserved)
	put32(tss+tssESP, staticAddr(staticFaultStackTop))
	put32(tss+tssSS0, SelKernelDS)
	for i := uint32(0); i < 6; i++ {
		put32(tss+tssES+4*i, SelKernelDS)
	}
	put32(tss+tssES+4, SelKernelCS)
	*(*uint16)(Ptr(tss + tssIOMap)) = tssLimit
}

// Interrupted returns EIP, ESP and EFLAGS that a task gate saved in the main TSS.
func Interrupted() (eip, esp, eflags uint32) {
	return get32(TSSAddr + tssEIP), get32(TSSAddr + tssESP), get32(TSSAddr + tssEFLAGS)
}
