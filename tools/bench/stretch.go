package main

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"

	"pecan/tools/run/qemu"
	"pecan/tools/run/stage"
	"pecan/tools/trace/step"
)

// stretchPlugin is the source of the QEMU plugin that measures.
//
//go:embed plugin/stretch.c
var stretchPlugin []byte

// ceiling is the longest time that interrupts may be off, in instructions, a repeated one counting once (docs/kernel-entry.md).
const ceiling = 5000

// kernelWindow is the lowest address at which a kernel's code runs.
const kernelWindow = 0xC0000000

// stretches are the longest times with interrupts off in a run.
type stretches struct {
	Instructions uint64 // of the longest
	From, To     uint32 // its first and last instruction
	Samples      []uint32
	Repeated     uint64 // most rounds of a repeated string instruction
	RepeatedAt   uint32
}

// longestStretch boots the root task under the kernel, with instructions counted, and measures.
func longestStretch(o *options, root, args string) (*stretches, error) {
	dir, err := os.MkdirTemp("", "stretch")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	source, plugin := filepath.Join(dir, "stretch.c"), filepath.Join(dir, "stretch.so")
	if err := os.WriteFile(source, stretchPlugin, 0o644); err != nil {
		return nil, err
	}
	if out, err := exec.Command("gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", plugin, source).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("gcc for the plugin: %w\n%s", err, out)
	}
	b := &stage.Boot{Build: o.build, Kernel: o.kernel, Root: root}
	if args != "" {
		b.RootArgs = []string{args}
	}
	m, err := b.Machine(dir)
	if err != nil {
		return nil, err
	}
	report := filepath.Join(dir, "report")
	m.ICount, m.Memory = true, largeMemory
	m.Extra = []string{"-plugin", fmt.Sprintf("%s,window=%#x", plugin, uint32(kernelWindow)), "-d", "plugin", "-D", report}
	p, err := m.Start(io.Discard)
	if err != nil {
		return nil, err
	}
	if status, late := p.WaitFor(limit); late || status != qemu.Success {
		return nil, fmt.Errorf("%s: %v (in time: %v)\n%s", root, status, !late, p.Messages())
	}
	text, err := os.ReadFile(report)
	if err != nil {
		return nil, err
	}
	return parseStretches(string(text))
}

// parseStretches reads what the plugin prints.
func parseStretches(text string) (*stretches, error) {
	s := &stretches{}
	if _, err := fmt.Sscanf(text, "stretch %d 0x%x 0x%x\nrepeat %d 0x%x\n", &s.Instructions, &s.From, &s.To, &s.Repeated, &s.RepeatedAt); err != nil {
		return nil, fmt.Errorf("the plugin printed %q", text)
	}
	var at uint32
	for rest := skipLines(text, 2); rest != ""; rest = skipLines(rest, 1) {
		if _, err := fmt.Sscanf(rest, "sample 0x%x\n", &at); err == nil {
			s.Samples = append(s.Samples, at)
		}
	}
	return s, nil
}

// skipLines is text without its first n lines.
func skipLines(text string, n int) string {
	for i := range text {
		if text[i] == '\n' {
			if n--; n == 0 {
				return text[i+1:]
			}
		}
	}
	return ""
}

// stretch measures the conformance program, or another, and fails above the ceiling.
func stretch(o *options, root, args string) error {
	path, err := stage.Image(o.build, o.kernel)
	if err != nil {
		return err
	}
	names, err := step.LoadNames(path)
	if err != nil {
		return err
	}
	s, err := longestStretch(o, root, args)
	if err != nil {
		return err
	}
	fmt.Printf("%s: at most %d instructions with interrupts off, from %s to %s\n", root, s.Instructions, names.Function(s.From), names.Function(s.To))
	fmt.Printf("most rounds of one repeated string instruction, each stretch counting it once: %d, in %s\n", s.Repeated, names.Function(s.RepeatedAt))
	count := map[string]int{}
	var order []string
	for _, at := range s.Samples {
		f := names.Function(at)
		if count[f]++; count[f] == 1 {
			order = append(order, f)
		}
	}
	sort.SliceStable(order, func(i, j int) bool { return count[order[i]] > count[order[j]] })
	for _, f := range order {
		fmt.Printf("  %3d%% %s\n", 100*count[f]/len(s.Samples), f)
	}
	if s.Instructions > ceiling {
		return fmt.Errorf("that is over the ceiling of %d", ceiling)
	}
	return nil
}
