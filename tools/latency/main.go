// Command latency finds the longest time that the kernel runs with interrupts off: it boots an image in QEMU, one instruction
// at a time, reads the execution log as it is written, and prints how long that was and in which functions.
//
// Usage: latency [-kernel FILE] SIGMA0 ROOT...
//
// ROOT may have arguments behind a space, as QEMU's -initrd takes them. The log covers the kernel's text only, so user
// programs cost little. The debug kernel measures the same without a log, less exactly (kernel/debug_on.go).
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

func main() {
	kernel := flag.String("kernel", "build/pecan.elf", "kernel `file`")
	flag.Parse()
	if flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "latency: name the sigma0 and root task images")
		os.Exit(2)
	}
	if err := run(*kernel, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "latency:", err)
		os.Exit(1)
	}
}

func run(kernel string, modules []string) error {
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
	s := &stretches{}
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		if pc, ok := counter(lines.Text()); ok {
			s.step(pc, code)
		}
	}
	s.print(os.Stdout, code)
	cmd.Wait() // its status is what the programs say about themselves
	return nil
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
