package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// script is the linker script of the flavour.
func (b *builder) script() string {
	if b.flavour == kernelFlavour {
		return filepath.Join(b.tree.root, "linker.ld")
	}
	return filepath.Join(b.tree.root, "user.ld")
}

var assignment = regexp.MustCompile(`(?m)([a-z_]\w*)\s*=[^=]`)

// scriptSymbols returns the symbols that the linker script defines.
func (b *builder) scriptSymbols() ([]string, error) {
	data, err := os.ReadFile(b.script())
	if err != nil {
		return nil, err
	}
	data = regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAll(data, nil)
	var out []string
	for _, m := range assignment.FindAllSubmatch(data, -1) {
		if s := string(m[1]); s != "_start" {
			out = append(out, s)
		}
	}
	return out, nil
}

// findSymbols finds the symbols that cross the border between Go and GNU assembly: what the linker script and the
// .S files define, Go assembly may name; what the .S files miss, they take from Go assembly.
func (b *builder) findSymbols() error {
	script, err := b.scriptSymbols()
	if err != nil {
		return err
	}
	defined, missing := set(script...), set("main")
	work, err := os.MkdirTemp(b.tree.cache, "_work")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	objects, err := b.assembleGNU(work)
	if err != nil {
		return err
	}
	for _, o := range objects {
		f, err := elf.Open(o)
		if err != nil {
			return err
		}
		symbols, _ := f.Symbols()
		f.Close()
		for _, s := range symbols {
			switch {
			case elf.ST_BIND(s.Info) == elf.STB_LOCAL:
			case s.Section == elf.SHN_UNDEF:
				missing[s.Name] = true
			default:
				defined[s.Name] = true
			}
		}
	}
	for s := range defined {
		delete(missing, s)
		b.imports = append(b.imports, s)
	}
	for s := range missing {
		b.exports = append(b.exports, s)
	}
	slices.Sort(b.imports)
	slices.Sort(b.exports)
	return nil
}

// assembleGNU assembles the .S files of the main package.
func (b *builder) assembleGNU(work string) ([]string, error) {
	var objects []string
	for _, f := range b.prog.main.gnuFiles {
		object := filepath.Join(work, f+".o")
		src := b.tree.rel(filepath.Join(b.prog.main.dir, f))
		if err := b.gcc(src, object); err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	return objects, nil
}

func (b *builder) gcc(src, object string) error {
	args := []string{"-m32", "-c", "-g", "-fdebug-prefix-map=" + b.tree.root + "=.", "-Wa,--noexecstack", "-o", object}
	for _, tag := range b.buildTags() {
		args = append(args, "-D"+tag)
	}
	cmd := exec.Command("gcc", append(args, src)...)
	cmd.Dir = b.tree.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return &toolError{"gcc", err, string(out)}
	}
	return nil
}

func (b *builder) buildTags() []string {
	tags := slices.Clone(b.flavour.tags)
	if b.debug {
		tags = append(tags, "pecan_debug")
	}
	return tags
}

// link makes the output: twice, because the line table is made from the addresses of the first link. It comes
// behind the code, so that the second link does not move what the table describes.
func (b *builder) link() error {
	work, err := os.MkdirTemp(b.tree.cache, "_work")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	cfg, err := b.importcfg(work, b.prog.packages)
	if err != nil {
		return err
	}
	done := b.timed("link Go")
	object, out, err := b.tool.linkObject(b.flavour, work, cfg, b.prog.main.archive, b.account)
	if err != nil {
		return b.explainLink(work, cfg, err)
	}
	done()
	if err := b.checkObject(object); err != nil {
		return err
	}
	if b.account {
		return replaceFile(b.output, out, 0o666)
	}
	objects, err := b.assembleGNU(work)
	if err != nil {
		return err
	}
	objects = append(objects, object)
	defer b.timed("link ELF and line table")()
	first := filepath.Join(work, "first.elf")
	if err := b.ld(first, objects); err != nil {
		return err
	}
	table, err := lineTable(first)
	if err != nil {
		return err
	}
	lines := filepath.Join(work, "lines.o")
	if err := os.WriteFile(filepath.Join(work, "lines.bin"), table, 0o666); err != nil {
		return err
	}
	source := filepath.Join(work, "lines.S")
	text := fmt.Sprintf(".section .lines,\"a\"\n.incbin \"%s/lines.bin\"\n", work)
	if err := os.WriteFile(source, []byte(text), 0o666); err != nil {
		return err
	}
	if err := b.assemblePlain(source, lines); err != nil {
		return err
	}
	second := filepath.Join(work, "second.elf")
	if err := b.ld(second, append(objects, lines)); err != nil {
		return err
	}
	data, err := os.ReadFile(second)
	if err != nil {
		return err
	}
	if err := b.checkImage(data); err != nil {
		return err
	}
	return replaceFile(b.output, data, 0o777)
}

// assemblePlain assembles without debug information, for generated files.
func (b *builder) assemblePlain(src, object string) error {
	if out, err := exec.Command("gcc", "-m32", "-c", "-Wa,--noexecstack", "-o", object, src).CombinedOutput(); err != nil {
		return &toolError{"gcc", err, string(out)}
	}
	return nil
}

func (b *builder) ld(output string, objects []string) error {
	args := []string{"-m", "elf_i386", "-nostdlib", "-static", "-z", "max-page-size=4096", "-z", "noexecstack",
		"--build-id=none", "--no-warn-rwx-segments", "-T", b.script(), "-o", output}
	if b.flavour == userFlavour {
		args = append(args, fmt.Sprintf("--defsym=BASE=%#x", b.base), fmt.Sprintf("--defsym=HEAP=%#x", b.heap), "-e", b.entry)
	}
	cmd := exec.Command("ld", append(args, objects...)...)
	cmd.Dir = filepath.Dir(output)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return &toolError{"ld", err, strings.ReplaceAll(out.String(), b.tree.root+"/", "")}
	}
	return nil
}
