// Package kernel is the microkernel: threads, address spaces, IPC, mappings, scheduling. It is portable; all
// that knows the CPU is in arch/ia32, which has a simulated twin for host tests.
//
// Kernel objects refer to each other by 32-bit kernel addresses, never by host pointers, so that sizes and layouts are the
// same on the bare machine and on the host.
package kernel

import (
	"unsafe"

	"pecan/arch/ia32"
)

// Ref is the kernel address of a TCB; 0 is none.
type Ref uint32

// tcb returns the thread behind r. Precondition: r is not 0.
func (r Ref) tcb() *TCB { return (*TCB)(ia32.Ptr(uint32(r))) }

// TCB is a thread control block: 1 KiB in the virtual TCB array, at TCBArea + number * 1 KiB.
//
// All there is to know about a thread is here: the kernel never keeps a blocked call chain. Owner of every field is the
// kernel entry that runs (interrupts are off), so there are no locks.
type TCB struct {
	FPU [512]byte // FXSAVE area, 16-byte aligned, so that first use cannot fail

	// 64-bit fields first: their alignment differs between the bare machine and the host.
	sliceLen  uint64 // TSC ticks, 0 = endless
	sliceLeft uint64 // what is left of it, as of the last charge
	quantum   uint64 // what is left of the total quantum, TSC ticks; 0 used up, infinite
	used      uint64 // TSC ticks run on this thread's timeslices, by itself or others
	delayEnd  uint64 // TSC at which a postponed preemption is postponed no more; 0 = none has been since the last yield
	heapKey   uint64 // place in the timeout heap: TSC not after Deadline

	// Scheduling (sched.go).
	readyNext, readyPrev Ref
	queued               bool // linked in the ready queue of its priority (maybe stale)
	prio                 uint8
	sensitive            uint8  // no preemption by higher priorities is postponed; at least prio
	maxDelay             uint32 // how long others are, TSC ticks
	scheduler            ThreadID

	// IPC (ipc.go).
	partner     ThreadID // State send: destination; receive: normalised from-specifier
	from        ThreadID // receive phase that follows a send phase, as given
	timeouts    uint32
	tag         uint32 // tag of the message being sent
	sendHead    Ref    // threads that want to send to this one, in order
	sendNext    Ref    // links in the partner's send queue
	sendPrev    Ref
	sendTo      Ref   // whose send queue this thread is in, or whom it is transferring to
	peer        Ref   // the sender that a receiving thread is locked by
	ipc         uint8 // ipc* : on whose behalf the current IPC runs
	op          uint8 // op*  : what to continue before the thread may return to user level
	message     [3]uint32
	prog        [6]uint32 // progress of the operation named by op
	walk        treeWalk  // where its walk over a tree of mappings stopped
	heapIndex   uint32    // place in the timeout heap
	virtual     ThreadID  // propagation accepted: whom the message says it is from
	intended    ThreadID  // redirected: whom the message was for
	propagators uint32    // senders in the own queue that have virtual set
	str         stringState
	outer       outerIPC
	nested      bool // a page fault's IPC inside the user's own: see outer

	// Space and life (thread.go).
	spaceNext, spacePrev Ref
	utcbUser             uint32 // user address of the UTCB block as given to ThreadControl, or ^0
	active               bool   // has a UTCB
	halted               bool   // ExchangeRegisters: stop before user level
	userFlags            uint32 // EFLAGS remembered for a return by IRET

	// Interrupt threads only (interrupt.go).
	irqState uint8

	_ [tcbPad]byte

	ia32.Context
}

const (
	tcbSize = 1 << ia32.TCBShift
	// esp0Offset is where TSS.esp0 of a running thread points: behind the frame.
	esp0Offset = tcbSize - ia32.ContextSize + ia32.TimerSize + ia32.FrameSize
	tcbPad     = tcbSize - ia32.ContextSize - 512 - 292
)

// The entry code (arch/ia32) knows these two sizes.
var (
	_ [tcbSize - unsafe.Sizeof(TCB{})]byte
	_ [unsafe.Sizeof(TCB{}) - tcbSize]byte
)

// Thread states, in Fast.State.
const (
	// StateNone must be 0: the zero page reads as "no thread".
	StateNone      = iota
	StateInactive  // created, no UTCB yet
	StateReady     // running or ready; op may be pending
	StateSend      // in sendTo's send queue
	StateReceive   // waiting for partner
	StateReceiving // locked by peer, whose transfer is preempted
	StateFaultWait // sender in mid transfer; the receiver has a page fault
	StateHalted    // stopped for good, until ExchangeRegisters or deletion
	StateStopped   // its total quantum is used up and its scheduler knows, until Schedule or deletion
)

// On whose behalf an IPC runs: decides where the message comes from and where it goes.
const (
	ipcUser      = iota // the user's own, message registers in the UTCB
	ipcPageFault        // kernel-generated, page fault: message in the TCB, takes map items, rest ignored
	ipcIOFault          // the same for a port access
	ipcException        // message is the frame, reply goes to the frame
	ipcStart            // start message: IP and SP
	ipcInterrupt        // interrupt thread: tag only, any answer
	ipcQuantum          // preemption message to the scheduler, send only: the thread stops
	ipcSignal           // preemption message to the exception handler, send only: the thread goes on
)

// Operations that a preemption can interrupt.
const (
	opNone     = iota
	opReceive  // enter the receive phase (from, timeouts)
	opTransfer // typed items of a message to sendTo
	opAbort    // end the transfer to sendTo with code 7
	opSyscall  // repeat the system call in the frame, going on at prog
)

// refs of threads.

// tcbRef is the address of the TCB of a thread number.
func tcbRef(number uint32) Ref { return Ref(ia32.TCBArea + number<<ia32.TCBShift) }

// number is the thread number of t.
func (t *TCB) number() uint32 { return t.GlobalID >> 14 }

func (t *TCB) space() *Space { return spaceAt(t.Space) }

// running is the thread that the processor entered the kernel from.
func running() *TCB { return Ref(ia32.ESP0() - esp0Offset).tcb() }
