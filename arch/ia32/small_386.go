package ia32

// While small spaces exist, user segments are limited, and other code than usual enters and leaves the kernel
// (docs/small-spaces.md): small_386.s.

var (
	limited    uint32 // not 0: limits are in force
	kernelData uint32 // selector that a nested entry goes back to
	loaded     uint32 // directory that is loaded; kept by the exits

	smallVectors         [vectors]uint32
	smallStart, smallEnd uint32 // fast path
)

// Loaded is the directory that was loaded when the last entry ended. Meaningful while limits are in force.
func Loaded() uint32 { return loaded }

// InSmallFastPath is InFastPath while limits are in force.
func InSmallFastPath(f *Frame) bool { return f.EIP >= smallStart && f.EIP < smallEnd }

// FixSmallIPC is FixIPC while limits are in force: user memory is below UserTop or in the region of small spaces.
func FixSmallIPC(f *Frame, addr uint32) bool {
	if addr >= UserTop && addr-SmallArea >= SmallEnd-SmallArea {
		return false
	}
	f.EIP = smallEnd
	return true
}

// LimitSegments points IDT and SYSENTER at the entries that deal with limited segments, or back. The GDT's user descriptors
// follow when the next entry ends; back, at once.
func LimitSegments(on bool) {
	pte := staticAddr(staticWordPT) + KIPAlias>>12&1023*4
	if on {
		put32(pte, Phys(KIPPage())|pteReadOnly|PteUser|PteGlobal)
		put32(WordAlias+FarAt&PageMask+4, SelUserCS)
		limited, kernelData = 1, SelUserDS
		setGates(&smallVectors)
		writeMSR(msrSysenterEIP, smallStart, 0)
		return
	}
	limited = 0
	describe(SelUserCS, flat(typeCode|dplUser))
	describe(SelUserDS, flat(typeData|dplUser))
	*(*uint16)(Ptr(TSSAddr + tssIOMap)) = bitmapOffset
	setGates(&vectorTable)
	writeMSR(msrSysenterEIP, ipcStart, 0)
	put32(pte, 0)
	FlushPage(KIPAlias)
}
