package main

import (
	"fmt"
	"io"
)

// compare prints the figures of two kernels side by side. The ratio is b/a: below 1 means that b is faster.
func compare(w io.Writer, a, b *results) {
	fmt.Fprintf(w, "A: %s, build %s\nB: %s, build %s\n", a.Version, a.Kernel, b.Version, b.Kernel)
	var lines [][]string
	for _, r := range a.Rows {
		v, ok := b.value(r.Name)
		if !ok {
			lines = append(lines, []string{r.Name, r.Unit, decimal(r.Value), "", ""})
			continue
		}
		lines = append(lines, []string{r.Name, r.Unit, decimal(r.Value), decimal(v), ratio(r.Value, v)})
	}
	for _, r := range b.Rows {
		if _, ok := a.value(r.Name); !ok {
			lines = append(lines, []string{r.Name, r.Unit, "", decimal(r.Value), ""})
		}
	}
	table(w, "Both kernels", []string{"", "unit", "A", "B", "B/A"}, lines)
	for _, f := range a.Failed {
		fmt.Fprintf(w, "not measured with A: %s\n", f)
	}
	for _, f := range b.Failed {
		fmt.Fprintf(w, "not measured with B: %s\n", f)
	}
}

// ratio is b/a with two decimals; nothing over nothing is 1.
func ratio(a, b uint64) string {
	switch {
	case a == b:
		return "1.00"
	case a == 0:
		return ""
	}
	return fmt.Sprintf("%.2f", float64(b)/float64(a))
}
