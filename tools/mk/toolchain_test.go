package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestToolchainContact checks what runtime and builder take for granted about the toolchain and what no build would
// notice: contact.go is part of every build, and fails it by itself.
func TestToolchainContact(t *testing.T) {
	t.Chdir(sharedTree)
	tr, err := findTree()
	if err != nil {
		t.Fatal(err)
	}
	tc, err := findToolchain(tr)
	if err != nil {
		t.Fatal(err)
	}

	// cmd/link writes the moduledata in the order of the fields in Go's own runtime.
	theirs := structFields(t, filepath.Join(tc.goroot, "src/runtime/symtab.go"), "moduledata")
	ours := structFields(t, "runtime/linker_386.go", "moduledata")
	for _, name := range []string{"text", "etext", "types", "textsectmap", "typelinks", "itablinks", "inittasks"} {
		a, okA := theirs[name]
		b, okB := ours[name]
		if !okA || !okB || a != b {
			t.Errorf("moduledata.%s: word %d of theirs (%v), word %d of ours (%v)", name, a, okA, b, okB)
		}
	}

	// The compiler fills a _defer.
	theirs = structFields(t, filepath.Join(tc.goroot, "src/runtime/runtime2.go"), "_defer")
	ours = structFields(t, "runtime/linker_386.go", "_defer")
	for _, name := range []string{"sp", "pc", "fn", "link", "head"} {
		if theirs[name] != ours[name] {
			t.Errorf("_defer.%s: word %d of theirs, word %d of ours", name, theirs[name], ours[name])
		}
	}

	// Prologues compare with the third word of g.
	if g := structFields(t, "runtime/linker_386.go", "g"); g["stackguard0"] != 2 {
		t.Errorf("g.stackguard0 is word %d", g["stackguard0"])
	}
}

// structFields returns the fields of a struct type and the words before each.
func structFields(t *testing.T, file, name string) map[string]int {
	t.Helper()
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Name.Name != name {
			return true
		}
		bytes := 0
		for _, f := range spec.Type.(*ast.StructType).Fields.List {
			size := fieldSize(f.Type)
			names := f.Names
			if len(names) == 0 {
				continue // sys.NotInHeap, which is empty
			}
			for _, id := range names {
				if size >= 4 {
					bytes = (bytes + 3) &^ 3
				}
				out[id.Name] = bytes / 4
				bytes += size
			}
		}
		return false
	})
	if len(out) == 0 {
		t.Fatalf("%s: no struct %s", file, name)
	}
	return out
}

// fieldSize is the size of the few kinds of types that these structs have.
func fieldSize(e ast.Expr) int {
	switch e := e.(type) {
	case *ast.ArrayType:
		if e.Len == nil {
			return 12
		}
		n := 0
		fmt.Sscan(e.Len.(*ast.BasicLit).Value, &n)
		return n * fieldSize(e.Elt)
	case *ast.Ident:
		switch e.Name {
		case "bool", "uint8":
			return 1
		case "string":
			return 8
		case "bitvector":
			return 8
		}
	}
	return 4
}

// TestContactFails makes sure that a layout that changed fails the build.
func TestContactFails(t *testing.T) {
	saved := same
	defer func() { same = saved }()
	same = slices.Concat(saved, []struct{ theirs, ours string }{
		{"unsafe.Offsetof(abi.Type{}.Str)", "unsafe.Offsetof(_type{}.equal)"},
	})
	dir := t.TempDir()
	if err := copyTree(dir); err != nil {
		t.Fatal(err)
	}
	_, err := mk(t, dir, "kernel", helloKernel)
	var te *toolError
	if !errors.As(err, &te) || te.tool != "compile" || !strings.Contains(te.output, "contact.go") {
		t.Errorf("a wrong offset was not noticed: %v", err)
	}
}

// TestVet runs go vet over what only the builder compiles, in both flavours.
func TestVet(t *testing.T) {
	for _, tags := range []string{"", "pecan_kernel", "pecan_user"} {
		cmd := exec.Command("go", "vet", "-tags", tags, "./runtime")
		cmd.Dir = moduleRoot
		cmd.Env = append(cmd.Environ(), "GOOS=linux", "GOARCH=386", "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("go vet with tags %q: %v\n%s", tags, err, out)
		}
	}
}
