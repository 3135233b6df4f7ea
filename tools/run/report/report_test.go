package report

import (
	"bytes"
	"math/rand"
	"strings"
	"testing"
)

func TestOfEqualsWc(t *testing.T) {
	random := make([]byte, 100_000)
	rand.New(rand.NewSource(1)).Read(random)
	text := make([]byte, 100_000)
	for i := range text {
		text[i] = "abc \n\t\v\f\rxyz "[random[i]%13]
	}
	for name, data := range map[string][]byte{
		"empty": nil, "text": text, "random": random, "unprintable": []byte("\x01 \x02"), "no end": []byte("a b\nc"),
	} {
		got, err := Of(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		want, err := Wc(data)
		if err != nil {
			t.Fatal(err)
		}
		if name == "random" || name == "unprintable" {
			if !WcSkipsUnprintable() {
				want.Words = got.Words
			}
		}
		want.CRC = got.CRC
		if got != want {
			t.Errorf("%s: %v, wc says %v", name, got, want)
		}
	}
}

const console = "booting\r\nREADME.md: 3 lines, 4 words, 5000 bytes, crc32 0123abcd\r\n" +
	"pager: 9 page faults served, at most 2 pages resident\r\npecan> "

func TestParse(t *testing.T) {
	r, err := Parse(console)
	want := Run{"README.md", Counts{3, 4, 5000, 0x0123abcd}, 9, 2}
	if err != nil || r != want {
		t.Errorf("%+v, %v", r, err)
	}
	for _, cut := range []string{"crc32", "pager"} {
		if _, err := Parse(strings.Replace(console, cut, "x", 1)); err == nil {
			t.Errorf("no error without %s", cut)
		}
	}
}

func TestCheck(t *testing.T) {
	good := Run{"f", Counts{3, 4, 5000, 7}, 2, 2}
	if err := good.Check(good.Counts, 2); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(r *Run){
		"lines":    func(r *Run) { r.Counts.Lines++ },
		"crc":      func(r *Run) { r.Counts.CRC++ },
		"faults":   func(r *Run) { r.Faults = 1 },
		"limit":    func(r *Run) { r.Resident = 3 },
		"resident": func(r *Run) { r.Resident = 0 },
	} {
		bad := good
		change(&bad)
		if bad.Check(good.Counts, 2) == nil {
			t.Errorf("wrong %s was accepted", name)
		}
	}
}
