package report

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
)

// Wc asks the host's wc. CRC stays 0.
func Wc(data []byte) (Counts, error) {
	var c Counts
	cmd := exec.Command("wc", "-lwc")
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if err != nil {
		return c, fmt.Errorf("wc: %w", err)
	}
	_, err = fmt.Sscan(string(out), &c.Lines, &c.Words, &c.Bytes)
	return c, err
}

// WcSkipsUnprintable reports whether the host's wc takes a run of unprintable bytes for no word, as ours does. GNU wc
// does up to version 9.4.
func WcSkipsUnprintable() bool {
	c, err := Wc([]byte{1})
	return err == nil && c.Words == 0
}
