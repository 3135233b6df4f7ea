package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"

	"pecan/tests/harness"
)

// stackBound is the depth that the auditor proves for the kernel stack of the debug kernel, in bytes. What else the
// auditor says about that kernel is not asked here.
var stackBound = sync.OnceValues(func() (int, error) {
	dir, err := os.MkdirTemp("", "pecan-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "audit.json")
	exec.Command(filepath.Join(harness.Build, "bin", "audit"), "-json", file,
		filepath.Join(harness.Build, "pecan-debug.elf")).Run()
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	var report struct {
		Stacks []struct {
			Name  string
			Bound int
		}
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return 0, err
	}
	for _, s := range report.Stacks {
		if s.Name == "kernel" {
			return s.Bound, nil
		}
	}
	return 0, os.ErrNotExist
})

var highWater = regexp.MustCompile(`(?m)^pecan: stack high-water: (\d+) of \d+ bytes$`)

// checkStack compares the deepest use of the kernel stack in a run of the debug kernel with what was proved.
func checkStack(t *testing.T, c harness.Console) {
	t.Helper()
	bound, err := stackBound()
	if err != nil {
		t.Fatal("the auditor gives no bound: ", err)
	}
	deepest := 0
	for _, m := range highWater.FindAllStringSubmatch(c.Text, -1) {
		n, _ := strconv.Atoi(m[1])
		deepest = max(deepest, n)
	}
	t.Logf("deepest kernel stack: %d bytes, proved: %d", deepest, bound)
	if deepest == 0 {
		t.Error("the debug kernel printed no high-water mark")
	}
	if deepest > bound {
		t.Errorf("the kernel used %d bytes of stack, more than the proved %d", deepest, bound)
	}
}
