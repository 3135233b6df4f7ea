package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"pecan/tools/run/qemu"
	"pecan/tools/run/stage"
)

// conformance boots the conformance program as root task. It prints the table of clauses itself and says in its
// status whether all went well.
func conformance(o *options) error {
	dir, remove, err := folder()
	if err != nil {
		return err
	}
	defer remove()
	b := &stage.Boot{Build: o.build, Kernel: o.kernel, Root: "conformance.elf"}
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
