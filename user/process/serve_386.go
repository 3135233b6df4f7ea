package main

import (
	"pecan/user/image"
	"pecan/user/l4"
	"pecan/user/roottask"
)

// lookInterval is how often, in milliseconds, an idle server looks for halted processes.
const lookInterval = 100

// look kills processes that the kernel has halted: they had an exception, and no exception handler.
func look() {
	for i := range processes {
		if p := &processes[i]; p.state == running && l4.State(p.id) == l4.Inactive {
			var t l4.Text
			kill(p, t.Str("an exception that it leaves to nobody"))
		}
	}
}

// handle deals with a message: m becomes the reply, if it returns true.
func handle(from l4.ThreadID, m *l4.Msg) (reply bool) {
	p := find(from)
	if p == nil {
		return false
	}
	if f, ok := m.PageFault(); ok {
		return pageFault(p, f, m)
	}
	p.same.Reset()
	if f, ok := m.IOFault(); ok {
		kill(p, new(l4.Text).IOFault(f))
		return false
	}
	if r, ok := m.Exception(); ok {
		if roottask.Redirect(&p.crash, &r, m) {
			return true
		}
		kill(p, new(l4.Text).Exception(&r))
		return false
	}
	return request(p, m)
}

// pageFault supplies the page, or else kills p.
func pageFault(p *process, f l4.PageFault, m *l4.Msg) (reply bool) {
	if p.same.Hopeless(f) {
		kill(p, new(l4.Text).Fault(f).Str(roottask.NoKernelMemory))
		return false
	}
	item, trouble := supply(p, f.Addr&^(l4.PageSize-1), f.Access)
	if trouble != image.Supplied {
		kill(p, new(l4.Text).Fault(f).Str(trouble.Error()))
		return false
	}
	faults++
	m.Start(0).AddMap(item)
	return true
}

// request deals with a service request of p.
func request(p *process, m *l4.Msg) (reply bool) {
	words := m.Words()
	switch label := m.Tag().Label(); {
	case label == l4.RootHello && words == 1:
		p.crash = m.Word(1)
		m.Start(l4.Reply).Add(uint32(l4.MyGlobalID()))
	case label == l4.RootExit && words == 1:
		end(p, m.Word(1))
		return false
	case label == l4.RootDied && words == 1:
		if m.Word(1) == uint32(p.id) {
			kill(p, nil)
		}
		return false
	case label == l4.ConsoleWrite:
		roottask.Write(m)
	case label == l4.ProcessFork && words == 2:
		fork(p, m.Word(1), m.Word(2), m)
	case label == l4.ProcessWait:
		return wait(p, m)
	case label == l4.ProcessCount:
		m.SetProcessFigures(figures())
	default:
		m.Start(l4.Refused)
	}
	return true
}

// fork makes a copy of p, and m the answer.
func fork(p *process, sp, ip uint32, m *l4.Msg) {
	c, why := create(p)
	if why == l4.OK && l4.SendStart(c.id, ip, sp) != l4.OK {
		panic("a new thread does not take its start message")
	}
	if why != l4.OK {
		m.Start(l4.Refused).Add(uint32(why))
		return
	}
	forks++
	m.Start(l4.Reply).Add(uint32(c.id))
}

// wait answers with a child of p that has ended, or lets p wait for one.
func wait(p *process, m *l4.Msg) (reply bool) {
	p.waiting = false
	for i := range processes {
		switch c := &processes[i]; {
		case c.state == none || c.parent != p:
		case c.state == ended:
			p.waiting = false
			collect(c, m)
			return true
		default:
			p.waiting = true
		}
	}
	if p.waiting {
		return false
	}
	m.Start(l4.Refused)
	return true
}

func figures() *l4.ProcessFigures {
	f := l4.ProcessFigures{
		Frames: pool.Frames, Promised: pool.Promised, Used: pool.Used, Copied: pool.Copied, Kept: pool.Kept,
		Faults: faults, Forks: forks,
	}
	for i := range processes {
		if processes[i].state != none {
			f.Processes++
		}
	}
	return &f
}
