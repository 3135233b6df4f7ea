package l4

// FromSigma0 asks sigma0 (Kernel().Sigma0ID(), or a server that speaks its protocol) for p, with attribute a, and has
// it mapped into window. It returns the page that was mapped, by its address there: the physical one, if it is the real
// sigma0. With window Complete it appears at that same address, else inside the window (semantics 5.2). ok is false if
// it was refused. P may be AnyPage, or ports.
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
