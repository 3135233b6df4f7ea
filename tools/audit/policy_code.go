package main

// Who may contain special instructions.
var kernelPrivileged = []Privileged{
	{"_start", []Class{InterruptOff, Descriptor, CR3, CR0, Far}, "from what a loader leaves to paging and segments of our own"},
	{"high_start", []Class{Segment, Descriptor, FlagsLoad}, "known segments, no LDT, known EFLAGS before Go runs"},

	{ia32 + "sysenterEntry", []Class{CR3, InterruptOn, FastCall, Segment}, "the fast path of IPC: from one thread to another without leaving the assembly; ES for MOVS"},
	{ia32 + "slowIPC", []Class{FlagsLoad, Segment}, "EFLAGS and data segments are the user's until replaced"},
	{ia32 + "trapEntry", []Class{FlagsLoad, Segment, InterruptRet}, "EFLAGS and data segments are the user's until replaced; return to nested kernel code"},
	{ia32 + "debugEntry", []Class{InterruptRet}, "goes on in sysenterEntry with TF off"},
	{ia32 + "exitToUser", []Class{InterruptOn, FastCall, InterruptRet, Halt}, "the only way out; idle waits here"},

	{ia32 + "smallSysenterEntry", []Class{CR3, InterruptOn, FastCall, Segment}, "as sysenterEntry; the segments are those of the receiver's space"},
	{ia32 + "smallSlow", []Class{FlagsLoad, Segment}, "as slowIPC"},
	{ia32 + "smallTrap", []Class{FlagsLoad, Segment, InterruptRet}, "as trapEntry"},
	{ia32 + "smallDebug", []Class{InterruptRet}, "as debugEntry"},
	{ia32 + "smallExit", []Class{Segment, InterruptOn, FastCall, InterruptRet, Halt}, "the only way out while segments are limited"},

	{ia32 + "doubleFaultTask", []Class{Halt}, "nothing to return to"},
	{ia32 + "nmiTask", []Class{Halt}, "nothing to return to"},
	{ia32 + "machineCheckTask", []Class{Halt}, "nothing to return to"},

	{ia32 + "LoadCR3", []Class{CR3}, "switches address spaces"},
	{ia32 + "FlushPage", []Class{TLB}, "drops one translation"},
	{ia32 + "writeCR4", []Class{CR4}, "once at boot: large and global pages, FXSAVE"},
	{ia32 + "writeCR0", []Class{CR0}, "at boot: write protection; then only to set TS, when the FPU's owner stops running"},
	{ia32 + "clearTS", []Class{TaskSwitched}, "gives the FPU to the running thread"},
	{ia32 + "saveFX", []Class{FPUState}, "moves the registers of the FPU's last owner to its TCB"},
	{ia32 + "loadFX", []Class{FPUState}, "moves a thread's registers to the FPU"},
	{ia32 + "saveOld", []Class{FPUState}, "saveFX for processors without FXSAVE"},
	{ia32 + "loadOld", []Class{FPUState}, "loadFX for processors without FXSAVE"},
	{ia32 + "loadTables", []Class{Descriptor, Segment}, "once at boot: GDT, IDT, TSS and the segments of kernel and user"},
	{ia32 + "writeMSR", []Class{MSR}, "once at boot: the SYSENTER registers and the PAT"},
	{ia32 + "FlushCaches", []Class{CacheFlush}, "after memory types have changed"},
	{ia32 + "readMSR", []Class{MSR}, "once at boot: is there a local APIC?"},
	{ia32 + "CPUID", []Class{FlagsLoad}, "tries whether EFLAGS.ID can be flipped"},
	{ia32 + "Poll", []Class{InterruptOn, InterruptOff}, "the preemption point"},
	{ia32 + "In8", []Class{PortIO}, "interrupt controller, timer, serial line"},
	{ia32 + "Out8", []Class{PortIO}, "interrupt controller, timer, serial line, exit device"},
	{ia32 + "Stop", []Class{InterruptOff, Halt}, "the end"},
	{"runtime.halt", []Class{InterruptOff, Halt}, "the end of a panic that cannot be reported"},
	{"runtime.onPanicStack", []Class{InterruptOff}, "a check can fail at a preemption point"},
}
