package kernel

import "pecan/arch/ia32"

// Kernel entries and switches while limits are in force (docs/small-spaces.md). They differ from those of enter.go in how they
// know which directory is loaded: it need not be the thread's.

// cleanedPerTrap bounds the clearing of dirty units that a trap does by the way, in entries of up to 20 instructions.
const cleanedPerTrap = 64

// EnterSmallIPC is EnterIPC.
func EnterSmallIPC(t *TCB, to, from, times, tag uint32) {
	debugEnter(0)
	cpu.pdir = ia32.Loaded()
	if shortIPC(t, ThreadID(to), ThreadID(from), times, tag) || quickFailure(t, ThreadID(to), ThreadID(from), times, tag) {
		return
	}
	sysIPC(t, ThreadID(to), ThreadID(from), times, tag)
	if t.op == opTransfer && cpu.pending == 0 {
		transferItems(t)
	}
	leave(t)
}

// EnterSmallTrap is EnterTrap.
func EnterSmallTrap(t *TCB) {
	cpu.pdir = ia32.Loaded()
	debugEnter(t.Frame.Vector)
	small.armed = true
	if small.dirty != 0 {
		cleanEntries(cleanedPerTrap)
		limitsDone()
	}
	f := &t.Frame
	if f.EIP-ia32.TrampolineAt < ia32.TrampolineSize {
		f.EIP = t.Fast.EIP // on its way out by SYSEXIT
	}
	t.Exit = ia32.ExitTrap
	switch v := f.Vector; {
	case v >= ia32.VecIRQ:
		if !interrupt(v-ia32.VecIRQ, t) {
			debugLeave()
			return
		}
	case v >= ia32.VecSyscall:
		t.prog[0] = 0
		t.walk.forget()
		systemCall(t)
	case v == ia32.VecNoFPU && useFPU(t), v == ia32.VecInvalidOp && kernelInterface(t):
	case t.space().small() && smallTrap(t, t.space()):
	default:
		exception(t)
	}
	leave(t)
}

// EnterSmallNested is EnterNested.
func EnterSmallNested(f *ia32.Frame) {
	if f.Vector == ia32.VecPageFault && ia32.InSmallFastPath(f) {
		cpu.pdir = ia32.Loaded()
		if ia32.FixSmallIPC(f, ia32.ReadCR2()) {
			return
		}
	}
	EnterNested(f)
}

// smallTrap deals with faults that mean something else in a small space, or that only it has. It returns false for the rest.
func smallTrap(t *TCB, s *Space) bool {
	f := &t.Frame
	switch f.Vector {
	case ia32.VecPageFault:
		if f.Error&ia32.FaultUser == 0 {
			return false // a table of the kernel's, at its own address
		}
		addr := ia32.ReadCR2() - ia32.SegmentBase(s.segment)
		switch {
		case addr >= s.size():
			moveOut(s) // where the machine does not check limits
		case s.showSmall(addr, f.Error&ia32.FaultWrite != 0):
		default:
			if _, pte, _ := s.find(addr); pte&ia32.PtePresent != 0 {
				f.Error |= ia32.FaultPresent
			}
			pageFault(t, addr)
		}
		return true
	case ia32.VecProtection, ia32.VecStack:
		switch {
		case f.Error != 0:
			return false
		case f.Vector == ia32.VecProtection && (ia32.Repaired() || ioFault(t)):
		default:
			moveOut(s)
		}
		return true
	}
	return false
}

// EnterBeyond is a thread about to return by IRET to an address beyond its limit, which would fault in the kernel.
func EnterBeyond(t *TCB) {
	cpu.pdir = ia32.Loaded()
	debugEnter(ia32.VecProtection)
	if s := t.space(); s.small() {
		moveOut(s)
	} else {
		t.Frame.Vector, t.Frame.Error = ia32.VecProtection, 0
		raise(t)
	}
	leave(t)
}

// switchSmall is switchTo for a thread that was last seen in a small space: any directory will do.
func switchSmall(t *TCB) {
	if !t.space().small() {
		t.Reasons &^= ia32.ReasonAny
		switchTo(t)
		return
	}
	if cpu.fpuOn && cpu.fpuOwner != t.ref() {
		leaveFPU()
	}
	if cpu.reload {
		cpu.reload = false
		ia32.LoadCR3(cpu.pdir)
	}
	ia32.SetWord(t.GSWord)
	ia32.SetESP0(uint32(t.ref()) + esp0Offset)
}
