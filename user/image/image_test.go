package image

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"pecan/user/l4"
)

// build is an ELF file with the given segments; file contents are pseudo-random.
func build(entry uint32, segments ...elf.Prog32) []byte {
	size := uint32(l4.PageSize)
	for _, s := range segments {
		size = max(size, s.Off+s.Filesz)
	}
	file := make([]byte, size)
	random := rand.New(rand.NewPCG(7, uint64(size)))
	for i := range file {
		file[i] = byte(random.Uint32())
	}
	h := elf.Header32{
		Ident: [16]byte{0x7F, 'E', 'L', 'F', 1, 1, 1}, Type: 2, Machine: 3, Version: 1,
		Entry: entry, Phoff: 52, Ehsize: 52, Phentsize: 32, Phnum: uint16(len(segments)),
	}
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, &h)
	binary.Write(&b, binary.LittleEndian, segments)
	copy(file, b.Bytes())
	return file
}

func segment(off, addr, filesz, memsz, flags uint32) elf.Prog32 {
	return elf.Prog32{Type: 1, Off: off, Vaddr: addr, Paddr: addr, Filesz: filesz, Memsz: memsz, Flags: flags}
}

const rx, rw = 5, 6

// usual has text, read-only data and data with bss that meet in pages, and a hole.
func usual() []byte {
	return build(0x400100,
		segment(0x1000, 0x400000, 0x2345, 0x2345, rx),
		segment(0x3345, 0x402345, 0x0FFF, 0x0FFF, 4),
		segment(0x5400, 0x404400, 0x1800, 0x5000, rw),
		elf.Prog32{Type: 0x6474E551, Flags: rw}, // PT_GNU_STACK
		segment(0x7000, 0x500000, 0, 0x1001, rw),
	)
}

// expected is the memory of the program as a loader would make it, and whether each byte exists.
func expected(t *testing.T, file []byte) (mem, exists, writable []byte) {
	f, err := elf.NewFile(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	mem, exists, writable = make([]byte, 0x600000), make([]byte, 0x600000), make([]byte, 0x600000)
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD {
			continue
		}
		copy(mem[p.Vaddr:], file[p.Off:p.Off+p.Filesz])
		for a := p.Vaddr; a < p.Vaddr+p.Memsz; a++ {
			exists[a] = 1
			if p.Flags&elf.PF_W != 0 {
				writable[a] = 1
			}
		}
	}
	return mem, exists, writable
}

// memory is a Source: the file at address fileAt, frames one behind the other.
type memory struct {
	file   []byte
	fileAt uint32
	frames [][]byte
	limit  int
}

func (m *memory) File(offset, n uint32) []byte { return m.file[offset : offset+n] }

func (m *memory) FilePage(offset uint32) uint32 {
	if m.fileAt%l4.PageSize != 0 {
		return 0
	}
	return m.fileAt + offset
}

const framesAt = 0x60000000

func (m *memory) Frame() ([]byte, uint32) {
	if len(m.frames) == m.limit {
		return nil, 0
	}
	m.frames = append(m.frames, make([]byte, l4.PageSize))
	return m.frames[len(m.frames)-1], framesAt + uint32(len(m.frames)-1)*l4.PageSize
}

// at is the page that a map item shows.
func (m *memory) at(addr uint32) []byte {
	if addr >= framesAt {
		return m.frames[(addr-framesAt)/l4.PageSize]
	}
	page := make([]byte, l4.PageSize)
	copy(page, m.file[addr-m.fileAt:])
	return page
}

func TestSupplyEqualsLoading(t *testing.T) {
	file := usual()
	mem, exists, writable := expected(t, file)
	for _, fileAt := range []uint32{0x20000000, 0x20000010} { // on a page, and not
		m := &memory{file: file, fileAt: fileAt, limit: 1000}
		im, err := Parse(file[:l4.PageSize], uint32(len(file)))
		if err != OK {
			t.Fatal(err)
		}
		var p Program
		p.Init(im, make([]uint32, im.Pages()))
		direct := 0
		for addr := uint32(l4.PageSize); addr < uint32(len(mem)); addr += l4.PageSize {
			inPage := bytes.IndexByte(exists[addr:addr+l4.PageSize], 1) >= 0
			writes := bytes.IndexByte(writable[addr:addr+l4.PageSize], 1) >= 0
			item, trouble := p.Supply(addr+123, l4.RX, m)
			if (trouble == Supplied) != inPage {
				t.Fatalf("%#x: %v", addr, trouble)
			}
			_, onWrite := p.Supply(addr, l4.Write, m)
			if want := map[bool]Trouble{true: Supplied, false: ReadOnly}[writes]; inPage && onWrite != want {
				t.Fatalf("write to %#x: %v, want %v", addr, onWrite, want)
			}
			if !inPage {
				continue
			}
			if item.Base != addr || item.Fpage.Log2() != l4.Page {
				t.Fatalf("%#x: item %#x", addr, item)
			}
			if item.Fpage.Rights()&l4.Write != 0 != writes {
				t.Fatalf("%#x: rights %v", addr, item.Fpage.Rights())
			}
			if item.Fpage.Base() < framesAt {
				direct++
				if writes {
					t.Fatalf("%#x: the file itself is writable", addr)
				}
			}
			got := m.at(item.Fpage.Base())
			for i := range got {
				// Where no segment is, a direct page may show anything, a copy shows zeros.
				if exists[int(addr)+i] == 1 && got[i] != mem[int(addr)+i] {
					t.Fatalf("byte %#x: %#x, want %#x", int(addr)+i, got[i], mem[int(addr)+i])
				}
			}
			if again, _ := p.Supply(addr, l4.Read, m); again != item {
				t.Fatalf("%#x: another page the second time", addr)
			}
		}
		if int(p.Frames()) != len(m.frames) {
			t.Errorf("%d frames, says %d", len(m.frames), p.Frames())
		}
		if want := map[bool]int{true: 3, false: 0}[fileAt%l4.PageSize == 0]; direct != want {
			t.Errorf("file at %#x: %d direct pages, want %d", fileAt, direct, want)
		}
	}
}

func TestNoMemory(t *testing.T) {
	file := usual()
	im, _ := Parse(file, uint32(len(file)))
	var p Program
	p.Init(im, make([]uint32, im.Pages()))
	m := &memory{file: file, fileAt: 0x20000000, limit: 1}
	if _, trouble := p.Supply(0x404400, l4.Write, m); trouble != Supplied {
		t.Error(trouble)
	}
	if _, trouble := p.Supply(0x500000, l4.Write, m); trouble != NoMemory {
		t.Error(trouble)
	}
}

func TestRefusedFiles(t *testing.T) {
	good := usual()
	with := func(at int, b ...byte) []byte {
		f := bytes.Clone(good)
		copy(f[at:], b)
		return f
	}
	many := make([]elf.Prog32, 9)
	for i := range many {
		many[i] = segment(0x1000, 0x400000, 16, 16, rx)
	}
	for _, c := range []struct {
		name string
		file []byte
		want Error
	}{
		{"good", good, OK},
		{"empty", nil, NotELF},
		{"short", good[:51], NotELF},
		{"text", []byte("this is not a program, but it is long enough to be one, really"), NotELF},
		{"64 bit", with(4, 2), WrongMachine},
		{"big endian", with(5, 2), WrongMachine},
		{"object file", with(16, 1), WrongMachine},
		{"ARM", with(18, 40), WrongMachine},
		{"headers elsewhere", with(28, 0, 0x10), HeaderBeyond},
		{"headers far away", with(28, 0xF0, 0xFF, 0xFF, 0xFF), HeaderBeyond},
		{"small headers", with(42, 8), HeaderBeyond},
		{"many headers", with(44, 0xFF, 0xFF), HeaderBeyond},
		{"no headers", with(44, 0, 0), NoSegments},
		{"entry outside", with(24, 0, 0, 0, 0), BadEntry},
		{"entry in bss", build(0x500000, segment(0x1000, 0x4FF000, 0x1000, 0x3000, rw)), BadEntry},
		{"truncated", build(0x400000, segment(0x1000, 0x400000, 0x5000, 0x5000, rx))[:0x2000], SegmentBeyond},
		{"file longer than memory", build(0x400000, segment(0x1000, 0x400000, 0x5000, 0x4000, rx)), SegmentBeyond},
		{"page 0", build(0x100, segment(0x1000, 0, 0x1000, 0x1000, rx)), SegmentAddress},
		{"UTCB area", build(0xBEFFF000, segment(0x1000, 0xBEFFF000, 0x1001, 0x1001, rx)), SegmentAddress},
		{"kernel", build(0xF0000000, segment(0x1000, 0xF0000000, 16, 0x0FFFFFFF, rx)), SegmentAddress},
		{"address wraps", build(0xFFFFF000, segment(0x1000, 0xFFFFF000, 16, 0x2000, rx)), SegmentAddress},
		{"too many", build(0x400000, many...), TooManySegments},
	} {
		if _, err := Parse(c.file[:min(len(c.file), l4.PageSize)], uint32(len(c.file))); err != c.want {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	seen := map[string]bool{}
	for e := range BadEntry + 1 {
		seen[e.Error()] = true
	}
	if len(seen) != int(BadEntry)+1 {
		t.Error("two errors have one text")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(usual())
	f.Fuzz(func(t *testing.T, file []byte) {
		im, err := Parse(file[:min(len(file), l4.PageSize)], uint32(len(file)))
		if err != OK {
			return
		}
		low, high := im.Bounds()
		if low < l4.PageSize || high > userTop || low >= high {
			t.Fatalf("bounds %#x to %#x", low, high)
		}
		page := make([]byte, l4.PageSize)
		for _, addr := range []uint32{low, im.Entry &^ 0xFFF, high - l4.PageSize} {
			if p := im.Page(addr); p.Direct && p.Offset%l4.PageSize != 0 {
				t.Fatalf("%#x: direct at %#x", addr, p.Offset)
			}
			im.Fill(addr, page, func(offset, n uint32) []byte { return file[offset : offset+n] })
		}
	})
}
