// Process is a root task that serves processes: it loads a program from a boot module into a space of its own, and makes
// copies of processes at their request. Pages of a copy are shared until one side writes (docs/paging.md).
//
// It has one thread, which answers and never waits for a process. When the first process has ended, and all others, it
// prints what it did and switches the machine off.
package main

import (
	"pecan/user/frames"
	"pecan/user/image"
	"pecan/user/l4"
	"pecan/user/process/cow"
	"pecan/user/root/boot"
	"pecan/user/roottask"
)

// Page frames are mapped from framesBase on, one behind the other. Boot modules, which are seen at their physical addresses,
// must lie below.
const (
	framesBase = 0xA0000000
	framesEnd  = framesBase + cow.MaxFrames*l4.PageSize
)

// usualFrames is the size of the pool if the command line does not say.
const usualFrames = 1024

var (
	task    = roottask.Task{Name: "process"}
	file    roottask.ModuleFile // the program
	program image.Image
	low     uint32 // its first page
	need    uint32 // how many page frames a process may come to have
	pool    cow.Pool
	source  = frames.Source{Base: framesBase, End: framesEnd}
)

func main() {
	l4.OnDeath = func() { task.PowerOff(roottask.Failure) }
	info, ok := roottask.ReadBootInfo()
	if !ok {
		task.Refuse("the boot loader left no boot information, so there is no program to start", "")
	}
	task.Options = boot.ParseOptions(info.Line)
	if w := task.Options.Unknown; len(w) > 0 {
		var t l4.Text
		task.Say(t.Str("option not understood: ").Chars(w))
	}
	load(&info.Modules.Other)
	fillPool()
	p, why := create(nil)
	if why != l4.OK {
		task.Refuse("the program cannot be started: ", why.Error())
	}
	if err := l4.SendStart(p.id, program.Entry, 0); err != l4.OK {
		task.Refuse("the program cannot be started: ", err.Error())
	}
	l4.Serve(handle, l4.Milliseconds(lookInterval), look)
}

// load reads the program's headers.
func load(m *boot.Module) {
	if !m.Present {
		task.Refuse("there is no boot module with a program", "")
	}
	im, why := roottask.Headers(m, framesBase, cow.MaxPages)
	if why != "" {
		task.Refuse("the program ", why)
	}
	file.Start, program = m.Start, im
	low, _ = im.Bounds()
	for i := range im.Pages() {
		if page := im.Page(low + i*l4.PageSize); page.Exists && !(page.Direct && m.Start%l4.PageSize == 0) {
			need++
		}
	}
}

// fillPool takes the page frames from sigma0.
func fillPool() {
	want := task.Options.Limit
	if want == 0 {
		want = usualFrames
	}
	n := uint32(0)
	for n < min(want, cow.MaxFrames) {
		if page, _ := source.Frame(); page == nil {
			break
		}
		n++
	}
	if n < want {
		var t l4.Text
		task.Say(t.Dec(uint64(n)).Str(" page frames instead of ").Dec(uint64(want)))
	}
	pool.Init(n)
}
