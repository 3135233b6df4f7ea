package kernel

import "pecan/arch/ia32"

// Ends of the machine: refusals at boot, panics, and what they print.

// Values for the exit device (docs/structure.md).
const (
	exitPanic   = 0x20
	exitRefused = 0x21
)

// startLine ends whatever line a user program was printing.
func startLine() { console.print("\npecan: ") }

// stopMachine ends QEMU with value if the command line named the exit device, else it halts for good.
func stopMachine(value uint32) {
	if options.exitPort != 0 {
		ia32.Out8(options.exitPort, value)
	}
	ia32.Stop()
}

// refuse ends the boot with one line that says why.
func refuse(why string) {
	startLine()
	console.print("cannot boot: ")
	console.print(why)
	console.put('\n')
	stopMachine(exitRefused)
}

// refuseModule is refuse with the number of the module concerned.
func refuseModule(n uint32, why string) {
	startLine()
	console.print("cannot boot: module ")
	console.decimal(n)
	console.put(' ')
	console.print(why)
	console.put('\n')
	stopMachine(exitRefused)
}

// die reports a kernel bug that the kernel found itself and stops. The runtime's panics come here too.
func die(message string) {
	console.off = false
	startLine()
	console.print("PANIC: ")
	console.print(message)
	reportThread()
	stopMachine(exitPanic)
}

// panicAt is die with a number.
func panicAt(message string, v uint32) {
	console.off = false
	startLine()
	console.print("PANIC: ")
	console.print(message)
	console.pair(" 0x", v)
	reportThread()
	stopMachine(exitPanic)
}

// reportThread names the thread that the processor entered from.
func reportThread() {
	esp0 := ia32.ESP0()
	if esp0 >= ia32.TCBArea && esp0 < ia32.TCBEnd {
		console.print("; thread ")
		console.decimal((esp0 - ia32.TCBArea) >> ia32.TCBShift)
	}
	console.put('\n')
}

// kernelFault is a trap in kernel code that nothing explains.
func kernelFault(f *ia32.Frame, addr uint32) {
	console.off = false
	startLine()
	console.print("PANIC: exception ")
	console.decimal(f.Vector)
	console.print(" in the kernel at ")
	printPlace(f.EIP)
	console.print("\n ")
	console.pair(" eip ", f.EIP)
	console.pair(" error ", f.Error)
	console.pair(" cr2 ", addr)
	console.pair(" eflags ", f.EFLAGS)
	console.pair(" eax ", f.EAX)
	console.pair(" ebx ", f.EBX)
	console.pair(" ecx ", f.ECX)
	console.pair(" edx ", f.EDX)
	console.pair("\n  esi ", f.ESI)
	console.pair(" edi ", f.EDI)
	console.pair(" ebp ", f.EBP)
	console.pair(" esp ", f.Kernel)
	reportThread()
	stopMachine(exitPanic)
}

// fatal is a double fault, NMI or machine check: the hardware or the kernel cannot be trusted any more, so the policy is to say
// what was interrupted and stop (docs/kernel-entry.md).
func fatal(vector uint32) {
	console.off = false
	startLine()
	switch vector {
	case ia32.VecDoubleF:
		console.print("PANIC: double fault")
	case ia32.VecNMI:
		console.print("PANIC: non-maskable interrupt")
	default:
		console.print("PANIC: machine check")
	}
	eip, esp, eflags := ia32.Interrupted()
	console.print(" at ")
	printPlace(eip)
	console.pair(" eip ", eip)
	console.pair(" esp ", esp)
	console.pair(" eflags ", eflags)
	reportThread()
	stopMachine(exitPanic)
}
