package runtime

import "unsafe"

// The line table maps code addresses to functions, files and lines. The builder computes it from the linked
// program's debug information and links it in; tools/mk/lines.go describes the format. It is read from front to
// back, once per report, so that it can be small instead of fast.

// Bounds of the table and of the code, from the linker script.

func linesStart() uintptr
func linesEnd() uintptr
func textStart() uintptr

// nameBuf holds the name that Locate returned last: names are stored as differences.
var nameBuf [160]byte

// Locate tells which function, file and line the code at pc was compiled from; "?" and 0 if it is not known.
// It does not allocate. The name is valid until the next call.
func Locate(pc uintptr) (fn, file string, line int) {
	r := lineReader{p: linesStart(), end: linesEnd()}
	if r.p == r.end || pc < textStart() {
		return "?", "?", 0
	}
	offset := uint32(pc - textStart())
	files := r.uint()
	firstFile := r.p
	for range files {
		r.skip(r.uint())
	}
	entry := uint32(0)
	for r.p < r.end {
		entry += r.uint()
		size := r.uint()
		shared := int(r.uint())
		n := shared + r.name(shared)
		rows := r.uint()
		if offset < entry {
			break
		}
		if offset-entry >= size {
			r.skip(rows)
			continue
		}
		index, row := r.row(offset - entry)
		f := lineReader{p: firstFile, end: r.end}
		for range index {
			f.skip(f.uint())
		}
		length := f.uint()
		return unsafe.String(&nameBuf[0], n), unsafe.String((*byte)(unsafe.Add(nil, f.p)), int(length)), row
	}
	return "?", "?", 0
}

// lineReader reads the table.
type lineReader struct{ p, end uintptr }

func (r *lineReader) skip(n uint32) { r.p += uintptr(n) }

func (r *lineReader) byte() byte {
	b := *(*byte)(unsafe.Add(nil, r.p))
	r.p++
	return b
}

// uint reads a number of 7 bits per byte, lowest first.
func (r *lineReader) uint() uint32 {
	v, shift := uint32(0), uint(0)
	for r.p < r.end {
		b := r.byte()
		v |= uint32(b&0x7F) << shift
		if b < 0x80 {
			break
		}
		shift += 7
	}
	return v
}

// int reads a signed number; its sign is the lowest bit.
func (r *lineReader) int() int {
	v := r.uint()
	return int(v>>1) ^ -int(v&1)
}

// name reads the part of a name after the shared bytes into nameBuf and returns its length.
func (r *lineReader) name(shared int) int {
	n := r.uint()
	for i := range n {
		b := r.byte()
		if k := uint32(shared) + i; k < uint32(len(nameBuf)) {
			nameBuf[k] = b
		}
	}
	return min(int(n), len(nameBuf)-shared)
}

// row runs through the rows of a function up to offset and returns the file's index and the line there.
func (r *lineReader) row(offset uint32) (file uint32, line int) {
	pc := uint32(0)
	file = r.uint()
	line = int(r.uint())
	for {
		nextFile, nextLine := file, line
		op := r.byte()
		for op >= 0xF0 {
			switch op {
			case 0xF0:
				pc += r.uint()
			case 0xF1:
				nextLine += r.int()
			case 0xF2:
				nextFile = r.uint()
			default: // end of the function
				return file, line
			}
			op = r.byte()
		}
		// One byte: how far to advance the address (1 to 16) and the line (-4 to 10).
		pc += uint32(op/15) + 1
		nextLine += int(op%15) - 4
		if pc > offset {
			return file, line
		}
		file, line = nextFile, nextLine
	}
}
