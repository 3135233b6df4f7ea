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
	sysenter           uint32
	symbols            []elf.Symbol // functions by address
	cost               map[uint32]cost
}

// cost is what one instruction does to memory, and what it does besides.
type cost struct {
	reads, writes int
	exit          bool // leaves the kernel, or a fault in it
	opens         bool // turns interrupts on
	repeats       bool // a string instruction
}

func load(file string) (*image, error) {
	f, err := elf.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := &image{entry: uint32(f.Entry), cost: map[uint32]cost{}}
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
			if s.Name == "pecan/arch/ia32.sysenterEntry" {
				c.sysenter = uint32(s.Value)
			}
		}
	}
	if c.sysenter == 0 {
		return nil, fmt.Errorf("%s has no function pecan/arch/ia32.sysenterEntry", file)
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

// at returns the cost of the instruction at pc.
func (c *image) at(pc uint32) cost {
	if k, ok := c.cost[pc]; ok {
		return k
	}
	var k cost
	if pc >= c.textStart && pc < c.textEnd {
		if in, err := x86asm.Decode(c.text[pc-c.textStart:], 32); err == nil {
			k = costOf(in)
		}
	}
	c.cost[pc] = k
	return k
}

// costOf counts the memory operands of an instruction, explicit and implicit.
func costOf(in x86asm.Inst) (k cost) {
	switch in.Op {
	case x86asm.LEA, x86asm.NOP, x86asm.INVLPG:
		return
	case x86asm.SYSEXIT:
		k.exit = true
	case x86asm.IRETD:
		k.reads, k.exit = 5, true
	case x86asm.PUSH, x86asm.PUSHFD:
		k.writes = 1
	case x86asm.POP, x86asm.POPFD, x86asm.RET:
		k.reads = 1
	case x86asm.CALL:
		k.writes = 1
	case x86asm.PUSHAD:
		k.writes = 8
	case x86asm.POPAD:
		k.reads = 8
	case x86asm.MOVSD, x86asm.MOVSB:
		return cost{reads: 1, writes: 1, repeats: true}
	case x86asm.STOSD, x86asm.STOSB:
		return cost{writes: 1, repeats: true}
	case x86asm.STI:
		k.opens = true
	}
	for i, a := range in.Args {
		if _, ok := a.(x86asm.Mem); !ok {
			continue
		}
		if i > 0 {
			k.reads++
			continue
		}
		switch in.Op {
		case x86asm.CMP, x86asm.TEST, x86asm.PUSH, x86asm.CALL, x86asm.JMP, x86asm.MUL, x86asm.DIV, x86asm.BT:
			k.reads++
		case x86asm.MOV, x86asm.POP, x86asm.SETE, x86asm.SETNE, x86asm.SETB, x86asm.SETA:
			k.writes++
		default:
			k.reads++
			k.writes++
		}
	}
	return
}
