package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// This file, contact.go and complaints.go hold all that mk knows of the inside of the Go toolchain: the flags of its
// tools, the packages and symbols that they expect, the form of their messages. TestToolchainContact checks it.

const (
	targetOS   = "linux" // decides the stack limit of the linker's check, and how compiled code finds g
	targetArch = "386"
)

// toolchain runs the compiler, assembler and linker of the installed Go, without the go command.
type toolchain struct {
	goroot  string
	version string
	dir     string // holds compile, asm and link
	env     []string
	trim    string // -trimpath: no file of the build may contain the path of the tree
	root    string
}

func findToolchain(t *tree) (*toolchain, error) {
	out, err := exec.Command("go", "env", "GOROOT", "GOVERSION", "GOTOOLDIR").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	f := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(f) != 3 {
		return nil, fmt.Errorf("go env: unexpected output %q", out)
	}
	tc := &toolchain{goroot: f[0], version: f[1], dir: f[2], root: t.root}
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "GO") && !strings.HasPrefix(kv, "CGO") {
			tc.env = append(tc.env, kv)
		}
	}
	// softfloat: no instruction of the FPU or SSE ever appears; floating point becomes calls
	// of functions that the runtime does not have.
	tc.env = append(tc.env, "GOOS="+targetOS, "GOARCH="+targetArch, "GO386=softfloat", "CGO_ENABLED=0", "GOROOT="+tc.goroot)
	tc.trim = t.root + "=>;" + filepath.Join(tc.goroot, "src") + "=>std"
	return tc, nil
}

// run runs one of the tools in dir. On failure the error is a toolError.
func (tc *toolchain) run(dir, tool string, args ...string) ([]byte, error) {
	cmd := exec.Command(filepath.Join(tc.dir, tool), args...)
	cmd.Dir = dir
	cmd.Env = append(tc.env[:len(tc.env):len(tc.env)], "PWD="+dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return out.Bytes(), &toolError{tool, err, strings.ReplaceAll(out.String(), tc.root+"/", "")}
	}
	return out.Bytes(), nil
}

// toolError is the failure of a tool, with what it printed.
type toolError struct {
	tool   string
	err    error
	output string
}

func (e *toolError) Error() string {
	return fmt.Sprintf("%s: %v\n%s", e.tool, e.err, strings.TrimSpace(e.output))
}

// langVersion is the language version to compile for: that of the toolchain.
func (tc *toolchain) langVersion() string {
	v := strings.TrimPrefix(tc.version, "go")
	if f := strings.SplitN(v, ".", 3); len(f) >= 2 {
		v = f[0] + "." + f[1]
	}
	return "go" + v
}

// trimFor is the value of -trimpath for a package that is compiled in the folder work, which holds generated files.
func (tc *toolchain) trimFor(work string) string { return work + "=>generated;" + tc.trim }

// compileArgs are the compiler's flags that name no files and folders.
func (tc *toolchain) compileArgs(f *flavour, p *pkg) []string {
	args := []string{"-p", p.path, "-lang=" + tc.langVersion(),
		"-pack", "-nolocalimports", "-buildid=",
		"-wb=false", // no garbage collector, so no write barriers
	}
	// -std: the package may use the directives of the standard library.
	if p.std || p.path == "runtime" {
		args = append(args, "-std")
	}
	// -+: compile as runtime code. What would move to the heap implicitly is an error.
	if p.path == "runtime" || f.noheap {
		args = append(args, "-+")
	}
	if len(p.sFiles) == 0 && len(p.gnuFiles) == 0 {
		args = append(args, "-complete")
	}
	return args
}

func (tc *toolchain) asmArgs(p *pkg, work string) []string {
	return []string{"-p", p.path, "-trimpath", tc.trimFor(work), "-I", work, "-I", filepath.Join(tc.goroot, "pkg", "include"),
		"-D", "GOOS_" + targetOS, "-D", "GOARCH_" + targetArch, "-D", "GO386_softfloat"}
}

// linkObject runs the linker far enough to get its relocatable object, which it leaves in work/go.o: asked to
// link externally, it writes the object for the system's linker, which we are ourselves.
func (tc *toolchain) linkObject(f *flavour, work, importcfg, main string, account bool) (string, []byte, error) {
	args := []string{"-importcfg", importcfg, "-linkmode=external", "-extld=/bin/true", "-tmpdir", work,
		"-buildid=", "-compressdwarf=false", "-checklinkname=0", "-o", filepath.Join(work, "unused")}
	if f.nosplit {
		// For the linker alone, -race does no more than raise the limit of its stack check from 796 to 1596
		// bytes; the kernel's stack is larger still, and the auditor knows by how much.
		args = append(args, "-race")
	}
	if account {
		args = append(args, "-debugnosplit")
	}
	out, err := tc.run(work, "link", append(args, main)...)
	return filepath.Join(work, "go.o"), out, err
}

// mapsStub is an empty internal/runtime/maps: cmd/link wants its types to describe maps to a debugger.
func (tc *toolchain) mapsStub(t *tree) *pkg {
	return &pkg{path: "internal/runtime/maps", dir: filepath.Join(t.cache, "stub"), std: true, goFiles: []string{"maps.go"}}
}

const mapsStubSource = `package maps

type Map struct{}
type table struct{ groups groupsReference }
type groupsReference struct{}

func describe() [3]any { return [3]any{Map{}, table{}, groupsReference{}} }
`

// writeStub writes the source of mapsStub.
func writeStub(t *tree) error {
	file := filepath.Join(t.cache, "stub", "maps.go")
	if data, err := os.ReadFile(file); err == nil && string(data) == mapsStubSource {
		return nil
	}
	return replaceFile(file, []byte(mapsStubSource), 0o666)
}

// symbolDirectives returns Go source that makes symbols known on both sides of the border between Go and
// GNU assembly: imports are defined outside and may be named by Go assembly, exports are Go's and may
// be named outside. The compiler accepts this in files that seem to come from cgo, by their names.
func symbolDirectives(imports, exports []string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "package main\n\n")
	for _, s := range imports {
		fmt.Fprintf(&b, "//go:cgo_import_static %s\n", s)
	}
	for _, s := range exports {
		fmt.Fprintf(&b, "//go:cgo_export_static %s %s\n", s, s)
	}
	return b.Bytes()
}

// identity names the toolchain in cache keys.
func (tc *toolchain) identity() string {
	h := sha256.New()
	fmt.Fprintln(h, tc.version, tc.goroot)
	for _, tool := range []string{"compile", "asm", "link"} {
		if fi, err := os.Stat(filepath.Join(tc.dir, tool)); err == nil {
			fmt.Fprintln(h, tool, fi.Size(), fi.ModTime().UnixNano())
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}
