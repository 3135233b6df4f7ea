package tests

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pecan/tests/harness"
	"pecan/tools/run/qemu"
	"pecan/tools/run/stage"
)

// image is a built image as bytes, to be damaged.
func image(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(harness.Build, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// damaged is a copy of an image with one thing changed.
func damaged(t *testing.T, name string, change func(elf []byte) []byte) string {
	t.Helper()
	return write(t, name, change(image(t, name)))
}

// set stores a word of an ELF file.
func set(elf []byte, offset, value uint32) []byte {
	binary.LittleEndian.PutUint32(elf[offset:], value)
	return elf
}

// Fields of a program header.
const (
	pOffset = 4
	pPaddr  = 12
	pMemsz  = 20
)

// segment sets a field of the first PT_LOAD segment.
func segment(elf []byte, field, value uint32) []byte {
	const ptLoad = 1
	word := binary.LittleEndian.Uint32
	for h := word(elf[28:]); ; h += 32 {
		if word(elf[h:]) == ptLoad {
			return set(elf, h+field, value)
		}
	}
}

// TestRefusals gives the kernel what it cannot boot with. It must say why in one line, and stop with a status of its own.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name  string
		want  string // in the line, as a regular expression, in any case
		boot  stage.Boot
		tweak func(m *qemu.Machine)
	}{
		{name: "too little memory", want: "memory", tweak: func(m *qemu.Machine) { m.Memory = 4 }},
		{name: "pool below its minimum", want: "kmem", boot: stage.Boot{KernelArgs: []string{"kmem=4K"}}},
		{name: "pool larger than memory", want: "memory|kmem", boot: stage.Boot{KernelArgs: []string{"kmem=1G"}}},
		{name: "maxmem too small", want: "memory|maxmem", boot: stage.Boot{KernelArgs: []string{"maxmem=5M"}}},
		{name: "no modules", want: "module", tweak: func(m *qemu.Machine) { m.Modules = nil }},
		{name: "no root task", want: "module|root", tweak: func(m *qemu.Machine) { m.Modules = m.Modules[:1] }},
		{name: "CPU without SEP", want: "sep|sysenter", tweak: cpu("-sep")},
		{name: "CPU without PSE", want: "pse|4 MiB", tweak: cpu("-pse")},
		{name: "CPU without PGE", want: "pge|global", tweak: cpu("-pge")},
		{name: "CPU without TSC", want: "tsc|time.stamp", tweak: cpu("-tsc")},
		{name: "unreadable kmem", want: "kmem", boot: stage.Boot{KernelArgs: []string{"kmem=lots"}}},
		{name: "unreadable maxmem", want: "maxmem", boot: stage.Boot{KernelArgs: []string{"maxmem=12Q"}}},
		{name: "unknown console", want: "console", boot: stage.Boot{KernelArgs: []string{"console=paper"}}},
		{name: "unknown option", want: "colour", boot: stage.Boot{KernelArgs: []string{"colour=green"}}},
		{name: "sigma0 is text", want: "module 0.*ELF", boot: stage.Boot{Sigma0: write(t, "text", []byte(strings.Repeat("text ", 99)))}},
		{name: "sigma0 is empty", want: "module 0", boot: stage.Boot{Sigma0: write(t, "empty", nil)}},
		{name: "root is text", want: "module 1.*ELF", boot: stage.Boot{Root: write(t, "text", []byte("short"))}},
		{name: "sigma0 has only a header", want: "module 0",
			boot: stage.Boot{Sigma0: damaged(t, "sigma0.elf", func(e []byte) []byte { return e[:52] })}},
		{name: "root ends in a segment", want: "module 1",
			boot: stage.Boot{Root: damaged(t, "root.elf", func(e []byte) []byte { return e[:8192] })}},
		{name: "64-bit root", want: "module 1",
			boot: stage.Boot{Root: damaged(t, "root.elf", func(e []byte) []byte { e[4] = 2; return e })}},
		{name: "headers far outside", want: "module 1",
			boot: stage.Boot{Root: damaged(t, "root.elf", func(e []byte) []byte { return set(e, 28, 0xfffffff0) })}},
		{name: "segment far outside", want: "module 1",
			boot: stage.Boot{Root: damaged(t, "root.elf", func(e []byte) []byte { return segment(e, pOffset, 0xfffff000) })}},
		{name: "segment with more file than memory", want: "module 1",
			boot: stage.Boot{Root: damaged(t, "root.elf", func(e []byte) []byte { return segment(e, pMemsz, 16) })}},
		{name: "segment that wraps", want: "module 1",
			boot: stage.Boot{Root: damaged(t, "root.elf", func(e []byte) []byte { return segment(e, pMemsz, 0xfff00000) })}},
		{name: "sigma0 on the kernel", want: "module 0",
			boot: stage.Boot{Sigma0: damaged(t, "sigma0.elf", func(e []byte) []byte { return segment(e, pPaddr, 0x00100000) })}},
		{name: "root on sigma0", want: "module 1",
			boot: stage.Boot{Root: damaged(t, "root.elf", func(e []byte) []byte { return segment(e, pPaddr, 0x00020000) })}},
		{name: "root behind the memory", want: "module 1",
			boot: stage.Boot{Root: damaged(t, "root.elf", func(e []byte) []byte { return segment(e, pPaddr, 0x40000000) })}},
		{name: "root in the ROM", want: "module 1",
			boot: stage.Boot{Root: damaged(t, "root.elf", func(e []byte) []byte { return segment(e, pPaddr, 0x000f0000) })}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := harness.Machine(t, c.boot)
			if c.tweak != nil {
				c.tweak(m)
			}
			console := harness.Run(t, m, bootTime)
			console.WantStatus(t, qemu.Refused)
			lines := strings.Split(strings.TrimSpace(console.Text), "\n")
			last := lines[len(lines)-1]
			if !regexp.MustCompile("(?i)" + c.want).MatchString(last) {
				t.Errorf("the last line should match %q; the serial log:\n%s", c.want, console.Text)
			}
		})
	}
}

// cpu takes a feature away from the processor.
func cpu(change string) func(m *qemu.Machine) {
	return func(m *qemu.Machine) { m.CPU = "qemu32," + change }
}
