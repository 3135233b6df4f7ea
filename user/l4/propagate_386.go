package l4

// SendAs is Send in the name of virtual.
func SendAs(virtual, to ThreadID, m *Msg, limit Time) IPCError {
	return Send(to, m.As(MyUTCB(), virtual), limit)
}

// PassOn gives the request m, received from client, to worker, whose answer the client will get. Nothing of m is
// changed but for the flags of its tag; strings in it must have been received and added again.
func PassOn(client, worker ThreadID, m *Msg, limit Time) IPCError {
	return SendAs(client, worker, m, limit)
}

// Forward lets a redirector pass a redirected message m of sender on to whom it was meant for.
func Forward(sender ThreadID, m *Msg, limit Time) IPCError {
	return SendAs(sender, MyUTCB().IntendedReceiver, m, limit)
}

// SetRedirector makes redirector the redirector of the space of thread id; AnyThread means none. The caller must be
// privileged. Errors as SpaceControl.
func SetRedirector(id, redirector ThreadID) CallError {
	_, err := SpaceControl(id, 0, NilPage, NilPage, redirector)
	return err
}

// LimitTransfers sets the transfer timeouts of the calling thread and returns the old ones. They count from the first
// page fault in a message's strings on either side: the shorter one of the sender's send and the receiver's receive
// part ends the transfer, with OwnXferTimeout for the one whose it was and PeerXferTimeout for the other.
func LimitTransfers(limits Timeouts) (old Timeouts) {
	u := MyUTCB()
	old, u.XferTimeouts = u.XferTimeouts, limits
	return old
}

// Accept puts the buffers into the calling thread's UTCB and accepts strings into them, and mappings into window (NilPage:
// none). The setting stays.
func (b *Buffers) Accept(window Fpage) { b.SetIn(MyUTCB(), window) }
