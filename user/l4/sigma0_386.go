package l4

// FromSigma0 asks the pager sigma0 (usually Kernel().Sigma0ID()) for p, with attribute a, and has it mapped into window. It returns the
// page mapped, as addresses of the owner: physical for the real sigma0. With window Complete the page appears at that
// address, else inside the window (semantics 5.2). ok is false if it was refused. P may be AnyPage, or ports.
//
// The caller's acceptor is restored afterwards.
func FromSigma0(sigma0 ThreadID, p Fpage, a Attribute, window Fpage) (got Fpage, ok bool) {
	u := MyUTCB()
	old := Acceptor(u.BR(0))
	u.SetAcceptor(Window(window))
	var m Msg
	err := Call(sigma0, m.SetSigma0(p, a), Forever)
	u.SetAcceptor(old)
	item, ok := m.FirstMap()
	return item.Fpage, err == OK && ok && !item.IsNil()
}
