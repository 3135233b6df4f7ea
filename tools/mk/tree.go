package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const pageSize = 4096

// tree is the source tree that a build reads, and the cache in it that it writes.
type tree struct {
	root   string // absolute
	module string
	cache  string // absolute
}

// findTree looks for go.mod in the working directory and above.
func findTree() (*tree, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			t := &tree{root: dir, cache: filepath.Join(dir, "build", ".cache")}
			for line := range strings.Lines(string(data)) {
				if f := strings.Fields(line); len(f) == 2 && f[0] == "module" {
					t.module = f[1]
				}
			}
			if t.module == "" {
				return nil, fmt.Errorf("%s/go.mod names no module", dir)
			}
			return t, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, fmt.Errorf("no go.mod here or above")
		}
		dir = parent
	}
}

// rel returns a path as it looks from the root: what messages and debug information contain.
func (t *tree) rel(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		if r, err := filepath.Rel(t.root, abs); err == nil && !strings.HasPrefix(r, "..") {
			return filepath.ToSlash(r)
		}
	}
	return path
}
