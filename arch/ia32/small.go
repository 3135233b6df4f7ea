package ia32

// Segments of small spaces (docs/small-spaces.md).

// SpaceSegment is the offset of a space's segment word in kernel.Space, which the exit code reads (kernel asserts it).
const SpaceSegment = 0xC00

// SegmentAt is the segment word of a small space of 4 MiB << k at offset in the region: the upper half of its data
// segment's descriptor, with k in the low three bits, which are 0 in the descriptor. Never 0.
func SegmentAt(offset, k uint32) uint32 {
	base := SmallArea + offset
	const kind = 0x00C0F200 // data, writable, DPL 3, limit in pages, 32-bit
	return base&0xFF000000 | kind | base>>16&0xC0 | k
}

// SegmentBase and SegmentSize are where a small space is seen, and its size in bytes.
func SegmentBase(segment uint32) uint32 { return segment&0xFF000000 | segment&0xC0<<16 }
func SegmentSize(segment uint32) uint32 { return LargeSize << (segment & 7) }
