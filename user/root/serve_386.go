package main

import (
	"unsafe"

	"pecan/user/image"
	"pecan/user/l4"
	"pecan/user/root/boot"
	"pecan/user/roottask"
)

// Where the pager finds the boot modules that it works on. Addresses below are its own.
const (
	clientWindow = 0x40000000
	fileWindow   = 0x50000000
)

// COM1, the line that the console server owns.
const (
	serialPort  = 0x3F8
	serialPorts = 8
	serialIRQ   = 4
)

// handle deals with a message: m becomes the reply, if it returns true.
func handle(from l4.ThreadID, m *l4.Msg) (reply bool) {
	if from.IsLocal() {
		return handleOwn(m)
	}
	p := find(from)
	if p == nil {
		return false
	}
	if f, ok := m.PageFault(); ok {
		return pageFault(p, f, m)
	}
	if f, ok := m.IOFault(); ok {
		return ioFault(p, f, m)
	}
	if r, ok := m.Exception(); ok {
		return exception(p, &r, m)
	}
	return request(p, m)
}

// handleOwn deals with messages of the root task's other thread: page faults in the root image, which only this thread can
// get from sigma0, and some requests.
func handleOwn(m *l4.Msg) (reply bool) {
	if f, ok := m.PageFault(); ok {
		k := l4.Kernel()
		if f.Addr-k.Root.Low >= k.Root.High-k.Root.Low {
			var t l4.Text
			task.Say(t.Str("own fault: ").Access(f.Access).Byte(' ').Hex(f.Addr).Str(" at ").Hex(f.IP))
			task.PowerOff(roottask.Failure)
		}
		touch(f.Addr)
		m.Start(0)
		return true
	}
	switch m.Tag().Label() {
	case l4.RootPowerOff:
		task.PowerOff(roottask.Success)
	case l4.RootReboot:
		reboot()
	case l4.RootProgram:
		describe(m.Word(1), m)
		return true
	}
	return false
}

var touched byte

// touch makes sure that the page at addr is mapped in this space.
func touch(addr uint32) { touched = *(*byte)(unsafe.Add(nil, addr)) }

// request deals with a service request from program p.
func request(p *program, m *l4.Msg) (reply bool) {
	status := m.Word(1)
	switch m.Tag().Label() {
	case l4.RootHello:
		p.crash = m.Word(1)
		console := l4.NilThread
		if c := &programs[boot.Console]; c.state == running && c != p {
			console = c.id
		}
		m.Start(l4.Reply).Add(uint32(console))
		return true
	case l4.RootDied:
		victim := find(l4.ThreadID(status))
		if victim != nil && (victim == p || victim.pager == p.id) {
			died(victim, nil)
		}
		return false
	case l4.RootExit:
		p.state = finished
		if status != 0 || p == &programs[boot.Client] {
			clientDone(status)
		}
		return false
	case l4.RootPowerOff:
		task.PowerOff(status)
	case l4.RootReboot:
		reboot()
	case l4.RootWork:
		if p == &programs[boot.Pager] {
			return work(m)
		}
	case l4.RootClient:
		if c := &programs[boot.Client]; p.id == c.pager && c.state == waiting && create(c) {
			m.Start(l4.Reply).Add(uint32(c.id))
			return true
		}
	case l4.RootInterrupt:
		if p == &programs[boot.Console] && status == serialIRQ && l4.AssociateInterrupt(serialIRQ, p.id) == l4.OK {
			m.Start(l4.Reply)
			return true
		}
	}
	m.Start(l4.Refused)
	return true
}

// work tells the pager what to do.
func work(m *l4.Msg) (reply bool) {
	client, file := &modules.Program[boot.Client], &modules.File
	if !client.Present {
		m.Start(l4.Refused)
		return true
	}
	w := l4.Work{Program: clientWindow + client.Start%l4.PageSize, ProgramSize: client.Size}
	if file.Present {
		w.File = l4.File{Present: true, Addr: fileWindow + file.Start%l4.PageSize, Size: file.Size, Limit: task.Options.Limit}
		w.File.SetName(file.Name)
	}
	m.SetWork(&w)
	return true
}

// window is the physical page of module m that is seen at addr through the window at base; ok is false outside it.
func window(m *boot.Module, base, addr uint32) (page uint32, ok bool) {
	first := m.Start &^ (l4.PageSize - 1)
	end := uint64(m.Start) + uint64(m.Size)
	page = first + (addr-base)&^(l4.PageSize-1)
	return page, m.Present && addr >= base && uint64(first)+uint64(addr-base) < end && m.Size > 0
}

// pageFault supplies a page to a program that the root task pages.
func pageFault(p *program, f l4.PageFault, m *l4.Msg) (reply bool) {
	if p == &programs[boot.Pager] && f.Access&l4.Write == 0 {
		page, ok := window(&modules.Program[boot.Client], clientWindow, f.Addr)
		if !ok {
			page, ok = window(&modules.File, fileWindow, f.Addr)
		}
		if ok {
			if !roottask.Fetch(page, l4.PageSize) {
				panic("sigma0 refuses a boot module")
			}
			m.Start(0).AddMap(l4.MapItem{Base: f.Addr, Fpage: l4.PageAt(page, l4.RX)})
			return true
		}
	}
	item, trouble := p.Supply(f.Addr, f.Access, &p.file)
	if trouble == image.Supplied {
		m.Start(0).AddMap(item)
		return true
	}
	died(p, new(l4.Text).Fault(f).Str(trouble.Error()))
	return false
}

// exception sends the thread to the place where its program says what happened and dies; once, then it is ended here.
func exception(p *program, r *l4.Registers, m *l4.Msg) (reply bool) {
	if roottask.Redirect(&p.crash, r, m) {
		return true
	}
	died(p, new(l4.Text).Exception(r))
	return false
}

// ioFault gives the console server its ports, and nobody anything else.
func ioFault(p *program, f l4.IOFault, m *l4.Msg) (reply bool) {
	if p == &programs[boot.Console] && uint32(f.Ports.Port())-serialPort < serialPorts {
		ports := l4.NewIOFpage(serialPort, 3, l4.RW).Fpage()
		if _, ok := l4.FromSigma0(sigma0, ports, l4.DefaultMemory, l4.Complete); ok {
			m.Start(0).AddMap(l4.MapItem{Fpage: ports})
			return true
		}
	}
	died(p, new(l4.Text).IOFault(f))
	return false
}

// died ends program p, and says why unless it has been said.
func died(p *program, why *l4.Text) {
	var t l4.Text
	t.Str("program ").Str(p.name).Str(" (").ID(p.id).Str(") died")
	if why != nil {
		t.Str(": ").Chars(why.Bytes())
	}
	task.Say(&t)
	kill(p)
	clientDone(roottask.Failure)
}

// describe makes m the line about program i.
func describe(i uint32, m *l4.Msg) {
	var t l4.Text
	if i < uint32(len(programs)) {
		p := &programs[i]
		t.ID(p.id).Str("  ").Str(p.name).Str(": ").Str(stateNames[p.state])
		if n := p.Frames(); n > 0 {
			t.Str(", ").Dec(uint64(n)).Str(" page frames")
		}
	}
	m.Start(l4.Reply).AddBytes(t.Bytes())
}
