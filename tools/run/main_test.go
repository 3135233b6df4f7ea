package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pecan/tools/run/qemu"
)

// fake puts a script for bash in place of QEMU, and gives options for a folder of fake images. The script finds its own
// arguments in "$@".
func fake(t *testing.T, script string) *options {
	t.Helper()
	bin := t.TempDir()
	os.WriteFile(filepath.Join(bin, qemu.Program), []byte("#!/bin/bash\n"+script+"\n"), 0o755)
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	build := t.TempDir()
	for _, name := range []string{"pecan", "sigma0", "root", "pager", "console", "client"} {
		os.WriteFile(filepath.Join(build, name+".elf"), nil, 0o644)
	}
	file := filepath.Join(build, "file")
	os.WriteFile(file, []byte("one two\n"), 0o644)
	return &options{
		build: build, kernel: "pecan.elf", file: file,
		log: filepath.Join(build, "log"), timeout: time.Minute,
	}
}

// goodRun prints what a good run prints about the file of fake.
const goodRun = `printf 'boot\r\nfile: 1 lines, 2 words, 8 bytes, crc32 99cb3c43\r\n'
printf 'pager: 1 page faults served, at most 1 pages resident\r\n'
`

func TestSmoke(t *testing.T) {
	for name, c := range map[string]struct {
		script, want string // want is part of the error; none when empty
		change       func(o *options)
	}{
		"good":       {script: goodRun + "exit 33"},
		"failure":    {script: goodRun + "exit 35", want: "failure"},
		"panic":      {script: goodRun + "exit 65", want: "panic"},
		"power off":  {script: goodRun + "exit 0", want: "switched off"},
		"silent":     {script: "exit 33", want: "no result line"},
		"wrong sum":  {script: strings.Replace(goodRun, "99cb", "99cc", 1) + "exit 33", want: "the file has"},
		"over limit": {script: strings.Replace(goodRun, "most 1", "most 5", 1) + "exit 33", want: "limit", change: func(o *options) { o.limit = "4" }},
		"hang":       {script: "exec sleep 60", want: "no end after", change: func(o *options) { o.timeout = time.Second / 2 }},
		"limit":      {script: "exit 33", want: "LIMIT=0 is not", change: func(o *options) { o.limit = "0" }},
		"memory":     {script: "exit 33", want: "MEM=lots is not", change: func(o *options) { o.mem = "lots" }},
		"no file":    {script: "exit 33", want: "there is no file", change: func(o *options) { o.file += "x" }},
		"folder":     {script: "exit 33", want: "is a directory", change: func(o *options) { o.file = o.build }},
	} {
		t.Run(name, func(t *testing.T) {
			o := fake(t, c.script)
			if c.change != nil {
				c.change(o)
			}
			err := smoke(o)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestNothingStartsWithoutFile(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "started")
	o := fake(t, "touch "+trace)
	o.file += "x"
	for _, m := range []func(*options) error{smoke, prompt, debug} {
		if m(o) == nil {
			t.Error("no error")
		}
	}
	if _, err := os.Stat(trace); err == nil {
		t.Error("QEMU was started")
	}
}

func TestScript(t *testing.T) {
	o := fake(t, `echo boot
while printf 'pecan> '; read -r -d $'\r' line; do
	printf '%s\r\n' "got $line"
	[ "$line" = quit ] && exit 33
done
exit 35`)
	if err := o.script(&qemu.Machine{}, o.log, strings.NewReader("help\nwho")); err != nil {
		t.Error(err)
	}
	log, _ := os.ReadFile(o.log)
	want := "boot\npecan> got help\r\npecan> got who\r\npecan> got quit\r\n"
	if string(log) != want {
		t.Errorf("got %q, want %q", log, want)
	}
}

func TestScriptWithoutPrompt(t *testing.T) {
	o := fake(t, "echo boot; exec sleep 60")
	o.timeout = time.Second / 2
	err := o.script(&qemu.Machine{}, o.log, strings.NewReader(""))
	if err == nil || !strings.Contains(err.Error(), "no prompt") {
		t.Errorf("error %v", err)
	}
}
