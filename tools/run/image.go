package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"pecan/tools/run/qemu"
	"pecan/tools/run/stage"
)

// conformance boots the conformance program as root task. It prints the table of clauses itself and says in its
// status whether all went well.
func conformance(o *options) error {
	return o.judged(&stage.Boot{Root: "conformance.elf"})
}

// fork boots the process server with a program that forks (docs/paging.md).
func fork(o *options) error {
	args, err := o.limitArgs()
	if err != nil {
		return err
	}
	return o.judged(&stage.Boot{Root: "process.elf", RootArgs: args, Programs: []string{"family"}})
}

// diskSize is the length in bytes of the RAM disk that paging makes.
const diskSize = 4 << 20

// paging boots the pager that evicts, with a client that needs more memory than there is, and an empty RAM disk.
func paging(o *options) error {
	args, err := o.limitArgs()
	if err != nil {
		return err
	}
	dir, remove, err := folder()
	if err != nil {
		return err
	}
	defer remove()
	disk := filepath.Join(dir, "ramdisk")
	if err := os.WriteFile(disk, make([]byte, diskSize), 0o644); err != nil {
		return err
	}
	file, err := stage.Open(disk)
	if err != nil {
		return err
	}
	return o.judged(&stage.Boot{Root: "swap.elf", RootArgs: args, Programs: []string{"sweep"}, File: &file})
}

// limitArgs is the root task's argument for the limit, if the user says one.
func (o *options) limitArgs() ([]string, error) {
	limit, err := number("LIMIT", o.limit)
	if err != nil || limit == 0 {
		return nil, err
	}
	return []string{"limit=" + strconv.Itoa(limit)}, nil
}

// judged boots a root task that prints what it finds and ends the machine. Its status says whether all went well.
func (o *options) judged(b *stage.Boot) error {
	dir, remove, err := folder()
	if err != nil {
		return err
	}
	defer remove()
	b.Build, b.Kernel = o.build, o.kernel
	m, err := b.Machine(dir)
	if err != nil {
		return err
	}
	if err := o.tune(m); err != nil {
		return err
	}
	m.ICount = true // cases that measure time must not see how busy the host is
	log, err := os.Create(o.log)
	if err != nil {
		return err
	}
	defer log.Close()

	p, err := m.Start(io.MultiWriter(log, os.Stdout))
	if err != nil {
		return err
	}
	status, late := p.WaitFor(o.timeout)
	switch {
	case late:
		return fmt.Errorf("no end after %v; the serial log is in %s", o.timeout.Round(time.Second), o.log)
	case status != qemu.Success:
		if text := p.Messages(); text != "" {
			fmt.Fprintln(os.Stderr, text)
		}
		return fmt.Errorf("%v; the serial log is in %s", status, o.log)
	}
	return nil
}
