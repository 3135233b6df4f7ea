package ia32

// Segments of spaces (docs/small-spaces.md): the two halves of the user's data descriptor, which the exit code reads.

// Offsets in kernel.Space of the two words, which kernel asserts.
const (
	SpaceSegment = 0xC00 // upper half; negative for a small space
	SpaceLimit   = 0xC04 // lower half
)

// What a large space has while limits are in force: base 0, 3 GiB.
const (
	LargeSegment = 0x00CBF300
	LargeLimit   = 0xFFFF
)

// SegmentAt is the upper half for a small space at offset in the region, a multiple of 4 MiB.
func SegmentAt(offset uint32) uint32 {
	base := SmallArea + offset
	const kind = 0x00C0F300 // data, writable, accessed, DPL 3, limit in pages, 32-bit
	return base&0xFF000000 | kind | base>>16&0xFF
}

// SegmentBase is where a small space is seen.
func SegmentBase(segment uint32) uint32 { return segment&0xFF000000 | segment&0xFF<<16 }

// LimitOf is the lower half for size bytes, LimitSize the reverse.
func LimitOf(size uint32) uint32    { return size>>12 - 1 }
func LimitSize(limit uint32) uint32 { return (limit + 1) << 12 }
