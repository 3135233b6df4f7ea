package main

// The stacks that kernel code runs on.
var kernelStacks = []Stack{
	{Name: "kernel", Bottom: "kernel_stack", Top: "kernel_stack_top", MappedTop: 0xF0C0_A000, Margin: 1024,
		Nests:  []string{"fault", "interrupt"},
		Reason: "the processor's kernel stack; used at ia32.StackEnd, where unmapped pages lie on both sides, not at its symbols"},
	{Name: "frame", Size: 60,
		Reason: "ia32.Frame below TSS.esp0, without its unused first word: hardware frame, error code, vector, PUSHAL; TCB fields lie below"},
	{Name: "tss", Size: 128,
		Reason: "SYSENTER_ESP points at TSS.esp0, and ia32.TSSOffset leaves this much of the page below it"},
	{Name: "task", Bottom: "fault_stack", Top: "fault_stack_top", Margin: 256, Nests: []string{"fault", "interrupt"},
		Reason: "of the double-fault, NMI and machine-check tasks: each ends the machine, so one stack serves all; and of booting, before these can come"},
	{Name: "panic", Bottom: "runtime.panicStack", Margin: 1024, Nests: []string{"fault"},
		Reason: "a failed check changes to it, so that a report needs nothing of the stack that may be what ran out"},
	{Name: "none",
		Reason: "at _start ESP is the loader's and nothing may be pushed"},
}

var kernelNests = []Nest{
	{Name: "fault", Times: 2,
		Reason: "lazy synchronisation of the shared region, and a fault in that, which is a bug whose report ends the machine"},
	{Name: "interrupt", Times: 1, AtSTI: true,
		Reason: "interrupts are on in kernel code only for one instruction in ia32.Poll; gates turn them off again"},
}

// Where the instructions that load ESP point it.
var kernelSwitches = []Switch{
	{Func: "high_start", To: []Place{{"task", 0}},
		Reason: "booting; the kernel stack is first used through its own mapping, by the first entry"},
	{Func: ia32 + "sysenterEntry", To: []Place{{"frame", 0}, {"kernel", 0}},
		Reason: "reads TSS.esp0 to find the TCB, then Go gets the kernel stack"},
	{Func: ia32 + "trapEntry", To: []Place{{"kernel", 0}, {"frame", 60}, {"kernel", 0}, {"", 32}, {"kernel", 0}},
		Reason: "from user; a virtual-8086 frame moved to its place; from the kernel while on a TCB; back behind PUSHAL for a nested return; from idle"},
	{Func: ia32 + "smallSysenterEntry", To: []Place{{"frame", 0}, {"kernel", 0}},
		Reason: "as sysenterEntry"},
	{Func: ia32 + "smallTrap", To: []Place{{"kernel", 0}, {"frame", 60}, {"kernel", 0}, {"", 32}, {"kernel", 0}},
		Reason: "as trapEntry"},
	{Func: ia32 + "smallExit", To: []Place{{"frame", 0}, {"kernel", 0}, {"kernel", 0}},
		Reason: "the frame of the thread to return to; Go deals with one that would return beyond its limit; idle waits on the empty kernel stack"},
	{Func: ia32 + "exitToUser", To: []Place{{"frame", 0}, {"kernel", 0}},
		Reason: "the frame of the thread to return to; idle waits on the empty kernel stack"},
	{Func: "record", To: []Place{{"panic", 0}},
		Reason: "a failed check: nothing returns from here"},
}

var kernelJoins = []Join{
	{Func: ia32 + "smallExit", States: 2,
		Reason: "begun again after Go has dealt with a thread that would return beyond its limit; it takes nothing from the stack"},
	{Func: ia32 + "smallTrap", States: 2, Reason: "as trapEntry"},
	{Func: ia32 + "trapEntry", States: 2,
		Reason: "a nested trap goes on below its frame, or on the kernel stack if that frame is on a TCB; both then take the same path"},
}
