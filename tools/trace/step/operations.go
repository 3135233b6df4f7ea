package step

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"pecan/tools/run/stage"
)

// Operation is one round trip of user/bench's group trace, from the mark with its name to the next mark.
type Operation struct {
	Name string
	List []Instruction
}

// Trace is what there is to see of a kernel under user/bench.
type Trace struct {
	Boot       uint64 // instructions from the kernel's entry point to the first user instruction, sigma0's
	Operations []Operation
}

// The program's function at which operations begin and end.
const mark = "main.mark"

// Run boots the kernel (a file, or a name in the folder build) with user/bench and records its operations.
func Run(build, kernel string) (*Trace, error) {
	dir, err := os.MkdirTemp("", "trace")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	entry, err := entryPoint(build, kernel)
	if err != nil {
		return nil, err
	}
	first, err := entryPoint(build, "sigma0.elf")
	if err != nil {
		return nil, err
	}
	at, err := symbol(filepath.Join(build, "bench.elf"), mark)
	if err != nil {
		return nil, err
	}
	b := &stage.Boot{Build: build, Kernel: kernel, Root: "bench.elf", RootArgs: []string{"only=trace"}}
	m, err := b.Machine(dir)
	if err != nil {
		return nil, err
	}
	m.ICount = true
	r, err := Start(m, filepath.Join(dir, "serial"))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	t := &Trace{}
	if t.Boot, err = r.boot(entry, first); err != nil {
		return nil, fmt.Errorf("booting: %w", err)
	}
	for {
		o, err := r.operation(at)
		if err != nil {
			return nil, err
		}
		if o == nil {
			return t, nil
		}
		t.Operations = append(t.Operations, *o)
	}
}

// boot counts from the kernel's entry to the first instruction of sigma0.
func (r *Remote) boot(entry, first uint32) (uint64, error) {
	if err := r.RunTo(entry); err != nil {
		return 0, err
	}
	begin, err := r.Ticks()
	if err != nil {
		return 0, err
	}
	if err := r.RunTo(first); err != nil {
		return 0, err
	}
	end, err := r.Ticks()
	if err != nil {
		// The page is not there yet: the clock can be read where the fault leads to.
		if err := r.Step(); err != nil {
			return 0, err
		}
		end, err = r.Ticks()
	}
	return end - begin - 1, err
}

// operation records the next one; nil if the program says that there is none.
func (r *Remote) operation(at uint32) (*Operation, error) {
	if err := r.RunTo(at); err != nil {
		return nil, err
	}
	name, err := r.argument()
	if err != nil || name == "" {
		return nil, err
	}
	if err := r.Step(); err != nil {
		return nil, err
	}
	list, err := r.Record(at)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	// The machine stands at the second mark; one step lets it go on to the next operation.
	return &Operation{Name: name, List: list}, r.Step()
}

// argument is the string that the function at whose beginning the machine stands was called with.
func (r *Remote) argument() (string, error) {
	g, err := r.Registers()
	if err != nil {
		return "", err
	}
	b, err := r.Memory(g.General[4]+4, 8)
	if err != nil {
		return "", err
	}
	n := binary.LittleEndian.Uint32(b[4:])
	if n == 0 || n > 64 {
		return "", nil
	}
	text, err := r.Memory(binary.LittleEndian.Uint32(b), int(n))
	return string(text), err
}

// entryPoint is the address where an image begins.
func entryPoint(build, name string) (uint32, error) {
	path, err := stage.Image(build, name)
	if err != nil {
		return 0, err
	}
	f, err := elf.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return uint32(f.Entry), nil
}

// symbol is the address of a symbol in an image.
func symbol(path, name string) (uint32, error) {
	f, err := elf.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	all, err := f.Symbols()
	if err != nil {
		return 0, err
	}
	for _, s := range all {
		if s.Name == name {
			return uint32(s.Value), nil
		}
	}
	return 0, fmt.Errorf("%s has no symbol %s", path, name)
}

// Paths are the ways through the kernel in a list, from behind SYSENTER (or a trap) up to and including the instruction that
// goes back to user level.
func Paths(list []Instruction) (paths [][]Instruction) {
	begin := -1
	for i := range list {
		switch {
		case begin < 0 && list[i].Kernel:
			begin = i
		case begin >= 0 && !list[i].Kernel:
			paths = append(paths, list[begin:i])
			begin = -1
		}
	}
	if begin >= 0 {
		paths = append(paths, list[begin:])
	}
	return
}

// Count is how many instructions, reads and writes a list has. Words count that an instruction names; what a repeated string
// instruction moves counts by the word.
func Count(list []Instruction) (instructions, reads, writes int) {
	for i := range list {
		instructions++
		for _, a := range list[i].Accesses {
			words := max(1, int(a.Bytes+3)/4)
			if a.Bytes <= 4 {
				words = 1
			}
			if a.Read {
				reads += words
			}
			if a.Write {
				writes += words
			}
		}
	}
	return
}

// Loads counts loads of CR3.
func Loads(list []Instruction) (n int) {
	for i := range list {
		if s := list[i].Inst.String(); strings.HasPrefix(s, "MOV CR3") {
			n++
		}
	}
	return
}
