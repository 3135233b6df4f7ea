// Package clock decides which pages of a client are in memory when there are fewer page frames than pages, by the clock
// algorithm with two hands. Both go round the frames, the first half a round ahead. It resets what was done with each page
// that it passes; the second takes the first page that was not used since, so a page that is used again and again stays.
// The package makes no system calls: who uses it says how to ask, take, fill, load and store.
//
// A page is in a frame, or out. One that is out is what the program's file makes it if it has no block, else its contents
// are on its block. A page that is in may differ from that only if its frame is marked dirty, or the status that Machine
// reports next says that it was written.
package clock

import "pecan/user/l4"

// Machine is what pages are made of. Frames, blocks and pages are numbers from 0.
type Machine interface {
	// Status reports what the client did with the page in frame since the last Status, and resets that.
	Status(frame uint32) l4.Rights
	// Take takes the page in frame from the client, and reports like Status.
	Take(frame uint32) l4.Rights
	// Fill puts the fresh contents of page into frame.
	Fill(page, frame uint32)
	// Load copies block to frame.
	Load(block, frame uint32)
	// Store copies frame to block.
	Store(block, frame uint32)
}

type page struct {
	frame  uint32 // 1 + its frame, 0: it is out
	block  uint32 // 1 + its block, 0: it has none
	faults uint32
}

type frame struct {
	page  uint32
	dirty bool // it was written since it came in: a status said so
}

// Memory is a client's memory.
type Memory struct {
	l4.SwapFigures
	machine Machine
	pages   []page
	frames  []frame // those in use
	hand    uint32  // the second one
	blocks  uint32  // given to pages
}

// Init prepares for a client of the given number of pages. No page is in. Preconditions: frames > 0, and there are as
// many blocks as pages that the client may write.
func (c *Memory) Init(m Machine, pages, frames, blocks uint32) {
	*c = Memory{machine: m, pages: make([]page, pages), frames: make([]frame, 0, frames)}
	c.Frames, c.Blocks = frames, blocks
}

// Faults is how often page was brought in.
func (c *Memory) Faults(page uint32) uint32 { return c.pages[page].faults }

// Bring makes sure that page is in, and returns its frame.
func (c *Memory) Bring(n uint32) (frame uint32) {
	p := &c.pages[n]
	if p.frame == 0 {
		p.faults++
		f := c.room()
		c.frames[f].page = n
		p.frame = f + 1
		if p.block == 0 {
			c.machine.Fill(n, f)
			c.Fresh++
		} else {
			c.machine.Load(p.block-1, f)
			c.Loads++
		}
	}
	return p.frame - 1
}

// room is a frame without a page, marked clean.
func (c *Memory) room() uint32 {
	if n := uint32(len(c.frames)); n < c.Frames {
		if n >= c.Frames-c.ahead() {
			c.look(n - (c.Frames - c.ahead())) // so that the first hand is ahead when the second starts
		}
		c.frames = append(c.frames, frame{})
		return n
	}
	f := c.victim()
	c.evict(f)
	c.hand = (f + 1) % c.Frames
	return f
}

// ahead is how many frames the first hand is ahead of the second.
func (c *Memory) ahead() uint32 { return c.Frames / 2 }

// look asks what was done with the page in frame f since the last look, and keeps in mind that it was written.
func (c *Memory) look(f uint32) l4.Rights {
	status := c.machine.Status(f)
	if status&l4.Write != 0 {
		c.frames[f].dirty = true
	}
	return status
}

// victim moves the hands until the second comes to a page that was not used since the first was there. After two rounds,
// in which the client must have gone on using all its pages, it is whichever comes.
func (c *Memory) victim() uint32 {
	for range 2 * c.Frames {
		c.look((c.hand + c.ahead()) % c.Frames)
		if c.look(c.hand) == 0 {
			break
		}
		c.Spared++
		c.hand = (c.hand + 1) % c.Frames
	}
	return c.hand
}

// evict takes the page in frame f out: to its block if it was written, else it is dropped.
func (c *Memory) evict(f uint32) {
	in := &c.frames[f]
	p := &c.pages[in.page]
	if c.machine.Take(f)&l4.Write != 0 {
		in.dirty = true
	}
	c.Evictions++
	if in.dirty {
		if p.block == 0 {
			c.blocks++
			p.block = c.blocks
		}
		c.machine.Store(p.block-1, f)
		c.WriteBacks++
	}
	p.frame, in.dirty = 0, false
}
