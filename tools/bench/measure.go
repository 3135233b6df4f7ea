package main

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"pecan/tools/run/qemu"
	"pecan/tools/run/stage"
	"pecan/tools/trace/step"
)

// row is a figure as it stands in build/bench.json.
type row struct {
	Name   string `json:"name"`
	Unit   string `json:"unit"`
	Value  uint64 `json:"value"`
	Kernel string `json:"kernel"` // build ID: the beginning of the file's SHA-256
}

// results are the figures of one kernel.
type results struct {
	Kernel  string
	Version string
	Rows    []row
	Failed  []string // rows that could not be measured, and why
	trace   *step.Trace
	names   *step.Names
}

// value looks a figure up.
func (r *results) value(name string) (uint64, bool) {
	for i := range r.Rows {
		if r.Rows[i].Name == name {
			return r.Rows[i].Value, true
		}
	}
	return 0, false
}

func (r *results) add(name, unit string, value uint64) {
	r.Rows = append(r.Rows, row{name, unit, value, r.Kernel})
}

// options say what is measured.
type options struct {
	build  string
	kernel string
	only   string // prefix of the groups of user/bench, "" = all
	quick  bool   // small crowds, no limits
	trace  bool   // step through operations as well
}

// limit is the longest that a run may take on a busy host.
const limit = 10 * time.Minute

// Memory of the machines, in MiB: what the limits are about, and room for a thousand spaces.
const (
	smallMemory = 128
	largeMemory = 256
)

// measure boots the kernel under user/bench, and in a smaller machine for the limits.
func measure(o *options) (*results, error) {
	path, err := stage.Image(o.build, o.kernel)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &results{Kernel: fmt.Sprintf("%x", sha256.Sum256(raw))[:12]}
	if o.quick {
		o.only = "quick"
	}
	if o.only == "" {
		if err := r.boot(o, smallMemory, "limits"); err != nil {
			return nil, err
		}
	}
	if err := r.boot(o, largeMemory, o.only); err != nil {
		return nil, err
	}
	if o.only == "" {
		if err := r.boot(o, largeMemory, "beside"); err != nil {
			return nil, err
		}
	}
	if r.names, err = step.LoadNames(path); err != nil {
		return nil, err
	}
	if err := r.size(path); err != nil {
		return nil, err
	}
	if o.trace {
		if r.trace, err = step.Run(o.build, o.kernel); err != nil {
			return nil, err
		}
		r.add("boot", instructions, r.trace.Boot)
		r.addTrace()
	}
	return r, nil
}

// boot runs the groups of user/bench that begin with only, and takes over what it prints and is not known yet.
func (r *results) boot(o *options, memory int, only string) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &stage.Boot{Build: o.build, Kernel: o.kernel, Root: "bench.elf"}
	if only != "" {
		b.RootArgs = []string{"only=" + only}
	}
	m, err := b.Machine(dir)
	if err != nil {
		return err
	}
	m.ICount, m.Memory = true, memory
	var lines qemu.Lines
	p, err := m.Start(&lines)
	if err != nil {
		return err
	}
	status, late := p.WaitFor(limit)
	text := lines.String()
	if late || status != qemu.Success {
		return fmt.Errorf("%s: %v (in time: %v); the end of its output:\n%s", o.kernel, status, !late, qemu.Tail(text, 20))
	}
	return r.parse(text)
}

// line is what user/bench prints: a figure, or why there is none.
var line = regexp.MustCompile(`^bench (\S+) (\d+|fails: .*)$`)

// parse reads the output of user/bench. Figures that are known already stay.
func (r *results) parse(text string) error {
	done := false
	for _, s := range strings.Split(text, "\n") {
		s = strings.TrimSpace(s)
		if v, ok := strings.CutPrefix(s, "bench kernel "); ok {
			r.Version = v
			continue
		}
		done = done || s == "bench done"
		f := line.FindStringSubmatch(s)
		if f == nil {
			continue
		}
		v, err := strconv.ParseUint(f[2], 10, 64)
		if err != nil {
			r.Failed = append(r.Failed, f[1]+" "+f[2])
			continue
		}
		if _, known := r.value(f[1]); !known {
			r.add(f[1], unitOf(f[1]), v)
		}
	}
	if !done {
		return fmt.Errorf("the program did not come to its end:\n%s", qemu.Tail(text, 20))
	}
	return nil
}

// unitOf is the unit of a figure of user/bench.
func unitOf(name string) string {
	name = strings.TrimPrefix(name, beside)
	if u, ok := units[name]; ok {
		return u
	}
	for _, s := range sections {
		for _, e := range s.entries {
			if e.name == name && s.unit != "" {
				return s.unit
			}
		}
	}
	return instructions
}

// size adds what the kernel's file tells.
func (r *results) size(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	text := uint64(0)
	for _, s := range f.Sections {
		if s.Type == elf.SHT_PROGBITS && s.Flags&elf.SHF_EXECINSTR != 0 {
			data, err := s.Data()
			if err != nil {
				return err
			}
			text += uint64(len(bytes.TrimRight(data, "\x00\xCC"))) // the rest fills the last page
		}
	}
	r.add("text", bytesUnit, text)
	if n := r.names.TCBBytes(); n > 0 {
		r.add("tcb", bytesUnit, uint64(n))
	}
	return nil
}

// missing lists the figures of the report that there are not. What the kernel's file or limits would tell is left out.
func (r *results) missing(o *options) (list []string) {
	for _, s := range sections {
		for _, e := range s.entries {
			_, ok := r.value(e.name)
			if !ok && s.title != "Kernel" && (!o.quick || !strings.HasPrefix(s.title, "Limits")) {
				list = append(list, e.name)
			}
		}
	}
	for _, e := range oneWay {
		if r.way(e.name, 2) == "" {
			list = append(list, "kernel/"+e.name)
		}
	}
	return
}

// queueWord tells names of memory that ready queues are made of.
var queueWord = regexp.MustCompile(`^(TCB\.(readyNext|readyPrev|queued)|pecan/kernel\.cpu\.(ready|bitmap|top).*)$`)

// addTrace adds what stepping showed: the ways through the kernel and what they touch.
func (r *results) addTrace() {
	for _, o := range r.trace.Operations {
		queue := uint64(0)
		for _, a := range step.Writes(o.List) {
			if queueWord.MatchString(r.names.Of(a.Addr)) {
				queue++
			}
		}
		r.add("queue_writes/"+o.Name, count, queue)
		for i, p := range step.Paths(o.List) {
			n, reads, writes := step.Count(p)
			prefix := fmt.Sprintf("kernel/%s/%d/", o.Name, i+1)
			r.add(prefix+"instructions", instructions, uint64(n))
			r.add(prefix+"reads", "words", uint64(reads))
			r.add(prefix+"writes", "words", uint64(writes))
			r.add(prefix+"cr3_loads", count, uint64(step.Loads(p)))
		}
		for _, k := range []struct {
			name   string
			kernel bool
		}{{"kernel", true}, {"user", false}} {
			f := step.FootprintOf(o.List, k.kernel)
			prefix := fmt.Sprintf("footprint/%s/%s/", o.Name, k.name)
			r.add(prefix+"code_lines", count, uint64(f.CodeLines))
			r.add(prefix+"data_lines", count, uint64(f.DataLines))
			r.add(prefix+"dirty_lines", count, uint64(f.DirtyLines))
			r.add(prefix+"code_pages", count, uint64(f.CodePages))
			r.add(prefix+"data_pages", count, uint64(f.DataPages))
		}
	}
}
