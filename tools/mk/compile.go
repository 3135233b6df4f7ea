package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// compileAll compiles what is not in the cache, independent packages at the same time.
func (b *builder) compileAll() error {
	type result struct {
		done chan struct{}
		err  error
	}
	results := map[*pkg]*result{}
	for _, p := range b.prog.packages {
		results[p] = &result{done: make(chan struct{})}
	}
	slots := make(chan struct{}, runtime.NumCPU())
	var wg sync.WaitGroup
	for _, p := range b.prog.packages {
		wg.Go(func() {
			r := results[p]
			defer close(r.done)
			for _, q := range p.deps {
				<-results[q].done
				if results[q].err != nil {
					r.err = errSkipped
					return
				}
			}
			slots <- struct{}{}
			defer func() { <-slots }()
			r.err = b.compileCached(p)
		})
	}
	wg.Wait()
	// Report in the packages' order, so that a failing build always says the same.
	var all refusal
	for _, p := range b.prog.packages {
		err := results[p].err
		if r, ok := err.(*refusal); ok {
			all.add(r)
		} else if err != nil && err != errSkipped {
			return err
		}
	}
	return all.orNil()
}

var errSkipped = fmt.Errorf("not compiled, because a package below was not")

// compileCached makes p.archive in the cache, unless it is there.
func (b *builder) compileCached(p *pkg) error {
	if _, err := os.Stat(p.archive); err == nil {
		return nil
	}
	defer b.timed("compile " + p.path)()
	work, err := os.MkdirTemp(b.tree.cache, "_work")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := b.compile(p, work, filepath.Join(work, "pkg.a")); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(p.archive), 0o777); err != nil {
		return err
	}
	return os.Rename(filepath.Join(work, "pkg.a"), p.archive)
}

// compile compiles p in the folder work. extra flags are for the compiler.
func (b *builder) compile(p *pkg, work, archive string, extra ...string) error {
	sources, err := b.sources(p, work)
	if err != nil {
		return err
	}
	cfg, err := b.importcfg(work, p.deps)
	if err != nil {
		return err
	}
	args := append(b.tool.compileArgs(b.flavour, p), "-trimpath", b.tool.trimFor(work), "-importcfg", cfg, "-o", archive)
	args = append(args, extra...)
	if len(p.sFiles) > 0 {
		// The compiler must know which functions are assembly; the assembler, the offsets
		// of struct fields and the values of constants.
		header := filepath.Join(work, "go_asm.h")
		if err := os.WriteFile(header, nil, 0o666); err != nil {
			return err
		}
		abis := filepath.Join(work, "symabis")
		symArgs := append(b.tool.asmArgs(p, work), "-gensymabis", "-o", abis)
		if _, err := b.tool.run(p.dir, "asm", append(symArgs, p.sFiles...)...); err != nil {
			return err
		}
		args = append(args, "-symabis", abis, "-asmhdr", header)
	}
	out, err := b.tool.run(p.dir, "compile", append(args, sources...)...)
	if len(extra) > 0 {
		b.listing = out
	}
	if err != nil {
		return b.explainCompile(p, err)
	}
	for _, s := range p.sFiles {
		object := filepath.Join(work, strings.TrimSuffix(s, ".s")+".o")
		if _, err := b.tool.run(p.dir, "asm", append(b.tool.asmArgs(p, work), "-o", object, s)...); err != nil {
			return err
		}
		if err := appendToArchive(archive, object); err != nil {
			return err
		}
	}
	return nil
}

// sources returns the Go files to compile: p's own, or copies of them marked nosplit, and for a main package the
// directives about symbols.
func (b *builder) sources(p *pkg, work string) ([]string, error) {
	var out []string
	for _, f := range p.goFiles {
		file := filepath.Join(p.dir, f)
		if b.flavour.nosplit {
			src, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			marked, err := markNosplit(file, src)
			if err != nil {
				return nil, err
			}
			file = filepath.Join(work, f)
			if err := os.WriteFile(file, marked, 0o666); err != nil {
				return nil, err
			}
		}
		out = append(out, file)
	}
	add := func(name string, src []byte) error {
		file := filepath.Join(work, name)
		out = append(out, file)
		return os.WriteFile(file, src, 0o666)
	}
	switch {
	case p == b.prog.main:
		return out, add("_cgo_symbols.go", symbolDirectives(b.imports, b.exports))
	case p.path == "runtime":
		for _, f := range b.flavour.borrowed {
			out = append(out, filepath.Join(b.tool.goroot, "src", "runtime", f))
		}
		return out, add("contact.go", runtimeContact(b.flavour))
	}
	return out, nil
}

// importcfg writes the file that tells the tools where packages are.
func (b *builder) importcfg(work string, packages []*pkg) (string, error) {
	var s strings.Builder
	for _, q := range packages {
		fmt.Fprintf(&s, "packagefile %s=%s\n", q.path, q.archive)
	}
	file := filepath.Join(work, "importcfg")
	return file, os.WriteFile(file, []byte(s.String()), 0o666)
}

// setKeys computes for every package a hash of all that its archive depends on, and so its place in the cache.
func (b *builder) setKeys() error {
	for _, p := range b.prog.packages {
		h := sha256.New()
		fmt.Fprintln(h, b.identity, b.flavour.name, p.path, b.debug)
		fmt.Fprintln(h, b.tool.compileArgs(b.flavour, p))
		for _, files := range [][]string{p.goFiles, p.sFiles} {
			for _, f := range files {
				data, err := os.ReadFile(filepath.Join(p.dir, f))
				if err != nil {
					return err
				}
				fmt.Fprintf(h, "%s %x\n", f, sha256.Sum256(data))
			}
		}
		if p == b.prog.main {
			// Positions in the archive contain the folder's name.
			fmt.Fprintln(h, b.tree.rel(p.dir), b.imports, b.exports)
		}
		if p.path == "runtime" {
			fmt.Fprintln(h, b.flavour.borrowed)
		}
		for _, q := range p.deps {
			fmt.Fprintln(h, q.path, q.key)
		}
		p.key = fmt.Sprintf("%x", h.Sum(nil)[:16])
		p.archive = filepath.Join(b.tree.cache, "pkg", p.key+".a")
	}
	return nil
}
