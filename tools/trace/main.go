// Command trace counts what the kernel executes: it boots an image in QEMU, one instruction at a time, and reads
// the execution log as it is written. It reports
//
//   - the instructions from the kernel's entry point to the first user instruction, and
//   - what the programs print (user/bench: its figures), and
//   - for every way from a sysenter, an interrupt of a line, or one of the timer, to the next exit to user level or HLT that
//     occurs often: instructions, memory reads and writes (each operand, push, pop, call and return counts one), and the
//     functions they are spent in.
//
// Usage: trace [-kernel FILE] [-append WORDS] [-top N] SIGMA0 ROOT...
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
	words := flag.String("append", "", "further `words` of the kernel's command line, such as noapic")
	top := flag.Int("top", 4, "report the `n` most frequent paths of each kind")
	flag.Parse()
	if flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "trace: name the sigma0 and root task images")
		os.Exit(2)
	}
	if err := run(*kernel, *words, flag.Args(), *top); err != nil {
		fmt.Fprintln(os.Stderr, "trace:", err)
		os.Exit(1)
	}
}

func run(kernel, words string, modules []string, top int) error {
	code, err := load(kernel)
	if err != nil {
		return err
	}
	cmd := exec.Command("qemu-system-i386", "-kernel", kernel, "-append", "exit=0xf4 "+words, "-initrd", strings.Join(modules, ","),
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
	paths := follow(log, code)
	cmd.Wait()
	paths.print(os.Stdout, code, top)
	return nil
}

// follow reads the execution log to its end.
func follow(log io.Reader, code *image) *paths {
	p := &paths{seen: map[string]*path{}}
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if pc, ok := counter(lines.Text()); ok {
			p.step(pc, code)
		}
	}
	return p
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
