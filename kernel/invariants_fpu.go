package kernel

import "pecan/arch/ia32"

// checkFPU: user code reaches the FPU's registers only while they are the running thread's (docs/fpu.md).
func checkFPU() string {
	o := cpu.fpuOwner
	switch {
	case ia32.FPUIsOn() != cpu.fpuOn:
		return "CR0.TS is not what the kernel thinks"
	case o == 0 && cpu.fpuOn:
		return "the FPU is on and nobody's"
	case o == 0:
		return ""
	case o.tcb().number() < userBase || o.tcb().version() == 0 || tcbRef(o.tcb().number()) != o:
		return "the FPU belongs to a thread that does not exist"
	case cpu.fpuOn && o != running().ref():
		return "the FPU is on and not the running thread's"
	}
	return ""
}

// checkReasonFPU: the bit says of a thread what the processor's state says.
func checkReasonFPU(t *TCB) string {
	if (t.Reasons&ia32.ReasonFPU != 0) != (cpu.fpuOn && cpu.fpuOwner == t.ref()) {
		return "ReasonFPU is wrong"
	}
	return ""
}
