// Root is the root task of Pecan. It starts the programs that the boot loader left in memory, each in a space of its own:
// the console server and the pager, whose pages it supplies itself, and the client, whose pages the pager supplies. Then it
// serves them: it maps, associates interrupts, takes note of who is done or dead, and ends the machine.
//
// Its first thread must never wait for one of its programs: it is their pager, and they may be waiting for it. So
// it answers requests and sends none, and what it has to say it prints on the kernel's console.
package main

import (
	"pecan/user/l4"
	"pecan/user/root/boot"
	"pecan/user/roottask"
)

var (
	sigma0  l4.ThreadID
	self    l4.ThreadID // of the first thread
	task    = roottask.Task{Name: "root"}
	modules boot.Modules
)

func main() {
	k := l4.Kernel()
	sigma0, self = k.Sigma0ID(), l4.MyGlobalID()
	l4.OnDeath = func() { task.PowerOff(roottask.Failure) }
	var t l4.Text
	l4.KernelPrint("root: running on ")
	l4.KernelPrint(k.Version())
	l4.KernelPrint("\n")

	info, ok := roottask.ReadBootInfo()
	if !ok {
		task.Say(t.Str("the boot loader left no boot information, so there are no programs to start"))
	}
	modules = info.Modules
	task.Options = boot.ParseOptions(info.Line)
	if len(task.Options.Unknown) > 0 {
		task.Say(t.Reset().Str("option not understood: ").Chars(task.Options.Unknown))
	}
	complete := startPrograms(k)
	if !complete {
		clientDone(roottask.Failure)
	}
	l4.Serve(handle, l4.Never, nil)
}
