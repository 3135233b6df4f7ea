package count

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
)

// wc is what the host's wc says in the C locale.
func wc(t *testing.T, data []byte) (lines, words, size uint64) {
	t.Helper()
	cmd := exec.Command("wc")
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(string(out), &lines, &words, &size); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	return lines, words, size
}

// inputs are data of all kinds; binary says that unprintable bytes occur.
func inputs() (list []struct {
	name   string
	binary bool
	data   []byte
}) {
	add := func(name string, binary bool, data []byte) {
		list = append(list, struct {
			name   string
			binary bool
			data   []byte
		}{name, binary, data})
	}
	add("empty", false, nil)
	add("a line", false, []byte("hello, world\n"))
	add("no line end", false, []byte("hello, world"))
	add("white space", false, []byte(" \t\n\v\f\r a \n\n b\tc\vd\fe\rf"))
	add("unprintable", true, []byte("\x00 \x80\xFF a\x00b \x7F \xA0x \x01"))
	for i := range 256 {
		add(fmt.Sprintf("byte %#x", i), true, []byte{'a', byte(i), 'a', ' ', byte(i), '\n'})
	}
	random := rand.New(rand.NewPCG(3, 5))
	for _, size := range []int{1, 4095, 4096, 4097, 1 << 20} {
		b := make([]byte, size)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		add(fmt.Sprintf("random %d", size), true, b)
		text := make([]byte, size)
		for i := range text {
			text[i] = "etaoin shrdlu\n\t "[random.IntN(16)]
		}
		add(fmt.Sprintf("text %d", size), false, text)
	}
	return list
}

func TestAgainstHost(t *testing.T) {
	// Later versions of wc let unprintable bytes make words; then only printable input can be compared.
	_, words, _ := wc(t, []byte{0})
	for _, in := range inputs() {
		var c Counter
		c.Add(in.data)
		if want := crc32.ChecksumIEEE(in.data); c.CRC() != want {
			t.Errorf("%s: crc %08x, want %08x", in.name, c.CRC(), want)
		}
		l, w, b := wc(t, in.data)
		if c.Lines != l || c.Bytes != b || (words == 0 || !in.binary) && c.Words != w {
			t.Errorf("%s: %d lines, %d words, %d bytes; wc says %d, %d, %d", in.name, c.Lines, c.Words, c.Bytes, l, w, b)
		}
	}
}

func TestPieces(t *testing.T) {
	for _, in := range inputs() {
		var whole, pieces Counter
		whole.Add(in.data)
		for rest := in.data; len(rest) > 0; {
			n := min(len(rest), 1+len(rest)/3)
			pieces.Add(rest[:n])
			rest = rest[n:]
		}
		pieces.Add(nil)
		if whole != pieces {
			t.Errorf("%s: %d %d %d %08x in one piece, %d %d %d %08x in several", in.name,
				whole.Lines, whole.Words, whole.Bytes, whole.CRC(), pieces.Lines, pieces.Words, pieces.Bytes, pieces.CRC())
		}
	}
	var c Counter
	if c.CRC() != 0 {
		t.Errorf("crc of nothing: %08x", c.CRC())
	}
}
