package kernel

// SpaceControl, MemoryControl and ProcessorControl (abi 5.5, 5.10, 5.9), for privileged spaces only.

// sysSpaceControl reports whether it is done; a preempted one begins again, but for its walk over the threads.
func sysSpaceControl(t *TCB) bool {
	f := &t.Frame
	kip, utcb := Fpage(f.EDX), Fpage(f.ESI)
	id := ThreadID(f.EAX)
	f.ECX = 0 // no small spaces
	if !t.space().privileged {
		result(t, errPrivilege)
		return true
	}
	x := lookup(id)
	if x == nil || x.Space == 0 {
		result(t, errSpace)
		return true
	}
	s := x.space()
	redirector := s.redirector
	if id := ThreadID(f.EDI); id == anyThread {
		redirector = nilThread
	} else if id != nilThread {
		rd := resolve(t, id)
		if rd == nil || rd.Space == 0 {
			result(t, errThread)
			return true
		}
		redirector = rd.id()
	}
	code := uint32(errOK)
	if !s.ready {
		code = s.initialise(kip, utcb)
	}
	if code == errOK && !s.redirect(t, redirector) {
		return false
	}
	result(t, code)
	return true
}

// redirect gives s a redirector or none on behalf of t. A redirector is set when all threads have been told: so nothing is
// wrong if t is deleted on the way. It returns false after a preemption; t.prog[0] is then the thread number to go on with.
func (s *Space) redirect(t *TCB, to ThreadID) bool {
	if to == s.redirector && t.prog[0] == 0 {
		return true
	}
	if watch := to != nilThread; watch != s.watched {
		t.prog[0] = 0 // somebody else wanted otherwise meanwhile
		s.watched = watch
	}
	if to == nilThread {
		s.redirector = nilThread
	}
	for t.prog[0] < sweepEnd {
		number, found := nextTCBs(t.prog[0])
		if found {
			for i := uint32(0); i < tcbsPerPage; i++ {
				if x := tcbRef(number + i).tcb(); x.exists() && x.Space == s.handle() {
					s.noteRedirector(x)
				}
			}
			number += tcbsPerPage
		}
		t.prog[0] = number
		if preempted() {
			return false
		}
	}
	s.redirector = to
	return true
}

// sysMemoryControl accepts the default attribute and write-back, which all memory has; others are refused.
func sysMemoryControl(t *TCB) {
	f := &t.Frame
	if !t.space().privileged {
		result(t, errPrivilege)
		return
	}
	if f.EAX > 63 {
		result(t, errParameter)
		return
	}
	attributes := [4]uint32{f.ECX, f.EDX, f.EBX, f.EBP}
	for i := uint32(0); i <= f.EAX; i++ {
		page := *t.mr(i)
		if page != 0 && attributes[page&3] > 1 {
			result(t, errParameter)
			return
		}
	}
	result(t, errOK)
}

// sysProcessorControl: nothing can be set.
func sysProcessorControl(t *TCB) {
	if !t.space().privileged {
		result(t, errPrivilege)
		return
	}
	result(t, errParameter)
}
