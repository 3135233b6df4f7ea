package main

import (
	"fmt"
	"strings"

	"golang.org/x/arch/x86/x86asm"
)

// Class is a kind of instruction that only functions named by the policy may contain.
type Class string

// The classes. Those of the first group are never right in the kernel except where the FPU is saved or handed over.
const (
	Float    Class = "floating point"     // x87
	Vector   Class = "MMX or SSE"         // also AVX
	FPUState Class = "FPU state"          // FXSAVE, FXRSTOR, FNINIT, FNSAVE, FRSTOR, XSAVE and so on
	SSEHint  Class = "SSE without vector" // fences, prefetches, MOVNTI, CLFLUSH: no state, but #UD on old CPUs

	CR0          Class = "CR0 write" // LMSW too
	CR2          Class = "CR2 write"
	CR3          Class = "CR3 write"
	CR4          Class = "CR4 write"
	DebugReg     Class = "debug register write"
	Descriptor   Class = "descriptor table load" // LGDT, LIDT, LTR, LLDT
	Segment      Class = "segment register load"
	PortIO       Class = "port I/O"
	TLB          Class = "TLB invalidation"
	MSR          Class = "MSR access"
	InterruptOn  Class = "STI"
	InterruptOff Class = "CLI"
	FlagsLoad    Class = "POPF" // can set IF, TF, NT
	Halt         Class = "HLT"
	InterruptRet Class = "IRET"
	FastCall     Class = "SYSENTER or SYSEXIT"
	TaskSwitched Class = "CLTS"
	SoftInt      Class = "software interrupt"
	CacheFlush   Class = "cache flush" // WBINVD, INVD
	Far          Class = "far transfer"
	Exotic       Class = "system-management or virtualisation"
)

// opClasses has the classes of the operations whose name alone decides.
var opClasses = map[x86asm.Op]Class{
	x86asm.FXSAVE: FPUState, x86asm.FXRSTOR: FPUState, x86asm.FNINIT: FPUState, x86asm.FNSAVE: FPUState,
	x86asm.FRSTOR: FPUState, x86asm.XSAVE: FPUState, x86asm.XRSTOR: FPUState, x86asm.XSAVEOPT: FPUState,
	x86asm.XGETBV: FPUState, x86asm.XSETBV: FPUState, x86asm.LDMXCSR: Vector, x86asm.STMXCSR: Vector,
	x86asm.EMMS: Vector, x86asm.MFENCE: SSEHint, x86asm.LFENCE: SSEHint, x86asm.SFENCE: SSEHint,
	x86asm.MOVNTI: SSEHint, x86asm.CLFLUSH: SSEHint, x86asm.PREFETCHT0: SSEHint, x86asm.PREFETCHT1: SSEHint,
	x86asm.PREFETCHT2: SSEHint, x86asm.PREFETCHNTA: SSEHint, x86asm.PREFETCHW: SSEHint,
	x86asm.LMSW: CR0, x86asm.LGDT: Descriptor, x86asm.LIDT: Descriptor, x86asm.LTR: Descriptor,
	x86asm.LLDT: Descriptor, x86asm.LDS: Segment, x86asm.LES: Segment, x86asm.LFS: Segment, x86asm.LGS: Segment,
	x86asm.LSS: Segment, x86asm.IN: PortIO, x86asm.OUT: PortIO, x86asm.INSB: PortIO, x86asm.INSW: PortIO,
	x86asm.INSD: PortIO, x86asm.OUTSB: PortIO, x86asm.OUTSW: PortIO, x86asm.OUTSD: PortIO,
	x86asm.INVLPG: TLB, x86asm.INVPCID: TLB, x86asm.RDMSR: MSR, x86asm.WRMSR: MSR,
	x86asm.STI: InterruptOn, x86asm.CLI: InterruptOff, x86asm.POPF: FlagsLoad, x86asm.POPFD: FlagsLoad,
	x86asm.HLT: Halt, x86asm.IRET: InterruptRet, x86asm.IRETD: InterruptRet, x86asm.SYSENTER: FastCall,
	x86asm.SYSEXIT: FastCall, x86asm.CLTS: TaskSwitched, x86asm.INT: SoftInt, x86asm.INTO: SoftInt,
	x86asm.ICEBP: SoftInt, x86asm.WBINVD: CacheFlush, x86asm.INVD: CacheFlush, x86asm.LJMP: Far,
	x86asm.LCALL: Far, x86asm.LRET: Far, x86asm.RSM: Exotic, x86asm.MONITOR: Exotic, x86asm.MWAIT: Exotic,
}

// classOf returns the class of an instruction, "" for the ordinary ones.
func classOf(i *Inst) Class {
	if c, ok := opClasses[i.X.Op]; ok {
		return c
	}
	for _, arg := range i.X.Args {
		if r, ok := arg.(x86asm.Reg); ok {
			if c := operandClass(r); c != "" {
				return c
			}
		}
	}
	name := i.X.Op.String()
	if strings.HasPrefix(name, "F") { // every operation that begins so is x87, FWAIT included
		return Float
	}
	if strings.HasPrefix(name, "V") && name != "VERR" && name != "VERW" {
		return Vector
	}
	return destinationClass(i)
}

// operandClass tells x87, MMX, SSE and AVX registers.
func operandClass(r x86asm.Reg) Class {
	name := r.String()
	switch {
	case r >= x86asm.F0 && r <= x86asm.F7:
		return Float
	case r >= x86asm.M0 && r <= x86asm.M7, r >= x86asm.X0 && r <= x86asm.X15, name[0] == 'Y', name[0] == 'Z':
		return Vector
	}
	return ""
}

// destinationClass classifies MOV and POP by the register that they load.
func destinationClass(i *Inst) Class {
	dst, ok := i.X.Args[0].(x86asm.Reg)
	if !ok || i.X.Op != x86asm.MOV && i.X.Op != x86asm.POP {
		return ""
	}
	switch {
	case dst >= x86asm.ES && dst <= x86asm.GS:
		return Segment
	case dst == x86asm.CR0:
		return CR0
	case dst == x86asm.CR2:
		return CR2
	case dst == x86asm.CR3:
		return CR3
	case dst >= x86asm.CR0 && dst <= x86asm.CR15:
		return CR4
	case dst >= x86asm.DR0 && dst <= x86asm.DR15:
		return DebugReg
	}
	return ""
}

// checkClasses reports every instruction of a class that the policy does not permit in its function.
func (a *auditor) checkClasses(f *Func) {
	for _, i := range f.code.all() {
		c := classOf(i)
		if c == "" || a.permitted(f, c) {
			continue
		}
		a.fail("forbidden instruction", f.Name, "%s (%v) at %s", c, i, a.where(i.Addr))
	}
}

// permitted looks a class up in the policy.
func (a *auditor) permitted(f *Func, c Class) bool {
	for _, p := range a.policy.Privileged {
		if !f.named(p.Func) {
			continue
		}
		for _, k := range p.Classes {
			if k == c {
				a.usage.mark(fmt.Sprintf("Privileged[%s]", c), p.Func)
				return true
			}
		}
	}
	return false
}
