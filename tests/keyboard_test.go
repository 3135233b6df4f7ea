package tests

import (
	"strings"
	"testing"
	"time"

	"pecan/tools/run/qemu"
)

// press types keys on the PS/2 keyboard and waits for what the console echoes.
func press(t *testing.T, p *qemu.Process, lines *qemu.Lines, keys, echo string) {
	t.Helper()
	for key := range strings.FieldsSeq(keys) {
		if err := p.Monitor("sendkey " + key + " 20"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(60 * time.Millisecond) // QEMU holds it for 20; its controller's buffer is small
	}
	select {
	case <-lines.Seen(echo):
	case <-p.Done():
		t.Fatalf("the machine ended; the serial log:\n%s", lines.String())
	case <-time.After(bootTime):
		t.Fatalf("%s: no %q; the serial log:\n%s", keys, echo, lines.String())
	}
}

// TestKeyboard types at the prompt with the PS/2 keyboard, with both kinds of interrupt controllers.
func TestKeyboard(t *testing.T) {
	for name, args := range map[string]string{"APIC": "", "8259": " noapic"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, lines := atPrompt(t, func(m *qemu.Machine) {
				m.Monitor = true
				m.Append += args
			})
			press(t, p, lines, "h shift-i 4 shift-4 caps_lock b shift-b caps_lock kp_7 spc", "pecan> hI4$Bb7 ")
			press(t, p, lines, "ret", "no such command: hI4$Bb7;")
			p.Send("from the ")
			press(t, p, lines, "left l i n x backspace e", "from the linx\b \be")
			press(t, p, lines, "ctrl-u p s ret", "console: running")
			press(t, p, lines, "q u i t", "pecan> quit")
			if err := p.Monitor("sendkey ret"); err != nil {
				t.Fatal(err)
			}
			end(t, p, lines).WantStatus(t, qemu.Success)
		})
	}
}
