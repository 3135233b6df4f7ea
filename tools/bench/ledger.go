package main

import (
	"fmt"
	"os"
	"strings"
)

// What stands before and behind the tables in the ledger.
const (
	ledgerHead = "## Figures\n"
	ledgerTail = "### Not from `make bench`\n"
)

// updateLedger replaces the tables in the file by those of r.
func (r *results) updateLedger(file string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text, err := r.inLedger(string(old))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(text), 0o644)
}

// inLedger is the ledger with the tables of r.
func (r *results) inLedger(old string) (string, error) {
	head, rest, ok := strings.Cut(old, ledgerHead)
	_, tail, found := strings.Cut(rest, ledgerTail)
	if !ok || !found {
		return "", fmt.Errorf("the headings %q and %q are not there", strings.TrimSpace(ledgerHead), strings.TrimSpace(ledgerTail))
	}
	var tables strings.Builder
	r.print(&tables)
	_, body, _ := strings.Cut(tables.String(), "\n") // the first line is the build
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(body), "\n") {
		if line != "" && line[0] != '|' {
			line = "### " + line
		}
		b.WriteString(line + "\n")
	}
	return head + ledgerHead + "\n" + b.String() + "\n" + ledgerTail + tail, nil
}
