//go:build !386

package ia32

// The kernel region of the simulated machine: the same tables as region_386.go makes, as far as the kernel or
// user accesses look at them.

// MissingFeature names the first processor feature that is needed and not there, or is empty.
func MissingFeature() string { return Machine.Missing }

const (
	pteKernel   = PtePresent | PteWrite | PteAccessed | PteDirty
	pteReadOnly = PtePresent | PteAccessed
)

func setPDE(addr, value uint32) { put32(MasterPD()+addr>>22*4, value) }

// BuildRegion fills the master directory and loads it.
func BuildRegion() {
	for at := uint32(0); at < WindowMax; at += LargeSize {
		setPDE(Window+at, at|pteKernel|PteLarge|PteGlobal)
	}
	deny := DenyPage()
	for i := uint32(0); i < PageSize; i += 4 {
		put32(deny+i, ^uint32(0))
	}
	table := staticAddr(staticIOPT)
	put32(table, Phys(staticAddr(staticTSSPage))|pteKernel)
	for i := uint32(1); i < 4; i++ {
		put32(table+4*i, Phys(deny)|pteReadOnly)
	}
	setPDE(IOArea, Phys(table)|pteKernel)
	table = staticAddr(staticWordPT)
	put32(table, Phys(staticAddr(staticWordPage))|pteReadOnly|PteUser|PteGlobal)
	setPDE(WordArea, Phys(table)|pteKernel|PteUser)
	LoadCR3(Phys(MasterPD()))
}

// ProtectImage forgets the temporary views. The simulated machine compares read-only pages instead of protecting them.
func ProtectImage() { LoadCR3(Phys(MasterPD())) }

// View shows the 4 MiB around physical address phys in one of two temporary places and returns where phys is.
func View(slot, phys uint32) uint32 {
	Machine.views[slot] = phys &^ LargeMask
	return TempArea + slot*LargeSize + phys&LargeMask
}

// PeekByte reads a byte of physical memory above the window.
func PeekByte(phys uint32) byte { return *(*byte)(physical(phys)) }

// CopyUser copies byte by byte through the simulated page tables, with the user's rights.
func CopyUser(dst, src, n uint32) (left, fault uint32) {
	for left = n; left != 0; left-- {
		from, _, ok := Machine.Access(src, false)
		if !ok {
			return left, src
		}
		to, _, ok := Machine.Access(dst, true)
		if !ok {
			return left, dst
		}
		*(*byte)(physical(to)) = *(*byte)(physical(from))
		src++
		dst++
	}
	return 0, 0
}

// FixCopy has nothing to do here: CopyUser looks before it copies.
func FixCopy(*Frame, uint32) bool { return false }
