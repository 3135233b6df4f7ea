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
	awaited map[string]chan struct{} // closed when the text has come
	partial []byte
}

// Seen gives a channel that is closed as soon as text has appeared in the output, inside of a line or across lines.
func (l *Lines) Seen(text string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.awaited == nil {
		l.awaited = map[string]chan struct{}{}
	}
	c, ok := l.awaited[text]
	if !ok {
		c = make(chan struct{})
		l.awaited[text] = c
		l.notify()
	}
	return c
}

// notify closes the channels of texts that have come. Precondition: mu is held.
func (l *Lines) notify() {
	for text, c := range l.awaited {
		if bytes.Contains(l.all.Bytes(), []byte(text)) {
			close(c)
			delete(l.awaited, text)
		}
	}
}

// Write implements io.Writer. It never fails.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	l.all.Write(p)
	l.notify()
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
