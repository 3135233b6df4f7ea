package l4

// ExchangeFlags say what ExchangeRegisters shall do, and afterwards what the thread was doing. Abi 5.3.
type ExchangeFlags uint32

const (
	Halt          ExchangeFlags = 1 << 0 // with SetHalt: halt (else resume). Result: was halted
	CancelReceive ExchangeFlags = 1 << 1 // result: was receiving
	CancelSend    ExchangeFlags = 1 << 2 // result: was sending
	SetSP         ExchangeFlags = 1 << 3
	SetIP         ExchangeFlags = 1 << 4
	SetFlags      ExchangeFlags = 1 << 5 // the arithmetic ones
	SetHandle     ExchangeFlags = 1 << 6
	SetPager      ExchangeFlags = 1 << 7
	SetHalt       ExchangeFlags = 1 << 8 // Halt counts
	Deliver       ExchangeFlags = 1 << 9 // return old values (this kernel always does)

	// CancelIPC ends whatever IPC the thread is in.
	CancelIPC = CancelReceive | CancelSend
)

// exchange are the registers of ExchangeRegisters, in and out. syscall_386.s knows it through go_asm.h.
type exchange struct {
	control, sp, ip, flags, handle uint32
	pager                          ThreadID
}

// ThreadRegisters are what ExchangeRegisters can read and set of a thread.
type ThreadRegisters struct {
	SP, IP, Flags     uint32
	UserDefinedHandle uint32
	Pager             ThreadID
}

// ExchangeRegisters does to dest what control says, with the values in r, and leaves the old values there. It returns
// dest's other ID, local for global and global for local, and what dest was doing. Dest must be in the caller's
// space, or its pager must be. Abi 5.3, semantics 6.5. Error: ErrThread.
func ExchangeRegisters(dest ThreadID, control ExchangeFlags, r *ThreadRegisters) (other ThreadID, was ExchangeFlags, err CallError) {
	x := exchange{uint32(control), r.SP, r.IP, r.Flags, r.UserDefinedHandle, r.Pager}
	other = exchangeRegisters(dest, &x)
	*r = ThreadRegisters{x.sp, x.ip, x.flags, x.handle, x.pager}
	if other.IsNil() {
		return NilThread, 0, CallError(MyUTCB().ErrorCode)
	}
	return other, ExchangeFlags(x.control), OK
}

// gsWord makes ExchangeRegisters exchange the word at gs:0 instead of the UserDefinedHandle (docs/gs-word.md).
const gsWord ExchangeFlags = 0x6773 << 16

// GSWord is what dest reads at gs:0: the address of its UTCB, its local ID, unless somebody has set it to something
// else. Only this kernel knows the call. Error: ErrThread.
func GSWord(dest ThreadID) (word uint32, err CallError) {
	var r ThreadRegisters
	_, _, err = ExchangeRegisters(dest, gsWord, &r)
	return r.UserDefinedHandle, err
}

// SetGSWord sets what dest reads at gs:0, for programs with thread-local storage of their own, and returns what it was. This package
// and compiled Go code need the address of the UTCB there. Error: ErrThread.
func SetGSWord(dest ThreadID, word uint32) (old uint32, err CallError) {
	r := ThreadRegisters{UserDefinedHandle: word}
	_, _, err = ExchangeRegisters(dest, gsWord|SetHandle, &r)
	return r.UserDefinedHandle, err
}

// OtherID is the local ID for a global one of a thread in the caller's space, and the other way round; NilThread if
// there is no such thread.
func OtherID(id ThreadID) ThreadID {
	var r ThreadRegisters
	other, _, _ := ExchangeRegisters(id, 0, &r)
	return other
}

// Start lets dest run from ip on stack sp, whatever it was doing. Error: ErrThread.
func Start(dest ThreadID, ip, sp uint32) CallError {
	r := ThreadRegisters{IP: ip, SP: sp}
	_, _, err := ExchangeRegisters(dest, SetHalt|CancelIPC|SetIP|SetSP, &r)
	return err
}

// Stop halts dest before its next instruction; an IPC it is in goes on first. It returns its registers and what it was
// doing. Error: ErrThread.
func Stop(dest ThreadID) (r ThreadRegisters, was ExchangeFlags, err CallError) {
	_, was, err = ExchangeRegisters(dest, SetHalt|Halt|Deliver, &r)
	return r, was, err
}

// Resume lets a halted thread go on. Error: ErrThread.
func Resume(dest ThreadID) CallError {
	var r ThreadRegisters
	_, _, err := ExchangeRegisters(dest, SetHalt, &r)
	return err
}

// Cancel ends the IPC that dest is in; it gets the error Cancelled or Aborted. Error: ErrThread.
func Cancel(dest ThreadID) CallError {
	var r ThreadRegisters
	_, _, err := ExchangeRegisters(dest, CancelIPC, &r)
	return err
}
