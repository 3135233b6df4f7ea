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
	options boot.Options
	modules boot.Modules
)

func main() {
	k := l4.Kernel()
	sigma0, self = k.Sigma0ID(), l4.MyGlobalID()
	l4.OnDeath = func() { powerOff(roottask.Failure) }
	var t l4.Text
	l4.KernelPrint("root: running on ")
	l4.KernelPrint(k.Version())
	l4.KernelPrint("\n")

	info, ok := roottask.ReadBootInfo()
	if !ok {
		say(t.Str("the boot loader left no boot information, so there are no programs to start"))
	}
	modules = info.Modules
	options = boot.ParseOptions(info.Line)
	if len(options.Unknown) > 0 {
		say(t.Reset().Str("option not understood: ").Chars(options.Unknown))
	}
	complete := startPrograms(k)
	if !complete {
		clientDone(roottask.Failure)
	}
	serve()
}

// say prints a sentence of the root task on the kernel's console.
func say(t *l4.Text) { roottask.Say("root", t) }
