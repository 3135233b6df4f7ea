package l4

// The protocol of the process server (docs/paging.md).

// Requests to the process server.
const (
	// ProcessFork makes a copy of the sender's process. The copy's thread begins with stack pointer MR1 at instruction
	// pointer MR2. Reply: MR1 = its ID. Refused: MR1 = a ForkError.
	ProcessFork uint16 = 0x150 + iota
	// ProcessWait waits until a child of the sender has ended. Reply: MR1 = its ID, MR2 = its status. Refused: the sender
	// has no child.
	ProcessWait
	// ProcessCount asks what the server has done. Reply: see ProcessFigures.
	ProcessCount
)

// Killed is the status of a process that did not end by itself.
const Killed uint32 = 0xFFFFFFFF

// ForkError says why there is no copy; OK means that there is one.
type ForkError uint32

const (
	ForkMemory    ForkError = 1 // not enough page frames for another process
	ForkProcesses ForkError = 2 // too many processes
	ForkKernel    ForkError = 3 // the kernel makes no space or thread
	ForkServer    ForkError = 4 // no process server, or it does not understand
)

// Error names the cause. It does not allocate.
func (e ForkError) Error() string {
	switch e {
	case OK:
		return "success"
	case ForkMemory:
		return "not enough memory for another process"
	case ForkProcesses:
		return "too many processes"
	case ForkKernel:
		return "the kernel makes no space for another process"
	}
	return "there is no process server"
}

// ProcessFigures are what a process server tells about its work.
type ProcessFigures struct {
	Frames    uint32 // page frames in all
	Promised  uint32 // of these to processes, written or not
	Used      uint32 // of these in use
	Copied    uint32 // page faults that took a copy
	Kept      uint32 // page faults that gave the last sharer its page back, writable
	Faults    uint32 // page faults of any kind
	Processes uint32 // running or not waited for
	Forks     uint32 // since the start
}

// SetProcessFigures makes m a reply that carries f.
func (m *Msg) SetProcessFigures(f *ProcessFigures) *Msg {
	m.Start(Reply).Add(f.Frames).Add(f.Promised).Add(f.Used).Add(f.Copied).Add(f.Kept)
	return m.Add(f.Faults).Add(f.Processes).Add(f.Forks)
}

// ProcessFigures are the figures in m.
func (m *Msg) ProcessFigures() (f ProcessFigures, ok bool) {
	f = ProcessFigures{
		Frames: m[1], Promised: m[2], Used: m[3], Copied: m[4], Kept: m[5],
		Faults: m[6], Processes: m[7], Forks: m[8],
	}
	return f, m.Tag() == NewTag(Reply, 8, 0)
}
