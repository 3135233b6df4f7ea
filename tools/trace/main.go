// Command trace counts what the kernel executes: it boots an image in QEMU, one instruction at a time, and reads
// the execution log as it is written. It reports
//
//   - the instructions from the kernel's entry point to the first user instruction, and
//   - what the programs print (user/bench: its figures), and
//   - for every way from a sysenter to the next exit to user level that occurs often: instructions, memory reads
//     and writes (each operand, push, pop, call and return counts one), and the functions they are spent in;
//   - with -off instead of the ways the longest time with interrupts off, and where it is spent.
//
// Usage: trace [-kernel FILE] [-top N | -off] SIGMA0 ROOT...
//
// ROOT may have arguments behind a space, as QEMU's -initrd takes them.
//
// The log covers the kernel's text only, so user programs cost nothing. A run takes some ten seconds.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

func main() {
	kernel := flag.String("kernel", "build/pecan.elf", "kernel `file`")
	top := flag.Int("top", 4, "report the `n` most frequent paths")
	off := flag.Bool("off", false, "report the longest time with interrupts off instead, for all programs named")
	flag.Parse()
	if flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "trace: name the sigma0 and root task images")
		os.Exit(2)
	}
	if err := run(*kernel, flag.Args(), *top, *off); err != nil {
		fmt.Fprintln(os.Stderr, "trace:", err)
		os.Exit(1)
	}
}

func run(kernel string, modules []string, top int, off bool) error {
	code, err := load(kernel)
	if err != nil {
		return err
	}
	cmd := exec.Command("qemu-system-i386", "-kernel", kernel, "-append", "exit=0xf4", "-initrd", strings.Join(modules, ","),
		"-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot", "-m", "128",
		"-device", "isa-debug-exit,iobase=0xf4", "-icount", "shift=0,sleep=off", "-rtc", "base=2020-01-01,clock=vm",
		"-singlestep", "-d", "exec,nochain", "-dfilter",
		fmt.Sprintf("0x%x+0x%x,0x%x+0x%x", code.textStart, code.textEnd-code.textStart, code.bootStart, code.bootEnd-code.bootStart))
	cmd.Stdout = os.Stdout // what the programs print
	log, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%w: apt-get install qemu-system-x86", err)
	}
	paths, stretches := &paths{seen: map[string]*path{}}, &stretches{}
	if off {
		follow(log, func(pc uint32) { stretches.step(pc, code) })
		stretches.print(os.Stdout, code)
	} else {
		follow(log, func(pc uint32) { paths.step(pc, code) })
		paths.print(os.Stdout, code, top)
	}
	cmd.Wait() // its status is what the programs say about themselves
	return nil
}

// follow reads the execution log to its end.
func follow(log io.Reader, step func(pc uint32)) {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if pc, ok := counter(lines.Text()); ok {
			step(pc)
		}
	}
}

// counter returns the instruction pointer of a log line "Trace n: host [base/pc/flags/...]".
func counter(line string) (uint32, bool) {
	if !strings.HasPrefix(line, "Trace ") {
		return 0, false
	}
	_, rest, ok := strings.Cut(line, "[")
	if !ok {
		return 0, false
	}
	fields := strings.SplitN(rest, "/", 3)
	if len(fields) < 3 {
		return 0, false
	}
	pc, err := strconv.ParseUint(fields[1], 16, 32)
	return uint32(pc), err == nil
}
