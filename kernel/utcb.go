package kernel

import "pecan/arch/ia32"

// UTCB layout (abi 2.2): byte offsets from MR0, which lies in the middle of a 512-byte block. The kernel reaches
// every UTCB through the window, so an access never faults. Contents are the user's and never trusted.
const (
	utcbSize = 512
	utcbMask = utcbSize - 1
	utcbMR0  = 256

	tcrMyGlobalID       = 0xFFFFFFC4 // -60
	tcrProcessorNo      = 0xFFFFFFC8
	tcrUserHandle       = 0xFFFFFFCC
	tcrPager            = 0xFFFFFFD0
	tcrExceptionHandler = 0xFFFFFFD4
	tcrPreemptFlags     = 0xFFFFFFD8 // -40
	tcrErrorCode        = 0xFFFFFFDC
	tcrXferTimeouts     = 0xFFFFFFE0 // -32
	tcrIntended         = 0xFFFFFFE4
	tcrVirtualSender    = 0xFFFFFFE8 // the user's VirtualSender, the kernel's ActualSender
	br0                 = 0xFFFFFFC0 // -64
)

// word is the memory word at kernel address addr.
func word(addr uint32) *uint32 { return (*uint32)(ia32.Ptr(addr)) }

// tcr is a word of the thread's UTCB at a byte offset from MR0. Precondition: the thread is active.
func (t *TCB) tcr(offset uint32) *uint32 { return word(t.UTCB + offset) }

// mr is message register i of an active thread.
func (t *TCB) mr(i uint32) *uint32 { return word(t.UTCB + 4*i) }

// fail stores an error code (abi 4.3 or 1.10) for the thread.
func (t *TCB) fail(code uint32) { *t.tcr(tcrErrorCode) = code }

// Error codes of system calls (abi 4.3).
const (
	errOK        = 0
	errPrivilege = 1
	errThread    = 2
	errSpace     = 3
	errScheduler = 4
	errParameter = 5
	errUTCBArea  = 6
	errKIPArea   = 7
	errMemory    = 8
)
