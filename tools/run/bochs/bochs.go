// Package bochs boots ISO images in Bochs, which, unlike QEMU's own code generator, checks segment limits.
package bochs

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	program = "bochs"
	bios    = "/usr/share/bochs/BIOS-bochs-latest"
	vgaBIOS = "/usr/share/bochs/VGABIOS-lgpl-latest"
)

// Missing says what is not installed, or nothing.
func Missing() string {
	if _, err := exec.LookPath(program); err != nil {
		return "Bochs is not installed (tools/deps bochs installs it)"
	}
	for _, file := range []string{bios, vgaBIOS} {
		if _, err := os.Stat(file); err != nil {
			return file + " is missing (tools/deps bochs installs it)"
		}
	}
	return ""
}

// config is for a machine of 128 MiB without a screen that boots from a CD; its serial line goes to a file. At ips instructions
// a second of its own time a kernel with checks gets somewhere in a timeslice.
const config = `display_library: rfb, options="timeout=0"
megs: 128
cpu: count=1, ips=100000000
romimage: file=%s
vgaromimage: file=%s
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path=%s, status=inserted
boot: cdrom
com1: enabled=true, mode=file, dev=%s
clock: sync=none, time0=utc
log: %s
panic: action=fatal
`

// Run boots the image until a line on the serial line begins with end, the machine ends, or the time is over; everything
// on the serial line is written to serial. It works in the folder dir. The error says why the end did not come.
func Run(dir, image, end string, limit time.Duration, serial io.Writer) error {
	out, log := filepath.Join(dir, "serial"), filepath.Join(dir, "log")
	rc, commands := filepath.Join(dir, "bochsrc"), filepath.Join(dir, "commands")
	if err := os.WriteFile(rc, fmt.Appendf(nil, config, bios, vgaBIOS, image, out, log), 0o644); err != nil {
		return err
	}
	// Debian's Bochs has its debugger built in, which waits to be told to go on.
	if err := os.WriteFile(commands, []byte("c\n"), 0o644); err != nil {
		return err
	}
	cmd := exec.Command(program, "-q", "-f", rc, "-rc", commands)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	defer func() {
		cmd.Process.Kill()
		<-ended
	}()
	var all []byte
	for late := time.Now().Add(limit); ; {
		text, err := os.ReadFile(out)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		if _, err := serial.Write(text[len(all):]); err != nil {
			return err
		}
		all = text
		if hasLine(string(all), end) {
			return nil
		}
		select {
		case err := <-ended:
			ended <- err
			return fmt.Errorf("the machine ended: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(late) {
			return fmt.Errorf("no line %q after %v", end, limit)
		}
	}
}

// hasLine reports whether a complete line begins with start.
func hasLine(text, start string) bool {
	i := strings.Index("\n"+text, "\n"+start)
	return i >= 0 && strings.Contains(text[i:], "\n")
}
