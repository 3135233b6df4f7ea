package main

// Breakpoints (compat 2). The cases are in the table of cases_exception_386.go.

// Without handler, INT3 is decoded as a call of the kernel debugger; other breakpoints halt.
func breakpointWithoutHandler() {
	r := newRig()
	u := r.utcb()
	u.ExceptionHandler = 0
	r.patterns()
	// int3; nop; cmp al, 2 (clear page: nothing); set the handler again; ud2
	id := uint32(me())
	e := r.do(0xCC, 0x3C, 2, 0xCC, 0x90, 0x3C, 3, 0x65, 0x8B, 0x1D, 0, 0, 0, 0,
		0xC7, 0x43, 0xD4, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
	r.done(e, 21)
	u.ExceptionHandler = 0
	r.halted(r.doFor(tick, 0xCC, 0x90, 0x90))
	u.ExceptionHandler = me()
	r.again()
	// Message form, the string nowhere.
	u.ExceptionHandler = 0
	e = r.do(0xCC, 0xEB, 5, 0xB8, 0, 0, 0, 0xF0, 0x65, 0x8B, 0x1D, 0, 0, 0, 0,
		0xC7, 0x43, 0xD4, byte(id), byte(id>>8), byte(id>>16), byte(id>>24))
	r.done(e, 22)
}

func breakpointWithHandler() {
	r := newRig()
	r.patterns()
	for _, n := range [...]byte{0, 1, 2, 8, 0xD} {
		e := r.do(0xCC, 0x3C, n)
		r.is(e, vecBreakpoint, r.slot+1, 0)
	}
}
