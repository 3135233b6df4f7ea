package main

import "fmt"

// How the parts of trapEntry are told apart: each mode calls one of the three, by CS and ESP of the frame.
const (
	enterTrap   = kernel + "EnterTrap"
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
		{Func: ia32 + "doubleFaultTask", Stack: "task", Reason: "#DF, a task gate"},
		{Func: ia32 + "nmiTask", Stack: "task", Reason: "NMI, a task gate"},
		{Func: ia32 + "machineCheckTask", Stack: "task", Reason: "#MC, a task gate"},
		{Func: ia32 + "copyFault", Stack: "kernel", Reason: "where EnterNested sends a page fault of CopyUser, in whose frame it runs and returns"},
	}
	for v := range 0x80 {
		name, hardware := fmt.Sprintf("%svector%d", ia32, v), 0
		switch v {
		case 1:
			name = ia32 + "debugEntry"
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
		list = append(list, Entry{Func: name, Mode: "user", Stack: "frame", Hardware: fromUser + hardware,
			Without: []string{enterNested, enterIdle}, Reason: "IDT vector, from user level"})
		if v >= 0x30 && v < 0x38 {
			continue // system calls: the kernel executes no INT
		}
		nest := Entry{Func: name, Mode: "nested", Nest: "fault", Hardware: fromKernel + hardware,
			Without: []string{enterTrap, enterIdle}, Reason: "an exception in kernel code"}
		if v >= 0x40 {
			nest.Nest, nest.Reason = "interrupt", "an interrupt at a preemption point"
		}
		idle := Entry{Func: name, Mode: "idle", Stack: "kernel", Hardware: fromKernel + hardware,
			Without: []string{enterTrap, enterNested}, Reason: "while no thread runs, on the empty kernel stack"}
		list = append(list, nest, idle)
	}
	return list
}
