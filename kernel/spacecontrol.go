package kernel

// SpaceControl and ProcessorControl (abi 5.5, 5.9), for privileged spaces only.

// Words of TCB.prog while a SpaceControl runs.
const (
	scStarted = iota // not 0: scOld is valid
	scOld            // small-space id that the space had before the call
)

const (
	controlSmall = 1 << 31 // control: a small-space id is given; result: it took effect
	controlID    = 0xFF

	lengthOfINT = 2
)

// sysSpaceControl returns false when it was preempted: the call is repeated.
func sysSpaceControl(t *TCB) bool {
	f, p := &t.Frame, &t.prog
	control := f.ECX
	if !t.space().privileged {
		f.ECX = 0
		result(t, errPrivilege)
		return true
	}
	x := lookup(ThreadID(f.EAX))
	if x == nil || x.Space == 0 {
		f.ECX = 0
		result(t, errSpace)
		return true
	}
	s := x.space()
	if p[scStarted] == 0 {
		p[scStarted], p[scOld] = 1, s.smallID()
	}
	code := controlSpace(t, s)
	old := p[scOld]
	if code == errOK && control&controlSmall != 0 {
		switch moveSpace(s, control&controlID) {
		case moveAgain:
			return false
		case moveRetry:
			f.EIP -= lengthOfINT
			return true
		case moveDone:
			if !cleanUnits() {
				return false
			}
			limitsDone()
			old |= controlSmall
		}
	}
	f.ECX = old
	result(t, code)
	return true
}

// controlSpace does the call but for small spaces. It returns an error code.
func controlSpace(t *TCB, s *Space) uint32 {
	f := &t.Frame
	redirector := s.redirector
	if id := ThreadID(f.EDI); id == anyThread {
		redirector = nilThread
	} else if id != nilThread {
		rd := resolve(t, id)
		if rd == nil || rd.Space == 0 {
			return errThread
		}
		redirector = rd.id()
	}
	if !s.ready {
		if code := s.initialise(Fpage(f.EDX), Fpage(f.ESI)); code != errOK {
			return code
		}
	}
	s.redirector = redirector
	return errOK
}

// sysProcessorControl: nothing can be set.
func sysProcessorControl(t *TCB) {
	if !t.space().privileged {
		result(t, errPrivilege)
		return
	}
	result(t, errParameter)
}
