// Package ia32 holds everything that knows the CPU: the address-space layout, descriptor and page-table
// formats, trap and sysenter entry, port I/O, timers and interrupt controller.
//
// Files ending in _386 are for the bare machine. sim.go is the same interface over simulated memory,
// so that the portable kernel runs under go test on the host.
package ia32

// Kernel address-space layout (docs/address-space.md). The user top is fixed by the ABI, the rest is ours.
const (
	UserTop = 0xC0000000 // first address that no user page may have

	TCBArea  = 0xC0000000 // virtual TCB array: 2^18 thread numbers x 1 KiB
	TCBShift = 10
	TCBEnd   = TCBArea + 1<<(18+TCBShift)

	Window    = 0xD0000000 // physical 0..256 MiB, linear
	WindowMax = 256 << 20  // bytes of physical memory that the window can show

	SmallArea = 0xE0000000 // small spaces, in units of 4 MiB (docs/small-spaces.md)
	SmallEnd  = 0xF0000000

	CopyArea  = 0xF0000000 // two 4 MiB slots per processor for string copies; entries of the running space only
	IOArea    = 0xF0800000 // per-space page table: TSS page, two I/O bitmap pages, closing page
	WordArea  = 0xF0C00000 // the page with the word that users read at gs:0
	StackEnd  = 0xF0C0A000 // the processor's kernel stack, seen here; unmapped pages on both sides
	StackSize = 8192
	PeekPage  = 0xF0C0C000   // shows one frame above the window at a time
	FarAt     = WordArea + 8 // where the trampoline jumps: offset, selector
	KIPAlias  = 0xF0C0E000   // user: the KIP page once more, while segments are limited; for the trampoline
	// DeviceArea shows the registers of the interrupt controllers, uncached: a page for the local APIC, then one per I/O APIC.
	DeviceArea = 0xF0C10000
	WordAlias  = 0xF0C40000 // the page of WordArea, for the kernel to write
	GDTArea    = 0xF0C50000 // the GDT's two pages: the first, read-only, ends before SelTSS
	GDTAlias   = 0xF0C60000 // the first of them, for the exit code to write
	TempArea   = 0xF1000000 // 4 MiB: temporary view of physical memory above the window, boot time only

	// TSSOffset keeps 128 bytes free below the TSS: SYSENTER_ESP points at its esp0 field, and a #DB on the first
	// kernel instruction pushes its frame right below that.
	TSSOffset = 128
	TSSAddr   = IOArea + TSSOffset
	ESP0Addr  = TSSAddr + 4
	BitmapAt  = IOArea + 0x1000
)

// Page geometry.
const (
	PageSize  = 4096
	PageMask  = PageSize - 1
	LargeSize = 4 << 20
	LargeMask = LargeSize - 1
)

// Page-table entry bits.
const (
	PtePresent  = 1 << 0
	PteWrite    = 1 << 1
	PteUser     = 1 << 2
	PteThrough  = 1 << 3 // write through: bit 0 of the index into the PAT
	PteUncached = 1 << 4 // bit 1
	PteAccessed = 1 << 5
	PteDirty    = 1 << 6
	PteLarge    = 1 << 7  // directory entries: a 4 MiB page
	PtePAT      = 1 << 7  // page-table entries: bit 2 of the index into the PAT
	PdePAT      = 1 << 12 // the same in the directory entry of a 4 MiB page
	PteGlobal   = 1 << 8
	PteSeen     = 4 // bits 9 and 10, left to software: accessed and dirty, shifted by this, kept for ancestors
	PteFrame    = 0xFFFFF000
)

// Selectors. The order of the first four is what SYSENTER and SYSEXIT demand.
const (
	SelKernelCS = 0x08
	SelKernelDS = 0x10
	SelUserCS   = 0x1B
	SelUserDS   = 0x23
	SelUTCB     = 0x2B // read-only, limit 3, base WordArea
	SelTSS      = 0x30
	SelDoubleF  = 0x38
	SelNMI      = 0x40
	SelMCheck   = 0x48
)

// The trampoline of boot/kip.S, as SYSEXIT finds it.
const (
	TrampolineAt   = KIPAlias + 0xF00
	TrampolineSize = 14
)

// GDTBase is the linear address of the GDT. The descriptors of tasks, which the processor marks as busy, are in the second page;
// the processor cannot write the others.
const GDTBase = GDTArea + PageSize - SelTSS

// EFLAGS bits.
const (
	FlagReserved = 1 << 1
	FlagTF       = 1 << 8
	FlagIF       = 1 << 9
	FlagRF       = 1 << 16
	// FlagsUser are the bits that a user may set for another thread (abi 5.3).
	FlagsUser = 0x8D5
	// FlagsStart is EFLAGS of a fresh thread: IF, no I/O privilege.
	FlagsStart = FlagIF | FlagReserved
)

// CPU exception vectors.
const (
	VecDivide     = 0
	VecDebug      = 1
	VecNMI        = 2
	VecBreakpoint = 3
	VecOverflow   = 4
	VecInvalidOp  = 6
	VecNoFPU      = 7
	VecDoubleF    = 8
	VecStack      = 12
	VecProtection = 13
	VecPageFault  = 14
	VecMCheck     = 18
)

// Vectors of the system-call stubs in the KIP page (boot/kip.S) and of the interrupt controllers.
const (
	VecSyscall  = 0x30
	VecIRQ      = 0x40              // lines: MaxLines of them
	VecTimer    = VecIRQ + MaxLines // of the local APIC
	VecSpurious = 0x7F              // of the local APIC; old ones force the low four bits to 1
)

// Page-fault error-code bits.
const (
	FaultPresent = 1 << 0
	FaultWrite   = 1 << 1
	FaultUser    = 1 << 2
)
