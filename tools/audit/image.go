package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"sort"
)

// Image is the linked kernel as the auditor reads it.
type Image struct {
	Path string
	Raw  []byte // the file
	elf  *elf.File
	syms []elf.Symbol // sorted by address; no section, file or undefined symbols
}

// Section is one executable section with its bytes.
type Section struct {
	Name  string
	Index elf.SectionIndex
	Addr  uint32
	Data  []byte
}

// End is the address behind the section.
func (s *Section) End() uint32 { return s.Addr + uint32(len(s.Data)) }

// OpenImage reads a statically linked ELF32 i386 executable.
func OpenImage(path string) (*Image, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f, err := elf.NewFile(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %v", path, err)
	}
	if f.Class != elf.ELFCLASS32 || f.Machine != elf.EM_386 || f.Type != elf.ET_EXEC {
		return nil, fmt.Errorf("%s: want an ELF32 i386 executable, have %v %v %v", path, f.Class, f.Machine, f.Type)
	}
	all, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("%s: no symbol table, function boundaries are unknown: %v", path, err)
	}
	im := &Image{Path: path, Raw: raw, elf: f}
	for _, s := range all {
		t := elf.ST_TYPE(s.Info)
		if s.Section == elf.SHN_UNDEF || t == elf.STT_SECTION || t == elf.STT_FILE || s.Name == "" {
			continue
		}
		im.syms = append(im.syms, s)
	}
	sort.SliceStable(im.syms, func(i, j int) bool { return im.syms[i].Value < im.syms[j].Value })
	return im, nil
}

// Code returns the executable sections in the order of their addresses.
func (im *Image) Code() []*Section {
	var out []*Section
	for i, s := range im.elf.Sections {
		if s.Type != elf.SHT_PROGBITS || s.Flags&elf.SHF_EXECINSTR == 0 || s.Flags&elf.SHF_ALLOC == 0 || s.Size == 0 {
			continue
		}
		data, err := s.Data()
		if err != nil {
			continue
		}
		out = append(out, &Section{Name: s.Name, Index: elf.SectionIndex(i), Addr: uint32(s.Addr), Data: data})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Addr < out[j].Addr })
	return out
}

// symbol returns the symbol of that name, nil if there is none.
func (im *Image) symbol(name string) *elf.Symbol {
	for i := range im.syms {
		if im.syms[i].Name == name {
			return &im.syms[i]
		}
	}
	return nil
}

// nextSymbol returns the lowest address above addr that has a symbol, at most limit.
func (im *Image) nextSymbol(addr, limit uint32) uint32 {
	i := sort.Search(len(im.syms), func(i int) bool { return uint32(im.syms[i].Value) > addr })
	if i < len(im.syms) && uint32(im.syms[i].Value) < limit {
		return uint32(im.syms[i].Value)
	}
	return limit
}

// word reads the loaded image at a linear address; memory that the file does not fill reads as 0.
//
// writable tells whether its segment may be written at run time.
func (im *Image) word(addr uint32) (v uint32, writable, ok bool) {
	for _, p := range im.elf.Progs {
		lo := uint32(p.Vaddr)
		if p.Type != elf.PT_LOAD || addr < lo || uint64(addr)+4 > p.Vaddr+p.Memsz {
			continue
		}
		writable = p.Flags&elf.PF_W != 0
		off := uint64(addr - lo)
		if off+4 > p.Filesz {
			return 0, writable, true
		}
		return binary.LittleEndian.Uint32(im.Raw[p.Off+off:]), writable, true
	}
	return 0, false, false
}
