package kernel

// Propagation and redirectors (semantics 1.7, 1.8). Both are decided once, when the send phase finds its receiver, and kept in
// the sender's TCB: virtual is then the accepted virtual sender, intended the receiver that a redirector stands in for.
// Fault and exception messages are redirected like all others; the redirector passes them on in the name of the faulting
// thread, which waits for its pager and gets the answer directly.

// redirect returns who gets t's message for r: r, or the redirector of t's space (nil if that has gone). It accepts or
// drops the virtual sender.
func redirect(t, r *TCB) *TCB {
	if rd := t.space().redirector; rd != nilThread && rd != t.id() && !sameSpace(t, r) && r.id() != rd {
		t.intended = r.id()
		if r = lookup(rd); r == nil {
			return nil
		}
	}
	if t.virtual == nilThread {
		return r
	}
	v := resolve(t, t.virtual)
	if v == nil || v.Space == 0 || !mayPropagate(t, r, v) {
		t.virtual = nilThread
	} else {
		t.virtual = v.id()
	}
	return r
}

// mayPropagate: t sends in the name of v if v is of its space, if the receiver is, or if it is v's redirector.
func mayPropagate(t, r, v *TCB) bool {
	return sameSpace(t, v) || sameSpace(t, r) || v.space().redirector == t.id()
}

// origin is what receiver r sees of s's message besides its words: sender, flags of the tag, and the TCRs that go with
// them. A virtual sender that waits for s now waits for r.
func origin(s, r *TCB, delivered bool) (from ThreadID, flags uint32) {
	from = s.seenBy(r)
	if s.intended != nilThread {
		*r.tcr(tcrIntended) = uint32(s.intended)
		flags = tagRedirected
	}
	if s.virtual == nilThread {
		return
	}
	v := lookup(s.virtual)
	if v == nil || v.Space == 0 || !mayPropagate(s, r, v) {
		return // it has gone meanwhile, or another has its ID
	}
	*r.tcr(tcrVirtualSender) = s.GlobalID
	if delivered && (v.waits() || searching(v)) && v.waitsFor() == s.id() {
		v.surface()
		waitForOther(v, r)
	}
	return v.seenBy(r), flags | tagPropagated
}

// waitForOther lets v, which waits for one thread, wait for r instead. Who is queued at v may match now: v looks again.
func waitForOther(v, r *TCB) {
	v.partner, v.from = r.id(), r.id()
	r.WaitedFor = 1
	if v.State == StateReceive && v.propagators != 0 && !v.nested {
		cancelTimeout(v) // begins again when it has looked
		setOp(v, opReceive)
		makeReady(v)
	}
}
