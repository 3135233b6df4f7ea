package main

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// request is what the command line asks for.
type request struct {
	flavour *flavour
	dir     string // of the main package
	output  string
	debug   bool
	verbose bool
	account bool // write the linker's account of stack use instead of a binary

	base, heap uint64 // user programs only
	entry      string
}

// builder is one build under way.
type builder struct {
	*request
	tree     *tree
	tool     *toolchain
	prog     *program
	identity string

	imports, exports []string // symbols that cross the border between Go and GNU assembly
	listing          []byte   // what the compiler printed when asked for a listing
	syntax           []parsed // of the packages that are ours, once it was wanted

	mu sync.Mutex // of verbose output
}

// The builder is part of the key of everything it built: a changed builder builds anew.
//
//go:embed *.go
var ownSources embed.FS

func runBuild(req *request) error {
	b := &builder{request: req}
	defer b.timed("all")()
	var err error
	if b.tree, err = findTree(); err != nil {
		return err
	}
	if b.dir, err = filepath.Abs(b.dir); err != nil {
		return err
	}
	if b.tool, err = findToolchain(b.tree); err != nil {
		return err
	}
	if err := writeStub(b.tree); err != nil {
		return err
	}
	b.identity = b.tool.identity() + ownIdentity()
	if b.prog, err = newLoader(b.tree, b.tool, b.flavour, b.debug).load(b.dir); err != nil {
		return err
	}
	if b.output == "" {
		b.output = b.defaultOutput()
	}
	if err := b.findSymbols(); err != nil {
		return err
	}
	if err := b.setKeys(); err != nil {
		return err
	}
	key, err := b.linkKey()
	if err != nil {
		return err
	}
	if b.upToDate(key) {
		return nil
	}
	if err := b.checkSources(); err != nil {
		return err
	}
	if err := b.compileAll(); err != nil {
		return err
	}
	if err := b.link(); err != nil {
		return err
	}
	b.prune()
	return b.remember(key)
}

func (b *builder) defaultOutput() string {
	name := filepath.Base(b.dir) + ".elf"
	if b.flavour == kernelFlavour {
		name = "pecan.elf"
	}
	if b.account {
		name += ".nosplit"
	}
	return filepath.Join(b.tree.root, "build", name)
}

// timed prints how long something took, if asked to: defer b.timed("what")().
func (b *builder) timed(what string) func() {
	if !b.verbose {
		return func() {}
	}
	start := time.Now()
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		fmt.Printf("%6d ms  %s\n", time.Since(start).Milliseconds(), what)
	}
}

func ownIdentity() string {
	h := sha256.New()
	files, err := ownSources.ReadDir(".")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		data, err := ownSources.ReadFile(f.Name())
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(h, "%s %x\n", f.Name(), sha256.Sum256(data))
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}

// replaceFile writes a file such that nobody ever sees half of it.
func replaceFile(name string, data []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), "_new")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Chmod(f.Name(), mode); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
