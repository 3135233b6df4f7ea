package l4

// The protocol of the pager that evicts (docs/paging.md).

// Requests to the pager user/swap.
const (
	// SwapCount asks what the pager has done. Reply: see SwapFigures.
	SwapCount uint16 = 0x160 + iota
	// SwapFaults asks how often the page at address MR1 was brought in. Reply: MR1 = number. Refused: the pager
	// brings in no such page.
	SwapFaults
	// SwapArgument asks for the first word of the command line that the pager does not know. Reply: bytes.
	SwapArgument
)

// SwapFigures are what a pager that evicts tells about its work.
type SwapFigures struct {
	Frames     uint32 // page frames: so many pages are in memory at most
	Blocks     uint32 // of the RAM disk, a page each
	Faults     uint32 // page faults of any kind
	Fresh      uint32 // pages brought in from the program's file, or zero
	Loads      uint32 // pages brought in from the RAM disk
	Evictions  uint32 // pages taken from the client to make room
	WriteBacks uint32 // of these written to the RAM disk, because the client had written to them
	Spared     uint32 // pages that the clock passed because they had been used
}

// SetSwapFigures makes m a reply that carries f.
func (m *Msg) SetSwapFigures(f *SwapFigures) *Msg {
	m.Start(Reply).Add(f.Frames).Add(f.Blocks).Add(f.Faults).Add(f.Fresh)
	return m.Add(f.Loads).Add(f.Evictions).Add(f.WriteBacks).Add(f.Spared)
}

// SwapFigures are the figures in m.
func (m *Msg) SwapFigures() (f SwapFigures, ok bool) {
	f = SwapFigures{
		Frames: m[1], Blocks: m[2], Faults: m[3], Fresh: m[4],
		Loads: m[5], Evictions: m[6], WriteBacks: m[7], Spared: m[8],
	}
	return f, m.Tag() == NewTag(Reply, 8, 0)
}
