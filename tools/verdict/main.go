// Verdict runs make targets one after the other, counts the Go tests in them, and ends with one line:
//
//	N passed, N failed[, N skipped]
//
//	verdict [-make PROGRAM] TARGET...
//
// Output of a target that is a "go test -json" event is counted and shown as a line per package, with the whole output
// of tests that failed. A target without any test counts as one test itself. When the target "build" fails, the rest
// is left out: it would only fail for the same reason.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

func main() {
	program := flag.String("make", "make", "the make to run")
	flag.Parse()
	begin := time.Now()
	var total tally
	for _, target := range flag.Args() {
		fmt.Printf("== %s\n", target)
		t, err := step(*program, target, os.Stdout)
		total.add(t)
		if err != nil {
			fmt.Printf("FAIL %s: %v\n", target, err)
			if target == "build" {
				break
			}
		}
	}
	fmt.Printf("== %.0f s\n%v\n", time.Since(begin).Seconds(), total)
	if total.failed > 0 || total.passed == 0 {
		os.Exit(1)
	}
}

// step makes one target.
func step(program, target string, out io.Writer) (tally, error) {
	cmd := exec.Command(program, "--no-print-directory", target)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return tally{failed: 1}, err
	}
	if err := cmd.Start(); err != nil {
		return tally{failed: 1}, err
	}
	c := newCounter(out)
	lines := bufio.NewReader(pipe)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			c.line(line)
		}
		if err != nil {
			break
		}
	}
	return c.finish(cmd.Wait())
}
