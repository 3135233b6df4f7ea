// Run boots Pecan in QEMU.
//
//	run prompt [flags]    boot and talk to the console; Ctrl-A X or quit leaves
//	run smoke [flags]     boot, print the result lines, check them, exit
//	run conformance       boot the conformance program, which prints its table
//	run fork              boot the process server with a program that forks
//	run paging            boot the pager that evicts, with a client that needs more than there is
//	run iso -o FILE       write an image that boots from CD
//	run cd -image FILE    boot such an image and talk to the console
//	run debug [flags]     boot stopped, with gdb attached
//
// Exit status: 0 when all went well, 1 when not or when nothing could be started, 2 for wrong usage.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"time"

	"pecan/tools/run/qemu"
	"pecan/tools/run/stage"
)

// options are the flags, all of them understood by all modes. Numbers are read late, so that an empty one (an unset
// variable of make) means that the user does not say.
type options struct {
	build, kernel, file, limit, mem, icount string
	image, output, log                      string
	timeout                                 time.Duration
}

// mode is one way to run.
type mode struct {
	name string
	run  func(o *options) error
}

var modes = []mode{
	{"prompt", prompt},
	{"smoke", smoke},
	{"conformance", conformance},
	{"fork", fork},
	{"paging", paging},
	{"iso", iso},
	{"cd", cd},
	{"debug", debug},
}

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	for _, m := range modes {
		if m.name != os.Args[1] {
			continue
		}
		o := parse(m.name, os.Args[2:])
		// Ctrl-C goes to our children as well: QEMU ends, gdb stops its machine. We stay to clean up, or to wait.
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
		if err := m.run(o); err != nil {
			fmt.Fprintln(os.Stderr, m.name+":", err)
			os.Exit(1)
		}
		return
	}
	usage()
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: run prompt|smoke|conformance|fork|paging|iso|cd|debug [flags]; run smoke -help lists the flags")
	os.Exit(2)
}

func parse(name string, args []string) *options {
	o := &options{}
	f := flag.NewFlagSet("run "+name, flag.ExitOnError)
	f.StringVar(&o.build, "build", "build", "folder with the images")
	f.StringVar(&o.kernel, "kernel", "pecan.elf", "kernel in that folder")
	f.StringVar(&o.file, "file", "README.md", "file for the client to read")
	f.StringVar(&o.limit, "limit", "", "most pages that the pager keeps resident; with fork: page frames")
	f.StringVar(&o.mem, "mem", "", "memory of the machine in MiB (default 128, more for a large file)")
	f.StringVar(&o.icount, "icount", "", "1: one instruction takes one nanosecond, runs repeat exactly")
	f.StringVar(&o.image, "image", "", "CD image to boot (default BUILD/pecan.iso)")
	f.StringVar(&o.output, "o", "", "CD image to write (default BUILD/pecan.iso)")
	f.StringVar(&o.log, "log", "", "file for the serial log (default BUILD/MODE.log)")
	f.DurationVar(&o.timeout, "timeout", time.Minute, "how long a smoke run may take, and how long a prompt may stay away")
	f.Parse(args)
	if f.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "run %s: what is %q?\n", name, f.Arg(0))
		os.Exit(2)
	}
	if o.log == "" {
		o.log = filepath.Join(o.build, name+".log")
	}
	return o
}

// number reads a count from 1 to 2^30 that may be absent, which gives 0.
func number(name, text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1<<30 {
		return 0, fmt.Errorf("%s=%s is not a whole number from 1 to %d", name, text, 1<<30)
	}
	return n, nil
}

// boot describes the normal boot with the user's file.
func (o *options) boot(rootArgs ...string) (*stage.Boot, error) {
	file, err := stage.Open(o.file)
	if err != nil {
		return nil, err
	}
	limit, err := o.limitArgs()
	if err != nil {
		return nil, err
	}
	rootArgs = append(rootArgs, limit...)
	return &stage.Boot{
		Build:    o.build,
		Kernel:   o.kernel,
		RootArgs: rootArgs,
		Programs: stage.Programs,
		File:     &file,
	}, nil
}

// folder makes a temporary folder, and gives a function that removes it.
func folder() (string, func(), error) {
	dir, err := os.MkdirTemp("", "pecan-")
	return dir, func() { os.RemoveAll(dir) }, err
}

// machine stages the normal boot in dir.
func (o *options) machine(dir string, rootArgs ...string) (*qemu.Machine, error) {
	b, err := o.boot(rootArgs...)
	if err != nil {
		return nil, err
	}
	m, err := b.Machine(dir)
	if err != nil {
		return nil, err
	}
	return m, o.tune(m)
}

// tune applies what the user says about the machine.
func (o *options) tune(m *qemu.Machine) error {
	mem, err := number("MEM", o.mem)
	if err != nil {
		return err
	}
	if mem > 0 {
		m.Memory = mem
	}
	m.ICount = o.icount == "1"
	return nil
}

// outcome is nil for a good end of a run with a prompt: the user left, or said quit.
func outcome(status qemu.Status) error {
	if status == qemu.Success || status == qemu.Off {
		return nil
	}
	return errors.New(status.String())
}
