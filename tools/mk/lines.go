package main

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
)

// The line table, which runtime.Locate reads from front to back. Numbers (u) have 7 bits per byte, the lowest first;
// signed ones (s) are zigzag coded.
//
//	u number of files, then for each: u length, name
//	for each function, by address:
//	  u distance of its entry from the one before (from text_start for the first)
//	  u size of its code
//	  u bytes that its name shares with the name before; u length of the rest, the rest
//	  u length of the rows, then the rows:
//	    u file, u line at the entry
//	    0xF0 u   advance the address further    0xF1 s   advance the line further    0xF2 u   file
//	    below 0xF0: advance the address by op/15+1 and the line by op%15-4; a new row
//	    0xFF     end

// function is one function of the linked program.
type function struct {
	name        string
	entry, size uint64
	rows        []row
}

type row struct {
	addr uint64
	file string
	line int
}

// lineTable makes the table for a linked ELF file.
func lineTable(name string) ([]byte, error) {
	f, err := elf.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	base, functions, err := readFunctions(f)
	if err != nil {
		return nil, err
	}
	if err := readRows(f, functions); err != nil {
		return nil, err
	}
	return encodeLines(base, functions), nil
}

// readFunctions returns the functions in .text by address, and the address that the table counts from.
func readFunctions(f *elf.File) (base uint64, out []function, err error) {
	symbols, err := f.Symbols()
	if err != nil {
		return 0, nil, err
	}
	text := f.Section(".text")
	if text == nil {
		return 0, nil, fmt.Errorf("no .text")
	}
	base = text.Addr
	for _, s := range symbols {
		if s.Name == "text_start" {
			base = s.Value
		}
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC && s.Size > 0 && s.Value >= text.Addr && s.Value < text.Addr+text.Size {
			out = append(out, function{name: s.Name, entry: s.Value, size: s.Size})
		}
	}
	slices.SortStableFunc(out, func(a, b function) int { return int(int64(a.entry) - int64(b.entry)) })
	return base, slices.CompactFunc(out, func(a, b function) bool { return a.entry == b.entry }), nil
}

// readRows adds the lines to functions, which are sorted.
func readRows(f *elf.File, functions []function) error {
	info, err := f.DWARF()
	if err != nil {
		return err
	}
	for r := info.Reader(); ; {
		unit, err := r.Next()
		if err != nil {
			return err
		}
		if unit == nil {
			return nil
		}
		if unit.Tag != dwarf.TagCompileUnit {
			r.SkipChildren()
			continue
		}
		calls, err := inlinedCalls(info, unit)
		if err != nil {
			return err
		}
		r.SkipChildren()
		lr, err := info.LineReader(unit)
		if err != nil {
			return err
		}
		if lr == nil {
			continue
		}
		var e dwarf.LineEntry
		for {
			err := lr.Next(&e)
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			if e.EndSequence || e.File == nil {
				continue
			}
			i := sort.Search(len(functions), func(i int) bool { return functions[i].entry > e.Address }) - 1
			if i < 0 || e.Address >= functions[i].entry+functions[i].size {
				continue
			}
			fn := &functions[i]
			at := row{e.Address, strings.TrimPrefix(e.File.Name, "./"), e.Line}
			if k := sort.Search(len(calls), func(k int) bool { return calls[k].to > e.Address }); k < len(calls) && calls[k].from <= e.Address && len(fn.rows) > 0 {
				at.file, at.line = fn.rows[0].file, calls[k].line
			}
			fn.rows = append(fn.rows, at)
		}
	}
}

// inlinedCall is code from another function, by the line that calls it.
type inlinedCall struct {
	from, to uint64
	line     int
}

// inlinedCalls returns what was inlined into the functions of a unit, by address. The table tells of code that was
// inlined as if it were called: so function and line belong together, and there are far fewer rows.
func inlinedCalls(info *dwarf.Data, unit *dwarf.Entry) ([]inlinedCall, error) {
	r := info.Reader()
	r.Seek(unit.Offset)
	if _, err := r.Next(); err != nil {
		return nil, err
	}
	var out []inlinedCall
	for depth := 1; depth > 0 && unit.Children; {
		e, err := r.Next()
		if err != nil {
			return nil, err
		}
		if e == nil {
			break
		}
		if e.Tag == 0 {
			depth--
			continue
		}
		line, ok := e.Val(dwarf.AttrCallLine).(int64)
		if e.Tag == dwarf.TagInlinedSubroutine && ok {
			ranges, err := info.Ranges(e)
			if err != nil {
				return nil, err
			}
			for _, a := range ranges {
				out = append(out, inlinedCall{a[0], a[1], int(line)})
			}
			r.SkipChildren() // what it inlined in turn
			continue
		}
		if e.Children {
			depth++
		}
	}
	slices.SortFunc(out, func(a, b inlinedCall) int { return int(int64(a.from) - int64(b.from)) })
	return out, nil
}

// encoder appends numbers.
type encoder []byte

func (e *encoder) uint(v uint64) {
	for v >= 0x80 {
		*e = append(*e, byte(v)|0x80)
		v >>= 7
	}
	*e = append(*e, byte(v))
}

func (e *encoder) int(v int) { e.uint(uint64(v)<<1 ^ uint64(int64(v)>>63)) }

func (e *encoder) text(s string) {
	e.uint(uint64(len(s)))
	*e = append(*e, s...)
}

func encodeLines(base uint64, functions []function) []byte {
	index := map[string]int{}
	var files []string
	for i := range functions {
		fn := &functions[i]
		fn.rows = tidy(fn)
		for _, r := range fn.rows {
			if _, ok := index[r.file]; !ok {
				index[r.file] = len(files)
				files = append(files, r.file)
			}
		}
	}
	var e encoder
	e.uint(uint64(len(files)))
	for _, f := range files {
		e.text(f)
	}
	last := ""
	for _, fn := range functions {
		e.uint(fn.entry - base)
		base = fn.entry
		e.uint(fn.size)
		name := shortName(fn.name)
		shared := 0
		for shared < len(name) && shared < len(last) && name[shared] == last[shared] {
			shared++
		}
		e.uint(uint64(shared))
		e.text(name[shared:])
		last = name
		rows := encodeRows(fn.rows, index)
		e.uint(uint64(len(rows)))
		e = append(e, rows...)
	}
	return e
}

// tidy sorts the rows of a function, drops those that change nothing, and makes the first begin at the entry.
func tidy(fn *function) []row {
	slices.SortStableFunc(fn.rows, func(a, b row) int { return int(int64(a.addr) - int64(b.addr)) })
	var out []row
	for _, r := range fn.rows {
		if n := len(out); n > 0 && out[n-1].addr == r.addr {
			out[n-1] = r // of several rows for one address the last counts
		} else {
			out = append(out, r)
		}
	}
	out = slices.CompactFunc(out, func(a, b row) bool { return a.file == b.file && a.line == b.line })
	if len(out) == 0 {
		return []row{{fn.entry, "?", 0}}
	}
	out[0].addr = fn.entry
	return out
}

func encodeRows(rows []row, index map[string]int) []byte {
	var e encoder
	at := rows[0]
	e.uint(uint64(index[at.file]))
	e.uint(uint64(at.line))
	for _, r := range rows[1:] {
		step, line := r.addr-at.addr, r.line-at.line
		if step > 16 {
			e = append(e, 0xF0)
			e.uint(step - 16)
			step = 16
		}
		if line < -4 || line > 10 {
			e = append(e, 0xF1)
			e.int(line)
			line = 0
		}
		if r.file != at.file {
			e = append(e, 0xF2)
			e.uint(uint64(index[r.file]))
		}
		e = append(e, byte((step-1)*15)+byte(line+4))
		at = r
	}
	return append(e, 0xFF)
}

// shortName drops the folders of the package path: pecan/arch/ia32.Enter becomes ia32.Enter.
func shortName(name string) string {
	end := strings.IndexAny(name, "([")
	if end < 0 {
		end = len(name)
	}
	return name[strings.LastIndex(name[:end], "/")+1:]
}
