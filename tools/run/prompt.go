package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"pecan/tools/run/qemu"
)

// consolePrompt is what the console shows when it waits for a line.
const consolePrompt = "pecan> "

// prompt boots and leaves the console to the user.
func prompt(o *options) error {
	dir, remove, err := folder()
	if err != nil {
		return err
	}
	defer remove()
	m, err := o.machine(dir)
	if err != nil {
		return err
	}
	return o.talk(m)
}

// cd boots an image from CD and leaves the console to the user.
func cd(o *options) error {
	image := o.image
	if image == "" {
		image = filepath.Join(o.build, "pecan.iso")
	}
	if _, err := os.Stat(image); err != nil {
		return err
	}
	m := &qemu.Machine{CDROM: image}
	if err := o.tune(m); err != nil {
		return err
	}
	return o.talk(m)
}

// talk connects the console with our standard input and output.
func (o *options) talk(m *qemu.Machine) error {
	log, err := filepath.Abs(o.log)
	if err != nil {
		return err
	}
	if terminal(os.Stdin) {
		status, err := m.Attach(log)
		if err != nil {
			return err
		}
		return outcome(status)
	}
	return o.script(m, log, os.Stdin)
}

// terminal reports whether somebody may be typing into f: a character device that is not the null device.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// script types the lines of input, each at a prompt of its own, and quit after the last. With nobody there to lose
// patience, it does not wait for a prompt for ever.
func (o *options) script(m *qemu.Machine, logName string, input io.Reader) error {
	log, err := os.Create(logName)
	if err != nil {
		return err
	}
	defer log.Close()
	w := &promptWatcher{ready: make(chan struct{}, 1)}
	p, err := m.Start(io.MultiWriter(os.Stdout, log, w))
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(input)
	for more := true; more; {
		select {
		case <-w.ready:
			if more = lines.Scan(); more {
				p.Send(lines.Text() + "\r")
			} else {
				p.Send("quit\r")
			}
		case <-p.Done():
			more = false
		case <-time.After(o.timeout):
			p.Kill()
			return fmt.Errorf("no prompt for %v; the serial log is in %s", o.timeout, logName)
		}
	}
	status, late := p.WaitFor(o.timeout)
	if late {
		return fmt.Errorf("no end %v after quit; the serial log is in %s", o.timeout, logName)
	}
	if text := p.Messages(); text != "" {
		os.Stderr.WriteString(text + "\n")
	}
	return outcome(status)
}

// promptWatcher tells when the console shows its prompt.
type promptWatcher struct {
	ready chan struct{}
	line  []byte // the line so far
}

// Write implements io.Writer. It never fails.
func (w *promptWatcher) Write(p []byte) (int, error) {
	for _, b := range p {
		if b == '\n' || b == '\r' {
			w.line = w.line[:0]
			continue
		}
		w.line = append(w.line, b)
		if bytes.Equal(w.line, []byte(consolePrompt)) {
			select {
			case w.ready <- struct{}{}:
			default:
			}
		}
	}
	return len(p), nil
}
