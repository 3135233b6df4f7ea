package main

import (
	"fmt"
	"hash/fnv"
	"io"
	"sort"
)

// path is one way through the kernel from sysenter to the exit.
type path struct {
	pcs           []uint32
	count         int
	reads, writes int
}

// paths gathers all of them, and the boot.
type paths struct {
	booted bool // a user instruction has run
	boot   int
	now    []uint32
	inside bool
	seen   map[string]*path
}

func (p *paths) step(pc uint32, c *image) {
	k := c.at(pc)
	if !p.booted {
		p.boot++
		p.booted = k.exit
		return
	}
	if pc == c.sysenter {
		p.inside = true
		p.now = p.now[:0]
	}
	if !p.inside {
		return
	}
	p.now = append(p.now, pc)
	if k.exit {
		p.inside = false
		p.finish(c)
	}
}

func (p *paths) finish(c *image) {
	h := fnv.New64a()
	for _, pc := range p.now {
		h.Write([]byte{byte(pc), byte(pc >> 8), byte(pc >> 16)})
	}
	key := string(h.Sum(nil))
	q := p.seen[key]
	if q == nil {
		q = &path{pcs: append([]uint32(nil), p.now...)}
		for _, pc := range q.pcs {
			k := c.at(pc)
			q.reads += k.reads
			q.writes += k.writes
		}
		p.seen[key] = q
	}
	q.count++
}

func (p *paths) print(w io.Writer, c *image, top int) {
	fmt.Fprintf(w, "boot: %d instructions from the entry point to the first user instruction\n", p.boot)
	var list []*path
	for _, q := range p.seen {
		list = append(list, q)
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].count != list[j].count {
			return list[i].count > list[j].count
		}
		return len(list[i].pcs) < len(list[j].pcs)
	})
	for i, q := range list {
		if i == top {
			break
		}
		fmt.Fprintf(w, "ipc path %d: %d times, %d instructions, %d reads, %d writes\n", i+1, q.count, len(q.pcs), q.reads, q.writes)
		for _, f := range functions(q.pcs, c) {
			fmt.Fprintln(w, "   ", f)
		}
	}
}

// functions lists where instructions are spent.
func functions(pcs []uint32, c *image) (out []string) {
	count := map[string]int{}
	var order []string
	for _, pc := range pcs {
		f := c.function(pc)
		if count[f] == 0 {
			order = append(order, f)
		}
		count[f]++
	}
	for _, f := range order {
		out = append(out, fmt.Sprintf("%4d %s", count[f], f))
	}
	return
}
