package step

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"sort"

	"pecan/arch/ia32"
)

// Names tells what lies at the kernel's addresses, from symbols and debugging information of its file.
type Names struct {
	symbols   []elf.Symbol // with a size, by address
	variables map[uint32]dwarf.Type
	tcb       *dwarf.StructType // nil if the kernel is not ours
}

// LoadNames reads a kernel. One without debugging information gets symbols only.
func LoadNames(path string) (*Names, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	n := &Names{variables: map[uint32]dwarf.Type{}}
	all, _ := f.Symbols()
	for _, s := range all {
		if s.Size > 0 {
			n.symbols = append(n.symbols, s)
		}
	}
	sort.SliceStable(n.symbols, func(i, j int) bool { return n.symbols[i].Value < n.symbols[j].Value })
	if d, err := f.DWARF(); err == nil {
		n.readTypes(d)
	}
	return n, nil
}

// readTypes finds the layout of thread control blocks and of variables.
func (n *Names) readTypes(d *dwarf.Data) {
	const addressOf = 3 // DW_OP_addr
	for r := d.Reader(); ; {
		e, err := r.Next()
		if e == nil || err != nil {
			return
		}
		name, _ := e.Val(dwarf.AttrName).(string)
		switch e.Tag {
		case dwarf.TagStructType:
			if name == "pecan/kernel.TCB" {
				if t, err := d.Type(e.Offset); err == nil {
					n.tcb, _ = t.(*dwarf.StructType)
				}
			}
		case dwarf.TagVariable:
			at, _ := e.Val(dwarf.AttrLocation).([]byte)
			off, ok := e.Val(dwarf.AttrType).(dwarf.Offset)
			if ok && len(at) == 5 && at[0] == addressOf {
				if t, err := d.Type(off); err == nil {
					n.variables[binary.LittleEndian.Uint32(at[1:])] = t
				}
			}
		}
	}
}

// TCBBytes is the size of a thread control block, 0 if unknown.
func (n *Names) TCBBytes() int64 {
	if n.tcb == nil {
		return 0
	}
	return n.tcb.ByteSize
}

// Function is the function that pc lies in.
func (n *Names) Function(pc uint32) string {
	if s := n.at(pc); s != nil {
		return s.Name
	}
	return "?"
}

// at is the symbol whose bytes hold addr.
func (n *Names) at(addr uint32) *elf.Symbol {
	i := sort.Search(len(n.symbols), func(i int) bool { return uint32(n.symbols[i].Value) > addr })
	for i--; i >= 0; i-- {
		s := &n.symbols[i]
		if addr < uint32(s.Value+s.Size) {
			return s
		}
		if addr-uint32(s.Value) > 1<<20 {
			break
		}
	}
	return nil
}

// Of names the memory at a kernel address: a field of a thread control block as "TCB.field", a variable as "variable.field", or
// what the region is for.
func (n *Names) Of(addr uint32) string {
	switch {
	case addr < ia32.UserTop:
		return "user memory"
	case n.tcb != nil && addr >= ia32.TCBArea && addr < ia32.TCBEnd:
		return "TCB" + field(n.tcb, int64(addr%(1<<ia32.TCBShift)))
	case addr == ia32.ESP0Addr:
		return "TSS.esp0"
	case addr >= ia32.WordArea && addr < ia32.WordArea+ia32.PageSize:
		return "gs word"
	case addr >= ia32.StackEnd-ia32.StackSize && addr < ia32.StackEnd:
		return "kernel stack"
	}
	if s := n.at(addr); s != nil {
		name := s.Name
		if t := n.variables[uint32(s.Value)]; t != nil {
			return name + field(t, int64(addr)-int64(s.Value))
		}
		return name
	}
	if addr >= ia32.Window && addr < ia32.Window+ia32.WindowMax {
		return "physical memory"
	}
	return fmt.Sprintf("%#x", addr)
}

// field is the path to the byte at offset within a type: ".a.b[3]".
func field(t dwarf.Type, offset int64) string {
	switch t := t.(type) {
	case *dwarf.TypedefType:
		return field(t.Type, offset)
	case *dwarf.ArrayType:
		if size := t.Type.Size(); size > 0 && t.Count > 0 {
			return fmt.Sprintf("[%d]", offset/size) + field(t.Type, offset%size)
		}
	case *dwarf.StructType:
		for _, f := range t.Field {
			if offset >= f.ByteOffset && offset < f.ByteOffset+f.Type.Size() {
				return "." + f.Name + field(f.Type, offset-f.ByteOffset)
			}
		}
	}
	return ""
}
