package l4

import "unsafe"

func kernelInterface() (page, version, flags, kernel uint32)
func utcbReferencePoint() uint32
func unmap(control, mr0 uint32) uint32

//go:noescape
func exchangeRegisters(dest ThreadID, r *exchange) ThreadID
func threadControl(dest, space, scheduler, pager ThreadID, utcb UTCBLocation) uint32
func spaceControl(space ThreadID, control uint32, kip, utcbs Fpage, redirector ThreadID) (result, old uint32)
func schedule(dest ThreadID, time, processor, priority, preemption uint32) (state, old uint32, used uint64)
func processorControl(processor, internal, external, voltage uint32) uint32
func memoryControl(control uint32, a0, a1, a2, a3 Attribute, mr0 uint32) uint32

// ThreadSwitch gives the rest of the caller's timeslice to dest, if dest is ready, whatever its priority. NilThread
// gives it up: threads of the same priority get their turn. Abi 5.7.
func ThreadSwitch(dest ThreadID)

// SystemClock is the time in microseconds since some start. It never goes back. Abi 5.8.
func SystemClock() uint64

// Kernel is the kernel interface page of the caller's space.
func Kernel() *KIP {
	page, _, _, _ := kernelInterface()
	return (*KIP)(unsafe.Add(nil, page))
}

// KernelIdentity are the API version and flags words and the kernel ID, as the KernelInterface instruction returns them
// in registers. Abi 3.1.
func KernelIdentity() (version, flags, kernel uint32) {
	_, version, flags, kernel = kernelInterface()
	return version, flags, kernel
}

// MyUTCB is the calling thread's UTCB. The pointer is good until the thread moves to another space.
func MyUTCB() *UTCB { return (*UTCB)(unsafe.Add(nil, uint32(MyUTCBLocation()))) }

// MyUTCBLocation is the address of the calling thread's UTCB. The next one of the area lies UTCBSize bytes further.
func MyUTCBLocation() UTCBLocation { return UTCBLocation(utcbReferencePoint() - utcbReference) }

// MyLocalID is the calling thread's local ID.
func MyLocalID() ThreadID { return ThreadID(utcbReferencePoint()) }

// MyGlobalID is the calling thread's global ID.
func MyGlobalID() ThreadID { return MyUTCB().MyGlobalID }

// callError is the error of a system call that returned result (0 means failure).
func callError(result uint32) CallError {
	if result != 0 {
		return OK
	}
	return CallError(MyUTCB().ErrorCode)
}

// ThreadControl creates, changes or deletes the thread with dest's number. Only threads of privileged spaces may. Abi
// 5.4, semantics 6.2.
//
//   - space NilThread deletes it. Otherwise space is any thread of the space where it is or shall be; dest itself names
//     its own, for a new thread a new one.
//   - scheduler is the thread whose space may call Schedule for dest; NilThread leaves it. New threads need one.
//   - pager NilThread leaves it, and leaves a new thread inactive. Anything else activates an inactive thread, which
//     then waits for a start message from that pager.
//   - utcb is the place of its UTCB, in the UTCB area of its space; Unchanged leaves it.
//
// Errors: ErrPrivilege, ErrThread, ErrSpace, ErrUTCBArea, ErrNoMemory.
func ThreadControl(dest, space, scheduler, pager ThreadID, utcb UTCBLocation) CallError {
	return callError(threadControl(dest, space, scheduler, pager, utcb))
}

// DeleteThread deletes the thread with id's number; its space goes with the last thread in it. That there is none is
// no error. Errors: ErrPrivilege, ErrThread (id is the caller, or not a user thread).
func DeleteThread(id ThreadID) CallError {
	return ThreadControl(id, NilThread, NilThread, NilThread, Unchanged)
}

// AssociateInterrupt makes handler receive the interrupts of line irq (Msg.IsInterrupt). Abi 6.3. Errors: ErrPrivilege,
// ErrThread (no such handler, or the line belongs to the kernel).
func AssociateInterrupt(irq uint32, handler ThreadID) CallError {
	id := Interrupt(irq)
	return ThreadControl(id, id, NilThread, handler, Unchanged)
}

// ReleaseInterrupt ends the association of line irq and masks it.
func ReleaseInterrupt(irq uint32) CallError { return AssociateInterrupt(irq, Interrupt(irq)) }

// SpaceControl gives the space of thread space (a global ID) its KIP and UTCB areas, which counts only while the space
// has no active thread, and its redirector (NilThread leaves it, AnyThread means none). Control is 0, or asks for a
// small space. It returns the old control word. Abi 5.5. Errors: ErrPrivilege, ErrSpace, ErrUTCBArea, ErrKIPArea.
func SpaceControl(space ThreadID, control uint32, kip, utcbs Fpage, redirector ThreadID) (old uint32, err CallError) {
	result, old := spaceControl(space, control, kip, utcbs, redirector)
	return old, callError(result)
}

// Unmap takes the rights named by each page's rights bits away from everyone who got these pages from the caller,
// directly or not, and with flush from the caller as well. RWX takes the pages away completely. The rights bits of
// pages are replaced by what was done with them since the last time: Read, Write, Execute. At most 64 pages; the rest
// is ignored. There are no errors. Abi 5.2, semantics 5.5.
func Unmap(pages []Fpage, flush bool) {
	n := min(len(pages), 1+MaxWords)
	if n == 0 {
		return
	}
	control := uint32(n - 1)
	if flush {
		control |= 1 << 6
	}
	u := MyUTCB()
	for i, p := range pages[:n] {
		u.MR[i] = uint32(p)
	}
	u.MR[0] = unmap(control, uint32(pages[0]))
	for i := range pages[:n] {
		pages[i] = Fpage(u.MR[i])
	}
}

// UnmapPage is Unmap of a single page. It returns what was done with it.
func UnmapPage(p Fpage, flush bool) Rights {
	pages := [1]Fpage{p}
	Unmap(pages[:], flush)
	return pages[0].Rights()
}

// MemoryControl sets the attributes of the caller's pages, of what was mapped from them and of what will be. Each page's two
// lowest bits choose one of the four attributes. At most 64 pages. Pages that the caller has not mapped are left alone. Abi 5.10.
// Errors: ErrPrivilege; ErrParameter (also WriteCombining and WriteProtected on a processor without a page attribute table);
// ErrNoMemory, for a part of a 4 MiB page.
func MemoryControl(pages []Fpage, attributes [4]Attribute) CallError {
	n := len(pages)
	if n == 0 {
		return OK
	}
	if n > 1+MaxWords {
		return ErrParameter
	}
	u := MyUTCB()
	for i, p := range pages {
		u.MR[i] = uint32(p)
	}
	return callError(memoryControl(uint32(n-1), attributes[0], attributes[1], attributes[2], attributes[3], u.MR[0]))
}

// ProcessorControl sets a processor's internal and external frequency (kHz) and voltage (mV). Abi 5.9. Errors:
// ErrPrivilege, ErrParameter.
func ProcessorControl(processor, internal, external, voltage uint32) CallError {
	return callError(processorControl(processor, internal, external, voltage))
}

// ThreadState is what Schedule tells about a thread. Abi 5.6.
type ThreadState uint32

const (
	ScheduleError  ThreadState = 0
	Dead           ThreadState = 1 // does not exist or is not active
	Inactive       ThreadState = 2 // halted
	Running        ThreadState = 3
	PendingSend    ThreadState = 4 // waits for its receiver
	Sending        ThreadState = 5
	WaitingReceive ThreadState = 6 // waits for a message
	Receiving      ThreadState = 7
)

// Same, as any argument of Schedule, leaves the value as it is.
const Same uint32 = 0xFFFFFFFF

// Scheduling are the arguments of Schedule; Same in a field leaves it.
type Scheduling struct {
	Time       uint32 // see TimeControl
	Processor  uint32
	Priority   uint32 // 0 to 255, the highest
	Preemption uint32 // maximum delay in microseconds; sensitive priority in bits 16 to 23
}

// TimeControl are a timeslice and a total quantum, both periods, for Scheduling.Time.
func TimeControl(timeslice, quantum Time) uint32 { return uint32(timeslice)<<16 | uint32(quantum) }

// Schedule sets how dest is scheduled and returns its state and its remaining times (TimeControl, as Times). A thread that has
// used up its total quantum is Inactive until Time is set again; its scheduler then gets a message (Msg.Preemption). Only
// threads in the space of dest's scheduler and privileged ones may. Abi 5.6. Errors: ErrPrivilege, ErrThread (no such
// thread, or a time that is no period), ErrParameter (no such processor, a priority or sensitive priority above the caller's).
func Schedule(dest ThreadID, s Scheduling) (state ThreadState, times uint32, err CallError) {
	result, times, _ := schedule(dest, s.Time, s.Processor, s.Priority, s.Preemption)
	return ThreadState(result), times, callError(result)
}

// SetPriority sets dest's priority, 0 to 255. Errors as Schedule.
func SetPriority(dest ThreadID, priority uint32) CallError {
	_, _, err := Schedule(dest, Scheduling{Time: Same, Processor: Same, Priority: priority, Preemption: Same})
	return err
}

// CPUTime is the time in microseconds that has been spent on dest's timeslices, by itself or by those it called or switched
// to. This is an extension of this kernel: the words that Schedule leaves in ESI and EDI (docs/scheduling.md). Errors as
// Schedule, and ErrThread for interrupts.
func CPUTime(dest ThreadID) (us uint64, err CallError) {
	if dest.Number() < Kernel().SystemBase() && !dest.IsLocal() {
		return 0, ErrThread
	}
	result, _, us := schedule(dest, Same, Same, Same, Same)
	if err = callError(result); err != OK {
		us = 0
	}
	return us, err
}

// State is dest's state, Dead if it does not exist or the caller may not ask.
func State(dest ThreadID) ThreadState {
	state, _, err := Schedule(dest, Scheduling{Time: Same, Processor: Same, Priority: Same, Preemption: Same})
	if err != OK {
		return Dead
	}
	return state
}
