package kernel

import "pecan/arch/ia32"

// The entry points that arch/ia32 calls. Each runs to an end: exitToUser then goes to the thread that TSS.esp0 names.

// EnterIPC is the Ipc and Lipc system call.
func EnterIPC(t *TCB, to, from, times, tag uint32) {
	if shortIPC(t, ThreadID(to), ThreadID(from), times, tag) || quickFailure(t, ThreadID(to), ThreadID(from), times, tag) {
		return
	}
	sysIPC(t, ThreadID(to), ThreadID(from), times, tag)
	if t.op == opTransfer && cpu.pending == 0 {
		transferItems(t) // the caller is the sender and runs: no need to choose it first
	}
	leave(t)
}

// EnterTrap is any trap, fault, interrupt or other system call from user level; the registers are in t.Frame.
func EnterTrap(t *TCB) {
	t.Exit = ia32.ExitTrap
	switch v := t.Frame.Vector; {
	case v >= ia32.VecIRQ:
		interrupt(v-ia32.VecIRQ, t)
	case v >= ia32.VecSyscall:
		t.prog[0], t.walk.next = 0, 0 // nothing of an earlier operation counts
		systemCall(t)
	case v == ia32.VecNoFPU && useFPU(t):
		debugLeave() // nobody is woken, the thread goes on
		return
	default:
		exception(t)
	}
	leave(t)
}

// EnterIdle is an interrupt while no thread runs.
func EnterIdle(vector uint32) {
	if vector < ia32.VecIRQ {
		panicAt("exception while idle", vector)
	}
	interrupt(vector-ia32.VecIRQ, nil)
	leave(nil)
}

// EnterNested is a trap while the kernel runs: a fault that the shared region's lazy synchronisation resolves, or an
// interrupt at a preemption point. Anything else is a kernel bug.
func EnterNested(f *ia32.Frame) {
	switch {
	case f.Vector == ia32.VecPageFault:
		addr := ia32.ReadCR2()
		if f.Error&(ia32.FaultPresent|ia32.FaultWrite) != ia32.FaultPresent|ia32.FaultWrite && syncKernelFault(cpu.pdir, addr) {
			return
		}
		if ia32.FixCopy(f, addr) {
			return
		}
		kernelFault(f, addr)
	case f.Vector >= ia32.VecIRQ:
		notePending(f.Vector - ia32.VecIRQ)
	default:
		kernelFault(f, 0)
	}
}

// EnterFatal is a double fault, NMI or machine check, on its own stack: it names the thread and stops.
func EnterFatal(vector uint32) {
	fatal(vector)
}

// systemCall runs the call that the vector names (boot/kip.S). A call that was preempted comes here again.
func systemCall(t *TCB) {
	done := true
	switch t.Frame.Vector - ia32.VecSyscall {
	case 0:
		sysExchangeRegisters(t)
	case 1:
		done = sysThreadControl(t)
	case 2:
		sysThreadSwitch(t)
	case 3:
		sysSchedule(t)
	case 4:
		done = sysUnmap(t)
	case 5:
		done = sysSpaceControl(t)
	case 6:
		sysProcessorControl(t)
	case 7:
		sysMemoryControl(t)
	}
	if !done {
		setOp(t, opSyscall)
	}
}

// result ends a system call that returns 0 or 1 in EAX.
func result(t *TCB, code uint32) {
	t.Frame.EAX = 1
	if code != errOK {
		t.Frame.EAX = 0
		t.fail(code)
	}
}
