package qemu

import (
	"bytes"
	"strings"
	"sync"
)

// Lines collects serial output and hands out whole lines as they come. It is an io.Writer for Machine.Start.
type Lines struct {
	Each func(line string) // called for every complete line, without its end; may be nil

	mu      sync.Mutex
	all     bytes.Buffer
	partial []byte
}

// Write implements io.Writer. It never fails.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	l.all.Write(p)
	l.mu.Unlock()
	for _, b := range p {
		if b != '\n' {
			l.partial = append(l.partial, b)
			continue
		}
		line := strings.TrimRight(string(l.partial), "\r")
		l.partial = l.partial[:0]
		if l.Each != nil {
			l.Each(line)
		}
	}
	return len(p), nil
}

// String is everything received so far, with plain line ends.
func (l *Lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.ReplaceAll(l.all.String(), "\r", "")
}

// Tail is the last n lines of text.
func Tail(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) > n {
		lines = append([]string{"..."}, lines[len(lines)-n:]...)
	}
	return strings.Join(lines, "\n")
}
