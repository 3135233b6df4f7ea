package main

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// What the tools say about forbidden code, translated into function and reason.

var (
	heapError       = regexp.MustCompile(`^(\S+?\.go):(\d+)(?::\d+)?: (.*), not allowed in runtime$`)
	undefBuiltin    = regexp.MustCompile(`reference to undefined builtin "([^"]+)" from package`)
	undefRelocation = regexp.MustCompile(`(?m)^(.+): relocation target (\S+) not defined`)
	stackOver       = regexp.MustCompile(`nosplit stack over (\d+) byte limit`)
	stackCall       = regexp.MustCompile(`^ +grows (\d+) bytes(?:, calls (\S+))?$`)
)

// explainCompile translates the compiler's refusals to use the heap.
func (b *builder) explainCompile(p *pkg, err error) error {
	var te *toolError
	if !errors.As(err, &te) {
		return err
	}
	r := &refusal{flavour: b.flavour.name}
	for line := range strings.Lines(te.output) {
		m := heapError.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		why := whyNew + " (" + m[3] + ")"
		if strings.HasPrefix(m[3], "heap-allocated closure") {
			why = whyClosure
		}
		r.items = append(r.items, complaint{m[1] + ":" + m[2], b.functionAt(m[1] + ":" + m[2]), why})
	}
	if len(r.items) == 0 {
		return err
	}
	return r
}

// explainLink translates what cmd/link says. The linker stops at the first missing function; so give the runtime
// empty ones in their place and link again, until it is content or has something else to say. Then the object
// holds exactly the functions that can be reached, and the compiler's listings say which of them want what.
func (b *builder) explainLink(work, importcfg string, err error) error {
	missing := map[string]bool{}
	object := ""
	for first := err; err != nil; {
		var te *toolError
		if !errors.As(err, &te) {
			return err
		}
		if stackOver.MatchString(te.output) {
			if len(missing) == 0 {
				return b.explainStack(te.output)
			}
			break
		}
		known := len(missing)
		for _, m := range undefBuiltin.FindAllStringSubmatch(te.output, -1) {
			missing[m[1]] = true
		}
		for _, m := range undefRelocation.FindAllStringSubmatch(te.output, -1) {
			missing[m[2]] = true
		}
		if len(missing) == known {
			return first
		}
		if err := b.poison(work, importcfg, missing); err != nil {
			return err
		}
		object, _, err = b.tool.linkObject(b.flavour, work, importcfg, b.prog.main.archive, false)
	}
	return b.explainMissing(missing, object)
}

// poison makes a runtime with empty functions of the given names and puts it into importcfg.
func (b *builder) poison(work, importcfg string, names map[string]bool) error {
	rt := b.prog.packages[slices.IndexFunc(b.prog.packages, func(p *pkg) bool { return p.path == "runtime" })]
	data, err := os.ReadFile(rt.archive)
	if err != nil {
		return err
	}
	archive := filepath.Join(work, "poisoned.a")
	if err := os.WriteFile(archive, data, 0o666); err != nil {
		return err
	}
	var src strings.Builder
	for _, s := range slices.Sorted(maps.Keys(names)) {
		if s = strings.ReplaceAll(s, ".", "·"); !strings.ContainsAny(s, "/:()[]* ") {
			src.WriteString("TEXT " + s + "(SB), 4, $0-0\n\tRET\n") // 4 is NOSPLIT
		}
	}
	file, obj := filepath.Join(work, "poison.s"), filepath.Join(work, "poison.o")
	if err := os.WriteFile(file, []byte(src.String()), 0o666); err != nil {
		return err
	}
	if _, err := b.tool.run(work, "asm", append(b.tool.asmArgs(rt, work), "-o", obj, file)...); err != nil {
		return err
	}
	if err := appendToArchive(archive, obj); err != nil {
		return err
	}
	cfg, err := os.ReadFile(importcfg)
	if err != nil {
		return err
	}
	return os.WriteFile(importcfg, []byte(strings.ReplaceAll(string(cfg), rt.archive, archive)), 0o666)
}

// explainMissing names the functions that want missing symbols. object, if there is one, holds what can be reached.
func (b *builder) explainMissing(missing map[string]bool, object string) error {
	reachable, err := textSymbols(object)
	if err != nil {
		return err
	}
	r, err := b.initialisers(object)
	if err != nil {
		return err
	}
	told := map[string]bool{}
	for _, p := range b.prog.packages {
		refs, err := b.references(p)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			if !missing[ref.symbol] || reachable != nil && !reachable[ref.fn] {
				continue
			}
			told[ref.symbol] = true
			fn := ref.fn
			if at := b.functionAt(ref.pos); at != "" && !strings.HasPrefix(fn, at) {
				fn = at + ", inlined into " + fn + ","
			}
			switch why := reason(ref.symbol); {
			case b.flavour == kernelFlavour && isInit(strings.TrimPrefix(fn, p.path+".")): // told already
			case why == "":
				r.items = append(r.items, complaint{ref.pos, fn, "refers to " + ref.symbol + ", which nothing defines"})
			case why != whyHook:
				r.items = append(r.items, complaint{ref.pos, fn, why})
			}
		}
	}
	for _, s := range slices.Sorted(maps.Keys(missing)) {
		if why := reason(s); why == whyHook {
			r.items = append(r.items, complaint{fn: s, why: whyHook})
		} else if !told[s] && (why == "" || len(r.items) == 0) {
			r.items = append(r.items, complaint{fn: s, why: "is referred to, and nothing defines it"})
		}
	}
	return r
}

// explainStack translates the linker's account of a call chain that is too deep or has no end.
func (b *builder) explainStack(output string) error {
	r := &refusal{flavour: b.flavour.name}
	limit := stackOver.FindStringSubmatch(output)[1]
	positions := b.positions()
	var chain, grown []string
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\n")
		switch m := stackCall.FindStringSubmatch(line); {
		case m != nil:
			grown = append(grown, m[1])
			if m[2] != "" {
				chain = append(chain, symbolName(m[2]))
			}
		case strings.HasSuffix(line, "infinite cycle"):
			last := chain[len(chain)-1]
			cycle := chain[slices.Index(chain, last):]
			r.items = append(r.items, complaint{positions[last], last, "recurses: " + strings.Join(cycle, " -> ")})
		case strings.HasSuffix(line, "over limit"):
			var s strings.Builder
			for i, fn := range chain {
				if i > 0 {
					s.WriteString(" -> ")
				}
				s.WriteString(fn)
				if i < len(grown) {
					s.WriteString(" (" + grown[i] + ")")
				}
			}
			r.items = append(r.items, complaint{positions[chain[0]], chain[0],
				"needs more than " + limit + " bytes of stack, with what it calls: " + s.String()})
		case line != "" && !strings.HasPrefix(line, " "):
			chain, grown = []string{symbolName(line)}, nil
		}
	}
	return r
}

// symbolName drops the version that the linker appends: main.f<1>.
func symbolName(s string) string {
	if i := strings.LastIndexByte(s, '<'); i > 0 {
		s = s[:i]
	}
	return s
}

// checkObject looks in the linked object for functions that nobody defines (cmd/link leaves some of them to ld), and
// in the kernel for initialisers.
func (b *builder) checkObject(object string) error {
	missing, err := undefined(object)
	if err != nil {
		return err
	}
	for _, s := range b.imports {
		delete(missing, s)
	}
	if len(missing) > 0 {
		return b.explainMissing(missing, object)
	}
	r, err := b.initialisers(object)
	if err != nil {
		return err
	}
	return r.orNil()
}

// initialisers complains about the initialisers in an object of kernel code.
func (b *builder) initialisers(object string) (*refusal, error) {
	r := &refusal{flavour: b.flavour.name}
	if b.flavour != kernelFlavour || object == "" {
		return r, nil
	}
	tasks, err := initTasks(object)
	if err != nil {
		return nil, err
	}
	for _, p := range b.prog.packages {
		if !tasks[p.path] {
			continue
		}
		refs, err := b.references(p)
		if err != nil {
			return nil, err
		}
		found := map[string]string{}
		for _, ref := range refs {
			if rest, ok := strings.CutPrefix(ref.fn, p.path+"."); ok && isInit(rest) && ref.pos != "" {
				found[ref.fn+ref.pos] = ref.pos
			}
		}
		for _, key := range slices.Sorted(maps.Keys(found)) {
			pos := found[key]
			name := strings.TrimSuffix(key, pos)
			if v := b.variableAt(pos); v != "" {
				name = "the initialiser of " + v
			}
			r.items = append(r.items, complaint{pos, name, whyInit})
		}
		if len(found) == 0 {
			r.items = append(r.items, complaint{fn: "package " + p.path, why: "has an initialiser that " + whyInit})
		}
	}
	return r, nil
}
