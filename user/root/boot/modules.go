package boot

// Program is one of the programs that the root task starts, by its place in Names.
type Program int

const (
	Pager Program = iota
	Console
	Client
	Programs
)

// Names are the file names of the programs' modules.
var Names = [Programs]string{"pager.elf", "console.elf", "client.elf"}

// Module is a file that the boot loader put into memory.
type Module struct {
	Present bool
	Start   uint32 // physical address
	Size    uint32 // in bytes; for the user's file what its string says
	Name    []byte // of the user's file
}

// Modules are the modules by what they are.
type Modules struct {
	Program [Programs]Module
	File    Module // the user's
	Marked  bool   // File was named as the user's by its string
	Other   Module // the first that no string marks as data and whose name is none of Names

	nameless int // modules without a string so far
}

// Add sorts in the next module, whose string is line:
//
//   - "FILE data NAME size=N" is the user's file, of N bytes;
//   - the first module whose file name is one of Names is that program;
//   - of the others the first is the user's file, unless a string of the first form says otherwise;
//   - loaders that give no strings give the modules in the order of Names, then the user's file.
func (m *Modules) Add(start, size uint32, line []byte) {
	file, rest := word(line)
	if len(file) == 0 {
		if m.nameless < int(Programs) {
			m.program(Program(m.nameless), start, size)
		} else {
			m.file(Module{true, start, size, nil}, false)
		}
		m.nameless++
		return
	}
	if mark, rest := word(rest); string(mark) == "data" {
		name, rest := word(rest)
		f := Module{true, start, size, name}
		if v, _ := word(rest); len(v) > 0 {
			if v, ok := value(v, "size="); ok {
				if n, ok := number(v); ok && n <= size {
					f.Size = n
				}
			}
		}
		m.file(f, true)
		return
	}
	name := base(file)
	for p, n := range Names {
		if string(name) == n && m.program(Program(p), start, size) {
			return
		}
	}
	other := Module{true, start, size, name}
	if !m.Other.Present {
		m.Other = other
	}
	m.file(other, false)
}

func (m *Modules) program(p Program, start, size uint32) bool {
	if m.Program[p].Present {
		return false
	}
	m.Program[p] = Module{true, start, size, nil}
	return true
}

func (m *Modules) file(f Module, marked bool) {
	if !m.File.Present || marked && !m.Marked {
		m.File, m.Marked = f, marked
	}
}
