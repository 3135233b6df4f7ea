package main

import (
	"pecan/user/image"
	"pecan/user/l4"
	"pecan/user/root/boot"
	"pecan/user/roottask"
)

// state is how far a program is.
type state uint32

const (
	absent state = iota
	waiting
	running
	finished
	dead
)

var stateNames = [...]string{absent: "not there", waiting: "waits for its pager", running: "running", finished: "finished", dead: "dead"}

// program is one of the programs that the root task starts.
type program struct {
	name  string
	id    l4.ThreadID
	pager l4.ThreadID
	state state
	crash uint32 // where its thread goes after an exception, until it had one
	file  roottask.ModuleFile
	image.Program
}

var programs = [boot.Programs]program{
	boot.Pager:   {name: "pager"},
	boot.Console: {name: "console"},
	boot.Client:  {name: "client"},
}

// firstFree is the number above UserBase of the first thread that the root task makes.
const firstFree = 3

// maxPages limits the size of a program that the root task pages, from its first to its last page.
const maxPages = 1 << 14

// find is the program whose thread is id.
func find(id l4.ThreadID) *program {
	for i := range programs {
		if p := &programs[i]; p.id == id && p.state != absent && p.state != dead {
			return p
		}
	}
	return nil
}

// startPrograms starts what is there. The client is started later, when the pager asks for it. It returns false if the
// client can never run.
func startPrograms(k *l4.KIP) bool {
	for i := range programs {
		programs[i].id = l4.Global(k.UserBase()+firstFree+uint32(i), 1)
		programs[i].pager = self
	}
	programs[boot.Client].pager = programs[boot.Pager].id
	start(boot.Console, "so everybody prints through the kernel, and there is no prompt")
	paged := start(boot.Pager, "so nobody can supply a client's pages")
	if !present(boot.Client, "so there is nothing to run") {
		return false
	}
	programs[boot.Client].state = waiting
	return paged
}

// present reports whether there is a module for a program; if not it says so, and what follows from that.
func present(p boot.Program, consequence string) bool {
	if m := &modules.Program[p]; !m.Present {
		var t l4.Text
		task.Say(t.Str("there is no boot module ").Str(boot.Names[p]).Str(", ").Str(consequence))
		return false
	}
	return true
}

// start starts a program whose pages the root task supplies.
func start(which boot.Program, consequence string) bool {
	if !present(which, consequence) {
		return false
	}
	var t l4.Text
	m, p := &modules.Program[which], &programs[which]
	im, why := roottask.Headers(m, roottask.Reach, maxPages)
	if why != "" {
		task.Say(t.Str(boot.Names[which]).Byte(' ').Str(why).Str(", ").Str(consequence))
		return false
	}
	p.file.Start = m.Start
	p.Init(im, make([]uint32, im.Pages()))
	if !create(p) {
		return false
	}
	if e := l4.SendStart(p.id, im.Entry, 0); e != l4.OK {
		task.Say(t.Str(p.name).Str(" cannot be started: ").Str(e.Error()))
		kill(p)
		return false
	}
	return true
}

// create makes the space and the thread of p, which then waits for the start message of its pager.
func create(p *program) bool {
	err := l4.NewSpace(&l4.Space{
		ID: p.id, Pager: p.pager, Scheduler: self,
		KIPArea: l4.KIPAreaHere(), UTCBArea: l4.UTCBAreaHere(),
	})
	if err != l4.OK {
		var t l4.Text
		task.Say(t.Str("no space for ").Str(p.name).Str(": ").Str(err.Error()))
		p.state = dead
		return false
	}
	p.state = running
	return true
}

// kill ends p: its thread goes, and its space with it. What depends on it goes first.
func kill(p *program) {
	p.state = dead
	switch p {
	case &programs[boot.Console]:
		l4.SetConsole(l4.NilThread)
	case &programs[boot.Pager]:
		if c := &programs[boot.Client]; c.state == running {
			kill(c) // nobody supplies its pages any more
		}
	}
	if err := l4.DeleteThread(p.id); err != l4.OK {
		var t l4.Text
		task.Say(t.Str("cannot delete ").ID(p.id).Str(": ").Str(err.Error()))
	}
}
