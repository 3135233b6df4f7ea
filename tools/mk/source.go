package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// What can be seen in the sources: the statements that no flavour, or only user code, may have; and which function
// or variable is at a position.

// checkSources refuses what needs a scheduler, and in the kernel what needs initialisers, by syntax.
func (b *builder) checkSources() error {
	r := &refusal{flavour: b.flavour.name}
	err := b.eachDecl(func(p *pkg, fset *token.FileSet, d ast.Decl) {
		if p.path == "runtime" {
			return
		}
		fn := declName(p, d)
		complain := func(n ast.Node, why string) {
			at := fset.Position(n.Pos())
			r.items = append(r.items, complaint{fmt.Sprintf("%s:%d", b.tree.rel(at.Filename), at.Line), fn, why})
		}
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" && b.flavour == kernelFlavour {
			complain(f, whyInit)
		}
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				complain(n, whyGo)
			case *ast.SelectStmt, *ast.SendStmt, *ast.ChanType:
				complain(n, whyChan)
			case *ast.UnaryExpr:
				if n.Op == token.ARROW {
					complain(n, whyChan)
				}
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "recover" && len(n.Args) == 0 {
					complain(n, whyRecover)
				}
			case *ast.DeferStmt:
				if b.flavour == kernelFlavour {
					complain(n, whyDefer)
				}
			case *ast.MapType:
				if b.flavour == kernelFlavour {
					complain(n, whyMap)
				}
			}
			return true
		})
	})
	if err != nil {
		return err
	}
	return r.orNil()
}

// parsed is the syntax of a package of ours.
type parsed struct {
	pkg   *pkg
	fset  *token.FileSet
	decls []ast.Decl
}

// eachDecl calls f for every declaration of the packages that are ours.
func (b *builder) eachDecl(f func(*pkg, *token.FileSet, ast.Decl)) error {
	if b.syntax == nil {
		for _, p := range b.prog.packages {
			if p.std {
				continue
			}
			s := parsed{pkg: p, fset: token.NewFileSet()}
			for _, name := range p.goFiles {
				file, err := parser.ParseFile(s.fset, filepath.Join(p.dir, name), nil, parser.SkipObjectResolution)
				if err != nil {
					return err
				}
				s.decls = append(s.decls, file.Decls...)
			}
			b.syntax = append(b.syntax, s)
		}
	}
	for _, s := range b.syntax {
		for _, d := range s.decls {
			f(s.pkg, s.fset, d)
		}
	}
	return nil
}

// declName is the linker's name of a function, or the package of another declaration.
func declName(p *pkg, d ast.Decl) string {
	f, ok := d.(*ast.FuncDecl)
	if !ok {
		return "package " + p.path
	}
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return p.path + "." + f.Name.Name
	}
	t := f.Recv.List[0].Type
	star, pointer := t.(*ast.StarExpr)
	if pointer {
		t = star.X
	}
	if x, ok := t.(*ast.IndexExpr); ok {
		t = x.X
	}
	name := "?"
	if id, ok := t.(*ast.Ident); ok {
		name = id.Name
	}
	if pointer {
		name = "(*" + name + ")"
	}
	return p.path + "." + name + "." + f.Name.Name
}

// positions maps the functions of our packages to where they are declared.
func (b *builder) positions() map[string]string {
	out := map[string]string{}
	b.eachDecl(func(p *pkg, fset *token.FileSet, d ast.Decl) {
		if _, ok := d.(*ast.FuncDecl); ok {
			at := fset.Position(d.Pos())
			out[declName(p, d)] = fmt.Sprintf("%s:%d", b.tree.rel(at.Filename), at.Line)
		}
	})
	return out
}

// functionAt returns the function around a position (file:line); "" if there is none.
func (b *builder) functionAt(pos string) (name string) {
	b.eachDecl(func(p *pkg, fset *token.FileSet, d ast.Decl) {
		if _, ok := d.(*ast.FuncDecl); ok && spans(b.tree, fset, d, pos) {
			name = declName(p, d)
		}
	})
	return name
}

// variableAt returns the package-level variable whose declaration is at a position; "" if there is none.
func (b *builder) variableAt(pos string) (name string) {
	b.eachDecl(func(p *pkg, fset *token.FileSet, d ast.Decl) {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			return
		}
		for _, s := range g.Specs {
			if v := s.(*ast.ValueSpec); spans(b.tree, fset, v, pos) {
				name = p.path + "." + v.Names[0].Name
			}
		}
	})
	return name
}

func spans(t *tree, fset *token.FileSet, n ast.Node, pos string) bool {
	file, line, _ := strings.Cut(pos, ":")
	at, err := strconv.Atoi(line)
	from, to := fset.Position(n.Pos()), fset.Position(n.End())
	return err == nil && t.rel(from.Filename) == file && from.Line <= at && at <= to.Line
}

var initName = regexp.MustCompile(`^(map\.)?init(\.\d+)?$`)

// isInit reports whether a function of that name, within its package, is an initialiser.
func isInit(name string) bool { return initName.MatchString(name) }
