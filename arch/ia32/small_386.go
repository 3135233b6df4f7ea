package ia32

// While small spaces exist, user segments are limited, and other code than usual enters and leaves the kernel
// (docs/small-spaces.md): small_386.s.

// What the exit code knows. It writes all but limited.
var (
	limited    uint32 // not 0: limits are in force
	segmentNow uint32 // segment word that the GDT shows; noSegment: flat segments
	segmentEnd uint32 // first user address beyond the limit
	kernelData uint32 // selector that a nested entry goes back to

	smallVectors  [vectors]uint32
	smallSysenter uint32
)

// noSegment is no space's segment word.
const noSegment = ^uint32(0)

// LimitSegments points IDT and SYSENTER at the entries that deal with limited segments, or back. The GDT's user descriptors
// follow when the next entry ends; back, at once.
func LimitSegments(on bool) {
	pte := staticAddr(staticWordPT) + KIPAlias>>12&1023*4
	if on {
		put32(pte, Phys(KIPPage())|pteReadOnly|PteUser|PteGlobal)
		put32(wordPage+FarAt&PageMask+4, SelUserCS)
		limited, segmentNow, kernelData = 1, noSegment, SelUserDS
		setGates(&smallVectors)
		writeMSR(msrSysenterEIP, smallSysenter, 0)
		return
	}
	limited = 0
	gdt[SelUserCS/8] = flat(typeCode | dplUser)
	gdt[SelUserDS/8] = flat(typeData | dplUser)
	*(*uint16)(Ptr(TSSAddr + tssIOMap)) = bitmapOffset
	setGates(&vectorTable)
	writeMSR(msrSysenterEIP, sysenterAddr, 0)
	put32(pte, 0)
	FlushPage(KIPAlias)
}
