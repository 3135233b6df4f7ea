//go:build !386

package ia32

// LimitSegments tells which set of entries a thread of the simulated machine comes by.
func LimitSegments(on bool) { Machine.Limited = on }

// AccessIn is a user access of a thread with a segment word, 0 for a large space: beyond the limit there is no translation, and
// vector is that of the fault.
func (m *Computer) AccessIn(segment, addr uint32, write bool) (phys, vector, code uint32, ok bool) {
	if segment != 0 {
		if addr >= SegmentSize(segment) {
			return 0, VecProtection, 0, false
		}
		addr += SegmentBase(segment)
	} else if m.Limited && addr >= UserTop {
		return 0, VecProtection, 0, false
	}
	phys, code, ok = m.Access(addr, write)
	return phys, VecPageFault, code, ok
}
