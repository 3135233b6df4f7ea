package main

import (
	"os"
	"strings"
	"testing"
)

// ledger is where every recorded budget has a row with the reason of its last change.
const ledger = "../../docs/PERFORMANCE.md"

// TestBudgetsInLedger: the last row about a fast path is its budget, so that no budget changes without a reason.
func TestBudgetsInLedger(t *testing.T) {
	text, err := os.ReadFile(ledger)
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "## Recorded budgets\n")
	if !ok {
		t.Fatal("the ledger has no table of recorded budgets")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	last := map[string][]string{}
	for _, line := range strings.Split(table, "\n") {
		f := strings.Split(strings.Trim(line, "| "), "|")
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		if len(f) == 3 {
			last[f[0]] = f[1:]
		}
	}
	for _, p := range kernelFastPaths {
		row := last[p.Name]
		if row == nil || row[0] != p.Budget.String() || row[1] == "" {
			t.Errorf("%s: the budget is %v, the ledger's last row says %q", p.Name, p.Budget, row)
		}
	}
}
