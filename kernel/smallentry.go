package kernel

import "pecan/arch/ia32"

// Kernel entries and switches while limits are in force (docs/small-spaces.md).

// cleanedPerTrap bounds the clearing of dirty units that a trap does by the way, in entries of up to 20 instructions.
const cleanedPerTrap = 64

// EnterSmallTrap is EnterTrap.
func EnterSmallTrap(t *TCB) {
	small.armed = true
	if small.dirty != 0 {
		cleanEntries(cleanedPerTrap)
		limitsDone()
	}
	f := &t.Frame
	if f.EIP-ia32.TrampolineAt < ia32.TrampolineSize {
		f.EIP = t.Fast.EIP // on its way out by SYSEXIT
	}
	s := t.space()
	if s.segment != 0 && smallTrap(t, s) {
		t.Exit = ia32.ExitTrap
		leave(t)
		return
	}
	EnterTrap(t)
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
		case addr >= ia32.SegmentSize(s.segment):
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
		if f.Error != 0 {
			return false
		}
		if f.Vector == ia32.VecStack || !ioFault(t) {
			moveOut(s)
		}
		return true
	}
	return false
}

// EnterBeyond is a thread about to return by IRET to an address beyond its limit, which would fault in the kernel.
func EnterBeyond(t *TCB) {
	if s := t.space(); s.segment != 0 {
		moveOut(s)
	} else {
		t.Frame.Vector, t.Frame.Error = ia32.VecProtection, 0
		raise(t)
	}
	leave(t)
}

// switchSmall is switchTo for a thread that was last seen in a small space: any directory will do.
func switchSmall(t *TCB) {
	if t.space().segment == 0 {
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
