//go:build !386

package ia32

// LimitSegments tells which set of entries a thread of the simulated machine comes by.
func LimitSegments(on bool) { Machine.Limited = on }

// Loaded is the directory that is loaded.
func Loaded() uint32 { return Machine.CR3 }

// InSmallFastPath: there is none.
func InSmallFastPath(*Frame) bool { return false }

// FixSmallIPC has nothing to do.
func FixSmallIPC(*Frame, uint32) bool { return false }

// AccessIn is a user access of a thread whose space has these segment words: beyond the limit there is no translation, and
// vector is that of the fault.
func (m *Computer) AccessIn(segment, limit, addr uint32, write bool) (phys, vector, code uint32, ok bool) {
	if int32(segment) < 0 {
		if addr >= LimitSize(limit) {
			return 0, VecProtection, 0, false
		}
		addr += SegmentBase(segment)
	} else if m.Limited && addr >= UserTop {
		return 0, VecProtection, 0, false
	}
	phys, code, ok = m.Access(addr, write)
	return phys, VecPageFault, code, ok
}
