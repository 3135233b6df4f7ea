package main

import (
	"errors"
	"strings"
	"testing"
)

// Every planted package does one forbidden thing; the message must name the function, where the source says it, and
// the reason.

func TestKernelRefusals(t *testing.T) {
	for _, c := range []struct{ dir, fn, why string }{
		{"newobject", "main.grab", whyNew},
		{"moved", "main.leak", whyNew},
		{"makeslice", "main.grab", whyMake},
		{"growslice", "main.add", whyAppend},
		{"concat", "main.join", whyConcat},
		{"convT", "main.box", whyInterface},
		{"closure", "main.count", whyClosure},
		{"methodvalue", "main.bind", whyNew},
		{"inlined", "pecan/tools/mk/testdata/helper.Push", whyAppend},
		{"maps", "package main", whyMap},
		{"assertion", "main.name", whyAssert},
		{"morestack", "main.main.func1", whyStack},
		{"eq", "type:.eq.[3]main.pair", whyStack},
		{"recursion", "main.step", "recurses: main.step -> main.step"},
		{"mutual", "main.even", "recurses: main.even -> main.odd -> main.even"},
		{"deep", "main.outer", "needs more than 1596 bytes of stack"},
		{"float", "main.scale", whyFloat},
		{"goroutine", "main.main", whyGo},
		{"deferred", "main.main", whyDefer},
		{"recovers", "main.main", whyRecover},
		{"channel", "main.send", whyChan},
		{"printing", "main.main", whyPrint},
		{"initfunc", "main.init", whyInit},
		{"dynamic", "the initialiser of main.sink", whyInit},
		{"imports", "package main", "imports errors"},
		{"nohook", "runtime.die", whyHook},
	} {
		t.Run(c.dir, func(t *testing.T) { refused(t, "kernel", c.dir, c.fn, c.why) })
	}
}

func TestUserRefusals(t *testing.T) {
	for _, c := range []struct{ dir, fn, why string }{
		{"goroutine", "main.main", whyGo},
		{"channel", "main.take", whyChan},
		{"selecting", "main.main", whyChan},
		{"recovers", "main.guard", whyRecover},
		{"printing", "main.main", whyPrint},
		{"imports", "package main", "imports fmt"},
		{"nohook", "runtime.exit", whyHook},
	} {
		t.Run(c.dir, func(t *testing.T) { refused(t, "user", c.dir, c.fn, c.why) })
	}
}

func refused(t *testing.T, flavour, dir, fn, why string) {
	_, err := mk(t, sharedTree, flavour, "tools/mk/testdata/"+flavour+"/"+dir)
	var r *refusal
	if !errors.As(err, &r) {
		t.Fatalf("not refused; error: %v", err)
	}
	for line := range strings.Lines(r.Error()) {
		at := strings.Index(line, fn)
		if at < 0 || !strings.Contains(line, why) {
			continue
		}
		// What has a line in the sources must be told with it.
		if strings.HasPrefix(fn, "main.") && fn != "main.outer" && !strings.Contains(line[:at], "main_386.go:") {
			t.Errorf("no position: %s", line)
		}
		return
	}
	t.Errorf("no line names %q and %q:\n%v", fn, why, r)
}

func TestKernelFaults(t *testing.T) {
	for dir, want := range map[string]string{
		"nokip": "0 times, it must be once",
		"big":   "the kernel does not end below 4 MiB",
	} {
		_, err := mk(t, sharedTree, "kernel", "tools/mk/testdata/kernel/"+dir)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", dir, err, want)
		}
	}
}
