package main

import (
	"debug/elf"
	"fmt"
	"sort"

	"golang.org/x/arch/x86/x86asm"
)

// image is the kernel's code.
type image struct {
	text, boot         []byte
	textStart, textEnd uint32
	bootStart, bootEnd uint32
	entry              uint32
	symbols            []elf.Symbol // functions by address
	kinds              map[uint32]kind
}

// kind is what an instruction does.
type kind struct {
	exit    bool // leaves the kernel, or a fault in it
	opens   bool // turns interrupts on
	repeats bool // a string instruction
}

func load(file string) (*image, error) {
	f, err := elf.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := &image{entry: uint32(f.Entry), kinds: map[uint32]kind{}}
	for _, s := range []struct {
		name       string
		data       *[]byte
		start, end *uint32
	}{{".text", &c.text, &c.textStart, &c.textEnd}, {".boot", &c.boot, &c.bootStart, &c.bootEnd}} {
		section := f.Section(s.name)
		if section == nil {
			return nil, fmt.Errorf("%s has no section %s", file, s.name)
		}
		if *s.data, err = section.Data(); err != nil {
			return nil, err
		}
		*s.start, *s.end = uint32(section.Addr), uint32(section.Addr+section.Size)
	}
	all, err := f.Symbols()
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if uint32(s.Value) >= c.textStart && uint32(s.Value) < c.textEnd {
			c.symbols = append(c.symbols, s)
		}
	}
	sort.SliceStable(c.symbols, func(i, j int) bool { return c.symbols[i].Value < c.symbols[j].Value })
	return c, nil
}

// function is the name of the function that pc lies in.
func (c *image) function(pc uint32) string {
	i := sort.Search(len(c.symbols), func(i int) bool { return uint32(c.symbols[i].Value) > pc })
	if i == 0 {
		return "?"
	}
	return c.symbols[i-1].Name
}

// at returns the kind of the instruction at pc.
func (c *image) at(pc uint32) (k kind) {
	if k, ok := c.kinds[pc]; ok {
		return k
	}
	if pc >= c.textStart && pc < c.textEnd {
		if in, err := x86asm.Decode(c.text[pc-c.textStart:], 32); err == nil {
			switch in.Op {
			case x86asm.SYSEXIT, x86asm.IRETD:
				k.exit = true
			case x86asm.STI:
				k.opens = true
			case x86asm.MOVSD, x86asm.MOVSB, x86asm.STOSD, x86asm.STOSB:
				k.repeats = true
			}
		}
	}
	c.kinds[pc] = k
	return k
}
