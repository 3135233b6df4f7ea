//go:build !386

package kernel

import (
	"strings"
	"testing"

	"pecan/arch/ia32"
)

// parse gives a command line to the kernel; said is what it prints if it refuses.
func parse(line string) (said string) {
	powerOn(testMemory)
	at := ia32.BootBlock() + blockCmdline
	copy(ia32.Machine.Memory()[ia32.Phys(at):], line+"\x00")
	defer func() {
		if s, ok := recover().(ia32.Stopped); ok {
			said = s.Output
		}
	}()
	parseOptions(text(at))
	return
}

func TestCommandLine(t *testing.T) {
	for line, want := range map[string]bootOptions{
		"":                                  {},
		"pecan.elf":                         {},
		"  /boot/pecan.elf  ":               {},
		"kmem=4M":                           {kmem: 4 << 20},
		"pecan.elf kmem=0x100000 exit=0xF4": {kmem: 1 << 20, exitPort: 0xF4},
		"pecan.elf\tmaxmem=128M exit=244":   {maxmem: 128 << 20, exitPort: 244},
		"p kmem=64k maxmem=3G":              {kmem: 64 << 10, maxmem: 3 << 30},
		"p kmem=1M kmem=2M":                 {kmem: 2 << 20},
		"p kmem=4294967295":                 {kmem: 0xFFFFFFFF},
		"p console=com1 exit=65535":         {exitPort: 65535},
		"p maxmem=0XfFfFfFfF":               {maxmem: 0xFFFFFFFF},
	} {
		if said := parse(line); said != "" || options != want || console.off {
			t.Errorf("%q: %+v %q", line, options, said)
		}
	}
	if parse("p console=none"); !console.off {
		t.Error("console=none")
	}
}

func TestCommandLineRefused(t *testing.T) {
	for line, word := range map[string]string{
		"p frob":                            "frob",
		"p kmem=":                           "kmem=",
		"p kmem=0":                          "kmem=0",
		"p kmem=4G":                         "kmem=4G",
		"p kmem=4294967296":                 "kmem=4294967296",
		"p kmem=1MM":                        "kmem=1MM",
		"p kmem=M":                          "kmem=M",
		"p kmem=-1":                         "kmem=-1",
		"p kmem=0x":                         "kmem=0x",
		"p kmem=12a":                        "kmem=12a",
		"p exit=0x10000":                    "exit=0x10000",
		"p exit=4K":                         "exit=4K",
		"p console=com2":                    "console=com2",
		"p console=":                        "console=",
		"what=ever":                         "what=ever",
		"p KMEM=4M":                         "KMEM=4M",
		"p kmem=99999999999999999999999999": "kmem=99999999999999999999999999",
	} {
		if said := parse(line); !strings.Contains(said, "cannot use '"+word+"'") {
			t.Errorf("%q: %q", line, said)
		}
	}
}

func FuzzCommandLine(f *testing.F) {
	f.Add("pecan kmem=4M exit=0xF4 console=none")
	f.Fuzz(func(t *testing.T, line string) {
		if len(line) < 1000 {
			parse(line)
		}
	})
}
