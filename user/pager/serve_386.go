package main

import (
	"pecan/user/image"
	"pecan/user/l4"
)

// handle deals with a message: m becomes the reply, if it returns true.
func handle(from l4.ThreadID, m *l4.Msg) (reply bool) {
	if f, ok := m.PageFault(); ok {
		return from == client && pageFault(f, m)
	}
	if f, ok := m.IOFault(); ok {
		if from == client {
			unable(new(l4.Text).IOFault(f))
		}
		return false
	}
	switch m.Tag().Label() {
	case l4.PagerFile:
		f := file
		f.Addr = fileAddr + file.Addr%l4.PageSize
		m.SetFile(&f)
	case l4.PagerStatistics:
		done.Peak, done.Frames = kept.Peak, program.Frames()
		m.SetStatistics(&done)
	default:
		m.Start(l4.Refused)
	}
	return true
}

// pageFault supplies the page, or else ends the client.
func pageFault(f l4.PageFault, m *l4.Msg) (reply bool) {
	page := (f.Addr - fileAddr) / l4.PageSize
	if f.Addr >= fileAddr && page < pages && f.Access&l4.Write == 0 {
		m.Start(0).AddMap(filePage(page))
		done.Faults++
		done.FileFaults++
		return true
	}
	item, trouble := program.Supply(f.Addr, f.Access, &source)
	if trouble == image.Supplied {
		touch(item.Fpage.Base())
		m.Start(0).AddMap(item)
		done.Faults++
		return true
	}
	if f.Addr >= fileAddr && page < pages {
		trouble = image.ReadOnly
	}
	unable(new(l4.Text).Fault(f).Str(trouble.Error()))
	return false
}

// filePage is the item that maps a page of the user's file. If there is no room for it, the oldest page is taken from the
// client first.
func filePage(page uint32) l4.MapItem {
	first := file.Addr &^ (l4.PageSize - 1)
	if !kept.Has(page) {
		if victim, ok := kept.Room(); !ok {
			l4.UnmapPage(l4.PageAt(first+victim*l4.PageSize, l4.RWX), false)
			kept.Remove()
		}
		kept.Add(page)
	}
	own := first + page*l4.PageSize
	touch(own)
	return l4.MapItem{Base: fileAddr + page*l4.PageSize, Fpage: l4.PageAt(own, l4.RX)}
}

// unable says what the client did that cannot be served, and reports its death.
func unable(what *l4.Text) {
	var t l4.Text
	l4.PrintText(t.Str("pager: client ").ID(client).Str(": ").Chars(what.Bytes()).Line())
	var m l4.Msg
	l4.Send(root, m.Start(l4.RootDied).Add(uint32(client)), l4.Never)
}
