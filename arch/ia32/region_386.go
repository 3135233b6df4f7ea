package ia32

// The kernel region at boot: master directory, window, and the tables that every directory shares. Page tables made
// here are never freed.

// features lists what the kernel cannot do without, as bits of CPUID leaf 1 EDX.
var features = [...]struct {
	bit  uint32
	name string
}{
	{3, "4 MiB pages (PSE)"},
	{4, "time-stamp counter (TSC)"},
	{5, "model-specific registers (MSR)"},
	{11, "SYSENTER (SEP)"},
	{13, "global pages (PGE)"},
}

// MissingFeature names the first processor feature that is needed and not there, or is empty.
func MissingFeature() string {
	have := CPUID()
	for i := range features {
		if have&(1<<features[i].bit) == 0 {
			return features[i].name
		}
	}
	return ""
}

// featureMCE is CPUID's bit for machine checks.
const featureMCE = 1 << 7

const (
	pteKernel   = PtePresent | PteWrite | PteAccessed | PteDirty
	pteReadOnly = PtePresent | PteAccessed
)

func setPDE(addr, value uint32) { put32(MasterPD()+addr>>22*4, value) }

// BuildRegion fills the master directory and loads it. The boot stack stays valid: it lies in the window.
//
// Physical 0..4 MiB is shown by 4 KiB pages, so that text and read-only data can be protected (ProtectImage); the
// rest of the window by 4 MiB pages. 4 MiB pages need CR4.PSE, which InstallTables sets again, harmlessly.
func BuildRegion() {
	setControl(CPUID())
	table := staticAddr(staticWindowPT)
	for i := uint32(0); i < 1024; i++ {
		put32(table+4*i, i<<12|pteKernel|PteGlobal)
	}
	setPDE(Window, Phys(table)|pteKernel)
	for at := uint32(LargeSize); at < WindowMax; at += LargeSize {
		setPDE(Window+at, at|pteKernel|PteLarge|PteGlobal)
	}

	// TSS page, twice the deny-all page as I/O bitmap, and once more for the closing byte.
	deny := staticAddr(staticDenyPage)
	for i := uint32(0); i < PageSize; i += 4 {
		put32(deny+i, ^uint32(0))
	}
	table = staticAddr(staticIOPT)
	put32(table, Phys(staticAddr(staticTSSPage))|pteKernel)
	for i := uint32(1); i < 4; i++ {
		put32(table+4*i, Phys(deny)|pteReadOnly)
	}
	setPDE(IOArea, Phys(table)|pteKernel)

	// The word at gs:0, user read-only; the kernel stack between unmapped pages.
	table = staticAddr(staticWordPT)
	wordPage = staticAddr(staticWordPage)
	put32(table, Phys(wordPage)|pteReadOnly|PteUser|PteGlobal)
	stack := staticAddr(staticStack)
	for i := uint32(0); i < StackSize/PageSize; i++ {
		page := StackEnd - StackSize + i*PageSize
		put32(table+page>>12&1023*4, Phys(stack+i*PageSize)|pteKernel|PteGlobal)
	}
	setPDE(WordArea, Phys(table)|pteKernel|PteUser)
	LoadCR3(Phys(MasterPD()))
}

// ProtectImage makes text, read-only data and the kernel interface page read-only, in the only place where the kernel
// sees them, and forgets the temporary views.
func ProtectImage() {
	table := staticAddr(staticWindowPT)
	protect(table, staticAddr(staticTextStart), staticAddr(staticRodataEnd))
	protect(table, KIPPage(), KIPPage()+PageSize)
	protect(table, ZeroPage(), ZeroPage()+PageSize)
	setPDE(TempArea, 0)
	setPDE(TempArea+LargeSize, 0)
	LoadCR3(Phys(MasterPD()))
}

func protect(table, from, to uint32) {
	for page := from; page < to; page += PageSize {
		put32(table+Phys(page)>>12*4, Phys(page)|pteReadOnly|PteGlobal)
		FlushPage(page)
	}
}

// View shows the 4 MiB around physical address phys in one of two temporary places and returns where phys is. Boot
// time only.
func View(slot, phys uint32) uint32 {
	at := TempArea + slot*LargeSize
	setPDE(at, phys&^LargeMask|pteKernel|PteLarge)
	FlushPage(at)
	return at + phys&LargeMask
}

// PeekByte reads a byte of physical memory above the window.
func PeekByte(phys uint32) byte {
	put32(staticAddr(staticWordPT)+PeekPage>>12&1023*4, phys&PteFrame|pteReadOnly)
	FlushPage(PeekPage)
	return *(*byte)(Ptr(PeekPage + phys&PageMask))
}

// mapDevice shows the page of device registers at phys, for ever, in place slot of DeviceArea, and returns its address.
func mapDevice(slot, phys uint32) uint32 {
	at := DeviceArea + slot*PageSize
	put32(staticAddr(staticWordPT)+at>>12&1023*4, phys&PteFrame|pteKernel|PteGlobal|PteThrough|PteUncached)
	FlushPage(at)
	return at
}
