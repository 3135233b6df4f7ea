package main

import (
	"debug/dwarf"
	"fmt"
	"io"
	"path"
	"sort"
	"strings"
)

// sourceLine says which line of source an address comes from.
type sourceLine struct {
	addr uint32
	file string
	line int
	end  bool // the address behind a sequence: no source
}

// readLines reads the line tables of the DWARF data, as far as there are any.
func (a *auditor) readLines() {
	d, err := a.image.elf.DWARF()
	if err != nil {
		return
	}
	for r := d.Reader(); ; {
		unit, err := r.Next()
		if err != nil || unit == nil {
			break
		}
		if unit.Tag == dwarf.TagCompileUnit {
			a.readUnit(d, unit)
		}
		r.SkipChildren()
	}
	sort.SliceStable(a.lines, func(i, j int) bool {
		if a.lines[i].addr != a.lines[j].addr {
			return a.lines[i].addr < a.lines[j].addr
		}
		return a.lines[i].end && !a.lines[j].end
	})
}

// readUnit reads the line table of one compilation unit.
func (a *auditor) readUnit(d *dwarf.Data, unit *dwarf.Entry) {
	lr, err := d.LineReader(unit)
	if err != nil || lr == nil {
		return
	}
	var e dwarf.LineEntry
	for {
		if err := lr.Next(&e); err != nil {
			if err != io.EOF {
				return
			}
			return
		}
		l := sourceLine{addr: uint32(e.Address), line: e.Line, end: e.EndSequence}
		if e.File != nil {
			l.file = e.File.Name
		}
		a.lines = append(a.lines, l)
	}
}

// where names an address for a message: its function, offset and source line.
func (a *auditor) where(addr uint32) string {
	text := fmt.Sprintf("%#x", addr)
	if f := a.funcAt(addr); f != nil {
		text = fmt.Sprintf("%s+%#x", f.Name, addr-f.Addr)
	}
	i := sort.Search(len(a.lines), func(i int) bool { return a.lines[i].addr > addr })
	if i > 0 && !a.lines[i-1].end && a.lines[i-1].file != "" {
		l := a.lines[i-1]
		text += fmt.Sprintf(" (%s:%d)", shortFile(l.file), l.line)
	}
	return text
}

// shortFile keeps the last two elements of a path.
func shortFile(file string) string {
	dir, base := path.Split(file)
	return path.Join(path.Base(dir), base)
}

// countLines counts the source lines that made code, in Go and in assembly.
func (a *auditor) countLines() (goLines, asmLines int) {
	seen := map[string]bool{}
	for _, l := range a.lines {
		key := fmt.Sprintf("%s:%d", l.file, l.line)
		if l.end || l.file == "" || seen[key] {
			continue
		}
		seen[key] = true
		switch strings.ToLower(path.Ext(l.file)) {
		case ".go":
			goLines++
		case ".s":
			asmLines++
		}
	}
	return goLines, asmLines
}
