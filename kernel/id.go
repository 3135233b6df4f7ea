package kernel

// ThreadID is a global or local thread ID (abi 1.1, 1.2).
type ThreadID uint32

// Special thread IDs (abi 1.3).
const (
	nilThread      ThreadID = 0
	anyThread      ThreadID = 0xFFFFFFFF
	anyLocalThread ThreadID = 0xFFFFFFC0
)

// Thread-number ranges (abi 1.4), as the KIP's ThreadInfo says. They depend on the interrupt controllers.
var (
	systemBase uint32 // number of interrupt lines
	userBase   uint32
	idleNumber uint32 // the idle thread's TCB

	sigma0ID, sigma1ID, rootID ThreadID
)

// setNumbers divides the thread numbers on a machine with that many interrupt lines.
func setNumbers(lines uint32) {
	systemBase, userBase, idleNumber = lines, lines+32, lines
	sigma0ID = irqID(userBase)
	sigma1ID = irqID(userBase + 1)
	rootID = irqID(userBase + 2)
	const bits = 18
	*kip(kipThreadInfo) = userBase<<20 | systemBase<<8 | bits
}

func (id ThreadID) isLocal() bool  { return id&0x3F == 0 }
func (id ThreadID) number() uint32 { return uint32(id) >> 14 }
func irqID(line uint32) ThreadID   { return ThreadID(line<<14 | 1) } // also of the servers: version 1
func (t *TCB) id() ThreadID        { return ThreadID(t.GlobalID) }
func sameSpace(a, b *TCB) bool     { return a.Space == b.Space }
func (t *TCB) exists() bool        { return t.State != StateNone }

// lookup finds the thread with exactly this global ID, or nil. Unused numbers read from the zero page, whose ID 0 never
// equals a global ID.
func lookup(id ThreadID) *TCB {
	if id.isLocal() {
		return nil
	}
	t := tcbRef(id.number()).tcb()
	if t.GlobalID != uint32(id) {
		return nil
	}
	return t
}

// lookupLocal finds the thread of space s whose local ID this is, or nil. The user's word is only used to
// reach a UTCB that the kernel itself placed; the answer is checked against the TCB.
func lookupLocal(s *Space, id ThreadID) *TCB {
	mr0 := s.utcbAlias(uint32(id) - utcbMR0)
	if mr0 == 0 || !id.isLocal() || uint32(id)&utcbMask != utcbMR0 {
		return nil
	}
	t := lookup(ThreadID(*word(mr0 + utcbMR0 + tcrMyGlobalID)))
	if t == nil || t.LocalID != uint32(id) || t.Space != s.handle() {
		return nil
	}
	return t
}

// resolve finds a thread by global ID, or by local ID in the space of by.
func resolve(by *TCB, id ThreadID) *TCB {
	if id.isLocal() {
		return lookupLocal(by.space(), id)
	}
	return lookup(id)
}

// seenBy is the ID by which t is known to r: local within a space, global otherwise.
func (t *TCB) seenBy(r *TCB) ThreadID {
	if t.Space == r.Space && t.LocalID != 0 {
		return ThreadID(t.LocalID)
	}
	return t.id()
}
