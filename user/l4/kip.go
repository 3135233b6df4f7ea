package l4

import "unsafe"

// KIPMagic is the first word of a kernel interface page, the bytes "L4" 230 "K", made of two halves: loaders search
// images for the whole word.
func KIPMagic() uint32 {
	high, low := uint32(0x4BE6), uint32(0x344C)
	return high<<16 | low
}

// ServerImage is what the boot loader says about one of the initial servers. High is the first byte behind the image;
// 0 means there is none.
type ServerImage struct {
	SP, IP, Low, High uint32
}

// KIP is the kernel interface page, as far as its layout is fixed. Abi 3.2. Everything in it is read-only for programs.
type KIP struct {
	Magic         uint32
	APIVersion    uint32 // 0x84 in the top byte for X.2
	APIFlags      uint32
	KernDescPtr   uint32 // offset of the kernel description
	KdebugInit    uint32
	KdebugEntry   uint32
	KdebugLow     uint32
	KdebugHigh    uint32
	Sigma0        ServerImage
	Sigma1        ServerImage
	Root          ServerImage
	_             uint32
	MemoryInfo    uint32
	KdebugConfig  [2]uint32
	_             [16]uint32 // memory fields of older versions
	_             [2]uint32
	UTCBInfo      uint32
	KIPAreaInfo   uint32
	_             [2]uint32
	BootInfo      uint32 // physical address of boot information, 0 if none
	ProcDescPtr   uint32 // offset of the processor descriptors
	ClockInfo     uint32
	ThreadInfo    uint32
	PageInfo      uint32
	ProcessorInfo uint32
	Links         [11]uint32 // system-call entry points, offsets; see the link constants
	_             [5]uint32
	_             [4]uint32 // architecture-specific links, unused on ia32
}

var _ = [1]struct{}{}[unsafe.Sizeof(KIP{})-0x120]
var _ = [1]struct{}{}[unsafe.Offsetof(KIP{}.Links)-0xD0]

// SystemBase is the first thread number that is not an interrupt's.
func (k *KIP) SystemBase() uint32 { return k.ThreadInfo >> 8 & 0xFFF }

// UserBase is the first thread number that is not the kernel's: sigma0's.
func (k *KIP) UserBase() uint32 { return k.ThreadInfo >> 20 }

// ThreadBits is the number of valid bits in thread numbers.
func (k *KIP) ThreadBits() uint32 { return k.ThreadInfo & 0xFF }

// Sigma0ID is the ID of the initial address space's thread, which owns all memory. Abi 1.4.
func (k *KIP) Sigma0ID() ThreadID { return Global(k.UserBase(), 1) }

// Sigma1ID is the ID reserved for sigma1.
func (k *KIP) Sigma1ID() ThreadID { return Global(k.UserBase()+1, 1) }

// RootID is the ID of the root task's first thread.
func (k *KIP) RootID() ThreadID { return Global(k.UserBase()+2, 1) }

// UTCBAreaLog2 is log2 of the smallest UTCB area in bytes; UTCBSize(s) within it have UTCBSize bytes each.
func (k *KIP) UTCBAreaLog2() uint32 { return k.UTCBInfo >> 16 & 0x3F }

// KIPAreaLog2 is log2 of the size of a KIP area in bytes.
func (k *KIP) KIPAreaLog2() uint32 { return k.KIPAreaInfo & 0x3F }

// PageSizes has bit n set if pages of 1<<n bytes are supported by hardware.
func (k *KIP) PageSizes() uint32 { return k.PageInfo &^ 0x3FF }

// Processors is the number of processors.
func (k *KIP) Processors() uint32 { return k.ProcessorInfo&0xFFFF + 1 }

func (k *KIP) at(offset uint32) unsafe.Pointer { return unsafe.Add(unsafe.Pointer(k), offset) }

// ProcessorMHz is the core frequency of processor i in MHz (abi 3.7). Precondition: i < k.Processors().
func (k *KIP) ProcessorMHz(i uint32) uint32 {
	size := uint32(1) << (k.ProcessorInfo >> 28)
	return *(*uint32)(k.at(k.ProcDescPtr + i*size + 4)) / 1000
}

// Version is the kernel's version string.
func (k *KIP) Version() string {
	p := k.at(k.KernDescPtr + 16)
	n := 0
	for n < PageSize && *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return unsafe.String((*byte)(p), n)
}

// MemoryType says what memory is good for. Abi 3.4. For types BootLoader and Architecture the subtype stands above
// bit 4.
type MemoryType uint32

const (
	Undefined    MemoryType = 0
	Conventional MemoryType = 1 // RAM for general use
	Reserved     MemoryType = 2 // the kernel's own
	Dedicated    MemoryType = 3 // usable, not general RAM
	Shared       MemoryType = 4 // may be given to several, like device memory
	BootLoader   MemoryType = 0xE
	Architecture MemoryType = 0xF

	BootTables    = BootLoader | 1<<4
	InitialServer = BootLoader | 2<<4
	BootModule    = BootLoader | 3<<4
)

// Class is t without its subtype.
func (t MemoryType) Class() MemoryType { return t & 0xF }

// MemoryDescriptor describes one range of memory. Of overlapping descriptors the later wins. Abi 3.4.
type MemoryDescriptor [2]uint32

// Type is the type with its subtype.
func (d *MemoryDescriptor) Type() MemoryType {
	t := MemoryType(d[0] & 0xF)
	if t == BootLoader || t == Architecture {
		t |= MemoryType(d[0] & 0xF0)
	}
	return t
}

// Virtual reports whether the range is one of virtual addresses.
func (d *MemoryDescriptor) Virtual() bool { return d[0]&(1<<9) != 0 }

// Low is the address of the first byte.
func (d *MemoryDescriptor) Low() uint32 { return d[0] &^ 0x3FF }

// High is the address of the last byte.
func (d *MemoryDescriptor) High() uint32 { return d[1] | 0x3FF }

// MemoryDescriptors are the kernel's and boot loader's memory descriptors, in order. The slice aliases the KIP.
func (k *KIP) MemoryDescriptors() []MemoryDescriptor {
	return unsafe.Slice((*MemoryDescriptor)(k.at(k.MemoryInfo>>16)), k.MemoryInfo&0xFFFF)
}
