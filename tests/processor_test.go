package tests

import (
	"testing"
	"time"

	"pecan/tests/harness"
	"pecan/tools/run/stage"
)

// TestProcessors runs the cases about the FPU on processors that save it in other ways: without FXSAVE, and with it but
// without SSE.
func TestProcessors(t *testing.T) {
	for _, c := range []struct{ cpu, cases string }{
		{"pentium2,-fxsr", "abi-8-"},
		{"pentium2,-fxsr", "abi-6.4-vector"},
		{"pentium2", "abi-8-fpu"},
	} {
		t.Run(c.cpu+" "+c.cases, func(t *testing.T) {
			m := harness.Machine(t, stage.Boot{Kernel: "pecan-debug.elf", Root: "testroot.elf", RootArgs: []string{"only=" + c.cases}})
			m.ICount, m.CPU = true, c.cpu
			harness.Cases(t, m, 45*time.Second)
		})
	}
}
