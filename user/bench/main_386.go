// Command bench is a root task that measures kernel operations in TSC ticks: instructions, when QEMU runs with
// -icount shift=0. It uses only the X.2 ABI, so that it measures other X.2 kernels as well. tools/bench boots it and knows what
// the figures mean; docs/PERFORMANCE.md has them.
//
// It prints
//
//	bench kernel VERSION
//	bench NAME VALUE
//	bench done
//
// with names of lower-case words, the values in decimal. A row whose set-up fails says
//
//	bench NAME fails: WHY
//
// On the command line only=PREFIX picks the groups whose names begin so; only=quick takes all but the limits, with crowds of a
// twentieth; only=beside takes what is quick while a small space exists. The group trace measures nothing: it runs operations
// between marks, for a debugger to step through (tools/trace), and runs only when it is asked for.
package main

import (
	"pecan/user/invocation"
	"pecan/user/l4"
)

// groups are what is measured, in this order.
var groups = []struct {
	name  string
	run   func()
	large bool // takes long, and much memory
}{
	{"ipc", shortIPC, false},
	{"ipcfail", failures, false},
	{"calls", calls, false},
	{"faults", faults, false},
	{"strings", strings, false},
	{"maps", maps, false},
	{"unmaps", unmaps, false},
	{"threads", threads, false},
	{"spaces", spaces, false},
	{"smalls", smalls, false},
	{"time", timers, false},
	{"interrupts", interrupts, false},
	{"scale_threads", func() { scale("threads", asleep(l4.Forever), 10000) }, true},
	{"scale_sleepers", func() { scale("sleepers", asleep(hour), 5000) }, true},
	{"scale_spaces", func() { scale("spaces", crowdSpaces, 1000) }, true},
	{"scale_ready", func() { scale("ready", readyBelow, 1000) }, true},
	{"limits", limits, true},
}

// prefix begins the names of all rows.
var prefix string

// quick says that crowds are to be small.
var quick bool

func main() {
	prefault()
	calibrate()
	invocation.ReadOptions()
	var t l4.Text
	l4.Println(t.Str("bench kernel ").Str(l4.Kernel().Version()).String())
	thePager = newPager()
	quick = invocation.Asked("quick")
	if invocation.Asked("beside") {
		besideSmall()
	}
	for _, g := range groups {
		if invocation.Selected(g.name) || quick && g.name != "limits" || len(prefix) > 0 && !g.large {
			g.run()
			removeHelpers()
		}
	}
	if invocation.Asked("trace") {
		trace()
	}
	l4.Println("bench done")
	invocation.Exit(true)
	for {
		l4.Sleep(l4.Never)
	}
}

func report(name string, value uint64) {
	var t l4.Text
	l4.Println(t.Str("bench ").Str(prefix).Str(name).Byte(' ').Dec(value).String())
}

// fails reports that a row cannot be measured.
func fails(name, why string, code uint32) {
	var t l4.Text
	l4.Println(t.Str("bench ").Str(prefix).Str(name).Str(" fails: ").Str(why).Byte(' ').Hex(code).String())
}
