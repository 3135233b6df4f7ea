package tests

import (
	"bytes"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pecan/tests/harness"
	"pecan/tools/run/qemu"
	"pecan/tools/run/report"
	"pecan/tools/run/stage"
)

// bootTime is more than any single boot takes, two of them running at a time.
const bootTime = time.Minute

const megabyte = 1 << 20

// write makes a file of the test.
func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// random is the same n bytes in every run.
func random(n int) []byte {
	data := make([]byte, n)
	rand.New(rand.NewSource(int64(n))).Read(data)
	return data
}

// want counts the data with our own definition, after wc and we agreed on it.
func want(t *testing.T, data []byte) report.Counts {
	t.Helper()
	counts, err := report.Of(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	wc, err := report.Wc(data)
	if err != nil {
		t.Fatal(err)
	}
	if wc.Lines != counts.Lines || wc.Bytes != counts.Bytes || wc.Words != counts.Words && report.WcSkipsUnprintable() {
		t.Fatalf("wc counts %v, we %v", wc, counts)
	}
	return counts
}

// smokeBoot is the boot of "make smoke" with a file.
func smokeBoot(t *testing.T, path string, limit int) stage.Boot {
	t.Helper()
	file, err := stage.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"smoke"}
	if limit > 0 {
		args = append(args, "limit="+strconv.Itoa(limit))
	}
	return stage.Boot{RootArgs: args, Programs: stage.Programs, File: &file}
}

// check compares what a run printed with the file.
func check(t *testing.T, c harness.Console, path string, limit int) {
	t.Helper()
	c.WantStatus(t, qemu.Success)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	run, err := report.Parse(c.Text)
	if err == nil {
		err = run.Check(want(t, data), int64(limit))
	}
	if err == nil && run.Name != stage.Name(path) {
		t.Errorf("the client calls the file %s", run.Name)
	}
	if err != nil {
		t.Fatalf("%v; the serial log:\n%s", err, qemu.Tail(c.Text, 40))
	}
}

func TestSmoke(t *testing.T) {
	for _, c := range []struct {
		name   string
		path   string
		limit  int
		kernel string
		args   string // of the kernel
		icount bool
	}{
		{name: "README", path: "../README.md"},
		{name: "README debug kernel", path: "../README.md", kernel: "pecan-debug.elf"},
		{name: "README instruction counting", path: "../README.md", icount: true},
		{name: "silent kernel", path: "../README.md", args: "console=none"},
		{name: "little memory", path: "../README.md", args: "kmem=4M maxmem=32M console=com1"},
		{name: "empty", path: write(t, "empty", nil)},
		{name: "one byte", path: write(t, "one", []byte{'x'})},
		{name: "one page", path: write(t, "page", random(4096))},
		{name: "one page and a byte", path: write(t, "more", random(4097))},
		{name: "odd name", path: write(t, "pager.elf", []byte("not a program\n"))},
		{name: "10 MB", path: write(t, "large", random(10*megabyte))},
		{name: "10 MB limit 64", path: write(t, "large", random(10*megabyte)), limit: 64},
		{name: "10 MB limit 1", path: write(t, "large", random(10*megabyte)), limit: 1},
		{name: "10 MB limit 64 debug kernel", path: write(t, "large", random(10*megabyte)), limit: 64, kernel: "pecan-debug.elf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := smokeBoot(t, c.path, c.limit)
			b.Kernel, b.KernelArgs = c.kernel, strings.Fields(c.args)
			m := harness.Machine(t, b)
			m.ICount = c.icount
			console := harness.Run(t, m, bootTime)
			check(t, console, c.path, c.limit)
			if c.kernel == "pecan-debug.elf" {
				checkStack(t, console)
			}
		})
	}
}

// TestISO boots the same through GRUB.
func TestISO(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{"text": []byte("from a CD\n"), "empty": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, name, data)
			b := smokeBoot(t, path, 0)
			b.Build = harness.Build
			image := filepath.Join(t.TempDir(), "pecan.iso")
			if err := b.ISO(t.TempDir(), image); err != nil {
				t.Fatal(err)
			}
			check(t, harness.Run(t, &qemu.Machine{CDROM: image}, bootTime), path, 0)
		})
	}
}

// TestRepeats boots twice on a machine that counts instructions: not a byte may differ.
func TestRepeats(t *testing.T) {
	t.Parallel()
	var first string
	for range 2 {
		m := harness.Machine(t, smokeBoot(t, "../README.md", 0))
		m.ICount = true
		c := harness.Run(t, m, bootTime)
		c.WantStatus(t, qemu.Success)
		if first == "" {
			first = c.Text
		} else if c.Text != first {
			t.Errorf("two runs differ:\n%s\n---\n%s", first, c.Text)
		}
	}
}
