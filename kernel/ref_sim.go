//go:build !386

package kernel

// ref is the reverse of Ref.tcb. On the host the address follows from the thread number.
func (t *TCB) ref() Ref { return tcbRef(t.number()) }
