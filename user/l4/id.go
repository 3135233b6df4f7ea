package l4

// ThreadID names a thread: globally (number and version) or locally (address of its MR0 in its own space). Abi 1.1
// to 1.3.
type ThreadID uint32

const (
	// NilThread is no thread.
	NilThread ThreadID = 0
	// AnyThread is the wildcard of an open receive; as a redirector it means "none".
	AnyThread ThreadID = 0xFFFFFFFF
	// AnyLocalThread is the wildcard for any thread of the caller's own space.
	AnyLocalThread ThreadID = 0xFFFFFFC0
)

const (
	versionBits = 14
	numberBits  = 18
)

// Global is the global ID of thread number no (18 bits) in its given version (14 bits). The low 6 bits of the
// version must not all be zero: that is what tells a global from a local ID.
func Global(no, version uint32) ThreadID {
	return ThreadID(no&(1<<numberBits-1)<<versionBits | version&(1<<versionBits-1))
}

// Interrupt is the ID of the thread that stands for interrupt line irq.
func Interrupt(irq uint32) ThreadID { return Global(irq, 1) }

// Number is the thread number of a global ID.
func (t ThreadID) Number() uint32 { return uint32(t) >> versionBits }

// Version is the version of a global ID.
func (t ThreadID) Version() uint32 { return uint32(t) & (1<<versionBits - 1) }

// IsNil reports whether t is NilThread.
func (t ThreadID) IsNil() bool { return t == NilThread }

// IsLocal reports whether t is a local ID. NilThread is not one, AnyLocalThread is.
func (t ThreadID) IsLocal() bool { return t != NilThread && t&0x3F == 0 }

// IsGlobal reports whether t is a global ID. AnyThread is not one.
func (t ThreadID) IsGlobal() bool { return t&0x3F != 0 && t != AnyThread }
