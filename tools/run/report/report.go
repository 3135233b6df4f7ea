// Package report reads what a run printed about the user's file, and computes what it should have been.
package report

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Counts is what the client finds out about a file.
type Counts struct {
	Lines, Words, Bytes int64
	CRC                 uint32 // IEEE
}

func (c Counts) String() string {
	return fmt.Sprintf("%d lines, %d words, %d bytes, crc32 %08x", c.Lines, c.Words, c.Bytes, c.CRC)
}

// Of counts like "LC_ALL=C wc": a word is a run of bytes that are no white space and not all unprintable.
func Of(r io.Reader) (Counts, error) {
	var c Counts
	sum := crc32.NewIEEE()
	in := bufio.NewReaderSize(io.TeeReader(r, sum), 1<<16)
	word := false
	for {
		b, err := in.ReadByte()
		if err == io.EOF {
			break
		}
		if err != nil {
			return c, err
		}
		c.Bytes++
		switch {
		case b == ' ', '\t' <= b && b <= '\r':
			if b == '\n' {
				c.Lines++
			}
			word = false
		case ' ' < b && b < 0x7f && !word:
			word = true
			c.Words++
		}
	}
	c.CRC = sum.Sum32()
	return c, nil
}

// Run is what a run printed.
type Run struct {
	Name     string
	Counts   Counts
	Faults   int64 // page faults that the pager served
	Resident int64 // most pages of the file that were resident at a time
}

var (
	client = regexp.MustCompile(`(?m)^(\S+): (\d+) lines, (\d+) words, (\d+) bytes, crc32 ([0-9a-f]{8})$`)
	pager  = regexp.MustCompile(`(?m)^pager: (\d+) page faults served, at most (\d+) pages resident$`)
)

// Parse finds the result lines in the console output of a run. The error names the line that is missing.
func Parse(console string) (Run, error) {
	var r Run
	console = strings.ReplaceAll(console, "\r", "")
	c := client.FindStringSubmatch(console)
	if c == nil {
		return r, errors.New("the client printed no result line")
	}
	p := pager.FindStringSubmatch(console)
	if p == nil {
		return r, errors.New("the pager's page faults were not printed")
	}
	number := func(s string, base, bits int) int64 {
		// Out of range becomes the largest value, which equals nothing that is counted.
		v, _ := strconv.ParseUint(s, base, bits)
		return int64(v)
	}
	r.Name = c[1]
	r.Counts = Counts{
		Lines: number(c[2], 10, 63),
		Words: number(c[3], 10, 63),
		Bytes: number(c[4], 10, 63),
		CRC:   uint32(number(c[5], 16, 32)),
	}
	r.Faults, r.Resident = number(p[1], 10, 63), number(p[2], 10, 63)
	return r, nil
}

// PageSize is the unit in which the pager hands out the file.
const PageSize = 4096

// Check compares a run with what the file holds. A limit of 0 means that the pager may keep all pages.
func (r Run) Check(want Counts, limit int64) error {
	pages := (want.Bytes + PageSize - 1) / PageSize
	switch {
	case r.Counts != want:
		return fmt.Errorf("the client counted %v, the file has %v", r.Counts, want)
	case r.Faults < pages:
		return fmt.Errorf("the pager served %d faults for a file of %d pages", r.Faults, pages)
	case limit > 0 && r.Resident > limit:
		return fmt.Errorf("the pager kept %d pages resident, more than the limit of %d", r.Resident, limit)
	case r.Resident < min(pages, 1):
		return fmt.Errorf("the pager claims that %d pages were resident", r.Resident)
	}
	return nil
}
