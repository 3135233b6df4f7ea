package main

import (
	"fmt"
	"go/build"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// pkg is a package to compile.
type pkg struct {
	path     string // import path as the compiler knows it: "main", "runtime", "pecan/kernel"
	dir      string
	std      bool // from GOROOT
	goFiles  []string
	sFiles   []string // Go assembly
	gnuFiles []string // GNU assembly, in the main package only
	imports  []*pkg

	deps    []*pkg // everything it imports, directly or not, in an order to compile in
	key     string
	archive string
}

// program is a main package with all that it is linked with.
type program struct {
	main     *pkg
	packages []*pkg // in an order to compile in; main is the last
}

// loader finds packages by their import paths.
type loader struct {
	tree    *tree
	tool    *toolchain
	flavour *flavour
	ctxt    build.Context
	found   map[string]*pkg
	order   []*pkg
	loading []string
}

func newLoader(t *tree, tool *toolchain, f *flavour, debug bool) *loader {
	l := &loader{tree: t, tool: tool, flavour: f, found: map[string]*pkg{}}
	l.ctxt = build.Default
	l.ctxt.GOOS, l.ctxt.GOARCH, l.ctxt.GOROOT = targetOS, targetArch, tool.goroot
	l.ctxt.CgoEnabled = false
	l.ctxt.Compiler = "gc"
	l.ctxt.BuildTags = append([]string{}, f.tags...)
	l.ctxt.ToolTags = nil
	if debug {
		l.ctxt.BuildTags = append(l.ctxt.BuildTags, "pecan_debug")
	}
	return l
}

// load finds the main package in dir and everything below it.
func (l *loader) load(dir string) (*program, error) {
	for _, path := range l.flavour.roots {
		if _, err := l.std(path); err != nil {
			return nil, err
		}
	}
	if l.flavour == kernelFlavour {
		// cmd/link wants to describe maps to a debugger; the kernel has none.
		l.add(l.tool.mapsStub(l.tree))
	}
	roots := slices.Clone(l.order)
	rt, err := l.module("runtime", filepath.Join(l.tree.root, "runtime"))
	if err != nil {
		return nil, err
	}
	rt.imports = append(rt.imports, roots...)
	main, err := l.module("main", dir)
	if err != nil {
		return nil, err
	}
	p := &program{main: main, packages: l.order}
	for _, q := range p.packages {
		q.deps = closure(q)
	}
	return p, nil
}

func closure(p *pkg) []*pkg {
	var out []*pkg
	seen := map[*pkg]bool{}
	var visit func(*pkg)
	visit = func(q *pkg) {
		if seen[q] {
			return
		}
		seen[q] = true
		for _, r := range q.imports {
			visit(r)
		}
		if q != p {
			out = append(out, q)
		}
	}
	visit(p)
	return out
}

func (l *loader) add(p *pkg) {
	l.found[p.path] = p
	l.order = append(l.order, p)
}

// std loads a package from GOROOT with what it imports.
func (l *loader) std(path string) (*pkg, error) {
	if p := l.found[path]; p != nil {
		return p, nil
	}
	bp, err := l.ctxt.ImportDir(filepath.Join(l.tool.goroot, "src", filepath.FromSlash(path)), 0)
	if err != nil {
		return nil, err
	}
	p := &pkg{path: path, dir: bp.Dir, std: true, goFiles: bp.GoFiles, sFiles: bp.SFiles}
	for _, imp := range bp.Imports {
		if imp == "unsafe" {
			continue
		}
		q, err := l.std(imp)
		if err != nil {
			return nil, err
		}
		p.imports = append(p.imports, q)
	}
	l.add(p)
	return p, nil
}

// module loads a package of our own with what it imports.
func (l *loader) module(path, dir string) (*pkg, error) {
	if p := l.found[path]; p != nil {
		return p, nil
	}
	if slices.Contains(l.loading, path) {
		return nil, fmt.Errorf("import cycle through %s", path)
	}
	l.loading = append(l.loading, path)
	defer func() { l.loading = l.loading[:len(l.loading)-1] }()
	bp, err := l.ctxt.ImportDir(dir, 0)
	if err != nil {
		return nil, err
	}
	p := &pkg{path: path, dir: bp.Dir, goFiles: bp.GoFiles}
	for _, f := range slices.Concat(bp.SFiles, bp.IgnoredOtherFiles) {
		switch filepath.Ext(f) {
		case ".s":
			if slices.Contains(bp.SFiles, f) {
				p.sFiles = append(p.sFiles, f)
			}
		case ".S":
			p.gnuFiles = append(p.gnuFiles, f)
		}
	}
	if path == "main" {
		if bp.Name != "main" {
			return nil, fmt.Errorf("%s is package %s, not package main", l.tree.rel(dir), bp.Name)
		}
	} else if len(p.gnuFiles) > 0 {
		return nil, fmt.Errorf("%s: GNU assembly (.S) belongs into the main package", l.tree.rel(dir))
	}
	for _, imp := range bp.Imports {
		if imp == "unsafe" {
			continue
		}
		q, err := l.importFor(p, imp, bp)
		if err != nil {
			return nil, err
		}
		p.imports = append(p.imports, q)
	}
	l.add(p)
	return p, nil
}

func (l *loader) importFor(p *pkg, imp string, bp *build.Package) (*pkg, error) {
	var at string
	if pos := bp.ImportPos[imp]; len(pos) > 0 {
		at = fmt.Sprintf("%s:%d", l.tree.rel(pos[0].Filename), pos[0].Line)
	}
	refuse := func(why string) error {
		return &refusal{flavour: l.flavour.name, items: []complaint{{pos: at, fn: "package " + p.path, why: why}}}
	}
	if rest, ok := strings.CutPrefix(imp, l.tree.module+"/"); ok {
		dir := filepath.Join(l.tree.root, filepath.FromSlash(rest))
		if rest == "runtime" {
			return nil, refuse("imports " + imp + ", which is compiled as package runtime and cannot be imported")
		}
		if _, err := os.Stat(dir); err != nil {
			return nil, refuse("imports " + imp + ", which does not exist")
		}
		return l.module(imp, dir)
	}
	if !l.flavour.std[imp] {
		return nil, refuse("imports " + imp + ", which needs more of Go's runtime than there is on the bare machine")
	}
	return l.std(imp)
}
