package main

import (
	"fmt"
	"io"
)

// stretches finds the longest time with interrupts off: from an entry of the kernel, or the end of a preemption point, to the next
// exit to user level or preemption point. Iterations of string instructions are counted apart.
type stretches struct {
	booted  bool
	now     stretch
	longest stretch
	wide    int // most iterations in any stretch
}

type stretch struct {
	pcs        []uint32
	iterations int
}

// leavesKernel are the functions whose IRET and SYSEXIT lead to user level, and not back into the kernel.
var leavesKernel = map[string]bool{"pecan/arch/ia32.exitToUser": true, "pecan/arch/ia32.smallExit": true}

func (s *stretches) step(pc uint32, c *image) {
	k := c.at(pc)
	ends := k.opens || k.exit && leavesKernel[c.function(pc)]
	if !s.booted {
		s.booted = ends
		return
	}
	if n := len(s.now.pcs); k.repeats && n > 0 && s.now.pcs[n-1] == pc {
		s.now.iterations++
	} else {
		s.now.pcs = append(s.now.pcs, pc)
	}
	if !ends {
		return
	}
	s.wide = max(s.wide, s.now.iterations)
	if len(s.now.pcs) > len(s.longest.pcs) {
		s.longest = stretch{append([]uint32(nil), s.now.pcs...), s.now.iterations}
	}
	s.now = stretch{pcs: s.now.pcs[:0]}
}

func (s *stretches) print(w io.Writer, c *image) {
	fmt.Fprintf(w, "longest with interrupts off: %d instructions, and %d iterations of string instructions in them\n",
		len(s.longest.pcs), s.longest.iterations)
	fmt.Fprintf(w, "most iterations of string instructions with interrupts off: %d\n", s.wide)
	count := map[string]int{}
	var order []string
	for _, pc := range s.longest.pcs {
		f := c.function(pc)
		if count[f] == 0 {
			order = append(order, f)
		}
		count[f]++
	}
	for _, f := range order {
		fmt.Fprintf(w, "    %4d %s\n", count[f], f)
	}
}
