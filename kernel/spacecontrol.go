package kernel

// SpaceControl, MemoryControl and ProcessorControl (abi 5.5, 5.10, 5.9), for privileged spaces only.

func sysSpaceControl(t *TCB) {
	f := &t.Frame
	kip, utcb := Fpage(f.EDX), Fpage(f.ESI)
	id := ThreadID(f.EAX)
	f.ECX = 0 // no small spaces
	if !t.space().privileged {
		result(t, errPrivilege)
		return
	}
	x := lookup(id)
	if x == nil || x.Space == 0 {
		result(t, errSpace)
		return
	}
	s := x.space()
	redirector := s.redirector
	if id := ThreadID(f.EDI); id == anyThread {
		redirector = nilThread
	} else if id != nilThread {
		rd := resolve(t, id)
		if rd == nil || rd.Space == 0 {
			result(t, errThread)
			return
		}
		redirector = rd.id()
	}
	code := uint32(errOK)
	if !s.ready {
		code = s.initialise(kip, utcb)
	}
	if code == errOK {
		s.redirector = redirector
	}
	result(t, code)
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
