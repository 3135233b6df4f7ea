package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
)

// Report is what the auditor found. Its JSON form is for tests that compare measured stack depths with the bound.
type Report struct {
	Image      string         `json:"image"`
	OK         bool           `json:"ok"`
	Text       int            `json:"text_bytes"`   // executable sections
	ROData     int            `json:"rodata_bytes"` // loaded sections that are neither executable nor writable
	Sections   []SectionSize  `json:"sections"`     // loaded ones
	Code       int            `json:"code_bytes"`   // in functions, without padding between them
	Functions  int            `json:"functions"`    //
	Insts      int            `json:"instructions"` // decoded
	GoLines    int            `json:"go_lines"`     // source lines that made code
	AsmLines   int            `json:"asm_lines"`    //
	PhysStart  uint32         `json:"phys_start"`   //
	PhysEnd    uint32         `json:"phys_end"`     //
	Stacks     []StackBound   `json:"stacks"`       //
	Uses       []Use          `json:"entries"`      //
	Classes    []ClassCount   `json:"special"`      // special instructions and where they are
	FastPaths  []FastPathCost `json:"fast_paths"`   // what each way costs
	Violations []Violation    `json:"violations"`   //
}

// SectionSize is the size of one section.
type SectionSize struct {
	Name  string `json:"name"`
	Bytes int    `json:"bytes"`
}

// ClassCount says which functions contain instructions of a class.
type ClassCount struct {
	Class Class    `json:"class"`
	Count int      `json:"count"`
	Funcs []string `json:"functions"`
}

// Violation is one thing that does not hold.
type Violation struct {
	Kind    string   `json:"kind"`
	Func    string   `json:"func,omitempty"`
	Message string   `json:"message"`
	Chain   []string `json:"chain,omitempty"` // from an entry to Func
}

// String is the violation as printed: kind, function, what, and how the kernel gets there.
func (v Violation) String() string {
	text := v.Kind + ": "
	if v.Func != "" {
		text += v.Func + ": "
	}
	text += v.Message
	if len(v.Chain) > 0 {
		text += "\n    reached by " + strings.Join(v.Chain, " -> ")
	}
	return text
}

// String is a use as part of a sum.
func (u Use) String() string {
	return fmt.Sprintf("%d for %s [%s]", u.Bytes, u.Entry, joinLinks(u.Chain))
}

// Print writes the figures and the violations.
func (r *Report) Print(w io.Writer) {
	fmt.Fprintf(w, "%s\n", r.Image)
	fmt.Fprintf(w, "  text %d bytes, read-only data %d bytes\n", r.Text, r.ROData)
	fmt.Fprintf(w, "  %d functions, %d bytes of code, %d instructions\n", r.Functions, r.Code, r.Insts)
	fmt.Fprintf(w, "  code from %d lines of Go and %d of assembly; physical %#x..%#x\n", r.GoLines, r.AsmLines, r.PhysStart, r.PhysEnd)
	for _, s := range r.Sections {
		fmt.Fprintf(w, "  section %-12s %7d bytes\n", s.Name, s.Bytes)
	}
	for _, c := range r.Classes {
		fmt.Fprintf(w, "  %-28s %3d in %s\n", c.Class, c.Count, strings.Join(c.Funcs, ", "))
	}
	r.printUses(w)
	for _, s := range r.Stacks {
		fmt.Fprintf(w, "  stack %s: %d of %d bytes, %d free (at least %d)\n", s.Name, s.Bound, s.Size, s.Free, s.Margin)
		printChain(w, "deepest", s.Deepest)
		for _, n := range s.Nested {
			printChain(w, "nested", n)
		}
	}
	for _, p := range r.FastPaths {
		fmt.Fprintf(w, "  fast path, %s: %v instructions / reads / writes\n", p.Name, p.Cost)
	}
	for _, v := range r.Violations {
		fmt.Fprintf(w, "%v\n", v)
	}
	if len(r.Violations) > 0 {
		fmt.Fprintf(w, "%d violations\n", len(r.Violations))
	} else {
		fmt.Fprintf(w, "all rules hold\n")
	}
}

// printUses writes a line per figure, with all entries that have it: most interrupt stubs do.
func (r *Report) printUses(w io.Writer) {
	type figure struct {
		bytes int
		where string
	}
	var order []figure
	entries := map[figure][]string{}
	for _, u := range r.Uses {
		f := figure{u.Bytes, "on " + u.Stack}
		if u.Stack == "" {
			f.where = "on top of others, as " + u.Nest
		}
		if entries[f] == nil {
			order = append(order, f)
		}
		entries[f] = append(entries[f], u.Entry)
	}
	for _, f := range order {
		names := entries[f]
		more := ""
		if len(names) > 3 {
			names, more = names[:3], fmt.Sprintf(" and %d more", len(names)-3)
		}
		fmt.Fprintf(w, "  %5d bytes %s: %s%s\n", f.bytes, f.where, strings.Join(names, ", "), more)
	}
}

// printChain writes a chain with the bytes of each function.
func printChain(w io.Writer, what string, u Use) {
	fmt.Fprintf(w, "    %s: %s, %d bytes\n", what, u.Entry, u.Bytes)
	for _, l := range u.Chain {
		fmt.Fprintf(w, "      %5d  %s\n", l.Bytes, l.Func)
	}
}

// WriteJSON writes the machine-readable form.
func (r *Report) WriteJSON(file string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}

// finish completes the violations with chains and puts them in order.
func (a *auditor) finish() *Report {
	for k := range a.report.Violations {
		v := &a.report.Violations[k]
		v.Chain = a.chainTo(v.Func)
	}
	sort.SliceStable(a.report.Violations, func(i, j int) bool {
		return a.report.Violations[i].Kind < a.report.Violations[j].Kind
	})
	a.report.OK = len(a.report.Violations) == 0
	return a.report
}
