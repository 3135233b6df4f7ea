package tests

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pecan/tests/harness"
	"pecan/tools/run/qemu"
)

// loaderBoot puts the stand-in for a stock L4 loader in front of a boot: the kernel becomes its first module.
func loaderBoot(t *testing.T, m *qemu.Machine, options string) *qemu.Machine {
	t.Helper()
	sources, err := filepath.Glob("loader/*.[cS]")
	if err != nil || len(sources) == 0 {
		t.Fatal("the sources of the loader are missing")
	}
	if err := qemu.Assemble(filepath.Join(m.Dir, "loader.elf"), 0x00800000, sources...); err != nil {
		t.Fatal(err)
	}
	m.Modules = append([]qemu.Module{{File: m.Kernel}}, m.Modules...)
	m.Kernel, m.Append = "loader.elf", options
	return m
}

// TestStockLoader boots the same kernel file under a loader that patches the KIP.
func TestStockLoader(t *testing.T) {
	t.Parallel()
	path := write(t, "file", random(100_000))
	for _, c := range []struct {
		name, options string
		memory        int
	}{
		{"no multiboot registers", "", 0},
		{"misleading multiboot registers", "magic", 0},
		{"modules above the window", "high=18000000", 512},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := loaderBoot(t, harness.Machine(t, smokeBoot(t, path, 0)), c.options)
			m.Memory = c.memory
			check(t, harness.Run(t, m, bootTime), path, 0)
		})
	}
}

// TestUnpatchedKIP enters the kernel with neither multiboot values nor a patched KIP. No command line has named the exit
// device then, so the machine only stops.
func TestUnpatchedKIP(t *testing.T) {
	t.Parallel()
	m := loaderBoot(t, harness.Machine(t, smokeBoot(t, "../README.md", 0)), "nopatch")
	said := make(chan string, 100)
	entered := false
	p := harness.Start(t, m, &qemu.Lines{Each: func(line string) {
		if entered {
			said <- line
		}
		entered = entered || strings.HasPrefix(line, "loader: kernel at")
	}})
	timeout := time.After(bootTime)
	for {
		select {
		case line := <-said:
			if strings.Contains(line, "patched kernel interface page") {
				return
			}
			t.Log(line)
		case <-p.Done():
			t.Fatal("the machine ended: ", p.Wait())
		case <-timeout:
			t.Fatal("the kernel does not say what it misses")
		}
	}
}
