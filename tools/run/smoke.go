package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"pecan/tools/run/qemu"
	"pecan/tools/run/report"
)

// smoke boots without a prompt, and passes judgement on what the machine printed.
func smoke(o *options) error {
	dir, remove, err := folder()
	if err != nil {
		return err
	}
	defer remove()
	m, err := o.machine(dir, "smoke")
	if err != nil {
		return err
	}
	log, err := os.Create(o.log)
	if err != nil {
		return err
	}
	defer log.Close()

	var lines qemu.Lines
	begin := time.Now()
	p, err := m.Start(io.MultiWriter(&lines, log, os.Stdout))
	if err != nil {
		return err
	}
	status, late := p.WaitFor(o.timeout)
	switch {
	case late:
		return fmt.Errorf("no end after %v; the serial log is in %s", o.timeout, o.log)
	case status != qemu.Success:
		if text := p.Messages(); text != "" {
			fmt.Fprintln(os.Stderr, text)
		}
		return fmt.Errorf("%v; the serial log is in %s", status, o.log)
	}
	if err := judge(o, lines.String()); err != nil {
		return fmt.Errorf("%w; the serial log is in %s", err, o.log)
	}
	fmt.Printf("smoke: all went well in %.1f s\n", time.Since(begin).Seconds())
	return nil
}

// judge compares the result lines with the file itself. Precondition: o.file and o.limit were found valid.
func judge(o *options, console string) error {
	run, err := report.Parse(console)
	if err != nil {
		return err
	}
	f, err := os.Open(o.file)
	if err != nil {
		return err
	}
	defer f.Close()
	want, err := report.Of(f)
	if err != nil {
		return err
	}
	limit, _ := strconv.ParseInt(o.limit, 10, 64)
	return run.Check(want, limit)
}
