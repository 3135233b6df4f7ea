// Swap is a root task that pages a client with less memory than the client has pages: it loads a program from a boot module into
// a space of its own, keeps a limited number of its pages in page frames, and the others on a RAM disk, another boot
// module. Which pages go it learns from the status bits that Unmap reports (docs/paging.md).
//
// It has one thread, which answers and never waits for the client. When the client has ended it prints what it did and
// switches the machine off.
package main

import (
	"pecan/user/image"
	"pecan/user/l4"
	"pecan/user/root/boot"
	"pecan/user/roottask"
	"pecan/user/swap/clock"
)

const (
	usualFrames = 64      // page frames, if the command line does not say
	leastFrames = 8       // one instruction may need the pages of two operands, the stack and itself, on boundaries
	mostPages   = 1 << 14 // from the first to the last page of the client
)

var (
	task    = roottask.Task{Name: "swap"}
	file    roottask.ModuleFile // the client's program
	program image.Image
	low     uint32 // its first page
	memory  clock.Memory
	client  l4.ThreadID
	crash   uint32 // where its thread goes after an exception (RootHello)
	same    roottask.Repetition
	faults  uint32
)

func main() {
	l4.OnDeath = func() { task.PowerOff(roottask.Failure) }
	info, ok := roottask.ReadBootInfo()
	if !ok {
		task.Refuse("the boot loader left no boot information, so there is no client to start", "")
	}
	task.Options = boot.ParseOptions(info.Line)
	load(&info.Modules.Other)
	if !info.Modules.Marked {
		task.Refuse("there is no RAM disk: no boot module is marked as data", "")
	}
	prepare(&info.Modules.File)
	start()
	l4.Serve(handle, l4.Milliseconds(lookInterval), look)
}

// load reads the headers of the client's program.
func load(m *boot.Module) {
	if !m.Present {
		task.Refuse("there is no boot module with a client", "")
	}
	im, why := roottask.Headers(m, framesBase, mostPages)
	if why != "" {
		task.Refuse("the client ", why)
	}
	file.Start, program = m.Start, im
	low, _ = im.Bounds()
}

// prepare gets the page frames, and looks at the RAM disk in module m.
func prepare(m *boot.Module) {
	frames := task.Options.Limit
	if frames == 0 {
		frames = usualFrames
	}
	var t l4.Text
	if frames < leastFrames {
		task.Say(t.Str("limit=").Dec(uint64(frames)).Str(" is too small: an instruction may need ").Dec(leastFrames).Str(" pages at once"))
		task.PowerOff(roottask.Failure)
	}
	if got := takeFrames(frames); got < frames {
		task.Say(t.Str("only ").Dec(uint64(got)).Str(" page frames are free, limit=").Dec(uint64(frames)).Str(" are wanted"))
		task.PowerOff(roottask.Failure)
	}
	blocks, need := openDisk(m), writable()
	if blocks < need {
		task.Say(t.Str("the RAM disk has ").Dec(uint64(blocks)).Str(" pages, the client may write ").Dec(uint64(need)))
		task.PowerOff(roottask.Failure)
	}
	memory.Init(machine{}, program.Pages(), frames, blocks)
}

// writable is the number of pages that the client may write.
func writable() (n uint32) {
	for i := range program.Pages() {
		if page := program.Page(low + i*l4.PageSize); page.Writable {
			n++
		}
	}
	return n
}

// start makes the client's space and thread, and lets it run.
func start() {
	client = l4.Global(l4.Kernel().UserBase()+3, 1)
	err := l4.NewSpace(&l4.Space{
		ID: client, Pager: l4.MyGlobalID(), Scheduler: l4.MyGlobalID(),
		KIPArea: l4.KIPAreaHere(), UTCBArea: l4.UTCBAreaHere(),
	})
	if err != l4.OK {
		task.Refuse("no space for the client: ", err.Error())
	}
	if err := l4.SendStart(client, program.Entry, 0); err != l4.OK {
		task.Refuse("the client cannot be started: ", err.Error())
	}
}

// finish prints the figures and ends the machine.
func finish(status uint32) {
	f := figures()
	var t l4.Text
	t.Dec(uint64(f.Frames)).Str(" page frames, ").Dec(uint64(f.Faults)).Str(" page faults, ")
	task.Say(t.Dec(uint64(f.Fresh)).Str(" pages fresh, ").Dec(uint64(f.Loads)).Str(" from the RAM disk"))
	t.Reset().Dec(uint64(f.Evictions)).Str(" evictions, ").Dec(uint64(f.WriteBacks)).Str(" write-backs, ")
	task.Say(t.Dec(uint64(f.Evictions - f.WriteBacks)).Str(" pages dropped, ").Dec(uint64(f.Spared)).Str(" spared by the clock"))
	task.PowerOff(status)
}
