package main

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

const output = `some other line
bench kernel A kernel
bench rpc_inter 115
bench beside_small/rpc_inter 120
bench rpc_busy fails: error 0x00000008
bench threads_created 14118
bench scale/spaces/0/rpc_inter 115
bench scale/spaces/1000/rpc_inter 115
bench scale/ready/0/rpc_inter 115
bench scale/ready/50/rpc_inter 120
bench done
`

// parsed are the results of output.
func parsed(t *testing.T) *results {
	t.Helper()
	r := &results{Kernel: "0123456789ab"}
	if err := r.parse(output); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestParse: rows, their units, failures, and the first of two boots wins.
func TestParse(t *testing.T) {
	r := parsed(t)
	if r.Version != "A kernel" || len(r.Rows) != 7 || len(r.Failed) != 1 || !strings.Contains(r.Failed[0], "rpc_busy fails: error") {
		t.Errorf("%+v", r)
	}
	if r.Rows[0] != (row{"rpc_inter", instructions, 115, "0123456789ab"}) || r.Rows[1].Unit != instructions || r.Rows[2].Unit != count {
		t.Errorf("%+v", r.Rows[:3])
	}
	if err := r.parse("bench rpc_inter 999\nbench done\n"); err != nil {
		t.Fatal(err)
	}
	if v, ok := r.value("rpc_inter"); !ok || v != 115 {
		t.Errorf("the second boot replaced the figure: %d", v)
	}
	if err := r.parse("bench rpc_inter 999\n"); err == nil {
		t.Error("a program that did not come to its end is believed")
	}
}

// TestMissing: figures that are not there are named.
func TestMissing(t *testing.T) {
	list := strings.Join(parsed(t).missing(&options{}), " ")
	for _, name := range []string{"rpc_busy", "page_fault", "kernel/rpc_inter"} {
		if !strings.Contains(list, name) {
			t.Errorf("%s is not in %s", name, list)
		}
	}
	if strings.Contains(list, "threads_created") || !strings.Contains(list, "threads_error") {
		t.Error(list)
	}
	if !strings.Contains(list, "rpc_small") {
		t.Error("small spaces are not missed")
	}
	r := parsed(t)
	r.Failed = append(r.Failed, noSmallSpaces+" 0x00000000")
	if without := strings.Join(r.missing(&options{}), " "); strings.Contains(without, "small") {
		t.Errorf("a kernel without small spaces lacks %s", without)
	}
	if quick := strings.Join(parsed(t).missing(&options{quick: true}), " "); strings.Contains(quick, "threads_error") {
		t.Error("limits are missed in a quick run")
	}
}

// TestPrint: the tables have figures, references and targets side by side.
func TestPrint(t *testing.T) {
	var b strings.Builder
	parsed(t).print(&b)
	for _, s := range []string{
		"| RPC inter, 0 words |      115 |                  120 |       180 |    125 |",
		"| rpc_inter |   115 |          115 |      120 |",
		"not measured: rpc_busy fails: error 0x00000008",
	} {
		if !strings.Contains(b.String(), s) {
			t.Errorf("no %q in\n%s", s, b.String())
		}
	}
}

// TestCompare: both figures, the ratio, and what only one has.
func TestCompare(t *testing.T) {
	a := parsed(t)
	b := &results{Kernel: "other", Rows: []row{{"rpc_inter", instructions, 230, "other"}, {"new", count, 1, "other"}}}
	var out strings.Builder
	compare(&out, a, b)
	lines := map[string]string{}
	for _, l := range strings.Split(out.String(), "\n") {
		f := strings.Fields(strings.ReplaceAll(l, "|", " "))
		if len(f) > 0 {
			lines[f[0]] = strings.Join(f[1:], " ")
		}
	}
	if lines["rpc_inter"] != "instructions 115 230 2.00" || lines["new"] != "count 1" || lines["threads_created"] != "count 14,118" {
		t.Errorf("%q", lines)
	}
	for _, c := range []struct {
		a, b uint64
		want string
	}{{0, 0, "1.00"}, {0, 1, ""}, {4, 1, "0.25"}, {3, 3, "1.00"}} {
		if got := ratio(c.a, c.b); got != c.want {
			t.Errorf("ratio(%d, %d) = %q", c.a, c.b, got)
		}
	}
}

// TestPlot: the picture is XML with a line for each operation in each crowd; a level operation is a level line.
func TestPlot(t *testing.T) {
	var b strings.Builder
	if err := parsed(t).plot(&b); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for d := xml.NewDecoder(strings.NewReader(b.String())); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "polyline" {
			for _, a := range e.Attr {
				if a.Name.Local == "points" {
					lines = append(lines, a.Value)
				}
			}
		}
	}
	if len(lines) != 2 {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	for i, level := range []bool{true, false} {
		p := strings.Fields(lines[i])
		_, first, _ := strings.Cut(p[0], ",")
		_, last, _ := strings.Cut(p[len(p)-1], ",")
		if (first == last) != level {
			t.Errorf("line %d: %q", i, lines[i])
		}
	}
	if err := (&results{}).plot(io.Discard); err == nil {
		t.Error("nothing can be plotted")
	}
}

// TestDecimal: groups of three digits.
func TestDecimal(t *testing.T) {
	for v, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := decimal(v); got != want {
			t.Errorf("%d: %s", v, got)
		}
	}
}

// TestParseStretches: what the plugin prints.
func TestParseStretches(t *testing.T) {
	s, err := parseStretches("stretch 600 0xd0105511 0xd010568b\nrepeat 16385 0xd0105441\nsample 0xd0100000\nsample 0xd0100010\n")
	if err != nil || s.Instructions != 600 || s.From != 0xd0105511 || s.To != 0xd010568b || s.Repeated != 16385 || s.RepeatedAt != 0xd0105441 ||
		len(s.Samples) != 2 || s.Samples[1] != 0xd0100010 {
		t.Errorf("%+v, %v", s, err)
	}
	for _, text := range []string{"", "stretch 600\n", "plugin: nothing"} {
		if s, err := parseStretches(text); err == nil {
			t.Errorf("%q: %+v", text, s)
		}
	}
}

// TestLedger: the tables are replaced, and nothing else.
func TestLedger(t *testing.T) {
	r := parsed(t)
	r.Failed = nil
	old := "# Ledger\n\n" + ledgerHead + "\n### Old\n\n| x |\n\n" + ledgerTail + "\nmore\n"
	text, err := r.inLedger(old)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(text, "# Ledger\n\n"+ledgerHead+"\n### Short IPC, round trips") || !strings.HasSuffix(text, "|\n\n"+ledgerTail+"\nmore\n") ||
		strings.Contains(text, "Old") || !strings.Contains(text, "| RPC inter, 0 words |") {
		t.Errorf("%s", text)
	}
	if again, err := r.inLedger(text); err != nil || again != text {
		t.Errorf("a second time it is another one: %v\n%s", err, again)
	}
	if _, err := r.inLedger("# Ledger\n"); err == nil {
		t.Error("a file without headings is a ledger")
	}
}
