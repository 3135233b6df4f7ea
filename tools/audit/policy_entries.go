package main

import "fmt"

// How the parts of trapEntry are told apart: each mode calls one of the three, by CS and ESP of the frame.
const (
	enterTrap   = kernel + "EnterTrap"
	enterSmall  = kernel + "EnterSmallTrap"
	enterNested = kernel + "EnterNested"
	enterIdle   = kernel + "EnterIdle"
)

// Bytes that the processor pushes.
const (
	fromUser   = 20 // SS, ESP, EFLAGS, CS, EIP
	fromKernel = 12 // EFLAGS, CS, EIP
)

// kernelEntries lists every way into the kernel: the ELF entry, SYSENTER, and each vector of the IDT in each mode in which it
// can come.
func kernelEntries() []Entry {
	list := []Entry{
		{Func: "_start", Stack: "none", Reason: "ELF entry, from a boot loader"},
		{Func: ia32 + "sysenterEntry", Stack: "tss", Reason: "SYSENTER: Ipc and Lipc"},
		{Func: ia32 + "debugEntry", Mode: "at sysenter", Stack: "tss", Hardware: fromKernel, Without: []string{ia32 + "trapEntry"},
			Reason: "#DB on the first instruction of sysenterEntry, when the user had TF set"},
		{Func: ia32 + "smallSysenterEntry", Stack: "tss", Reason: "SYSENTER while segments are limited"},
		{Func: ia32 + "smallDebug", Mode: "at sysenter", Stack: "tss", Hardware: fromKernel, Without: []string{ia32 + "smallTrap"},
			Reason: "#DB on the first instruction of smallSysenterEntry, when the user had TF set"},
		{Func: ia32 + "doubleFaultTask", Stack: "task", Reason: "#DF, a task gate"},
		{Func: ia32 + "nmiTask", Stack: "task", Reason: "NMI, a task gate"},
		{Func: ia32 + "machineCheckTask", Stack: "task", Reason: "#MC, a task gate"},
		{Func: ia32 + "copyFault", Stack: "kernel", Reason: "where EnterNested sends a page fault of CopyUser, in whose frame it runs and returns"},
	}
	for v := range 0x80 {
		name, twin, hardware := fmt.Sprintf("%svector%d", ia32, v), fmt.Sprintf("%ssmallVector%d", ia32, v), 0
		switch v {
		case 1:
			name, twin = ia32+"debugEntry", ia32+"smallDebug"
		case 2, 8, 18:
			continue // task gates
		}
		switch {
		case v >= 0x20 && v < 0x30, v >= 0x38 && v < 0x40, v > 0x70 && v < 0x7F:
			continue // no gates
		}
		switch v {
		case 10, 11, 12, 13, 14, 17:
			hardware = 4 // error code
		}
		list = append(list, trapEntries(v, name, enterTrap, hardware)...)
		list = append(list, trapEntries(v, twin, enterSmall, hardware)...)
	}
	return list
}

// trapEntries are the modes in which a vector of the IDT can come; enter is the function that serves users.
func trapEntries(v int, name, enter string, hardware int) []Entry {
	list := []Entry{{Func: name, Mode: "user", Stack: "frame", Hardware: fromUser + hardware,
		Without: []string{enterNested, enterIdle}, Reason: "IDT vector, from user level"}}
	if v >= 0x30 && v < 0x38 {
		return list // system calls: the kernel executes no INT
	}
	nest := Entry{Func: name, Mode: "nested", Nest: "fault", Hardware: fromKernel + hardware,
		Without: []string{enter, enterIdle}, Reason: "an exception in kernel code"}
	if v >= 0x40 {
		nest.Nest, nest.Reason = "interrupt", "an interrupt at a preemption point"
	}
	idle := Entry{Func: name, Mode: "idle", Stack: "kernel", Hardware: fromKernel + hardware,
		Without: []string{enter, enterNested}, Reason: "while no thread runs, on the empty kernel stack"}
	return append(list, nest, idle)
}
