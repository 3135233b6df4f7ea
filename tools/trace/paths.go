package main

import (
	"fmt"
	"hash/fnv"
	"io"
	"sort"
)

// path is one way through the kernel from an entry to the exit.
type path struct {
	kind          string
	pcs           []uint32
	count         int
	reads, writes int
}

// paths gathers all of them, and the boot.
type paths struct {
	booted bool // a user instruction has run
	boot   int
	now    []uint32
	inside string // kind of the path that is being followed, or ""
	seen   map[string]*path
}

func (p *paths) step(pc uint32, c *image) {
	k := c.at(pc)
	if !p.booted {
		p.boot++
		p.booted = k.exit
		return
	}
	if kind := c.entries[pc]; kind != "" {
		p.inside = kind
		p.now = p.now[:0]
	}
	if p.inside == "" {
		return
	}
	p.now = append(p.now, pc)
	if k.exit {
		p.finish(c)
		p.inside = ""
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
		q = &path{kind: p.inside, pcs: append([]uint32(nil), p.now...)}
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
	printed := map[string]int{}
	for _, q := range list {
		if printed[q.kind]++; printed[q.kind] > top {
			continue
		}
		fmt.Fprintf(w, "%s path %d: %d times, %d instructions, %d reads, %d writes\n",
			q.kind, printed[q.kind], q.count, len(q.pcs), q.reads, q.writes)
		for _, f := range q.functions(c) {
			fmt.Fprintln(w, "   ", f)
		}
	}
}

// functions lists where the instructions of the path are spent.
func (q *path) functions(c *image) (out []string) {
	count := map[string]int{}
	var order []string
	for _, pc := range q.pcs {
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
