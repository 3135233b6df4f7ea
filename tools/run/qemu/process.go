package qemu

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is a running machine.
type Process struct {
	cmd      *exec.Cmd
	input    io.WriteCloser // the guest's serial input
	monitor  *os.File
	messages bytes.Buffer // what QEMU itself complains about
	done     chan struct{}
	status   Status
	kill     sync.Once
}

// Start boots the machine. Everything that the guest sends on its serial line is written to serial, from one goroutine.
// The error says that QEMU could not be started at all; wrong arguments show in Wait.
func (m *Machine) Start(serial io.Writer) (*Process, error) {
	p := &Process{done: make(chan struct{})}
	args := append(m.args(), "-serial", "stdio")
	if m.Monitor {
		ours, theirs, err := socketPair()
		if err != nil {
			return nil, err
		}
		defer theirs.Close()
		p.monitor = ours
		// ExtraFiles begin at descriptor 3 in the child.
		args = append(args, "-chardev", "socket,id=monitor,fd=3", "-mon", "monitor")
		p.cmd = command(m, args)
		p.cmd.ExtraFiles = []*os.File{theirs}
		go io.Copy(io.Discard, ours) // its replies; unread, they would block QEMU
	} else {
		p.cmd = command(m, append(args, "-monitor", "none"))
	}
	p.cmd.Stdout = serial
	p.cmd.Stderr = &p.messages
	input, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	p.input = input
	if err := p.cmd.Start(); err != nil {
		return nil, missing(err)
	}
	go p.reap()
	return p, nil
}

// Attach boots the machine with its serial line on our own terminal, multiplexed with QEMU's monitor: Ctrl-A X
// leaves, Ctrl-A C switches. A copy of the output goes to the file log.
func (m *Machine) Attach(log string) (Status, error) {
	args := append(m.args(),
		"-chardev", "stdio,id=console,mux=on,signal=off,logfile="+strings.ReplaceAll(log, ",", ",,"),
		"-serial", "chardev:console", "-mon", "console")
	cmd := command(m, args)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return exitStatus(cmd, missing(cmd.Run()))
}

// Pipe returns a command line that boots the machine stopped, for gdb's "target remote | ...": the remote protocol is on
// its standard input and output, the guest's serial line goes to the file log.
func (m *Machine) Pipe(log string) []string {
	args := append([]string{Program}, m.args()...)
	return append(args, "-monitor", "none", "-S", "-gdb", "stdio",
		"-serial", "file:"+strings.ReplaceAll(log, ",", ",,"))
}

func command(m *Machine, args []string) *exec.Cmd {
	cmd := exec.Command(Program, args...)
	cmd.Dir = m.Dir
	// A runner that is killed takes its machine with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

func missing(err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s is not installed: run tools/deps", Program)
	}
	return err
}

func socketPair() (ours, theirs *os.File, err error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "monitor"), os.NewFile(uintptr(fds[1]), "monitor"), nil
}

func (p *Process) reap() {
	p.status, _ = exitStatus(p.cmd, p.cmd.Wait())
	if p.monitor != nil {
		p.monitor.Close()
	}
	close(p.done)
}

// exitStatus turns the result of waiting for QEMU into its status. The error is left only when there is no status.
func exitStatus(cmd *exec.Cmd, err error) (Status, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return Off, nil
	case !errors.As(err, &exit):
		return Killed, err
	case !exit.Exited():
		return Killed, nil
	}
	return Status(exit.ExitCode()), nil
}

// Send types text on the guest's serial line.
func (p *Process) Send(text string) error {
	_, err := io.WriteString(p.input, text)
	return err
}

// Monitor gives QEMU a command of its monitor, e.g. "nmi".
// Precondition: Machine.Monitor was set.
func (p *Process) Monitor(line string) error {
	_, err := io.WriteString(p.monitor, line+"\n")
	return err
}

// Kill ends the machine; Wait returns Killed.
func (p *Process) Kill() {
	p.kill.Do(func() { p.cmd.Process.Kill() })
}

// Done is closed when the machine has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits for the end of the machine. All serial output has been written by then.
func (p *Process) Wait() Status {
	<-p.done
	return p.status
}

// Messages is what QEMU itself had to say, e.g. about wrong arguments. Precondition: the machine has ended.
func (p *Process) Messages() string { return strings.TrimSpace(p.messages.String()) }

// WaitFor waits for the end of the machine, and kills it after the time. It reports whether that was necessary.
func (p *Process) WaitFor(limit time.Duration) (status Status, late bool) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
		p.Kill()
		late = true
	}
	return p.Wait(), late
}
