package tests

import (
	"strings"
	"testing"
	"time"

	"pecan/tests/harness"
	"pecan/tools/run/qemu"
	"pecan/tools/run/stage"
)

// atPrompt boots the normal system up to its prompt.
func atPrompt(t *testing.T, tweak func(m *qemu.Machine)) (*qemu.Process, *qemu.Lines) {
	t.Helper()
	file, err := stage.Open("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	m := harness.Machine(t, stage.Boot{Programs: stage.Programs, File: &file})
	if tweak != nil {
		tweak(m)
	}
	var lines qemu.Lines
	p := harness.Start(t, m, &lines)
	select {
	case <-lines.Seen("pecan> "):
	case <-p.Done():
		t.Fatalf("the machine ended: %v\n%s", p.Wait(), lines.String())
	case <-time.After(bootTime):
		t.Fatalf("no prompt; the serial log:\n%s", lines.String())
	}
	return p, &lines
}

// end waits for the end of the machine.
func end(t *testing.T, p *qemu.Process, lines *qemu.Lines) harness.Console {
	t.Helper()
	status, late := p.WaitFor(bootTime)
	if late {
		t.Fatalf("the machine goes on; the serial log:\n%s", lines.String())
	}
	return harness.Console{Text: lines.String(), Status: status}
}

func TestQuit(t *testing.T) {
	t.Parallel()
	p, lines := atPrompt(t, nil)
	p.Send("what is this\rquit\r")
	end(t, p, lines).WantStatus(t, qemu.Success)
}

// TestPowerOff has no exit device to end the machine with.
func TestPowerOff(t *testing.T) {
	t.Parallel()
	p, lines := atPrompt(t, func(m *qemu.Machine) {
		for i := range m.Modules {
			m.Modules[i].Args = strings.Replace(m.Modules[i].Args, "exit=0xf4", "", 1)
		}
	})
	p.Send("quit\r")
	end(t, p, lines).WantStatus(t, qemu.Off)
}

// TestFatal raises what comes from outside and cannot be survived. The policy is to say what was interrupted, and to stop.
func TestFatal(t *testing.T) {
	for name, c := range map[string]struct{ cpu, command, want string }{
		"NMI": {"", "nmi", "PANIC: non-maskable interrupt"},
		// An uncorrected error in bank 1, on a processor that knows machine checks.
		"machine check": {"pentium3", "mce 0 1 0xb200000000000000 5 0 0", "PANIC: machine check"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, lines := atPrompt(t, func(m *qemu.Machine) { m.Monitor, m.CPU = true, c.cpu })
			if err := p.Monitor(c.command); err != nil {
				t.Fatal(err)
			}
			console := end(t, p, lines)
			console.WantStatus(t, qemu.Panic)
			if !strings.Contains(console.Text, c.want) {
				t.Error(console.Text)
			}
		})
	}
}

// TestReboot: the machine begins again. QEMU, told not to reboot, ends instead.
func TestReboot(t *testing.T) {
	t.Parallel()
	p, lines := atPrompt(t, nil)
	p.Send("reboot\r")
	end(t, p, lines).WantStatus(t, qemu.Off)
}
