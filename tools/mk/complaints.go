package main

import (
	"fmt"
	"strings"
)

// complaint is one thing that the code does and must not.
type complaint struct {
	pos string // file:line, if known
	fn  string // the function
	why string
}

// refusal is an error that lists complaints.
type refusal struct {
	flavour string
	items   []complaint
}

func (r *refusal) add(s *refusal) {
	r.flavour = s.flavour
	r.items = append(r.items, s.items...)
}

func (r *refusal) orNil() error {
	if len(r.items) == 0 {
		return nil
	}
	return r
}

func (r *refusal) Error() string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, c := range r.items {
		line := c.fn + " " + c.why
		if c.pos != "" {
			line = c.pos + ": " + line
		}
		if !seen[line] {
			seen[line] = true
			fmt.Fprintln(&b, line)
		}
	}
	fmt.Fprintf(&b, "mk: this cannot run as %s code; see docs/runtime.md", map[string]string{"kernel": "kernel", "user": "user"}[r.flavour])
	return b.String()
}

func (b *builder) explainCompile(p *pkg, err error) error { return err }
func (b *builder) explainLink(err error) error            { return err }
func (b *builder) explainLd(err error) error              { return err }
func (b *builder) checkObject(object string) error        { return nil }
func (b *builder) checkSources() error                    { return nil }
