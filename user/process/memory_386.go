package main

import (
	"pecan/user/image"
	"pecan/user/l4"
	"pecan/user/process/cow"
	"pecan/user/roottask"
)

// address is where frame f is mapped here.
func address(f cow.Frame) uint32 { return framesBase + uint32(f-1)*l4.PageSize }

// contents are the bytes of frame f.
func contents(f cow.Frame) []byte { return roottask.Bytes(address(f), l4.PageSize) }

// share makes child's pages those of parent, and takes the right to write to them from parent.
func share(child, parent *process) bool {
	var batch [1 + l4.MaxWords]l4.Fpage
	n := 0
	ok := pool.Fork(&child.pages, &parent.pages, func(f cow.Frame) {
		batch[n] = l4.PageAt(address(f), l4.Write)
		n++
		if n == len(batch) {
			l4.Unmap(batch[:n], false)
			n = 0
		}
	})
	l4.Unmap(batch[:n], false)
	return ok
}

// supply finds p's page at addr: the item that maps it.
func supply(p *process, addr uint32, access l4.Rights) (l4.MapItem, image.Trouble) {
	page := program.Page(addr)
	switch {
	case !page.Exists:
		return l4.MapItem{}, image.Outside
	case access&l4.Write != 0 && !page.Writable:
		return l4.MapItem{}, image.ReadOnly
	}
	if page.Direct {
		if at := file.FilePage(page.Offset); at != 0 {
			return l4.MapItem{Base: addr, Fpage: l4.PageAt(at, l4.RX)}, image.Supplied
		}
	}
	f := own(p, addr, access&l4.Write != 0)
	rights := l4.RX
	if page.Writable && !pool.Shared(f) {
		rights = l4.RWX
	}
	return l4.MapItem{Base: addr, Fpage: l4.PageAt(address(f), rights)}, image.Supplied
}

// own is the frame that p's page at addr shows: filled from the program's file when it is used first, copied when a
// shared one is written.
func own(p *process, addr uint32, write bool) cow.Frame {
	i := (addr - low) / l4.PageSize
	f := p.pages.Frame(i)
	if f == 0 {
		f = pool.Fresh(&p.pages, i)
		page := contents(f)
		clear(page)
		program.Fill(addr, page, file.File)
		return f
	}
	if write {
		var old cow.Frame
		if f, old = pool.Write(&p.pages, i); old != 0 {
			copy(contents(f), contents(old))
		}
	}
	return f
}
