package kernel

import "pecan/arch/ia32"

// Segment registers of users (abi 8). Users load them as they like, and nobody else must notice. They can be null, flat data or
// flat code; what does not work with these faults, and is tried again with the right ones (ia32.Repaired). The UTCB's
// selector is different: with it in DS, another thread's accesses would go elsewhere. So the processor cannot complete a load of
// it in user mode (ia32.GDTBase); the fault comes here.

// loadUTCBSelector ends an attempt of a user to load the UTCB's selector. Loading it into GS is what some
// programs do around code that uses GS: it is there already. Everything else is a protection fault.
func loadUTCBSelector(t *TCB) {
	f := &t.Frame
	code, n := t.space().fetch(f.EIP, 3)
	prefix := uint32(0)
	if n == 3 && code&0xFF == 0x66 {
		code >>= 8
		n--
		prefix = 1
	}
	switch {
	case n >= 2 && code&0xF8FF == 0xE88E: // mov gs, register
		f.EIP += 2 + prefix
	case n >= 2 && code&0xFFFF == 0xA90F && prefix == 0: // pop gs
		f.EIP += 2
		f.ESP += 4
	default:
		f.Vector, f.Error = ia32.VecProtection, ia32.SelUTCB&^3
		raise(t)
	}
}
