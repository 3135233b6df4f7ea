package image

import "pecan/user/l4"

// Source is where the pages of a program come from.
type Source interface {
	// File makes bytes of the program's file accessible and returns them: at least n from offset.
	File(offset, n uint32) []byte
	// FilePage makes the page of the file at offset (a multiple of the page size) mappable and returns its address. 0
	// means that there is none, because the file does not begin on a page: then the page is copied.
	FilePage(offset uint32) uint32
	// Frame is a fresh page of zeros, and its address; nil if memory is used up.
	Frame() (page []byte, addr uint32)
}

// Program is an image on its way into a space. Each of its pages is supplied when it is first used.
type Program struct {
	Image
	low    uint32
	frames []uint32 // address of the private copy of each page from low, 0 for none yet
	used   uint32
}

// Trouble says why a page could not be supplied.
type Trouble uint32

const (
	Supplied Trouble = iota
	Outside          // no such page in the image
	ReadOnly         // a write to a page that may not be written
	NoMemory
)

// Error names the cause. It does not allocate.
func (t Trouble) Error() string {
	switch t {
	case Outside:
		return "no such page"
	case ReadOnly:
		return "read-only"
	case NoMemory:
		return "out of memory"
	}
	return "supplied"
}

// Init prepares for the image im. Frames remembers the private pages: one word for each page of the image.
func (p *Program) Init(im Image, frames []uint32) {
	p.Image = im
	p.low, _ = im.Bounds()
	p.frames = frames
}

// Pages is the number of pages from the first to the last of the image.
func (im *Image) Pages() uint32 {
	low, high := im.Bounds()
	return (high - low) / l4.PageSize
}

// Frames is the number of private pages.
func (p *Program) Frames() uint32 { return p.used }

// Supply finds the page for a fault at addr: the item that maps it.
func (p *Program) Supply(addr uint32, access l4.Rights, from Source) (l4.MapItem, Trouble) {
	addr &^= l4.PageSize - 1
	page := p.Page(addr)
	switch {
	case !page.Exists:
		return l4.MapItem{}, Outside
	case access&l4.Write != 0 && !page.Writable:
		return l4.MapItem{}, ReadOnly
	}
	rights := l4.RX
	if page.Writable {
		rights = l4.RWX
	}
	if page.Direct {
		if at := from.FilePage(page.Offset); at != 0 {
			return l4.MapItem{Base: addr, Fpage: l4.PageAt(at, rights)}, Supplied
		}
	}
	frame := &p.frames[(addr-p.low)/l4.PageSize]
	if *frame == 0 {
		data, at := from.Frame()
		if data == nil {
			return l4.MapItem{}, NoMemory
		}
		p.Fill(addr, data, from.File)
		*frame = at
		p.used++
	}
	return l4.MapItem{Base: addr, Fpage: l4.PageAt(*frame, rights)}, Supplied
}
