package l4

// The protocols between Pecan's own programs (docs/userlevel.md). Labels count from 0x100; a reply has label Reply and,
// where it carries nothing else, no words. Refused answers a request that makes no sense, is not for the sender, or
// failed; a CallError may follow in MR1.
const (
	Reply   uint16 = 0
	Refused uint16 = 1
)

// Requests to the console server.
const (
	// ConsoleWrite prints the bytes in MR1.. (Msg.AddBytes). The reply comes when they are on the line.
	ConsoleWrite uint16 = 0x100 + iota
	// ConsoleRead asks for a line of input. The reply holds it as bytes, without its end. There is one
	// reader: a new one takes the place of the one that waits, which is refused.
	ConsoleRead
)

// Requests to the root task.
const (
	// RootHello connects a program. MR1 is where its thread shall go on after an exception, with the instruction pointer
	// in EAX and the vector in ECX. Reply: MR1 = the console server's ID, or nil.
	RootHello uint16 = 0x110 + iota
	// RootDied tells that the thread in MR1 will never run again. Its own program or its pager may say so. No reply.
	RootDied
	// RootExit tells that the sender is done; MR1 = 0 for success. No reply.
	RootExit
	// RootWork asks for a pager's job. Reply: see Work.
	RootWork
	// RootClient asks for a client thread in a space of its own whose pager is the sender. Reply: MR1 = its ID. It waits
	// for its start message.
	RootClient
	// RootInterrupt asks to be made the handler of interrupt line MR1.
	RootInterrupt
	// RootPowerOff ends the machine; MR1 = 0 says success. No reply.
	RootPowerOff
	// RootReboot starts the machine again. No reply.
	RootReboot
	// RootProgram asks for line MR1 of the list of programs. Reply: bytes, none behind the last.
	RootProgram
)

// Requests to the pager.
const (
	// PagerFile asks for the file that a client is to work on. Reply: see File.
	PagerFile uint16 = 0x130 + iota
	// PagerStatistics asks what the pager has done. Reply: see Statistics.
	PagerStatistics
)

// MaxName is the length limit in bytes of a file name in File and Work.
const MaxName = 64

// File is what a client is told about the file it is to process.
type File struct {
	Present bool
	Addr    uint32 // of its first byte in the client's space
	Size    uint32 // in bytes
	Limit   uint32 // at most so many of its pages are resident; 0 means no limit
	Name    [MaxName]byte
	NameLen int
}

// SetName sets the name, cut to MaxName bytes.
func (f *File) SetName(name []byte) { f.NameLen = copy(f.Name[:], name) }

// SetFile makes m a reply that carries f.
func (m *Msg) SetFile(f *File) *Msg {
	present := uint32(0)
	if f.Present {
		present = 1
	}
	m.Start(Reply).Add(present).Add(f.Addr).Add(f.Size).Add(f.Limit)
	m.AddBytes(f.Name[:f.NameLen])
	return m
}

// File is the file in m. It is not present if m does not hold one.
func (m *Msg) File() (f File) {
	if m.Tag().Label() != Reply || m.Tag().Untyped() < 5 {
		return f
	}
	f.Present, f.Addr, f.Size, f.Limit = m[1] != 0, m[2], m[3], m[4]
	f.NameLen = m.Bytes(5, f.Name[:])
	return f
}

// Work is what the root task gives a pager to do: serve one client program and its file. Both are images of boot
// modules that the root task maps on demand at the addresses named.
type Work struct {
	Program     uint32 // address of the client's ELF file
	ProgramSize uint32 // in bytes
	File        File   // Addr is where the pager finds it
}

// SetWork makes m a reply that carries w.
func (m *Msg) SetWork(w *Work) *Msg {
	return m.SetFile(&w.File).Add(w.Program).Add(w.ProgramSize)
}

// Work is the job in m.
func (m *Msg) Work() (w Work, ok bool) {
	u := m.Tag().Untyped()
	if m.Tag().Label() != Reply || u < 7 || u > MaxWords {
		return w, false
	}
	w.Program, w.ProgramSize = m[u-1], m[u]
	w.File = m.File()
	return w, true
}

// Statistics is what a pager tells about its work.
type Statistics struct {
	Faults     uint32 // page faults served, of any kind
	FileFaults uint32 // of these, on pages of the file
	Peak       uint32 // largest number of the file's pages resident at once
	Frames     uint32 // page frames in use for data, bss and stacks
}

// SetStatistics makes m a reply that carries s.
func (m *Msg) SetStatistics(s *Statistics) *Msg {
	return m.Start(Reply).Add(s.Faults).Add(s.FileFaults).Add(s.Peak).Add(s.Frames)
}

// Statistics are the figures in m.
func (m *Msg) Statistics() (s Statistics, ok bool) {
	s = Statistics{Faults: m[1], FileFaults: m[2], Peak: m[3], Frames: m[4]}
	return s, m.Tag() == NewTag(Reply, 4, 0)
}
