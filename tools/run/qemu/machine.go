// Package qemu starts PC machines in QEMU, reads their serial line, and tells how they ended.
//
// It knows nothing about Pecan but the exit statuses; what is booted is the caller's business.
package qemu

import (
	"strconv"
	"strings"
)

// Program is the emulator that is started.
const Program = "qemu-system-i386"

// ExitPort is where the device sits through which a guest ends QEMU with a status of its choice.
const ExitPort = 0xf4

// Machine describes one PC. The zero value is a machine of 128 MiB that has nothing to boot.
type Machine struct {
	Dir     string   // working folder of QEMU; the file names below are relative to it
	Kernel  string   // multiboot kernel, or "" when CDROM is booted
	Append  string   // kernel command line without the leading file name, which QEMU adds
	Modules []Module // multiboot modules, in order
	CDROM   string   // ISO image to boot from
	Memory  int      // MiB; 0 means 128
	CPU     string   // QEMU's -cpu, e.g. "qemu32,-sep"; "" means QEMU's default
	ICount  bool     // one instruction is one nanosecond: the run repeats exactly
	Monitor bool     // Process.Monitor will be used
	Extra   []string // further arguments of QEMU
}

// Module is a multiboot module. The guest sees the string "File Args".
type Module struct {
	File string // relative to Machine.Dir; no space in it
	Args string
}

// DefaultMemory is the memory of a machine that does not ask for more, in MiB.
const DefaultMemory = 128

// args is the command line of QEMU apart from where the serial line goes.
func (m *Machine) args() []string {
	memory := m.Memory
	if memory == 0 {
		memory = DefaultMemory
	}
	a := []string{
		"-display", "none",
		"-nic", "none",
		"-no-reboot",
		"-m", strconv.Itoa(memory),
		"-device", "isa-debug-exit,iobase=0x" + strconv.FormatInt(ExitPort, 16) + ",iosize=1",
	}
	if m.CPU != "" {
		a = append(a, "-cpu", m.CPU)
	}
	if m.ICount {
		// Without the clock option a calibration against the real-time clock would see the host's time.
		a = append(a, "-icount", "shift=0,sleep=off", "-rtc", "base=2020-01-01,clock=vm")
	}
	if m.Kernel != "" {
		a = append(a, "-kernel", m.Kernel)
	}
	if m.Append != "" {
		a = append(a, "-append", m.Append)
	}
	if len(m.Modules) > 0 {
		a = append(a, "-initrd", initrd(m.Modules))
	}
	if m.CDROM != "" {
		a = append(a, "-cdrom", m.CDROM)
	}
	return append(a, m.Extra...)
}

// initrd writes a module list for QEMU: commas separate modules and are doubled inside of one.
func initrd(modules []Module) string {
	list := make([]string, len(modules))
	for i, m := range modules {
		s := m.File
		if m.Args != "" {
			s += " " + m.Args
		}
		list[i] = strings.ReplaceAll(s, ",", ",,")
	}
	return strings.Join(list, ",")
}
