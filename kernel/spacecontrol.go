package kernel

// SpaceControl and ProcessorControl (abi 5.5, 5.9), for privileged spaces only.

// Words of TCB.prog while a SpaceControl runs.
const (
	scPhase = iota // redirect's place in its walk; then scMoving
	scOld          // while scMoving: small-space id that the space had before
)

const scMoving = sweepEnd + 1

const (
	controlSmall = 1 << 31 // control: a small-space id is given; result: it took effect
	controlID    = 0xFF

	lengthOfINT = 2
)

// sysSpaceControl reports whether it is done; a preempted one begins again, but for what its progress words say.
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
	if p[scPhase] != scMoving {
		code, done := controlSpace(t, s)
		switch {
		case !done:
			return false
		case code != errOK:
			f.ECX = s.smallID()
			result(t, code)
			return true
		}
		p[scPhase], p[scOld] = scMoving, s.smallID()
	}
	old := p[scOld]
	if control&controlSmall != 0 {
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
	result(t, errOK)
	return true
}

// controlSpace does the call but for small spaces. It returns an error code; done is false after a preemption.
func controlSpace(t *TCB, s *Space) (code uint32, done bool) {
	f := &t.Frame
	redirector := s.redirector
	if id := ThreadID(f.EDI); id == anyThread {
		redirector = nilThread
	} else if id != nilThread {
		rd := resolve(t, id)
		if rd == nil || rd.Space == 0 {
			return errThread, true
		}
		redirector = rd.id()
	}
	if !s.ready {
		if code := s.initialise(Fpage(f.EDX), Fpage(f.ESI)); code != errOK {
			return code, true
		}
	}
	return errOK, s.redirect(t, redirector)
}

// redirect gives s a redirector or none on behalf of t. A redirector is set when all threads have been told: so nothing is
// wrong if t is deleted on the way. It returns false after a preemption; t.prog[scPhase] is then the thread number to go on with.
func (s *Space) redirect(t *TCB, to ThreadID) bool {
	if to == s.redirector && t.prog[scPhase] == 0 {
		return true
	}
	if watch := to != nilThread; watch != s.watched {
		t.prog[scPhase] = 0 // somebody else wanted otherwise meanwhile
		s.watched = watch
	}
	if to == nilThread {
		s.redirector = nilThread
	}
	for t.prog[scPhase] < sweepEnd {
		number, found := nextTCBs(t.prog[scPhase])
		if found {
			for i := uint32(0); i < tcbsPerPage; i++ {
				if x := tcbRef(number + i).tcb(); x.exists() && x.Space == s.handle() {
					s.noteRedirector(x)
				}
			}
			number += tcbsPerPage
		}
		t.prog[scPhase] = number
		if preempted() {
			return false
		}
	}
	s.redirector = to
	return true
}

// sysProcessorControl: nothing can be set.
func sysProcessorControl(t *TCB) {
	if !t.space().privileged {
		result(t, errPrivilege)
		return
	}
	result(t, errParameter)
}
