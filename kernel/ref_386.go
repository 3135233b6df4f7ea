package kernel

import (
	"unsafe"

	"pecan/arch/ia32"
)

// ref is the reverse of Ref.tcb.
func (t *TCB) ref() Ref { return Ref(ia32.Addr(unsafe.Pointer(t))) }
