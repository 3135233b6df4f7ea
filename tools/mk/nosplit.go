package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
)

// markNosplit returns a copy of a source file with //go:nosplit before each function, and //line
// directives so that positions stay those of the original. Function literals cannot be marked: one that would
// check its stack fails the link by name.
func markNosplit(file string, src []byte) ([]byte, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "//line %s:1\n", file)
	done := 0
	for _, d := range tree.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		at := fset.PositionFor(fn.Type.Func, false)
		// The directive must stand on a line of its own; func begins a line in every file that gofmt has seen.
		if at.Column != 1 {
			return nil, fmt.Errorf("%s: func does not begin a line", at)
		}
		out.Write(src[done:at.Offset])
		fmt.Fprintf(&out, "//go:nosplit\n//line %s:%d\n", file, at.Line)
		done = at.Offset
	}
	out.Write(src[done:])
	return out.Bytes(), nil
}
