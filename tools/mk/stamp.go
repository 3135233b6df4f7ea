package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// A stamp in the cache says from what an output was made and what its contents were: if both are as before there is
// nothing to do.

func (b *builder) stampFile() string {
	abs, _ := filepath.Abs(b.output)
	return filepath.Join(b.tree.cache, "stamp", fmt.Sprintf("%x", sha256.Sum256([]byte(abs)))[:32])
}

// linkKey is a hash of all that the output depends on.
func (b *builder) linkKey() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, b.flavour.name, b.account, b.base, b.heap, b.entry, b.identity)
	for _, p := range b.prog.packages {
		fmt.Fprintln(h, p.path, p.key)
	}
	files := []string{b.script()}
	for _, f := range b.prog.main.gnuFiles {
		files = append(files, filepath.Join(b.prog.main.dir, f))
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %x\n", b.tree.rel(f), sha256.Sum256(data))
	}
	for _, tool := range []string{"gcc", "ld"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			return "", fmt.Errorf("%s is missing: install gcc and binutils", tool)
		}
		fi, err := os.Stat(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(h, tool, fi.Size(), fi.ModTime().UnixNano())
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

func (b *builder) stamp(key string) (string, error) {
	data, err := os.ReadFile(b.output)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %x\n", key, sha256.Sum256(data)), nil
}

func (b *builder) upToDate(key string) bool {
	old, err := os.ReadFile(b.stampFile())
	if err != nil {
		return false
	}
	now, err := b.stamp(key)
	return err == nil && now == string(old)
}

func (b *builder) remember(key string) error {
	s, err := b.stamp(key)
	if err != nil {
		return err
	}
	return replaceFile(b.stampFile(), []byte(s), 0o666)
}

// prune removes archives that no build has used for two days, and what interrupted builds left.
func (b *builder) prune() {
	now := time.Now()
	for _, p := range b.prog.packages {
		os.Chtimes(p.archive, now, now)
	}
	for _, pattern := range []string{"pkg/*.a", "_work*"} {
		files, _ := filepath.Glob(filepath.Join(b.tree.cache, pattern))
		for _, f := range files {
			if fi, err := os.Stat(f); err == nil && now.Sub(fi.ModTime()) > 48*time.Hour {
				os.RemoveAll(f)
			}
		}
	}
}
