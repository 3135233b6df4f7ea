package main

import (
	"pecan/user/l4"
	"pecan/user/process/cow"
	"pecan/user/roottask"
)

// maxProcesses is how many processes there can be at a time, those included that nobody has waited for yet.
const maxProcesses = 16

// firstThread is the number above UserBase of the first process' thread.
const firstThread = 3

// state is how far a process is.
type state uint32

const (
	none    state = iota
	running       //
	ended         // its parent has not waited for it yet; thread, space and memory are gone
)

// process is a space with one thread.
type process struct {
	state   state
	id      l4.ThreadID
	version uint32   // of id; never used twice in a row, so an old ID is nobody's
	parent  *process // nil: nobody will wait for it
	waiting bool     // it is in ProcessWait
	status  uint32
	crash   uint32 // where its thread goes after an exception (RootHello)
	same    roottask.Repetition
	pages   cow.Space
}

var processes [maxProcesses]process

// Counters of all processes together.
var (
	faults, forks, killed uint32
	first                 *process // the program's first process, until it has ended
	firstStatus           uint32
)

// find is the process whose thread is id, nil if there is none.
func find(id l4.ThreadID) *process {
	for i := range processes {
		if p := &processes[i]; p.state == running && p.id == id {
			return p
		}
	}
	return nil
}

// create makes a process: a copy of parent, or a new one if that is nil. Its thread waits for its start message. If it
// fails, nothing is left behind.
func create(parent *process) (*process, l4.ForkError) {
	p := free()
	if p == nil {
		return nil, l4.ForkProcesses
	}
	if parent == nil && !pool.Open(&p.pages, program.Pages(), need) || parent != nil && !share(p, parent) {
		return nil, l4.ForkMemory
	}
	p.version++
	for p.version&0x3F == 0 || p.version >= 1<<14 {
		p.version = (p.version + 1) & (1<<14 - 1)
	}
	p.id = l4.Global(number(p), p.version)
	err := l4.NewSpace(&l4.Space{
		ID: p.id, Pager: l4.MyGlobalID(), Scheduler: l4.MyGlobalID(),
		KIPArea: l4.KIPAreaHere(), UTCBArea: l4.UTCBAreaHere(),
	})
	if err != l4.OK {
		pool.Close(&p.pages)
		return nil, l4.ForkKernel
	}
	p.state, p.parent, p.waiting, p.crash = running, parent, false, 0
	p.same.Reset()
	if parent == nil {
		first = p
	} else {
		p.crash = parent.crash
	}
	return p, l4.OK
}

func free() *process {
	for i := range processes {
		if processes[i].state == none {
			return &processes[i]
		}
	}
	return nil
}

// number is the thread number of p.
func number(p *process) uint32 {
	for i := range processes {
		if p == &processes[i] {
			return l4.Kernel().UserBase() + firstThread + uint32(i)
		}
	}
	panic("no process")
}

// end ends p: its thread goes, its space with it, and its frames are counted once less.
func end(p *process, status uint32) {
	if err := l4.DeleteThread(p.id); err != l4.OK {
		panic(err.Error())
	}
	pool.Close(&p.pages)
	p.state, p.status = ended, status
	for i := range processes {
		if c := &processes[i]; c.state != none && c.parent == p {
			c.parent = nil
			if c.state == ended {
				c.state = none
			}
		}
	}
	if p == first {
		first, firstStatus = nil, status
	}
	switch q := p.parent; {
	case q == nil:
		p.state = none
	case q.waiting:
		q.waiting = false
		var m l4.Msg
		collect(p, &m)
		l4.Send(q.id, &m, l4.Zero)
	}
	for i := range processes {
		if processes[i].state == running {
			return
		}
	}
	finish()
}

// collect makes m the answer to ProcessWait that tells of p, which is forgotten.
func collect(p *process, m *l4.Msg) {
	p.state = none
	m.Start(l4.Reply).Add(uint32(p.id)).Add(p.status)
}

// kill ends p for what it did.
func kill(p *process, what *l4.Text) {
	var t l4.Text
	t.Str("killed ").ID(p.id)
	if what != nil {
		t.Str(": ").Chars(what.Bytes())
	}
	task.Say(&t)
	killed++
	end(p, l4.Killed)
}

// finish prints the figures and ends the machine.
func finish() {
	var t l4.Text
	t.Dec(uint64(forks)).Str(" forks, ").Dec(uint64(faults)).Str(" page faults, ").Dec(uint64(pool.Copied)).Str(" pages copied, ")
	task.Say(t.Dec(uint64(pool.Kept)).Str(" kept by the last who shared them, ").Dec(uint64(killed)).Str(" processes killed"))
	t.Reset().Dec(uint64(pool.Frames - pool.Used)).Str(" of ").Dec(uint64(pool.Frames)).Str(" page frames free, ")
	task.Say(t.Dec(uint64(pool.Promised)).Str(" promised"))
	task.PowerOff(firstStatus)
}
