package kernel

// The I/O fault protocol (abi 6.7): an IN, OUT, INS or OUTS on a port that the space does not have raises #GP(0); the
// instruction tells the port and the width.

// ioAccess decodes the I/O instruction at the thread's EIP: first port and log2 of the width in bytes.
func ioAccess(t *TCB) (port, log2 uint32, ok bool) {
	s := t.space()
	at := t.Frame.EIP
	log2 = 2
	for n := 0; n < longestOpcode; n++ {
		code, got := s.fetch(at, 2)
		if got == 0 {
			return 0, 0, false
		}
		at++
		switch op := code & 0xFF; op {
		case 0x66:
			log2 = 1
			continue
		case 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x67, 0xF2, 0xF3:
			continue
		case 0xE4, 0xE5, 0xE6, 0xE7, 0xEC, 0xED, 0xEE, 0xEF, 0x6C, 0x6D, 0x6E, 0x6F:
			if op&1 == 0 {
				log2 = 0
			}
			if op&0xFC == 0xE4 {
				return code >> 8, log2, got == 2
			}
			return t.Frame.EDX & 0xFFFF, log2, true
		}
		return 0, 0, false
	}
	return 0, 0, false
}

// ioFault turns a refused port access into an I/O fault IPC; sigma0's are granted on the spot. It returns false if the
// fault has another cause.
func ioFault(t *TCB) bool {
	port, log2, ok := ioAccess(t)
	s := t.space()
	if !ok || hasPorts(s, port, 1<<log2) {
		return false
	}
	if s.isSigma0 {
		for i := uint32(0); i < 1<<log2; i++ {
			if p := (port + i) % allPorts; !s.makePorts(p) {
				halt(t)
				return true
			} else {
				s.setPort(p, portRoot)
			}
		}
		return true
	}
	// An access that is not aligned to its width needs the fpage that covers it.
	for size := log2; ; size++ {
		if base := port & maskOf(size); port+1<<log2 <= base+1<<size {
			t.message[1], t.message[2] = ioFpage(base, size), t.Frame.EIP
			break
		}
	}
	kernelIPC(t, ipcIOFault, ThreadID(*t.tcr(tcrPager)), tagIOFault)
	return true
}

func hasPorts(s *Space, port, n uint32) bool {
	for i := uint32(0); i < n; i++ {
		if !s.hasPort((port + i) % allPorts) {
			return false
		}
	}
	return true
}
