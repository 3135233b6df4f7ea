// Package cow keeps the books of copy-on-write memory: which page of which space shows which page frame. It neither
// touches memory nor calls the kernel; who uses it copies pages and maps them.
//
// Invariants: a frame's count is the number of pages that show it, and it is free if that is 0; the frames promised are
// those of all open spaces together, and no more than there are. It follows that there is a frame for every page of an
// open space.
package cow

// Limits of what the books can hold.
const (
	MaxFrames = 1 << 14
	MaxPages  = 1 << 10 // of a space
)

// Frame is a page frame: 1 is the first, 0 is none.
type Frame uint32

// Pool are the page frames.
type Pool struct {
	Frames   uint32 // in all
	Promised uint32 // to open spaces
	Used     uint32 // shown by some page
	Copied   uint32 // how often a write took a copy
	Kept     uint32 // how often a write found the last page that shows a frame once shared

	shown [MaxFrames + 1]uint16 // by how many pages
	once  [MaxFrames + 1]bool   // it was shared
	free  [MaxFrames]Frame      // the first Frames-Used are free
}

// Init makes n frames the pool. Precondition: n <= MaxFrames.
func (p *Pool) Init(n uint32) {
	p.Frames = n
	for i := range n {
		p.free[i] = Frame(n - i)
	}
}

// Space is a table from the pages of a space to frames.
type Space struct {
	pages    uint32
	promised uint32
	frames   [MaxPages]Frame
}

// Open prepares s for pages pages, at most MaxPages, of which no more than need will show a frame. It returns false, and s
// stays closed, if the pool cannot promise that many.
func (p *Pool) Open(s *Space, pages, need uint32) bool {
	if need > p.Frames-p.Promised {
		return false
	}
	p.Promised += need
	s.pages, s.promised = pages, need
	return true
}

// Close takes s out of the books.
func (p *Pool) Close(s *Space) {
	for i, f := range s.frames[:s.pages] {
		if f != 0 {
			p.release(f)
			s.frames[i] = 0
		}
	}
	p.Promised -= s.promised
	s.pages, s.promised = 0, 0
}

// Fork opens child as a copy of parent: from now on the frames are shared, and must not be writable in the parent any more.
// It calls protect for every frame that was not shared before. It returns false, having done nothing, if the pool
// cannot promise the frames.
func (p *Pool) Fork(child, parent *Space, protect func(Frame)) bool {
	if !p.Open(child, parent.pages, parent.promised) {
		return false
	}
	for i, f := range parent.frames[:parent.pages] {
		if f == 0 {
			continue
		}
		if p.shown[f] == 1 {
			protect(f)
		}
		p.shown[f]++
		p.once[f] = true
		child.frames[i] = f
	}
	return true
}

// Frame is what page i shows, 0 if it shows nothing yet.
func (s *Space) Frame(i uint32) Frame { return s.frames[i] }

// Shared reports whether several pages show f.
func (p *Pool) Shared(f Frame) bool { return p.shown[f] > 1 }

// Fresh lets page i of s show a frame of its own, with undefined contents. Precondition: it shows none.
func (p *Pool) Fresh(s *Space, i uint32) Frame {
	f := p.take()
	s.frames[i] = f
	return f
}

// Write makes the frame of page i its own, so that it may be written. If the frame was shared the page shows another
// from now on, into which old is to be copied; else old is 0. Precondition: page i shows a frame.
func (p *Pool) Write(s *Space, i uint32) (f, old Frame) {
	f = s.frames[i]
	if !p.Shared(f) {
		if p.once[f] {
			p.once[f] = false
			p.Kept++
		}
		return f, 0
	}
	p.Copied++
	p.shown[f]--
	return p.Fresh(s, i), f
}

func (p *Pool) take() Frame {
	if p.Used == p.Frames {
		panic("cow: a promised frame is not there")
	}
	p.Used++
	f := p.free[p.Frames-p.Used]
	p.shown[f], p.once[f] = 1, false
	return f
}

func (p *Pool) release(f Frame) {
	p.shown[f]--
	if p.shown[f] == 0 {
		p.free[p.Frames-p.Used] = f
		p.Used--
	}
}
