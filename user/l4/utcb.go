package l4

import "unsafe"

// UTCB is a thread's user-level control block: 512 bytes of its own space that it shares with the kernel, holding buffer,
// control and message registers. Abi 2.2. The kernel reads the writable fields at the moment of use, so plain stores
// take effect at once.
type UTCB struct {
	_                   [16]uint32
	br                  [33]uint32 // BR32 down to BR0
	MyGlobalID          ThreadID   // read-only
	Processor           uint32     // read-only: processor number
	UserDefinedHandle   uint32
	Pager               ThreadID
	ExceptionHandler    ThreadID     // NilThread: an exception halts the thread
	PreemptFlags        PreemptFlags // also the coprocessor flags
	ErrorCode           uint32       // read-only; see IPCError, CallError
	XferTimeouts        Timeouts     // limits of string transfers as sender and as receiver
	IntendedReceiver    ThreadID     // read-only; valid after a Redirected message
	VirtualSender       ThreadID     // before sending with Propagate; ActualSender after receiving
	ThreadWord1         uint32       // the kernel never touches this
	ThreadWord0         uint32       // nor this
	_                   [2]uint32
	goroutineDescriptor uint32     // where compiled Go code finds its g (docs/userlevel.md)
	MR                  [64]uint32 // MR[0] is the tag
}

const (
	// UTCBSize is the size and alignment of a UTCB in bytes.
	UTCBSize = 512
	// utcbReference is the offset of MR0, whose address is the local thread ID.
	utcbReference = 256
)

var _ = [1]struct{}{}[unsafe.Sizeof(UTCB{})-UTCBSize]
var _ = [1]struct{}{}[unsafe.Offsetof(UTCB{}.MR)-utcbReference]

// UTCBLocation is the address of a UTCB as ThreadControl takes it.
type UTCBLocation uint32

// Unchanged leaves the UTCB location as it is.
const Unchanged UTCBLocation = 0xFFFFFFFF

// LocalID is the local ID of the thread whose UTCB is at u.
func (u UTCBLocation) LocalID() ThreadID { return ThreadID(u + utcbReference) }

// BR is buffer register i, 0 <= i <= 32.
func (u *UTCB) BR(i uint32) uint32 { return u.br[32-i] }

// SetBR sets buffer register i, 0 <= i <= 32.
func (u *UTCB) SetBR(i, w uint32) { u.br[32-i] = w }

// SetAcceptor says which typed items the thread will receive from now on. The setting stays.
func (u *UTCB) SetAcceptor(a Acceptor) { u.SetBR(0, uint32(a)) }

// SetBuffer makes s the only string buffer. AcceptStrings must be set for it to be used.
func (u *UTCB) SetBuffer(s StringItem) {
	w0, w1 := s.Words()
	u.SetBR(1, w0)
	u.SetBR(2, w1)
}

// PreemptFlags are the bits of the CopFlags/PreemptFlags word. Abi 2.3, semantics 7.
type PreemptFlags uint32

const (
	SignalPreemption  PreemptFlags = 1 << 5 // tell the exception handler of preemptions
	DelayPreemption   PreemptFlags = 1 << 6 // postpone preemptions, within limits
	PreemptionPending PreemptFlags = 1 << 7 // set by the kernel: a preemption was postponed
)
