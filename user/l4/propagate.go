package l4

// Propagation: sending in the name of another thread, which then waits for the receiver in the sender's place. The
// receiver sees the virtual sender as source and the real one in ActualSender. It is accepted if the virtual sender
// is in the sender's space, or the receiver is, or if the sender is the redirector of the virtual sender's space;
// otherwise the message comes from its sender, without any error. Semantics 1.7.
//
// Redirectors: what threads of a space send to threads outside goes to the space's redirector instead, which sees the
// real sender and IntendedReceiver, and may pass it on by propagation. Semantics 1.8.

// IsRedirected reports whether the message was meant for the thread in IntendedReceiver.
func (t MsgTag) IsRedirected() bool { return t&Redirected != 0 }

// ActualSender is who has sent the message that the calling thread received last. Precondition: its tag says Propagated.
func (u *UTCB) ActualSender() ThreadID { return u.VirtualSender }

// As makes the tag of m ask for propagation in the name of virtual and puts that into the UTCB.
func (m *Msg) As(u *UTCB, virtual ThreadID) *Msg {
	m[0] |= uint32(Propagate)
	u.VirtualSender = virtual
	return m
}
