package boot

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// builder makes boot information, record by record.
type builder struct {
	records []byte
	n       uint32
}

func (b *builder) add(words []uint32, stringAt int, line string) {
	fixed := uint32(4 * len(words))
	var tail []byte
	if line != "" {
		words[stringAt] = fixed
		tail = append([]byte(line), 0)
		for len(tail)%4 != 0 {
			tail = append(tail, 0)
		}
	}
	words[1], words[2] = 1, fixed+uint32(len(tail))
	for _, w := range words {
		b.records = binary.LittleEndian.AppendUint32(b.records, w)
	}
	b.records = append(b.records, tail...)
	b.n++
}

func (b *builder) module(start, size uint32, line string) {
	b.add([]uint32{moduleRecord, 0, 0, start, size, 0}, 5, line)
}

func (b *builder) executable(start, size uint32, line string) {
	w := make([]uint32, 16)
	w[0], w[3], w[5] = executableRecord, start, size
	b.add(w, 15, line)
}

func (b *builder) bytes() []byte {
	var out []byte
	for _, w := range []uint32{magic, 1, Header + uint32(len(b.records)), Header, b.n, 0, 0, 0} {
		out = binary.LittleEndian.AppendUint32(out, w)
	}
	return append(out, b.records...)
}

func usual() *builder {
	b := new(builder)
	b.executable(0x20000, 0x9000, "sigma0.elf")
	b.executable(0x400000, 0x20000, "root.elf exit=0xf4 limit=64 smoke")
	b.module(0x500000, 0x3000, "build/pager.elf")
	b.module(0x503000, 0x2000, "console.elf with words")
	b.module(0x505000, 0x2001, "/a/b/client.elf")
	b.module(0x508000, 99, "docs/README.md")
	b.add([]uint32{0x0102, 0, 0, 0x9000}, 3, "")
	return b
}

func TestParse(t *testing.T) {
	info, ok := Parse(usual().bytes(), 0x401234)
	if !ok || string(info.Line) != "root.elf exit=0xf4 limit=64 smoke" {
		t.Fatalf("%v, line %q", ok, info.Line)
	}
	m := info.Modules
	for p, want := range []Module{{true, 0x500000, 0x3000, nil}, {true, 0x503000, 0x2000, nil}, {true, 0x505000, 0x2001, nil}} {
		got := m.Program[p]
		if !got.Present || got.Start != want.Start || got.Size != want.Size {
			t.Errorf("%s: %+v", Names[p], got)
		}
	}
	if f := m.File; !f.Present || f.Start != 0x508000 || f.Size != 99 || string(f.Name) != "README.md" {
		t.Errorf("file: %+v", f)
	}
}

func TestModules(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  string // indices of pager, console, client, file; the file's name and size
	}{
		{"any order", []string{"f", "client.elf", "console.elf", "pager.elf"}, "3 2 1 0 f 100"},
		{"first plain file", []string{"pager.elf", "a", "b"}, "0 - - 1 a 100"},
		{"nothing", nil, "- - - -"},
		{"marked", []string{"pager.elf", "data data x.txt size=7"}, "0 - - 1 x.txt 7"},
		{"marked beats first", []string{"a", "data data x.txt size=7"}, "- - - 1 x.txt 7"},
		{"first of two marked", []string{"data data x", "data data y"}, "- - - 0 x 100"},
		{"named like a program", []string{"data data pager.elf size=3", "pager.elf"}, "1 - - 0 pager.elf 3"},
		{"empty file", []string{"data data e size=0"}, "- - - 0 e 0"},
		{"size too large", []string{"data data e size=101"}, "- - - 0 e 100"},
		{"no number", []string{"data data e size=1x"}, "- - - 0 e 100"},
		{"marked without a name", []string{"data data"}, "- - - 0  100"},
		{"second program of a name", []string{"pager.elf", "pager.elf"}, "0 - - 1 pager.elf 100"},
		{"no strings", []string{"", "", "", "", ""}, "0 1 2 3  100"},
	} {
		b := new(builder)
		for i, l := range c.lines {
			b.module(0x1000*uint32(i+1), 100, l)
		}
		info, ok := Parse(b.bytes(), 0)
		if !ok {
			t.Fatalf("%s: not parsed", c.name)
		}
		m := info.Modules
		var got []string
		for _, x := range append(m.Program[:], m.File) {
			if !x.Present {
				got = append(got, "-")
			} else {
				got = append(got, string('0'+byte(x.Start/0x1000-1)))
			}
		}
		s := strings.Join(got, " ")
		if m.File.Present {
			s += fmt.Sprintf(" %s %d", m.File.Name, m.File.Size)
		}
		if s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
		for i, l := range c.lines {
			other := !strings.HasPrefix(l, "data data") && !slices.Contains(Names[:], l)
			if other && l != "" && (!m.Other.Present || m.Other.Start > 0x1000*uint32(i+1)) {
				t.Errorf("%s: the other module is %+v, and not %s", c.name, m.Other, l)
			}
		}
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		line    string
		exit    uint16
		has     bool
		limit   uint32
		smoke   bool
		unknown string
	}{
		{"", 0, false, 0, false, ""},
		{"root.elf", 0, false, 0, false, ""},
		{"root.elf exit=0xf4 limit=64 smoke", 0xF4, true, 64, true, ""},
		{"smoke exit=0xF4", 0xF4, true, 0, true, ""},
		{"  root.elf   exit=244  ", 244, true, 0, false, ""},
		{"root.elf exit=0x10000", 0, false, 0, false, "exit=0x10000"},
		{"root.elf exit=", 0, false, 0, false, "exit="},
		{"root.elf limit=4294967295", 0, false, 4294967295, false, ""},
		{"root.elf limit=4294967296 nonsense", 0, false, 0, false, "limit=4294967296"},
		{"root.elf limit=-1", 0, false, 0, false, "limit=-1"},
		{"root.elf Smoke", 0, false, 0, false, "Smoke"},
	} {
		o := ParseOptions([]byte(c.line))
		if o.Exit != c.exit || o.HasExit != c.has || o.Limit != c.limit || o.Smoke != c.smoke || string(o.Unknown) != c.unknown {
			t.Errorf("%q: %+v", c.line, o)
		}
	}
}

func TestMalformed(t *testing.T) {
	good := usual().bytes()
	if _, ok := Parse(good[:31], 0); ok {
		t.Error("short header")
	}
	if _, ok := Parse(good[:len(good)-1], 0); ok {
		t.Error("shorter than it says")
	}
	// Records that lie about their length end the list, at the record before.
	for _, next := range []uint32{0, 11, 0xFFFFFFFF, uint32(len(good))} {
		b := append([]byte(nil), good...)
		second := Header + binary.LittleEndian.Uint32(b[Header+8:])
		binary.LittleEndian.PutUint32(b[second+8:], next)
		info, ok := Parse(b, 0x401234)
		if !ok || info.Modules.Program[Pager].Present || len(info.Line) == 0 {
			t.Errorf("next %#x: %v, %+v", next, ok, info)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(usual().bytes(), uint32(0x401234))
	f.Fuzz(func(t *testing.T, b []byte, self uint32) {
		info, ok := Parse(b, self)
		if ok {
			ParseOptions(info.Line)
		}
	})
}
