package main

import (
	"pecan/user/frames"
	"pecan/user/l4"
	"pecan/user/root/boot"
	"pecan/user/roottask"
)

// Page frames are mapped from framesBase on, one behind the other. Boot modules, which are seen at their physical addresses,
// must lie below.
const (
	framesBase = 0xA0000000
	framesEnd  = 0xB0000000
)

// disk is the address of the RAM disk's first page.
var disk uint32

// takeFrames takes n page frames from sigma0, and returns how many there were.
func takeFrames(n uint32) uint32 {
	source := frames.Source{Base: framesBase, End: framesEnd}
	for i := range n {
		if page, _ := source.Frame(); page == nil {
			return i
		}
	}
	return n
}

// openDisk makes the RAM disk accessible and returns its whole pages.
func openDisk(m *boot.Module) uint32 {
	disk = (m.Start + l4.PageSize - 1) &^ (l4.PageSize - 1)
	if m.Start+m.Size < disk+l4.PageSize {
		return 0
	}
	pages := (m.Start + m.Size - disk) / l4.PageSize
	if uint64(m.Start)+uint64(m.Size) > framesBase || !roottask.Fetch(disk, pages*l4.PageSize) {
		task.Refuse("the RAM disk lies where sigma0 gives nothing", "")
	}
	return pages
}

func frameAddr(frame uint32) uint32 { return framesBase + frame*l4.PageSize }

func frameBytes(frame uint32) []byte { return roottask.Bytes(frameAddr(frame), l4.PageSize) }

func blockBytes(block uint32) []byte { return roottask.Bytes(disk+block*l4.PageSize, l4.PageSize) }

// machine is the real clock.Machine: system calls for frames, copies for blocks. What this program itself does with a frame
// is not in the status, because it unmaps without flush.
type machine struct{}

func (machine) Status(frame uint32) l4.Rights {
	return l4.UnmapPage(l4.PageAt(frameAddr(frame), 0), false)
}

func (machine) Take(frame uint32) l4.Rights {
	return l4.UnmapPage(l4.PageAt(frameAddr(frame), l4.RWX), false)
}

func (machine) Fill(page, frame uint32) {
	b := frameBytes(frame)
	clear(b)
	program.Fill(low+page*l4.PageSize, b, file.File)
}

func (machine) Load(block, frame uint32) { copy(frameBytes(frame), blockBytes(block)) }

func (machine) Store(block, frame uint32) { copy(blockBytes(block), frameBytes(frame)) }
