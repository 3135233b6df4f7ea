package main

import (
	"fmt"
	"io"
	"math"
)

// Geometry of the plot, in pixels: a panel for each kind of crowd, beside one another.
const (
	panelWidth  = 300
	panelHeight = 420
	marginLeft  = 60
	marginTop   = 50
	gap         = 30
	legendWidth = 170
	bottom      = 60
)

// colours of the operations, dark enough for white paper.
var colours = []string{"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf", "#ff7f0e", "#000000"}

// plot writes the crowds as SVG: instructions (logarithmic) over the size of the crowd. What does not depend on the crowd is a
// level line.
func (r *results) plot(w io.Writer) error {
	crowds := r.crowds()
	if len(crowds) == 0 {
		return fmt.Errorf("no figures of crowds")
	}
	low, high := math.Inf(1), 0.0
	for _, c := range crowds {
		for _, o := range c.operations {
			for i := range c.sizes {
				v := float64(c.value(o, i))
				low, high = min(low, v), max(high, v)
			}
		}
	}
	low, high = math.Floor(math.Log10(max(low, 1))), math.Ceil(math.Log10(max(high, 10)))
	y := func(v uint64) float64 {
		return marginTop + panelHeight*(1-(math.Log10(max(float64(v), 1))-low)/(high-low))
	}
	width := marginLeft + len(crowds)*(panelWidth+gap) + legendWidth
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">`+"\n",
		width, marginTop+panelHeight+bottom)
	fmt.Fprintf(w, `<rect width="100%%" height="100%%" fill="white"/>`+"\n")
	fmt.Fprintf(w, `<text x="%d" y="20" font-size="14">Instructions per operation in a crowd (%s)</text>`+"\n", marginLeft, r.Kernel)
	for k, c := range crowds {
		left := float64(marginLeft + k*(panelWidth+gap))
		c.panel(w, left, low, high, y, k == 0)
	}
	for i, o := range crowds[0].operations {
		x, at := marginLeft+len(crowds)*(panelWidth+gap), marginTop+15+i*18
		fmt.Fprintf(w, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s" stroke-width="2"/><text x="%d" y="%d">%s</text>`+"\n",
			x, at-4, x+20, at-4, colours[i%len(colours)], x+26, at, o)
	}
	_, err := fmt.Fprintln(w, "</svg>")
	return err
}

// panel draws one crowd.
func (c *crowd) panel(w io.Writer, left, low, high float64, y func(uint64) float64, labels bool) {
	most := float64(c.sizes[len(c.sizes)-1])
	x := func(n int) float64 { return left + panelWidth*float64(n)/max(most, 1) }
	fmt.Fprintf(w, `<rect x="%.0f" y="%d" width="%d" height="%d" fill="none" stroke="#444"/>`+"\n", left, marginTop, panelWidth, panelHeight)
	fmt.Fprintf(w, `<text x="%.0f" y="%d" text-anchor="middle" font-size="12">%s</text>`+"\n", left+panelWidth/2, marginTop+panelHeight+38, c.name)
	for e := low; e <= high; e++ {
		v := uint64(math.Pow(10, e))
		fmt.Fprintf(w, `<line x1="%.0f" y1="%.1f" x2="%.0f" y2="%.1f" stroke="#ddd"/>`+"\n", left, y(v), left+panelWidth, y(v))
		if labels {
			fmt.Fprintf(w, `<text x="%.0f" y="%.1f" text-anchor="end">%s</text>`+"\n", left-6, y(v)+4, decimal(v))
		}
	}
	for _, n := range c.sizes {
		if n == 0 || float64(n) >= most/5 {
			fmt.Fprintf(w, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", x(n), marginTop+panelHeight+16, decimal(uint64(n)))
		}
	}
	for i, o := range c.operations {
		colour := colours[i%len(colours)]
		fmt.Fprintf(w, `<polyline fill="none" stroke="%s" stroke-width="2" points="`, colour)
		for k, n := range c.sizes {
			fmt.Fprintf(w, "%.1f,%.1f ", x(n), y(c.value(o, k)))
		}
		fmt.Fprintln(w, `"/>`)
		for k, n := range c.sizes {
			fmt.Fprintf(w, `<circle cx="%.1f" cy="%.1f" r="2.5" fill="%s"><title>%s, %d: %d</title></circle>`+"\n",
				x(n), y(c.value(o, k)), colour, o, n, c.value(o, k))
		}
	}
}
