package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"pecan/tools/trace/step"
)

// print writes the report: a table per section, as docs/PERFORMANCE.md shows them.
func (r *results) print(w io.Writer) {
	fmt.Fprintf(w, "%s, build %s\n", r.Version, r.Kernel)
	if r.trace != nil {
		r.printOneWay(w)
	}
	for _, s := range sections {
		r.printSection(w, &s)
	}
	r.printCrowds(w)
	if r.trace != nil {
		r.printFootprint(w)
	}
	for _, f := range r.Failed {
		fmt.Fprintf(w, "not measured: %s\n", f)
	}
}

func (r *results) printSection(w io.Writer, s *section) {
	var lines [][]string
	for _, e := range s.entries {
		if v, ok := r.value(e.name); ok {
			small := ""
			if b, ok := r.value(beside + e.name); ok {
				small = decimal(b)
			}
			lines = append(lines, []string{e.what, decimal(v), small, e.reference, e.target})
		}
	}
	title := s.title
	if s.unit != "" {
		title += " (" + s.unit + ")"
	}
	table(w, title, []string{"", "measured", "beside a small space", "reference", "target"}, lines)
}

// printOneWay shows the kernel's part of each way of a round trip: there, and back.
func (r *results) printOneWay(w io.Writer) {
	var lines [][]string
	for _, e := range oneWay {
		first := 1
		if e.name == "rpc_small" {
			first = 2 // a call from a large space leads to it
		}
		there, back := r.way(e.name, first), r.way(e.name, first+1)
		if there != "" {
			lines = append(lines, []string{e.what, there, back, e.reference, e.target})
		}
	}
	table(w, "Short IPC, kernel only, one way: instructions / reads / writes", []string{"", "Call", "answer", "reference", "target"}, lines)
}

// way is one way through the kernel.
func (r *results) way(operation string, n int) string {
	prefix := fmt.Sprintf("kernel/%s/%d/", operation, n)
	i, ok := r.value(prefix + "instructions")
	if !ok {
		return ""
	}
	reads, _ := r.value(prefix + "reads")
	writes, _ := r.value(prefix + "writes")
	s := fmt.Sprintf("%d / %d / %d", i, reads, writes)
	if n, _ := r.value(prefix + "cr3_loads"); n > 0 {
		s += fmt.Sprintf(", %d CR3", n)
	}
	return s
}

// printFootprint shows what a round trip touches.
func (r *results) printFootprint(w io.Writer) {
	var lines [][]string
	for _, o := range r.trace.Operations {
		for _, k := range []struct {
			name   string
			kernel bool
		}{{"kernel", true}, {"user", false}} {
			f := step.FootprintOf(o.List, k.kernel)
			lines = append(lines, []string{o.Name, k.name, strconv.Itoa(f.CodeLines), strconv.Itoa(f.DataLines), strconv.Itoa(f.DirtyLines),
				strconv.Itoa(f.CodePages), strconv.Itoa(f.DataPages)})
		}
	}
	table(w, "Footprint of a round trip: lines of 64 bytes, pages of 4 KiB",
		[]string{"", "", "code lines", "data lines", "written", "code pages", "data pages"}, lines)
}

// printCrowds shows the operations alone and in the largest crowd of each kind.
func (r *results) printCrowds(w io.Writer) {
	crowds := r.crowds()
	if len(crowds) == 0 {
		return
	}
	head := []string{"", "alone"}
	for _, c := range crowds {
		head = append(head, fmt.Sprintf("%s %s", decimal(uint64(c.sizes[len(c.sizes)-1])), c.name))
	}
	var lines [][]string
	for _, o := range crowds[0].operations {
		l := []string{o, decimal(crowds[0].value(o, 0))}
		for _, c := range crowds {
			l = append(l, decimal(c.value(o, len(c.sizes)-1)))
		}
		lines = append(lines, l)
	}
	table(w, "In a crowd (instructions)", head, lines)
}

// table writes lines as Markdown, columns aligned.
func table(w io.Writer, title string, head []string, lines [][]string) {
	if len(lines) == 0 {
		return
	}
	width := make([]int, len(head))
	for _, l := range append([][]string{head}, lines...) {
		for i, s := range l {
			width[i] = max(width[i], len(s))
		}
	}
	write := func(l []string) {
		for i, s := range l {
			if i == 0 {
				fmt.Fprintf(w, "| %-*s ", width[i], s)
			} else {
				fmt.Fprintf(w, "| %*s ", width[i], s)
			}
		}
		fmt.Fprintln(w, "|")
	}
	fmt.Fprintf(w, "\n%s\n\n", title)
	write(head)
	rule := make([]string, len(head))
	for i := range rule {
		rule[i] = strings.Repeat("-", width[i])
	}
	fmt.Fprintln(w, "|-"+strings.Join(rule, "-|-")+"-|")
	for _, l := range lines {
		write(l)
	}
}

// decimal groups digits by three.
func decimal(v uint64) string {
	s := strconv.FormatUint(v, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
