package ia32

import "unsafe"

// Ptr turns a kernel virtual address into a pointer. It compiles to nothing.
//
// Precondition: the address is mapped in the kernel's part of every directory, or in the TCB array.
func Ptr(addr uint32) unsafe.Pointer { return unsafe.Add(nil, uintptr(addr)) }

// Addr is the reverse of Ptr.
func Addr(p unsafe.Pointer) uint32 { return uint32(uintptr(p)) }

// LoadCR3 switches to the page directory at physical address pd and flushes all translations that are not global.
func LoadCR3(pd uint32)

// FlushPage drops the translation of one page, global or not.
func FlushPage(addr uint32)

// FlushCaches writes all caches back and empties them: memory types have changed.
func FlushCaches()

// HasPAT reports whether the processor has a page attribute table.
func HasPAT() bool { return CPUID()&(1<<16) != 0 }

// ReadCR2 returns the address of the last page fault.
func ReadCR2() uint32

// ReadTSC returns the time-stamp counter.
func ReadTSC() uint64

// In8 and friends access I/O ports.
func In8(port uint32) uint32
func Out8(port, value uint32)
func Out16(port, value uint32)

// Poll opens a window of one instruction in which pending interrupts are taken.
//
// Precondition: nothing is half done and no lock is held.
func Poll()

// Stop turns interrupts off and halts for ever.
func Stop()

// CPUID executes CPUID leaf 1 and returns EDX; 0 when the processor has no CPUID or no leaf 1.
func CPUID() uint32

// Zero clears n bytes at addr; Fill sets their words; Copy copies n bytes. All need 4-byte multiples.
func Zero(addr, n uint32)
func Fill(addr, n, value uint32)
func Copy(dst, src, n uint32)

// Tables loads GDT, IDT and task register and the SYSENTER MSRs. gdt and idt are descriptor-table operands (6 bytes).
func loadTables(gdt, idt *tableOperand)
func writeMSR(index, low, high uint32)
func readMSR(index uint32) (low, high uint32)

// staticAddr returns an address from the table of static areas (cpu_386.s).
func staticAddr(index uint32) uint32

// SetESP0 makes the next entry from user level use the frame below addr, and names the running thread.
func SetESP0(addr uint32) { *(*uint32)(Ptr(ESP0Addr)) = addr }

// ESP0 returns the current entry stack pointer.
func ESP0() uint32 { return *(*uint32)(Ptr(ESP0Addr)) }

// SetWord sets what the running thread reads at gs:0.
func SetWord(v uint32) { *(*uint32)(Ptr(WordAlias)) = v }

// Word returns it.
func Word() uint32 { return *(*uint32)(Ptr(WordAlias)) }

// CopyUser copies n bytes from src, a user address of the running space, to dst in the copy area. At a page fault it stops:
// left is then not 0, and fault the address.
func CopyUser(dst, src, n uint32) (left, fault uint32)

var copyStart, copyEnd, copyFixup uint32

func copyFault(dst, src, n uint32) (left, fault uint32)

var ipcStart, ipcEnd uint32

// InFastPath reports whether f is a fault of the fast path of IPC.
func InFastPath(f *Frame) bool { return f.EIP >= ipcStart && f.EIP < ipcEnd }

// FixIPC sends a fast path that faulted at addr the slow way, with nothing changed. It returns false if addr is the kernel's.
func FixIPC(f *Frame, addr uint32) bool {
	if addr >= UserTop {
		return false
	}
	f.EIP = ipcEnd
	return true
}

// gdtView is the kernel's alias of the GDT; repaired notes that a user had changed a segment register.
var gdtView, repaired uint32

// Repaired reports whether the entry code has had to repair segment registers since it was asked last.
func Repaired() bool {
	was := repaired
	repaired = 0
	return was != 0
}

// FixCopy sends a faulting CopyUser to its end. It returns false if f is another fault.
func FixCopy(f *Frame, addr uint32) bool {
	if f.EIP < copyStart || f.EIP >= copyEnd {
		return false
	}
	f.EIP = copyFixup
	f.EAX = addr
	return true
}

// featureAPIC is CPUID's bit for a local APIC that is switched on.
const featureAPIC = 1 << 9

// localAPIC is the physical address of the local APIC's registers; ok is false if it is not there, off, or out of reach:
// above 4 GiB or in x2APIC mode.
func localAPIC() (phys uint32, ok bool) {
	if CPUID()&featureAPIC == 0 {
		return 0, false
	}
	const base, enabled, x2 = 0x1B, 1 << 11, 1 << 10
	low, high := readMSR(base)
	return low & PteFrame, low&(enabled|x2) == enabled && high == 0
}

// readDevice and writeDevice access a register of 32 bits in DeviceArea. The compiler keeps stores and loads through pointers in order;
// of two stores to one register with nothing between them it would drop the first.
func readDevice(addr uint32) uint32  { return *(*uint32)(Ptr(addr)) }
func writeDevice(addr, value uint32) { *(*uint32)(Ptr(addr)) = value }
