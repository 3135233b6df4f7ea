package l4

// IPCError says why an IPC failed: the ErrorCode TCR, or OK. Abi 1.10.
type IPCError uint32

// IPCCode is the cause in an IPCError.
type IPCCode uint32

const (
	Timeout         IPCCode = 1 // partner not ready in time
	NoPartner       IPCCode = 2 // partner does not exist
	Cancelled       IPCCode = 3 // by ExchangeRegisters, before the transfer had begun
	Overflow        IPCCode = 4 // buffers too small, item not accepted, too many words
	OwnXferTimeout  IPCCode = 5 // own transfer timeout expired
	PeerXferTimeout IPCCode = 6 // partner's transfer timeout expired
	Aborted         IPCCode = 7 // by ExchangeRegisters, in mid transfer
)

// Receiving reports whether the error occurred in the receive phase (else in the send phase).
func (e IPCError) Receiving() bool { return e&1 != 0 }

// Code is the cause, 0 for OK.
func (e IPCError) Code() IPCCode { return IPCCode(e >> 1 & 7) }

// Offset is the number of string bytes transferred before the error; meaningful for codes Overflow to Aborted.
func (e IPCError) Offset() uint32 { return uint32(e >> 4) }

// Error names the cause. It does not allocate.
func (e IPCError) Error() string {
	switch e.Code() {
	case Timeout:
		return "timeout"
	case NoPartner:
		return "no such thread"
	case Cancelled:
		return "cancelled"
	case Overflow:
		return "message overflow"
	case OwnXferTimeout:
		return "own transfer timeout"
	case PeerXferTimeout:
		return "partner's transfer timeout"
	case Aborted:
		return "aborted in transfer"
	}
	return "success"
}

// CallError says why a system call other than IPC failed: the ErrorCode TCR, or OK. Abi 4.3.
type CallError uint32

const (
	ErrPrivilege CallError = 1 // the caller's space is not sigma0's or the root task's
	ErrThread    CallError = 2 // no such thread, or not available for this
	ErrSpace     CallError = 3 // no such space, or not ready for this
	ErrScheduler CallError = 4
	ErrParameter CallError = 5
	ErrUTCBArea  CallError = 6 // UTCB area or location wrong
	ErrKIPArea   CallError = 7 // KIP area wrong
	ErrNoMemory  CallError = 8 // kernel memory used up
)

// Error names the cause. It does not allocate.
func (e CallError) Error() string {
	switch e {
	case OK:
		return "success"
	case ErrPrivilege:
		return "no privilege"
	case ErrThread:
		return "invalid thread"
	case ErrSpace:
		return "invalid space"
	case ErrScheduler:
		return "invalid scheduler"
	case ErrParameter:
		return "invalid parameter"
	case ErrUTCBArea:
		return "UTCB area wrong"
	case ErrKIPArea:
		return "KIP area wrong"
	case ErrNoMemory:
		return "out of kernel memory"
	}
	return "unknown error"
}
