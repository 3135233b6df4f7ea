package tests

import (
	"path/filepath"
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

// TestStockLoaderRefusals: what the kernel cannot use. No command line has named the exit device, so it only stops.
func TestStockLoaderRefusals(t *testing.T) {
	t.Parallel()
	for options, want := range map[string]string{
		"nopatch": "cannot boot: neither a multiboot loader nor a patched kernel interface page",
		"noheap":  "cannot boot: the boot loader has reserved no memory",
	} {
		t.Run(options, func(t *testing.T) {
			t.Parallel()
			m := loaderBoot(t, harness.Machine(t, smokeBoot(t, "../README.md", 0)), options)
			var lines qemu.Lines
			p := harness.Start(t, m, &lines)
			select {
			case <-lines.Seen(want):
			case <-p.Done():
				t.Fatalf("the machine ended: %v\n%s", p.Wait(), lines.String())
			case <-time.After(bootTime):
				t.Fatalf("the kernel does not say what it misses:\n%s", lines.String())
			}
		})
	}
}
