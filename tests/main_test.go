// Package tests boots Pecan in QEMU and looks at what it prints. "make test" builds the images first; without them the
// tests fail, they never skip.
package tests

import (
	"fmt"
	"os"
	"testing"

	"pecan/tests/harness"
)

func TestMain(m *testing.M) {
	if err := harness.Require(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
