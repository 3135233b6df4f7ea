package kernel

import "pecan/arch/ia32"

// Kernel interface page: byte offsets (abi 3.2) and what the kernel fills in at boot. The static part is boot/kip.S.
const (
	kipAPIVersion  = 0x04
	kipAPIFlags    = 0x08
	kipKernDesc    = 0x0C
	kipSigma0SP    = 0x20
	kipSigma0IP    = 0x24
	kipSigma0Low   = 0x28
	kipSigma0High  = 0x2C
	kipSigma1SP    = 0x30
	kipSigma1IP    = 0x34
	kipSigma1High  = 0x3C
	kipRootSP      = 0x40
	kipRootIP      = 0x44
	kipRootLow     = 0x48
	kipRootHigh    = 0x4C
	kipMemoryInfo  = 0x54
	kipBootInfo    = 0xB8
	kipProcDesc    = 0xBC
	kipThreadInfo  = 0xC4
	kipClockScale  = 0x130
	memoryCapacity = 128
)

// Memory descriptor types (abi 3.4).
const (
	memConventional = 1
	memReserved     = 2
	memShared       = 4
	memBootTables   = 0x1E
	memServer       = 0x2E
	memModule       = 0x3E
	memVirtual      = 1 << 9
)

func kip(offset uint32) *uint32 { return word(ia32.KIPPage() + offset) }

// memoryCount is the number of memory descriptors in use.
func memoryCount() uint32 { return *kip(kipMemoryInfo) & 0xFFFF }

// memoryAt returns descriptor i: type, first and last byte.
func memoryAt(i uint32) (kind, low, high uint32) {
	at := *kip(kipMemoryInfo)>>16 + 8*i
	low, high = *kip(at), *kip(at + 4)
	return low & 0x3FF, low &^ 0x3FF, high | 0x3FF
}

// addMemory appends a descriptor for low..high, inclusive. It returns false when the table is full.
func addMemory(kind, low, high uint32) bool {
	n := memoryCount()
	if n >= memoryCapacity {
		return false
	}
	at := *kip(kipMemoryInfo)>>16 + 8*n
	*kip(at) = low&^0x3FF | kind
	*kip(at + 4) = high &^ 0x3FF
	*kip(kipMemoryInfo)++
	return true
}

// describeClock tells user level how to compute microseconds and the frequencies.
func describeClock() {
	*kip(kipClockScale) = clock.multiplier
	*kip(kipClockScale + 4) = clock.shift
	desc := *kip(kipProcDesc)
	*kip(desc) = clock.kHz
	*kip(desc + 4) = clock.kHz
}
