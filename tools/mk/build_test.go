package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	helloKernel = "tools/mk/testdata/kernel/hello"
	helloUser   = "tools/mk/testdata/user/hello"
)

func TestKernelLayout(t *testing.T) {
	name := mustMk(t, sharedTree, "kernel", helloKernel)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	header := bytes.Index(data, []byte{0x02, 0xB0, 0xAD, 0x1B})
	if header < 0 || header >= 8192 || header%4 != 0 {
		t.Errorf("multiboot header at %#x of the file", header)
	}
	if i := bytes.Index(data, binary.LittleEndian.AppendUint32(nil, kipMagic)); i%pageSize != 0 {
		t.Errorf("kernel interface page at %#x of the file", i)
	}
	symbols := symbolsOf(t, name)
	last := uint64(0xD0100000)
	for _, s := range strings.Fields("kip_page text_start text_end rodata_start rodata_end data_start data_end bss_start bss_end kernel_end") {
		v, ok := symbols[s]
		if !ok || v%pageSize != 0 || v < last {
			t.Errorf("%s = %#x, %v; the one before is %#x", s, v, ok, last)
		}
		last = v
	}
	if symbols["boot_start"] != 0x100000 || symbols["boot_end"]%pageSize != 0 {
		t.Errorf("boot from %#x to %#x", symbols["boot_start"], symbols["boot_end"])
	}
	if symbols["page"]%pageSize != 0 {
		t.Errorf("aligned area of a .S file at %#x", symbols["page"])
	}
}

func symbolsOf(t *testing.T, name string) map[string]uint64 {
	t.Helper()
	f, err := elf.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]uint64{}
	for _, s := range list {
		out[s.Name] = s.Value
	}
	return out
}

func TestUserLayout(t *testing.T) {
	name := mustMk(t, sharedTree, "user", "-base", "0x20000", "-heap", "0x3000", helloUser)
	symbols := symbolsOf(t, name)
	if symbols["text_start"] != 0x20000 || symbols["heap_end"]-symbols["heap_start"] != 0x3000 {
		t.Errorf("text at %#x, heap from %#x to %#x", symbols["text_start"], symbols["heap_start"], symbols["heap_end"])
	}
	if symbols["_start"] != symbols["main"] || symbols["_start"] == 0 {
		t.Errorf("_start = %#x, main = %#x", symbols["_start"], symbols["main"])
	}
	f, err := elf.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, want := range []elf.ProgFlag{elf.PF_R | elf.PF_X, elf.PF_R, elf.PF_R | elf.PF_W} {
		p := f.Progs[i]
		if p.Flags != want || p.Off%pageSize != 0 || p.Vaddr%pageSize != 0 || p.Paddr != p.Vaddr {
			t.Errorf("segment %d: %+v", i, p.ProgHeader)
		}
	}
}

func TestHello(t *testing.T) {
	out := runHosted(t, mustMk(t, sharedTree, "user", "-entry", "host_start", helloUser))
	if out != "hello0\nworld1\n" {
		t.Errorf("output %q", out)
	}
}

func TestFeatures(t *testing.T) {
	out := runHosted(t, mustMk(t, sharedTree, "user", "-entry", "host_start", "tools/mk/testdata/user/features"))
	if out != "done\n" {
		t.Errorf("output %q", out)
	}
}

// TestPanics runs a program that dies in many ways; its source says in comments what it must print.
func TestPanics(t *testing.T) {
	dir := "tools/mk/testdata/user/panics"
	out := runHosted(t, mustMk(t, sharedTree, "user", "-entry", "host_start", dir))
	got := strings.Split(strings.TrimSpace(out), "\n")
	src, err := os.ReadFile(filepath.Join(sharedTree, dir, "main_386.go"))
	if err != nil {
		t.Fatal(err)
	}
	message := regexp.MustCompile(`^panic: (.*) at \S+ \((\S+):(\d+)\)$`)
	expected := regexp.MustCompile(`host\.Try\(.* // (.*)$`)
	n := 0
	for i, line := range strings.Split(string(src), "\n") {
		m := expected.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if n >= len(got) {
			t.Fatalf("only %d messages", n)
		}
		p := message.FindStringSubmatch(got[n])
		n++
		switch {
		case p == nil || p[1] != m[1]:
			t.Errorf("line %d: got %q, want %q", i+1, got[n-1], m[1])
		case strings.Contains(line, "endless"):
			if !strings.Contains(got[n-1], "at main.endless") {
				t.Errorf("line %d: got %q", i+1, got[n-1])
			}
		case strings.Contains(line, "map") || strings.Contains(line, "table"): // found out in package maps
		case p[2] != dir+"/main_386.go" || p[3] != strconv.Itoa(i+1):
			t.Errorf("line %d: not where it happened: %q", i+1, got[n-1])
		}
	}
	if n != len(got) || n < 20 {
		t.Errorf("%d messages, %d expected:\n%s", len(got), n, out)
	}
}

func TestReproducible(t *testing.T) {
	dirs := []string{filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "a-longer-name", "below")}
	builds := [][]string{
		{"kernel", helloKernel},
		{"user", "-entry", "host_start", "tools/mk/testdata/user/features"},
	}
	for _, args := range builds {
		var images [][]byte
		for _, dir := range dirs {
			if err := copyTree(dir); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(mustMk(t, dir, args...))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(data, []byte(dir)) {
				t.Errorf("%s: the image contains the path of the tree", args[0])
			}
			images = append(images, data)
		}
		if !bytes.Equal(images[0], images[1]) {
			t.Errorf("%s: two folders give different images", args[0])
		}
	}
}

func TestNothingToDo(t *testing.T) {
	out := mustMk(t, sharedTree, "kernel", helloKernel)
	before, err := os.Stat(out)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	mustMk(t, sharedTree, "kernel", helloKernel)
	if d := time.Since(start); d > time.Second {
		t.Errorf("a build without changes took %v", d)
	}
	after, err := os.Stat(out)
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) || before.ModTime() != after.ModTime() {
		t.Error("a build without changes wrote its output")
	}

	// An output that somebody changed is made again.
	if err := os.WriteFile(out, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	mustMk(t, sharedTree, "kernel", helloKernel)
	if fi, err := os.Stat(out); err != nil || fi.Size() != before.Size() {
		t.Errorf("a spoilt output stayed as it was: %v, %v", fi.Size(), err)
	}

	// So is one whose sources changed.
	src := filepath.Join(sharedTree, helloKernel, "main_386.go")
	text, err := os.ReadFile(src)
	if err != nil {
		t.Fatal(err)
	}
	defer os.WriteFile(src, text, 0o666)
	if err := os.WriteFile(src, bytes.Replace(text, []byte(`"hello"`), []byte(`"hullo"`), 1), 0o666); err != nil {
		t.Fatal(err)
	}
	mustMk(t, sharedTree, "kernel", helloKernel)
	data, err := os.ReadFile(out)
	if err != nil || !bytes.Contains(data, []byte("hullo")) {
		t.Errorf("a changed source did not change the output: %v", err)
	}
}

func TestAccount(t *testing.T) {
	out := mustMk(t, sharedTree, "nosplit", helloKernel)
	data, err := os.ReadFile(out)
	if err != nil || !bytes.Contains(data, []byte("nosplit: main.main")) {
		t.Errorf("no account of main.main: %v", err)
	}
}
