package ia32

// Frame is what hardware and entry code push when a thread enters the kernel by trap or interrupt. It is 64
// bytes, one cache line, and ends where TSS.esp0 points.
type Frame struct {
	_      uint32
	EDI    uint32 // PUSHAL order
	ESI    uint32
	EBP    uint32
	Kernel uint32 // ESP as PUSHAL stores it, of no use
	EBX    uint32
	EDX    uint32
	ECX    uint32
	EAX    uint32
	Vector uint32
	Error  uint32
	EIP    uint32
	CS     uint32
	EFLAGS uint32
	ESP    uint32
	SS     uint32
}

// Fast holds the fields that the sysenter path touches: one cache line above the entry stack pointer, where
// no fault frame can hit them.
type Fast struct {
	ESP      uint32 // user ESP and EIP of a thread that came by SYSENTER
	EIP      uint32
	GlobalID uint32 // 0 while no thread lives here: bad IDs compare unequal
	Wait     uint32 // in a plain wait: global ID that this thread waits for, ^0 any; else 0
	Reasons  uint32 // why this thread may not leave or switch the short way
	PDir     uint32 // physical address of its page directory
	GSWord   uint32 // what the thread reads at gs:0
	LocalID  uint32 // user address of its UTCB (MR0)
	UTCB     uint32 // kernel address of MR0, through the window
	Exit     uint32 // ExitTrap or ExitIPC
	Space    uint32 // handle of its space
	State    uint32 // thread state (kernel.State*); ready while Wait says that it is in a plain wait
	// WaitedFor is not 0 if some thread may be in a closed receive from this one: its deletion has to look for such.
	WaitedFor uint32
	Target    uint32 // UTCB, and in its low byte, which is 0 there, the priority
	_         [2]uint32
}

// Timer is what the fast path needs for a receive timeout: a thread that waits again and again with the same one stays in the
// timeout heap, and only its deadline is moved on.
type Timer struct {
	Deadline uint64 // TSC at which the current timeout expires, if one runs
	Cycles   uint64 // the period that Time stands for, TSC ticks
	Time     uint32 // a relative Time (abi 1.7), not 0, or 0: Cycles says nothing
	_        [3]uint32
}

// Context is the top of every TCB.
type Context struct {
	Timer
	Frame
	Fast
}

// ContextSize is the size of Context; the entry stack pointer is 64 bytes below its end.
const (
	TimerSize   = 32
	FrameSize   = 64
	ContextSize = 160
)

// How a thread goes back to user level.
const (
	ExitTrap = 0 // IRET with the whole frame
	ExitIPC  = 1 // SYSEXIT; EBX and EBP come from the UTCB, EAX and ESI from the frame
	ExitIdle = 2 // no thread: halt until an interrupt
)

// Floor is the highest priority with a non-empty ready queue, or 0: all that the fast path knows of the scheduler.
var Floor uint8

// Bits of Reasons: why a thread that enters by SYSENTER cannot leave the processor to another one the short way. All lie in
// the low half (sysenterEntry).
const (
	ReasonHalt    = 1 << 0 // stop before the next user instruction
	ReasonOp      = 1 << 1 // a kernel operation has to be continued first
	ReasonTrace   = 1 << 2 // TF was set on SYSENTER: return by IRET with TF
	ReasonFlags   = 1 << 3 // EFLAGS were set from outside: return by IRET
	ReasonPending = 1 << 4 // somebody is queued to send to this thread
	ReasonQuantum = 1 << 5 // its total quantum is used up
	ReasonSignal  = 1 << 6 // its exception handler is to hear that it was preempted
	ReasonFPU     = 1 << 7 // it runs and CR0.TS is clear: to be set before anybody else runs

	ReasonRedirect = 1 << 11 // its space has a redirector, or is about to get one
	ReasonTimer    = 1 << 9  // it is in the timeout heap for its plain waits: Timer
	ReasonGSWord   = 1 << 10 // it reads at gs:0 something else than its local ID, which the fast path takes from there

	// Not in the low half, which the fast path looks at: its threads may use it.
	ReasonAny = 1 << 16 // last seen in a small space: runs in any directory

	// ReasonsQuiet are those that nothing has to be done about when the same thread goes on.
	ReasonsQuiet = ReasonPending | ReasonFPU | ReasonRedirect | ReasonTimer | ReasonGSWord
	// ReasonsPlain are those that a thread in a plain wait may have.
	ReasonsPlain = ReasonsQuiet&^ReasonGSWord | ReasonAny
)

// No two reasons are the same bit, and all but ReasonAny fit the test of sysenterEntry.
const (
	anyReason = ReasonHalt | ReasonOp | ReasonTrace | ReasonFlags | ReasonPending | ReasonQuantum | ReasonSignal | ReasonFPU | ReasonRedirect | ReasonTimer | ReasonGSWord
	allBits   = ReasonHalt + ReasonOp + ReasonTrace + ReasonFlags + ReasonPending + ReasonQuantum + ReasonSignal + ReasonFPU + ReasonRedirect + ReasonTimer + ReasonGSWord
)

var (
	_ [anyReason - allBits]struct{}
	_ [0xFFFF - allBits]struct{}
)
