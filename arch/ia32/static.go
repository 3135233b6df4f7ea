package ia32

// Static areas, page aligned, defined by boot/start.S and the linker script; index into the table that
// staticAddr reads. The simulated machine places them itself.
const (
	staticMasterPD = iota
	staticWindowPT
	staticIOPT
	staticWordPT
	staticWordPage
	staticTSSPage
	staticDenyPage
	staticZeroPage
	staticStack
	staticStackEnd
	staticKIP
	staticTextStart
	staticRodataEnd
	staticKernelEnd
	staticBootInfo
	staticFaultStackTop
	staticInfoPage
	staticGDT
	staticCount
)

// MasterPD is the kernel address of the master page directory, the truth for the shared kernel region.
func MasterPD() uint32 { return staticAddr(staticMasterPD) }

// ZeroPage is the kernel address of the page that stands for TCBs that do not exist.
func ZeroPage() uint32 { return staticAddr(staticZeroPage) }

// DenyPage is the kernel address of a page of ones: the I/O bitmap of spaces without ports.
func DenyPage() uint32 { return staticAddr(staticDenyPage) }

// KIPPage is the kernel address of the kernel interface page.
func KIPPage() uint32 { return staticAddr(staticKIP) }

// KernelEnd is the kernel address behind the kernel image and everything static.
func KernelEnd() uint32 { return staticAddr(staticKernelEnd) }

// BootBlock is the kernel address of what start.S saved: EAX, EBX, the first 128 bytes of the multiboot information and
// up to 1023 bytes of its command line.
func BootBlock() uint32 { return staticAddr(staticBootInfo) }

// Phys converts a window address to the physical address behind it.
func Phys(kva uint32) uint32 { return kva - Window }

// Virt converts a physical address below WindowMax to its window address.
func Virt(phys uint32) uint32 { return phys + Window }

// InfoPage is the kernel address of the page for boot information, which users are given.
func InfoPage() uint32 { return staticAddr(staticInfoPage) }
