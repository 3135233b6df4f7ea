package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
)

// kipMagic is the first word of a kernel interface page ("L4\xE6K"). Loaders search the file of a kernel for it at
// multiples of four.
const kipMagic = 0x4BE6344C

// checkImage checks a linked file.
func (b *builder) checkImage(data []byte) error {
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if b.flavour == kernelFlavour {
		return checkKernel(f, data)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && (p.Off%pageSize != p.Vaddr%pageSize || p.Paddr != p.Vaddr) {
			return fmt.Errorf("segment at %#x cannot be mapped page by page from offset %#x", p.Vaddr, p.Off)
		}
	}
	return nil
}

// checkKernel checks what boot loaders rely on.
func checkKernel(f *elf.File, data []byte) error {
	found := 0
	for i := 0; i+4 <= len(data); i += 4 {
		if binary.LittleEndian.Uint32(data[i:]) == kipMagic {
			found++
		}
	}
	if found != 1 {
		return fmt.Errorf("the kernel holds the word %#x (kernel interface page) %d times, it must be once", kipMagic, found)
	}
	entry := false
	var end uint64
	for _, p := range f.Progs {
		if p.Type != elf.PT_LOAD {
			continue
		}
		if p.Off%pageSize != p.Vaddr%pageSize {
			return fmt.Errorf("segment at %#x: offset %#x is not congruent", p.Vaddr, p.Off)
		}
		if end != 0 && (p.Paddr < end || p.Paddr-end >= pageSize) {
			return fmt.Errorf("segment at physical %#x does not follow the one before, which ends at %#x", p.Paddr, end)
		}
		end = p.Paddr + p.Memsz
		if f.Entry >= p.Vaddr && f.Entry < p.Vaddr+p.Memsz {
			entry = p.Paddr == p.Vaddr
		}
	}
	if !entry {
		return fmt.Errorf("entry %#x is not in a segment whose virtual and physical addresses are equal", f.Entry)
	}
	return nil
}
