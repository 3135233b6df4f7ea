package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pecan/tests/harness"
)

// TestBench measures quickly. No figure is judged: that all rows are there, and what must hold however fast the kernel is.
func TestBench(t *testing.T) {
	t.Parallel()
	tool := filepath.Join(harness.Build, "bin", "bench")
	file := filepath.Join(t.TempDir(), "bench.json")
	out, err := exec.Command(tool, "run", "-quick", "-build", harness.Build, "-o", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), "not measured") {
		t.Errorf("rows fail:\n%s", out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Name, Unit, Kernel string
		Value              uint64
	}
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	value := map[string]uint64{}
	for _, r := range rows {
		value[r.Name] = r.Value
		if r.Name == "" || r.Unit == "" || len(r.Kernel) != 12 {
			t.Errorf("incomplete row %+v", r)
		}
	}
	for _, c := range []struct {
		name      string
		low, high uint64
	}{
		{"rpc_inter", 60, 5000}, // two stubs, two loops, and a kernel in between
		{"string_call_1m", 1 << 18, 1 << 20},
		{"receive_1ms", 1_000_000, 1_100_000}, // never too early
		{"map_4m_by_4k", 1000, 10_000_000},
		{"kernel/rpc_inter/1/instructions", 20, 1000},
		{"kernel/rpc_inter/1/cr3_loads", 1, 1},
		{"kernel/rpc_intra/1/cr3_loads", 0, 0},
		{"boot", 100_000, 50_000_000},
		{"tcb", 1024, 1024},
	} {
		if v, ok := value[c.name]; !ok || v < c.low || v > c.high {
			t.Errorf("%s: %d (there: %v), want %d to %d", c.name, v, ok, c.low, c.high)
		}
	}
	// What the auditor counts in the linked kernel is what runs.
	for _, p := range fastPaths(t) {
		for what, want := range map[string]uint64{"instructions": p.Instructions, "reads": p.Reads, "writes": p.Writes, "cr3_loads": p.CR3} {
			if v, ok := value["kernel/"+p.Trace+"/"+what]; !ok || v != want {
				t.Errorf("%s: the auditor counts %d %s, %d were executed (measured: %v)", p.Name, want, what, v, ok)
			}
		}
	}
	// Lazy dequeueing (docs/scheduling.md): a ping-pong leaves the ready queues alone. The last row shows that writes are seen.
	for name, some := range map[string]bool{"queue_writes/rpc_intra": false, "queue_writes/rpc_inter": false, "queue_writes/thread_switch_other": false, "queue_writes/thread_switch_yield": true} {
		if v, ok := value[name]; !ok || (v > 0) != some {
			t.Errorf("%s: %d words of ready queues written", name, v)
		}
	}
}

// fastPath is what the auditor's report says of a way through the IPC entry.
type fastPath struct {
	Name, Trace                      string
	Instructions, Reads, Writes, CR3 uint64
}

// fastPaths asks the auditor.
func fastPaths(t *testing.T) []fastPath {
	t.Helper()
	file := filepath.Join(t.TempDir(), "audit.json")
	if out, err := exec.Command(filepath.Join(harness.Build, "bin", "audit"), "-json", file, filepath.Join(harness.Build, "pecan.elf")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		FastPaths []fastPath `json:"fast_paths"`
	}
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	if len(report.FastPaths) == 0 {
		t.Error("the auditor knows no fast paths")
	}
	return report.FastPaths
}
