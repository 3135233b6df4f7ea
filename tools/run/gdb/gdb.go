// Package gdb attaches the GNU debugger to a machine in QEMU, with the Go symbols of the kernel.
package gdb

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"pecan/tools/run/qemu"
)

// Command is gdb connected with the stopped machine m through a pipe, so no port is taken and the machine ends with
// gdb. The kernel's symbols come from the ELF file kernel; the guest's serial line goes to the file log.
// More arguments for gdb may follow. A script in m.Dir is left behind.
func Command(m *qemu.Machine, kernel, log string, more ...string) (*exec.Cmd, error) {
	if _, err := exec.LookPath("gdb"); err != nil {
		return nil, errors.New("gdb is not installed: run tools/deps")
	}
	dir, err := filepath.Abs(m.Dir)
	if err != nil {
		return nil, err
	}
	// A script, because gdb gives the command to a shell, and file names may hold anything.
	start := filepath.Join(dir, "start")
	var s strings.Builder
	s.WriteString("#!/bin/sh\ncd " + quote(dir) + " && exec")
	for _, a := range m.Pipe(log) {
		s.WriteString(" " + quote(a))
	}
	if err := os.WriteFile(start, []byte(s.String()+"\n"), 0o755); err != nil {
		return nil, err
	}
	args := []string{
		"-q", kernel,
		"-ex", "set confirm off",
		"-ex", "target remote | exec " + quote(start),
	}
	return exec.Command("gdb", append(args, more...)...), nil
}

// quote makes one word of s for a shell.
func quote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
