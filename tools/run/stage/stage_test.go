package stage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	odd := filepath.Join(dir, "a file, ünusual.txt")
	os.WriteFile(odd, []byte("text"), 0o644)
	f, err := Open(odd)
	if err != nil || f.Name != "a_file___nusual.txt" || f.Size != 4 {
		t.Errorf("%+v, %v", f, err)
	}
	huge := filepath.Join(dir, "huge")
	os.WriteFile(huge, nil, 0o644)
	os.Truncate(huge, MaxFile+1)
	for path, want := range map[string]string{
		"":                       "no file is named",
		filepath.Join(dir, "no"): "there is no file",
		odd + "/x":               "not a directory",
		dir:                      "is a directory",
		os.DevNull:               "not a regular file",
		huge:                     "at most",
	} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): %v, want %q", path, err, want)
		}
	}
}

func TestName(t *testing.T) {
	for path, want := range map[string]string{
		"README.md":              "README.md",
		"/x/a b,c=d.txt":         "a_b_c_d.txt",
		"µ":                      "_",
		"/x/" + "\xff\n":         "__",
		strings.Repeat("x", 200): strings.Repeat("x", 64),
		"pager.elf":              "pager.elf",
	} {
		if got := Name(path); got != want {
			t.Errorf("Name(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestMemoryFor(t *testing.T) {
	for size, want := range map[int64]int{0: 128, 10 << 20: 128, 100 << 20: 432} {
		if got := (File{Size: size}).MemoryFor(); got != want {
			t.Errorf("%d bytes: %d MiB, want %d", size, got, want)
		}
	}
}

// build makes a folder of fake images.
func build(t *testing.T) string {
	dir := t.TempDir()
	for _, name := range []string{"pecan", "sigma0", "root", "pager", "console", "client"} {
		os.WriteFile(filepath.Join(dir, name+".elf"), []byte(name), 0o644)
	}
	return dir
}

func TestMachine(t *testing.T) {
	dir := t.TempDir()
	user := filepath.Join(dir, "my, file.elf")
	os.WriteFile(user, []byte("abc"), 0o644)
	file, err := Open(user)
	if err != nil {
		t.Fatal(err)
	}
	b := Boot{Build: build(t), RootArgs: []string{"smoke"}, Programs: Programs, File: &file}
	m, err := b.Machine(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, mod := range m.Modules {
		got = append(got, strings.TrimSpace(mod.File+" "+mod.Args))
		if _, err := os.ReadFile(filepath.Join(m.Dir, mod.File)); err != nil {
			t.Error(err)
		}
	}
	want := "sigma0.elf|root.elf exit=0xf4 smoke|pager.elf|console.elf|client.elf|data data my__file.elf size=3"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if m.Append != "exit=0xf4" {
		t.Errorf("kernel command line %q", m.Append)
	}
}

func TestEmptyFileHasStandIn(t *testing.T) {
	user := filepath.Join(t.TempDir(), "empty")
	os.WriteFile(user, nil, 0o644)
	file, _ := Open(user)
	b := Boot{Build: build(t), File: &file}
	m, err := b.Machine(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if args := m.Modules[len(m.Modules)-1].Args; args != "data empty size=0" {
		t.Errorf("string %q", args)
	}
	if data, err := os.ReadFile(filepath.Join(m.Dir, "data")); err != nil || len(data) != 1 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	if info, _ := os.Stat(user); info.Size() != 0 {
		t.Error("the user's file was written to")
	}
}

func TestMissingImage(t *testing.T) {
	b := Boot{Build: t.TempDir()}
	if _, err := b.Machine(t.TempDir()); err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("error %v does not say what to do", err)
	}
}

func TestMenu(t *testing.T) {
	got := menu([]module{{name: "pecan.elf", args: "exit=0xf4"}, {name: "sigma0.elf"}})
	for _, line := range []string{"\tmultiboot /pecan.elf pecan.elf exit=0xf4\n", "\tmodule /sigma0.elf sigma0.elf\n"} {
		if !strings.Contains(got, line) {
			t.Errorf("no line %q in %s", line, got)
		}
	}
}
