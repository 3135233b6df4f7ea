package l4

// Port access. The first use of a port that the space does not have is an I/O fault, which the thread's pager sees
// (IOFault).

// In8 reads a port of 8 bits.
func In8(port uint16) uint8

// Out8 writes a port of 8 bits.
func Out8(port uint16, v uint8)

// Out16 writes a port of 16 bits.
func Out16(port uint16, v uint16)

// Out32 writes a port of 32 bits.
func Out32(port uint16, v uint32)
