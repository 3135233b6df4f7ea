package main

import (
	"pecan/user/image"
	"pecan/user/l4"
	"pecan/user/roottask"
)

// lookInterval is how often, in milliseconds, an idle pager looks whether the kernel has halted the client.
const lookInterval = 100

// look ends the client if the kernel has halted it: it had an exception, and no exception handler.
func look() {
	if l4.State(client) == l4.Inactive {
		died(new(l4.Text).Str("an exception that it leaves to nobody"))
	}
}

// handle deals with a message: m becomes the reply, if it returns true.
func handle(from l4.ThreadID, m *l4.Msg) (reply bool) {
	if from != client {
		return false
	}
	if f, ok := m.PageFault(); ok {
		return pageFault(f, m)
	}
	same.Reset()
	if f, ok := m.IOFault(); ok {
		died(new(l4.Text).IOFault(f))
	}
	if r, ok := m.Exception(); ok {
		if !roottask.Redirect(&crash, &r, m) {
			died(new(l4.Text).Exception(&r))
		}
		return true
	}
	return request(m)
}

// pageFault supplies the page, or else ends the client.
func pageFault(f l4.PageFault, m *l4.Msg) (reply bool) {
	if same.Hopeless(f) {
		died(new(l4.Text).Fault(f).Str(roottask.NoKernelMemory))
	}
	item, trouble := supply(f.Addr&^(l4.PageSize-1), f.Access)
	if trouble != image.Supplied {
		died(new(l4.Text).Fault(f).Str(trouble.Error()))
	}
	faults++
	m.Start(0).AddMap(item)
	return true
}

// supply finds the page at addr: the item that maps it.
func supply(addr uint32, access l4.Rights) (l4.MapItem, image.Trouble) {
	page := program.Page(addr)
	rights := l4.RX
	switch {
	case !page.Exists:
		return l4.MapItem{}, image.Outside
	case page.Writable:
		rights = l4.RWX
	case access&l4.Write != 0:
		return l4.MapItem{}, image.ReadOnly
	}
	own := uint32(0)
	if page.Direct {
		own = file.FilePage(page.Offset) // the file's page shows it, no frame is needed
	}
	if own == 0 {
		own = frameAddr(memory.Bring((addr - low) / l4.PageSize))
	}
	return l4.MapItem{Base: addr, Fpage: l4.PageAt(own, rights)}, image.Supplied
}

// request deals with a service request of the client.
func request(m *l4.Msg) (reply bool) {
	words := m.Words()
	switch label := m.Tag().Label(); {
	case label == l4.RootHello && words == 1:
		crash = m.Word(1)
		m.Start(l4.Reply).Add(uint32(l4.MyGlobalID()))
	case label == l4.RootExit && words == 1:
		finish(m.Word(1))
	case label == l4.RootDied && words == 1:
		if m.Word(1) == uint32(client) {
			died(nil)
		}
		return false
	case label == l4.ConsoleWrite:
		roottask.Write(m)
	case label == l4.SwapCount:
		m.SetSwapFigures(figures())
	case label == l4.SwapFaults && words == 1 && isPage(m.Word(1)):
		m.Start(l4.Reply).Add(memory.Faults((m.Word(1) - low) / l4.PageSize))
	case label == l4.SwapArgument:
		m.Start(l4.Reply).AddBytes(task.Options.Unknown)
	default:
		m.Start(l4.Refused)
	}
	return true
}

// isPage reports whether addr is in the client's image.
func isPage(addr uint32) bool { return addr >= low && (addr-low)/l4.PageSize < program.Pages() }

func figures() *l4.SwapFigures {
	f := memory.SwapFigures
	f.Faults = faults
	return &f
}

// died says what the client did that cannot be served, unless it has been said, and ends the machine.
func died(what *l4.Text) {
	var t l4.Text
	t.Str("killed ").ID(client)
	if what != nil {
		t.Str(": ").Chars(what.Bytes())
	}
	task.Say(&t)
	finish(roottask.Failure)
}
