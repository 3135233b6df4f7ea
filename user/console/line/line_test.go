package line

import (
	"slices"
	"strings"
	"testing"
)

func TestEditor(t *testing.T) {
	const rub = "\b \b"
	for _, c := range []struct {
		name, in string
		lines    []string
		echo     string
	}{
		{"plain", "quit\r", []string{"quit"}, "quit\r\n"},
		{"three line ends", "a\rb\nc\r\nd\r", []string{"a", "b", "c", "d"}, "a\r\nb\r\nc\r\nd\r\n"},
		{"empty lines", "\r\r\n\n", []string{"", "", ""}, "\r\n\r\n\r\n"},
		{"backspace", "qx\buit\r", []string{"quit"}, "qx" + rub + "uit\r\n"},
		{"delete at the start", "\x7F\x7Fa\r", []string{"a"}, "a\r\n"},
		{"kill", "abc\x15d\r", []string{"d"}, "abc" + rub + rub + rub + "d\r\n"},
		{"interrupt", "ab\x03\r", []string{""}, "ab" + rub + rub + "\r\n"},
		{"control characters", "a\x00\x1Bb\xFFc\td\r", []string{"abc d"}, "abc d\r\n"},
		{"too long", strings.Repeat("x", 200) + "\r", []string{strings.Repeat("x", Max)}, strings.Repeat("x", Max) + "\r\n"},
	} {
		var e Editor
		var lines []string
		var echo []byte
		for _, b := range []byte(c.in) {
			if e.Put(b, func(b byte) { echo = append(echo, b) }) {
				lines = append(lines, string(e.Bytes()))
				e.Reset()
			}
		}
		if !slices.Equal(lines, c.lines) || string(echo) != c.echo {
			t.Errorf("%s: lines %q, echo %q", c.name, lines, echo)
		}
	}
}
