package kernel

import "pecan/arch/ia32"

// Lazy switching of the FPU (docs/fpu.md). CR0.TS is clear only while the running thread is the owner of what is in the
// FPU's registers: cpu.fpuOn, and ReasonFPU in its Reasons.

// fpuArea is the kernel address of t's saved registers.
func (t *TCB) fpuArea() uint32 { return uint32(t.ref()) }

// useFPU gives the FPU to the running thread t, which has trapped on an FPU instruction; that is then repeated. It returns
// false if there is none.
func useFPU(t *TCB) bool {
	if !ia32.HasFPU() {
		return false
	}
	ia32.FPUOn()
	cpu.fpuOn = true
	t.Reasons |= ia32.ReasonFPU
	if o := cpu.fpuOwner; o != t.ref() {
		if o != 0 {
			ia32.SaveFPU(o.tcb().fpuArea())
		}
		cpu.fpuOwner = t.ref()
		ia32.LoadFPU(t.fpuArea())
	}
	return true
}

// leaveFPU locks the FPU before another thread than its owner runs. The registers stay where they are. Precondition: fpuOn.
func leaveFPU() {
	ia32.FPUOff()
	cpu.fpuOn = false
	cpu.fpuOwner.tcb().Reasons &^= ia32.ReasonFPU
}

// forgetFPU drops the registers of a thread that dies.
func forgetFPU(t *TCB) {
	if cpu.fpuOwner != t.ref() {
		return
	}
	if cpu.fpuOn {
		leaveFPU()
	}
	cpu.fpuOwner = 0
}
