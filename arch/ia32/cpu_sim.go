//go:build !386

package ia32

// ReadCR2 returns the address of the last page fault.
func ReadCR2() uint32 { return Machine.CR2 }

// FlushCaches counts in Machine.CacheFlushes.
func FlushCaches() { Machine.CacheFlushes++ }

// HasPAT reports whether the processor has a page attribute table.
func HasPAT() bool { return !Machine.NoPAT }

// ReadTSC returns the time-stamp counter.
func ReadTSC() uint64 { return Machine.TSC }

// Poll opens a window in which pending interrupts are taken.
//
// Precondition: nothing is half done and no lock is held.
func Poll() {
	m := &Machine
	m.Polls++
	m.Stretch()
	if m.RaiseAt != 0 && m.Polls == m.RaiseAt {
		m.Raise(m.RaiseLine)
		m.RaiseAt += m.RaiseEvery
	}
	for {
		vector, ok := m.Take()
		if !ok {
			return
		}
		m.OnInterrupt(vector)
	}
}

// Stretch ends a stretch of kernel code with interrupts off: its accesses to memory, a lower bound of its
// instructions, count for Longest.
func (m *Computer) Stretch() {
	m.Longest = max(m.Longest, accesses)
	accesses = 0
}

// Stop halts for ever: it panics with Stopped.
func Stop() { panic(Stopped{string(Machine.Output)}) }

// SetESP0 makes the next entry from user level use the frame below addr, and names the running thread.
func SetESP0(addr uint32) { Machine.ESP0 = addr }

// ESP0 returns the current entry stack pointer.
func ESP0() uint32 { return Machine.ESP0 }

// SetWord sets what the running thread reads at gs:0.
func SetWord(v uint32) { Machine.Word = v }

// Word returns it.
func Word() uint32 { return Machine.Word }

// InstallTables has nothing to do: the simulated processor has no descriptor tables.
func InstallTables() {}

// Interrupted returns what a task gate would have saved.
func Interrupted() (eip, esp, eflags uint32) { return 0, 0, 0 }

// InFastPath, FixIPC, Repaired: there is no entry code to fault or to find odd segments.
func InFastPath(*Frame) bool     { return false }
func FixIPC(*Frame, uint32) bool { return false }
func Repaired() bool             { return false }
