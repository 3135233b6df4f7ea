// Package step runs a machine in QEMU one instruction at a time and notes what each one executes, reads and writes. It speaks
// the remote protocol of gdb with QEMU; interrupts do not come while it steps.
package step

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"

	"pecan/tools/run/qemu"
)

// Remote is a stopped machine.
type Remote struct {
	cmd *exec.Cmd
	in  *bufio.Reader
	out io.WriteCloser

	messages bytes.Buffer // what QEMU itself complains about
}

// Start boots the machine, stopped before its first instruction. What it prints goes to the file log.
func Start(m *qemu.Machine, log string) (*Remote, error) {
	args := m.Pipe(log)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = m.Dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	r := &Remote{cmd: cmd}
	cmd.Stderr = &r.messages
	out, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	in, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, fmt.Errorf("%s is not installed: run tools/deps", qemu.Program)
		}
		return nil, err
	}
	r.in, r.out = bufio.NewReader(in), out
	return r, nil
}

// Close ends the machine.
func (r *Remote) Close() {
	r.cmd.Process.Kill()
	r.cmd.Wait()
}

// ask sends a command and returns the answer.
func (r *Remote) ask(command string) (string, error) {
	sum := byte(0)
	for i := range len(command) {
		sum += command[i]
	}
	if _, err := fmt.Fprintf(r.out, "$%s#%02x", command, sum); err != nil {
		return "", err
	}
	answer, err := r.packet()
	if err == nil && len(answer) == 3 && answer[0] == 'E' {
		return "", fmt.Errorf("QEMU refuses %q: %s", command, answer)
	}
	return answer, err
}

// packet reads an answer and acknowledges it.
func (r *Remote) packet() (string, error) {
	if _, err := r.in.ReadString('$'); err != nil {
		r.Close()
		return "", fmt.Errorf("the machine has ended: %w\n%s", err, &r.messages)
	}
	text, err := r.in.ReadString('#')
	if err != nil {
		return "", err
	}
	if _, err := io.ReadFull(r.in, make([]byte, 2)); err != nil {
		return "", err
	}
	_, err = io.WriteString(r.out, "+")
	return text[:len(text)-1], err
}

// Registers are those of the processor, by their numbers in the encoding of instructions.
type Registers struct {
	General [8]uint32 // EAX ECX EDX EBX ESP EBP ESI EDI
	EIP     uint32
	Flags   uint32
	CS      uint32
	GSBase  uint32
	CR3     uint32
}

// Places of registers in the answer to g, in bytes (QEMU's order for i386).
const (
	atEIP    = 8 * 4
	atFlags  = 9 * 4
	atCS     = 10 * 4
	atFloat  = 16 * 4
	atXMM    = atFloat + 8*10 + 8*4
	atMXCSR  = atXMM + 8*16
	atGSBase = atMXCSR + 4 + 4
	atCR3    = atGSBase + 4*4
)

// Registers reads them.
func (r *Remote) Registers() (g Registers, err error) {
	text, err := r.ask("g")
	if err != nil {
		return g, err
	}
	b, err := hex.DecodeString(text)
	if err != nil || len(b) < atCR3+4 {
		return g, fmt.Errorf("%d bytes of registers, expected %d: another QEMU?", len(b), atCR3+4)
	}
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	for i := range g.General {
		g.General[i] = word(4 * i)
	}
	g.EIP, g.Flags, g.CS, g.GSBase, g.CR3 = word(atEIP), word(atFlags), word(atCS), word(atGSBase), word(atCR3)
	return g, nil
}

// Memory reads n bytes as the processor sees them now.
func (r *Remote) Memory(addr uint32, n int) ([]byte, error) {
	text, err := r.ask(fmt.Sprintf("m%x,%x", addr, n))
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(text)
}

// write changes memory, read-only pages too.
func (r *Remote) write(addr uint32, b []byte) error {
	_, err := r.ask(fmt.Sprintf("M%x,%x:%x", addr, len(b), b))
	return err
}

// RunTo lets the machine run until it is about to execute the instruction at addr, in whatever space.
func (r *Remote) RunTo(addr uint32) error {
	if _, err := r.ask(fmt.Sprintf("Z1,%x,1", addr)); err != nil {
		return err
	}
	stop, err := r.ask("c")
	if err != nil {
		return err
	}
	if !strings.HasPrefix(stop, "T05") && stop != "S05" {
		return fmt.Errorf("the machine stopped with %q", stop)
	}
	_, err = r.ask(fmt.Sprintf("z1,%x,1", addr))
	return err
}

// Step executes one instruction.
func (r *Remote) Step() error {
	_, err := r.ask("s")
	return err
}

// Ticks is the time-stamp counter, which reading advances by one instruction. The machine executes RDTSC in place of what it is
// about to execute.
func (r *Remote) Ticks() (uint64, error) {
	g, err := r.Registers()
	if err != nil {
		return 0, err
	}
	all, err := r.ask("g")
	if err != nil {
		return 0, err
	}
	old, err := r.Memory(g.EIP, 2)
	if err != nil {
		return 0, err
	}
	var now Registers
	for _, do := range []func() error{
		func() error { return r.write(g.EIP, []byte{0x0F, 0x31}) },
		r.Step,
		func() error { now, err = r.Registers(); return err },
		func() error { return r.write(g.EIP, old) },
		func() error { _, err := r.ask("G" + all); return err },
	} {
		if err := do(); err != nil {
			return 0, err
		}
	}
	return uint64(now.General[2])<<32 | uint64(now.General[0]), nil
}
