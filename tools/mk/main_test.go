package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Tests build in copies of the parts of the tree that the builder reads, so that they neither use nor disturb the
// tree's own cache.

var (
	moduleRoot string // the tree that the tests belong to
	sharedTree string // a copy for tests that change nothing
)

func TestMain(m *testing.M) {
	var err error
	if moduleRoot, err = filepath.Abs("../.."); err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "mk")
	if err != nil {
		panic(err)
	}
	sharedTree = dir
	if err := copyTree(dir); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func copyTree(to string) error {
	for _, part := range []string{"go.mod", "linker.ld", "user.ld", "runtime", "tools/mk/testdata"} {
		err := filepath.WalkDir(filepath.Join(moduleRoot, part), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(moduleRoot, path)
			if err != nil {
				return err
			}
			if d.IsDir() {
				return os.MkdirAll(filepath.Join(to, rel), 0o777)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if err := os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o777); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(to, rel), data, 0o666)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// mk runs the builder in a tree and returns the name of what it built.
func mk(t *testing.T, tree string, args ...string) (string, error) {
	t.Helper()
	t.Chdir(tree)
	out := filepath.Join(tree, "build", "out", strings.ReplaceAll(strings.Join(args, "_"), "/", "_"))
	return out, run(args[0], append([]string{"-o", out}, args[1:]...))
}

func mustMk(t *testing.T, tree string, args ...string) string {
	t.Helper()
	out, err := mk(t, tree, args...)
	if err != nil {
		t.Fatalf("mk %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// runHosted runs a user program that was linked for Linux.
func runHosted(t *testing.T, program string) string {
	t.Helper()
	out, err := exec.Command(program).CombinedOutput()
	if errors.Is(err, syscall.ENOEXEC) || errors.Is(err, syscall.ENOSYS) {
		t.Skip("this machine runs no 32-bit x86 programs")
	}
	if err != nil {
		t.Errorf("%s: %v", filepath.Base(program), err)
	}
	return string(out)
}
