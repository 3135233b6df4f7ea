package ia32

// The FPU: x87, MMX and SSE registers (docs/fpu.md).

// FPUArea is the size in bytes of the memory that the registers of a thread need. Its address is a multiple of 16.
const FPUArea = 512

// Offsets in an area as FXSAVE writes it, and as FNSAVE does.
const (
	fxControl  = 0
	fxMXCSR    = 24
	oldControl = 0
	oldTags    = 8

	resetControl = 0x37F  // all exceptions masked, 64-bit precision, round to nearest
	resetMXCSR   = 0x1F80 // all exceptions masked, round to nearest
	resetTags    = 0xFFFF // all registers empty
)

// InitFPU makes the zeroed area at addr the registers of a thread that has not used the FPU yet.
func InitFPU(addr uint32) {
	if fxsave {
		put32(addr+fxControl, resetControl)
		put32(addr+fxMXCSR, resetMXCSR)
		return
	}
	put32(addr+oldControl, resetControl)
	put32(addr+oldTags, resetTags)
}
