package kernel

import "pecan/arch/ia32"

// Faults and exceptions of user programs (semantics 6.6, abi 6.2, 6.4, 6.7). What the kernel cannot settle itself becomes
// an IPC of the thread to its pager or exception handler.

// Tags of kernel messages (abi 6).
const (
	tagInterrupt  = 0xFFF00000
	tagPageFault  = 0xFFE00002
	tagException  = 0xFFB0000C
	tagIOFault    = 0xFF860002
	tagPreemption = 0xFFD00002
	faultRead     = 4 << 16
	faultWrite    = 2 << 16
	faultExecute  = 1 << 16
	longestOpcode = 15
)

func exception(t *TCB) {
	switch t.Frame.Vector {
	case ia32.VecPageFault:
		pageFault(t, ia32.ReadCR2())
		return
	case ia32.VecInvalidOp:
		if kernelInterface(t) {
			return
		}
	case ia32.VecProtection:
		if t.Frame.Error == 0 && ioFault(t) {
			return
		}
	case ia32.VecBreakpoint:
		if *t.tcr(tcrExceptionHandler) == 0 && pseudoCall(t) {
			return
		}
	}
	raise(t)
}

// raise sends the exception message, or halts a thread that has no handler.
func raise(t *TCB) {
	handler := ThreadID(*t.tcr(tcrExceptionHandler))
	if handler == nilThread {
		halt(t)
		return
	}
	kernelIPC(t, ipcException, handler, tagException)
}

// halt stops a thread that cannot go on; ExchangeRegisters can repair and resume it.
func halt(t *TCB) {
	t.halted = true
	t.State = StateHalted
	reportHalt(t)
}

// pageFault resolves a user's page fault or sends it to the pager. Addresses that no pager can help with raise an exception.
func pageFault(t *TCB, addr uint32) {
	f := &t.Frame
	s := t.space()
	if f.Error&ia32.FaultUser == 0 && syncKernelFault(cpu.pdir, addr) {
		return // the processor itself touched a table of the kernel's on the user's behalf
	}
	if !s.mappable(addr) {
		raise(t)
		return
	}
	if s.isSigma0 {
		if !mapIdentity(s, addr) {
			halt(t)
		}
		return
	}
	t.message[1], t.message[2] = addr, f.EIP
	access := uint32(faultRead)
	switch {
	case f.Error&ia32.FaultWrite != 0:
		access = faultWrite
	case addr == f.EIP:
		access = faultExecute
	case addr-f.EIP < longestOpcode:
		access = faultRead | faultExecute
	}
	kernelIPC(t, ipcPageFault, ThreadID(*t.tcr(tcrPager)), tagPageFault|access)
}

// mapIdentity gives sigma0 the frame with the number of the page, without a node: it owns everything.
func mapIdentity(s *Space, addr uint32) bool {
	pte := s.makePTE(addr)
	if pte == nil {
		return false
	}
	*pte = pteOf(addr&^ia32.PageMask, rightRWX)
	return true
}

// kernelInterface recognises LOCK NOP (abi 3.1).
func kernelInterface(t *TCB) bool {
	f := &t.Frame
	if code, n := t.space().fetch(f.EIP, 2); n != 2 || code != 0x90F0 {
		return false
	}
	kip := ia32.KIPPage()
	f.EAX = t.space().kipBase
	f.ECX = *word(kip + kipAPIVersion)
	f.EDX = *word(kip + kipAPIFlags)
	f.ESI = *word(kip + *word(kip + kipKernDesc))
	f.EIP += 2
	return true
}

// pseudoCall decodes the INT3 calls that old programs print with (compat.md 2). The frame's EIP is behind the INT3.
func pseudoCall(t *TCB) bool {
	f := &t.Frame
	s := t.space()
	code, n := s.fetch(f.EIP, 4)
	if n >= 3 && code&0xFF == 0x90 {
		code >>= 8
		n--
	}
	if n < 2 {
		return false
	}
	if code&0xFF == 0xEB && n >= 3 && code>>16&0xFF == 0xB8 {
		if message, got := s.fetch(f.EIP+3, 4); got == 4 {
			putUser(s, message)
			console.put('\n')
		}
		return true
	}
	if code&0xFF != 0x3C {
		return false
	}
	switch code >> 8 & 0xFF {
	case 0:
		console.put(byte(f.EAX))
	case 1:
		putUser(s, f.EAX)
	case 2, 3:
	case 8:
		f.EAX = uint32(ia32.GetUART())
	case 0xD:
		if c := ia32.GetUART(); c >= 0 {
			f.EAX = uint32(c)
		} else {
			// Nothing there: let others run and ask again.
			f.EIP--
			if code, _ := s.fetch(f.EIP, 1); code != 0xCC {
				f.EIP-- // INT 3 in two bytes
			}
			requeue(t)
		}
	default:
		return false
	}
	return true
}

// putUser prints a string of the user's, at most 256 bytes.
func putUser(s *Space, addr uint32) {
	for i := uint32(0); i < 256; i++ {
		c, n := s.fetch(addr+i, 1)
		if n == 0 || c == 0 {
			return
		}
		console.put(byte(c))
	}
}
