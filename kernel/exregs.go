package kernel

import "pecan/arch/ia32"

// ExchangeRegisters (abi 5.3, semantics 6.5).

// Control bits.
const (
	exHalt      = 1 << 0
	exReceive   = 1 << 1
	exSend      = 1 << 2
	exSP        = 1 << 3
	exIP        = 1 << 4
	exFlags     = 1 << 5
	exHandle    = 1 << 6
	exPager     = 1 << 7
	exHaltValid = 1 << 8
)

func sysExchangeRegisters(t *TCB) {
	f := &t.Frame
	dest := ThreadID(f.EAX)
	x := resolve(t, dest)
	if x == nil || !x.active || !mayExchange(t, x) {
		f.EAX = 0
		t.fail(errThread)
		return
	}
	control := f.ECX
	sp, ip, flags, handle, pager := f.EDX, f.ESI, f.EDI, f.EBX, f.EBP

	f.EAX = x.GlobalID
	if !dest.isLocal() {
		f.EAX = x.LocalID
	}
	f.ECX = exState(x)
	f.EDX, f.ESI, f.EDI = userSP(x), userIP(x), userFlags(x)
	f.EBX, f.EBP = exchangeHandle(x, control, handle), *x.tcr(tcrPager)

	if control&exSP != 0 {
		setUserSP(x, sp)
	}
	if control&exIP != 0 {
		setUserIP(x, ip)
	}
	if control&exFlags != 0 {
		setUserFlags(x, flags)
	}
	if control&exPager != 0 {
		*x.tcr(tcrPager) = pager
	}
	abortPhases(x, control)
	switch control & (exHaltValid | exHalt) {
	case exHaltValid | exHalt:
		x.halted = true
		x.Reasons |= ia32.ReasonHalt
	case exHaltValid:
		x.halted = false
		x.Reasons &^= ia32.ReasonHalt
		if x.State == StateHalted {
			makeReady(x)
		}
	}
}

// mayExchange: the same space, or the space of the thread's pager.
func mayExchange(t, x *TCB) bool {
	if sameSpace(t, x) {
		return true
	}
	p := resolve(x, ThreadID(*x.tcr(tcrPager)))
	return p != nil && p.Space != 0 && sameSpace(t, p)
}

// exState is the thread's state as bits h, R, S.
func exState(x *TCB) (state uint32) {
	if x.halted {
		state = exHalt
	}
	if receiving(x) {
		state |= exReceive
	}
	if sending(x) {
		state |= exSend
	}
	return
}

func sending(x *TCB) bool { return x.State == StateSend || inTransferAsSender(x) }

func receiving(x *TCB) bool {
	return x.State == StateReceive || x.State == StateReceiving || x.op == opReceive || inTransferAsReceiver(x)
}

func abortPhases(x *TCB, control uint32) {
	if control&exSend != 0 && sending(x) || control&exReceive != 0 && receiving(x) {
		cancelIPC(x, ipcCancelled)
	}
}

// User SP, IP and flags of a thread, wherever its last entry left them.

func userSP(x *TCB) uint32 {
	if x.Exit == ia32.ExitIPC {
		return x.Fast.ESP
	}
	return x.Frame.ESP
}

func userIP(x *TCB) uint32 {
	if x.Exit == ia32.ExitIPC {
		return x.Fast.EIP
	}
	return x.Frame.EIP
}

func userFlags(x *TCB) uint32 {
	if x.Reasons&ia32.ReasonFlags != 0 {
		return ia32.FlagsStart | x.userFlags
	}
	if x.Exit == ia32.ExitIPC {
		return ia32.FlagsStart
	}
	return x.Frame.EFLAGS
}

func setUserSP(x *TCB, v uint32) {
	if x.Exit == ia32.ExitIPC {
		x.Fast.ESP = v
	} else {
		x.Frame.ESP = v
	}
}

func setUserIP(x *TCB, v uint32) {
	if x.Exit == ia32.ExitIPC {
		x.Fast.EIP = v
	} else {
		x.Frame.EIP = v
	}
}

// setUserFlags takes the bits that a user may set; the thread then returns by IRET.
func setUserFlags(x *TCB, v uint32) {
	if x.Exit == ia32.ExitIPC {
		x.userFlags = v & ia32.FlagsUser
		x.Reasons |= ia32.ReasonFlags
		return
	}
	x.Frame.EFLAGS = x.Frame.EFLAGS&^ia32.FlagsUser | v&ia32.FlagsUser
}
