package l4

import "unsafe"

// descriptor is what the runtime knows of a thread, its g: bounds of the stack, and where the stack check of compiled
// code begins to refuse. See runtime's type g, whose layout this has.
type descriptor struct {
	low, high, guard uintptr
	_                [5]uintptr
}

// stackGuard is what compiled code may use below the guard without asking (runtime.stackGuard).
const stackGuard = 928

// launch is what a new thread finds on its stack.
type launch struct {
	descriptor *descriptor
	entry      func()
}

// MinStack is the smallest stack that PrepareThread takes, in bytes.
const MinStack = 4096

// threadStart is where new threads begin: SP points to a launch. It never returns.
func threadStart()

// threadStartAddress is the address of threadStart.
func threadStartAddress() uint32

// PrepareThread makes stack ready for a thread that runs entry, and returns the instruction and stack pointer to
// start it with: by SendStart from its pager, or by Start. The thread may be in another space if that has the same
// program and stack at the same addresses. When entry returns the thread is suspended. Stack must stay the thread's own,
// and entry's variables, if it is a closure, are allocated. It panics if stack is shorter than MinStack.
func PrepareThread(stack []byte, entry func()) (ip, sp uint32) {
	if len(stack) < MinStack {
		panic("l4: stack too small")
	}
	low := unsafe.Pointer(unsafe.SliceData(stack))
	high := uintptr(low) + uintptr(len(stack))
	top := (high - unsafe.Sizeof(descriptor{})) &^ 15
	d := (*descriptor)(unsafe.Add(low, top-uintptr(low)))
	*d = descriptor{low: uintptr(low), high: top, guard: uintptr(low) + stackGuard}
	l := (*launch)(unsafe.Add(unsafe.Pointer(d), -int(unsafe.Sizeof(launch{}))))
	l.descriptor, l.entry = d, entry
	return threadStartAddress(), uint32(uintptr(unsafe.Pointer(l)))
}

// Thread says how to make a thread in the caller's space. The caller must be privileged.
type Thread struct {
	ID        ThreadID
	Pager     ThreadID
	Scheduler ThreadID
	UTCB      UTCBLocation // in the UTCB area, taken by no other thread
	Stack     []byte
	Entry     func()
}

// NewThread creates the thread t and starts it. Errors as ThreadControl.
func NewThread(t *Thread) CallError {
	if err := ThreadControl(t.ID, MyGlobalID(), t.Scheduler, t.Pager, t.UTCB); err != OK {
		return err
	}
	ip, sp := PrepareThread(t.Stack, t.Entry)
	return Start(t.ID, ip, sp)
}

// Space says how to make a space with a thread in it. The caller must be privileged.
type Space struct {
	ID        ThreadID // of its first thread
	Pager     ThreadID
	Scheduler ThreadID
	KIPArea   Fpage // where the kernel interface page shall be
	UTCBArea  Fpage // the thread's UTCB is the first in it
}

// KIPAreaHere is the KIP area of the caller's space, for Space: programs expect it in the same place everywhere.
func KIPAreaHere() Fpage {
	page, _, _, _ := kernelInterface()
	return NewFpage(page, Kernel().KIPAreaLog2(), 0)
}

// UTCBAreaHere is an area for 256 UTCBs that begins where the caller's own UTCB page does, for Space.
func UTCBAreaHere() Fpage { return NewFpage(utcbReferencePoint(), 17, 0) }

// NewSpace creates the space s and its first thread, which then waits for the start message from its pager. If it
// fails, nothing is left behind. Errors as ThreadControl and SpaceControl.
func NewSpace(s *Space) CallError {
	if err := ThreadControl(s.ID, s.ID, s.Scheduler, NilThread, Unchanged); err != OK {
		return err
	}
	_, err := SpaceControl(s.ID, 0, s.KIPArea, s.UTCBArea, NilThread)
	if err == OK {
		err = ThreadControl(s.ID, s.ID, NilThread, s.Pager, UTCBLocation(s.UTCBArea.Base()))
	}
	if err != OK {
		DeleteThread(s.ID)
	}
	return err
}
